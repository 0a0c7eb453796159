//! `/oncall` and `/explain`: who is on call, who comes next, and who would hear what, when and why.
//!
//! Callers: the handlers of those paths. The other pages below `/oncall` have a file each.
//!
//! Forms are `GET`: `/explain?service=&at=&urgency=`.

pub mod lanes;
pub mod load;
pub mod plan;
pub mod policy;
pub mod turns;

use super::parts::{Choice, Empty, Field, Link, Person, Tag};
use super::shell::Shell;
use super::time::When;
use askama::Template;

/// Every schedule.
#[derive(Template)]
#[template(path = "oncall.html")]
pub struct OncallPage {
    /// Frame.
    pub shell: Shell,
    /// The reader's next turn, or that there is none: `Your next turn: payments-primary, Mon 4 May 09:00`.
    pub mine: Vec<turns::TurnRow>,
    /// How many requests wait for the reader's answer.
    pub asked_count: usize,
    /// How many of the reader's own wait for somebody's.
    pub own_count: usize,
    /// Whether the reader may make a schedule.
    pub may_create: bool,
    /// Where a page reaches too few in the next days, earliest first.
    pub holes: Vec<policy::HoleLine>,
    /// How many more.
    pub more_holes: usize,
    /// A card each.
    pub schedules: Vec<ScheduleCard>,
    /// Shown when there are none.
    pub empty: Empty,
    /// Services of the explain form.
    pub services: Vec<Choice>,
    /// Instant of the explain form (`2026-05-03T03:00`).
    pub at: Field,
}

/// One schedule.
pub struct ScheduleCard {
    /// Its id, the anchor.
    pub id: String,
    /// Name.
    pub name: String,
    /// `Payments · Europe/Berlin`.
    pub note: String,
    /// Who is on call now; `None` is a gap.
    pub primary: Option<Person>,
    /// The second person, if any.
    pub backup: Option<Person>,
    /// Until when.
    pub until: Option<When>,
    /// Rung together with the primary.
    pub also: Vec<Person>,
    /// `then Bob Example until 18 May 09:00`; may be empty.
    pub next: String,
    /// Whom the form calls: `Alice Example`; empty when nobody is on call or the reader may not.
    pub call: String,
    /// The reader may take over.
    pub may_take: bool,
    /// The reader has taken over and may give back.
    pub may_give_back: bool,
    /// `2 gaps in the next 8 weeks, the first on Sat 9 May 18:00`; empty when there are none.
    pub gaps: String,
    /// A policy or a response role counts on it: only then is a gap shown in red.
    pub relied_on: bool,
}

/// One shift.
pub struct ShiftRow {
    /// `Mon 4 May 09:00`.
    pub from: When,
    /// `Mon 11 May 09:00`.
    pub to: When,
    /// `7 days`.
    pub length: String,
    /// Who; empty is a gap.
    pub primary: String,
    /// The second person; may be empty.
    pub backup: String,
    /// `override`, `swap`; may be empty.
    pub mark: String,
    /// Nobody is on call.
    pub gap: bool,
    /// It is the present one.
    pub now: bool,
}

/// The plan, minute by minute.
#[derive(Template)]
#[template(path = "explain.html")]
pub struct ExplainPage {
    /// Frame.
    pub shell: Shell,
    /// Services, the asked one selected.
    pub services: Vec<Choice>,
    /// What is wrong with the service, if anything.
    pub service_error: Option<String>,
    /// Urgencies, the asked one selected.
    pub urgencies: Vec<Choice>,
    /// The instant asked about.
    pub at: Field,
    /// Whose phones are off: `alice`, `alice/phone`.
    pub without: Field,
    /// The answer; `None` before the question.
    pub plan: Option<Plan>,
}

/// What would happen.
pub struct Plan {
    /// `If an alert on Checkout fired on Sun 3 May at 03:00 and nobody acknowledged:`
    pub lead: String,
    /// Why this policy: `Checkout uses the policy payments (3 steps, 2 repeats).`
    pub policy: String,
    /// In order: once through the steps, each repeat, the last resort.
    pub rounds: Vec<PlanRound>,
    /// How it ends: `After 14 min the last resort, Carol; then the alarm of the instance.`
    pub ending: String,
    /// What is weak: `Bob has no verified method`; may be empty.
    pub warnings: Vec<String>,
}

/// Once through the steps of a policy.
pub struct PlanRound {
    /// `Again from 03:10: Alice Example, then Bob Example`: a repeat, folded. Empty for what stands open.
    pub again: String,
    /// In order.
    pub steps: Vec<PlanStep>,
}

/// One message that would be sent, or why none is.
pub struct PlanStep {
    /// `+0:00`, `+5:00`.
    pub offset: String,
    /// When.
    pub at: When,
    /// Who; nobody hears of it otherwise.
    pub who: Option<Person>,
    /// `webhook`, `mail`; empty without anybody.
    pub method: String,
    /// Why this person and this method, or why nobody.
    pub reason: String,
    /// What is the matter with it; `None` when it arrives.
    pub state: Option<Tag>,
    /// Where the reason stands (schedule, policy).
    pub source: Option<Link>,
}
