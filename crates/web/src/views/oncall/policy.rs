//! Escalation policies: the list, one as sentences with whom each would ring now, and the form, which is the same sentences with fields in them.
//!
//! Forms: `POST /oncall/policies/new`, `POST /oncall/policies/{policy}/edit`; their presses are told apart by `step`: `up-s1`, `down-s1`,
//! `drop-s1`, `more`, `add`, `over`, `preview`, `save`.

use super::super::parts::{Choice, Empty, Field, Link, Person};
use super::super::shell::Shell;
use super::super::time::When;
use askama::Template;

/// `/oncall/policies`.
#[derive(Template)]
#[template(path = "oncall_policies.html")]
pub struct PoliciesPage {
    /// Frame.
    pub shell: Shell,
    /// By handle.
    pub policies: Vec<PolicyCard>,
    /// The reader may make one.
    pub may_create: bool,
    /// What is said when there is none.
    pub empty: Empty,
}

/// A policy in the list.
pub struct PolicyCard {
    /// Handle.
    pub id: String,
    /// Its team; may be empty.
    pub note: String,
    /// It is changed in its file.
    pub from_file: bool,
    /// All of it.
    pub sentences: Vec<String>,
    /// `Checkout, Search`; empty when nothing leads there.
    pub used_by: String,
}

/// `/oncall/policies/{policy}`.
#[derive(Template)]
#[template(path = "oncall_policy.html")]
pub struct PolicyPage {
    /// Frame.
    pub shell: Shell,
    /// Handle.
    pub id: String,
    /// Its team; may be empty.
    pub note: String,
    /// It is changed in its file.
    pub from_file: bool,
    /// The reader may change it.
    pub may_edit: bool,
    /// As sentences.
    pub told: PolicyTold,
    /// Services whose pages it rings for, to `explain`.
    pub services: Vec<Link>,
    /// What else leads there: `the policy web`, `the role commander`; may be empty.
    pub led_by: String,
    /// `2 pages run with …`; empty when none does.
    pub running: String,
    /// Where it reaches too few in the next weeks, as sentences.
    pub holes: Vec<HoleLine>,
    /// How many more of those.
    pub more_holes: usize,
    /// Weeks that were looked at.
    pub weeks: u64,
    /// As it stands in a file.
    pub yaml: String,
}

/// A policy as sentences.
pub struct PolicyTold {
    /// When low urgency waits; may be empty.
    pub before: String,
    /// In order.
    pub steps: Vec<StepTold>,
    /// Repeats and last resort.
    pub last: StepTold,
    /// When an acknowledgement runs out; may be empty.
    pub after: String,
}

/// A step as a sentence.
pub struct StepTold {
    /// `After 5 minutes, if nobody acknowledged, ring Bob.`
    pub sentence: String,
    /// It was not there before.
    pub is_new: bool,
    /// Whom it would ring now.
    pub rings: Vec<RungNow>,
    /// Why not, or not all: `Skipped now: only …`, `Nobody: …`; may be empty.
    pub notes: Vec<String>,
    /// Nobody would be rung although somebody should.
    pub is_silent: bool,
    /// The policy it hands over to.
    pub goes_on: Option<Link>,
}

/// Somebody a step would ring now.
pub struct RungNow {
    /// Who.
    pub person: Person,
    /// `primary on payments`.
    pub why: String,
    /// A proved method reaches them.
    pub is_reached: bool,
}

/// A span in which too few are reached.
pub struct HoleLine {
    /// `Reaches Bob Example alone`.
    pub who: String,
    /// `Policy web (low urgency)`.
    pub place: String,
    /// Begin; `None` when it is there.
    pub from: Option<When>,
    /// End; `None` when none is in sight.
    pub to: Option<When>,
    /// `12 h`; empty without an end.
    pub long: String,
    /// Why not more: `step 2: nobody is backup on payments`.
    pub missing: Vec<String>,
    /// What to do.
    pub fix: String,
    /// Nobody at all is.
    pub is_deaf: bool,
}

/// `/oncall/policies/new` and `/oncall/policies/{policy}/edit`.
#[derive(Template)]
#[template(path = "oncall_policy_edit.html")]
pub struct PolicyForm {
    /// Frame.
    pub shell: Shell,
    /// Where the form goes.
    pub action: String,
    /// The policy that is changed; empty for a new one.
    pub id: String,
    /// The revision that was looked at.
    pub revision: String,
    /// It is changed in its file: the form only shows what to write there.
    pub from_file: bool,
    /// Handle of a new one.
    pub handle: Field,
    /// Whose it is.
    pub teams: Vec<Choice>,
    /// What is wrong with that.
    pub team_error: Option<String>,
    /// In order.
    pub steps: Vec<StepForm>,
    /// How often more.
    pub repeat: Field,
    /// The last resort.
    pub last: TargetsForm,
    /// Low urgency waits.
    pub hold: HoldForm,
    /// After which an acknowledgement runs out.
    pub ack_timeout: Field,
    /// Words to choose targets from when they are too many for lists to open.
    pub words: Vec<Choice>,
    /// Zones to choose from.
    pub zones: Vec<String>,
    /// What it would be; `None` before it makes sense.
    pub preview: Option<PolicyLook>,
    /// Why there is no preview; empty before anything is typed.
    pub wrong: String,
    /// What somebody else made of it meanwhile.
    pub theirs: Vec<String>,
}

/// One step.
pub struct StepForm {
    /// Prefix of its fields: `s0`.
    pub key: String,
    /// From 1.
    pub number: usize,
    /// `if nobody acknowledged`; empty for the first.
    pub unless: String,
    /// It hands over instead of ringing.
    pub over: bool,
    /// The wait.
    pub after: Field,
    /// Whom it rings.
    pub targets: TargetsForm,
    /// Policies to hand over to.
    pub policies: Vec<Choice>,
    /// What is wrong with that.
    pub policy_error: Option<String>,
    /// What the fold says while it is closed: `Always; all at once; …`.
    pub summary: String,
    /// The fold is open.
    pub open: bool,
    /// Together or in turn.
    pub how: Vec<Choice>,
    /// What is wrong with that.
    pub how_error: Option<String>,
    /// The first, or each of them.
    pub acknowledge: Vec<Choice>,
    /// Conditions.
    pub when: WhenForm,
    /// It can go up.
    pub up: bool,
    /// It can go down.
    pub down: bool,
    /// It can be taken out.
    pub removable: bool,
}

/// Whom something rings: a field for each.
pub struct TargetsForm {
    /// Prefix of its fields: `s0-t`, `last-t`.
    pub key: String,
    /// What the fields are called to whoever hears them: `Step 1 rings`.
    pub label: String,
    /// `and`, `or`.
    pub joint: &'static str,
    /// Each, and an empty one at the end.
    pub fields: Vec<TargetField>,
    /// What is wrong with one of them.
    pub error: Option<String>,
}

/// One target.
pub struct TargetField {
    /// What is chosen: `schedule:payments`; empty for nobody.
    pub value: String,
    /// The lists to choose from; empty when words are typed.
    pub groups: Vec<(String, Vec<Choice>)>,
}

/// The conditions of a step.
pub struct WhenForm {
    /// Urgencies.
    pub urgency: Vec<Choice>,
    /// Least severities.
    pub severity: Vec<Choice>,
    /// Any, within, outside.
    pub hours: Vec<Choice>,
    /// Days.
    pub days: Vec<Choice>,
    /// What is wrong with them.
    pub days_error: Option<String>,
    /// Begin.
    pub from: Field,
    /// End.
    pub to: Field,
    /// Zone.
    pub zone: Field,
    /// `env = prod, eu`, one a line.
    pub labels: Field,
    /// `P1, P2`.
    pub priority: Field,
}

/// Low urgency that waits.
pub struct HoldForm {
    /// It does.
    pub on: bool,
    /// Morning.
    pub until: Field,
    /// Evening.
    pub from: Field,
    /// Days on which it rings.
    pub days: Vec<Choice>,
    /// What is wrong with them.
    pub days_error: Option<String>,
    /// Zone.
    pub zone: Field,
}

/// The preview.
pub struct PolicyLook {
    /// How it would read, and whom it would ring now.
    pub told: PolicyTold,
    /// Sentences that would be gone.
    pub gone: Vec<String>,
    /// Nothing would change.
    pub same: bool,
    /// What the proof of reach says when nothing is worse.
    pub verdict: String,
    /// It says so of pages that come this way.
    pub is_proved: bool,
    /// Where it would reach fewer than now.
    pub worse: Vec<HoleLine>,
    /// How many more of those.
    pub more_worse: usize,
    /// Saved all the same: the box's state.
    pub although: bool,
    /// It was not ticked although it has to be.
    pub although_error: Option<String>,
    /// `2 pages run with …`; empty when none does.
    pub running: String,
    /// As it stands in a file.
    pub yaml: String,
}
