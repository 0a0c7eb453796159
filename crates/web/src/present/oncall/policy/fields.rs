//! How the form of a policy is shown: its sentences with fields in them, and what it would be once it is saved.

use super::{
    form::{TARGETS_MAX, chosen, keys},
    hole, running, told, weeks,
};
use crate::present::{
    Eyes, capital, line,
    oncall::plan::{DAYS, zones},
    typed::Typed,
};
use crate::views::{
    Choice, Field, Shell,
    oncall::policy::{HoldForm, PolicyForm, PolicyLook, StepForm, TargetField, TargetsForm, WhenForm},
};
use nightbell_engine::{
    domain::{
        ids::PolicyId,
        org::{Policy, Target},
        paging::Page,
        refusal::Refusal,
    },
    organisation::PolicyPreview,
};
use nightbell_wire::org_files::export_policy;

/// More targets than that are typed with a list of suggestions: lists to open would make the page heavy, and nobody reads through them.
const LISTED_MAX: usize = 120;
/// Holes that are told; more are counted.
const HOLES_MAX: usize = 4;

/// Choices under a heading.
type Group = (String, Vec<Choice>);

/// What the form is filled from.
pub struct Filled<'a> {
    /// What was typed.
    pub typed: &'a Typed,
    /// The policy that is changed.
    pub id: Option<&'a PolicyId>,
    /// Its newest revision, or the one that was looked at.
    pub revision: u64,
    /// It is changed in its file.
    pub from_file: bool,
    /// What it would be.
    pub look: Option<(&'a Policy, &'a PolicyPreview)>,
    /// Why not, by field of the form.
    pub refused: Option<&'a Refusal>,
    /// Whose turn it is.
    pub turn: u64,
    /// Pages that are open.
    pub open: &'a [Page],
    /// The policy as somebody else made it meanwhile.
    pub theirs: Option<&'a Policy>,
}

impl Filled<'_> {
    fn error(&self, name: &str) -> Option<String> {
        let wrong = self.refused.filter(|refusal| refusal.field.as_deref() == Some(name));
        wrong.map(|refusal| refusal.message.clone())
    }

    fn field(&self, name: &str) -> Field {
        Field { value: self.typed.text(name), error: self.error(name) }
    }
}

/// Fills the form.
pub fn page(eyes: &Eyes<'_>, shell: Shell, filled: &Filled<'_>) -> PolicyForm {
    let typed = filled.typed;
    let keys = keys(typed);
    let words = targets(eyes);
    let lists = words.iter().map(|(_, list)| list.len()).sum::<usize>() <= LISTED_MAX;
    let groups = if lists { words.as_slice() } else { &[] };
    let steps = (0..keys.len()).map(|n| step(eyes, filled, groups, &keys, n));
    let team = typed.word("team");
    let teams = std::iter::once(Choice::new("", "none", team.is_empty()))
        .chain(eyes.org.teams.values().map(|t| Choice::new(t.id.as_str(), line(&t.name), t.id.as_str() == team)));
    PolicyForm {
        shell,
        action: filled.id.map_or_else(|| "/oncall/policies/new".to_owned(), |id| format!("/oncall/policies/{id}/edit")),
        id: filled.id.map(ToString::to_string).unwrap_or_default(),
        revision: filled.revision.to_string(),
        from_file: filled.from_file,
        handle: filled.field("id"),
        teams: teams.collect(),
        team_error: filled.error("team"),
        steps: steps.collect(),
        repeat: filled.field("repeat"),
        last: target_fields(filled, groups, "last-t", "The last resort rings".to_owned(), "and"),
        hold: HoldForm {
            on: typed.ticked("hold"),
            until: filled.field("hold-until"),
            from: filled.field("hold-from"),
            days: days(typed, "hold"),
            days_error: filled.error("hold-days"),
            zone: filled.field("hold-zone"),
        },
        ack_timeout: filled.field("ack-timeout"),
        words: if lists { Vec::new() } else { words.into_iter().flat_map(|(_, list)| list).collect() },
        zones: zones(eyes),
        wrong: filled.refused.map(|refusal| refusal.message.clone()).unwrap_or_default(),
        preview: filled.look.map(|(policy, preview)| look(eyes, filled, policy, preview)),
        theirs: filled.theirs.map(|policy| policy.sentences(eyes.org)).unwrap_or_default(),
    }
}

/// Everybody and everything a step can ring, in lists, as the sentences say it.
fn targets(eyes: &Eyes<'_>) -> Vec<Group> {
    let org = eyes.org;
    let schedules = || org.schedules.keys().cloned();
    let lists: [(&str, Vec<Target>); 6] = [
        ("On call now", schedules().map(Target::Schedule).collect()),
        ("Behind them", schedules().map(Target::Backup).collect()),
        ("On call next", schedules().map(Target::Next).collect()),
        ("People", org.users.keys().cloned().map(Target::User).collect()),
        ("Teams", org.teams.keys().cloned().map(Target::Team).collect()),
        ("Other policies", org.policies.keys().cloned().map(Target::Policy).collect()),
    ];
    let choice = |target: &Target| Choice::new(target.to_string(), line(&org.spoken(target)), false);
    let filled = lists.into_iter().filter(|(_, list)| !list.is_empty());
    filled.map(|(name, list)| (name.to_owned(), list.iter().map(choice).collect())).collect()
}

/// A field for each target that was chosen, and an empty one.
fn target_fields(filled: &Filled<'_>, groups: &[Group], key: &str, label: String, joint: &'static str) -> TargetsForm {
    let mut values = chosen(filled.typed, key);
    if values.len() < TARGETS_MAX {
        values.push(String::new());
    }
    let one = |value: String| {
        let select =
            |list: &[Choice]| list.iter().map(|c| Choice { selected: c.value == value, ..c.clone() }).collect();
        let mut groups: Vec<Group> = groups.iter().map(|(name, list)| (name.clone(), select(list))).collect();
        let known = groups.iter().flat_map(|(_, list)| list).any(|choice| choice.selected);
        if !groups.is_empty() && !value.is_empty() && !known {
            groups.push(("Not there".to_owned(), vec![Choice::new(&value, format!("{value} (not there)"), true)]));
        }
        TargetField { value, groups }
    };
    let error = filled.error(key);
    TargetsForm { key: key.to_owned(), label, joint, fields: values.into_iter().map(one).collect(), error }
}

fn days(typed: &Typed, key: &str) -> Vec<Choice> {
    let name = |word: &str| format!("{key}-day-{word}");
    DAYS.iter().map(|(word, _)| Choice::new(name(word), capital(word), typed.ticked(&name(word)))).collect()
}

fn step(eyes: &Eyes<'_>, filled: &Filled<'_>, groups: &[Group], keys: &[String], n: usize) -> StepForm {
    let (typed, key) = (filled.typed, keys[n].as_str());
    let name = |field: &str| format!("{key}-{field}");
    let (turns, all) = (typed.word(&name("how")) == "turns", typed.word(&name("ack")) == "all");
    let unless = match n.checked_sub(1).and_then(|n| keys.get(n)) {
        None => "",
        Some(before) if typed.word(&format!("{before}-ack")) == "all" => "if not everybody acknowledged",
        Some(_) => "if nobody acknowledged",
    };
    let to = typed.word(&name("over"));
    let others = eyes.org.policies.keys().filter(|id| Some(*id) != filled.id);
    let policies = std::iter::once(Choice::new("", "choose one", to.is_empty()))
        .chain(others.map(|id| Choice::new(id.as_str(), id.to_string(), id.as_str() == to)));
    let over = typed.word(&name("kind")) == "over";
    let folded = ["how", "days", "from", "to", "zone", "labels", "priority"];
    StepForm {
        number: n + 1,
        unless: unless.to_owned(),
        over,
        after: filled.field(&name("after")),
        targets: target_fields(
            filled,
            groups,
            &name("t"),
            format!("Step {} rings", n + 1),
            if turns { "or" } else { "and" },
        ),
        policies: policies.collect(),
        policy_error: filled.error(&name("over")),
        summary: summary(typed, key, over),
        open: folded.iter().any(|field| filled.error(&name(field)).is_some()),
        how: vec![
            Choice::new("all", "all of them at once", !turns),
            Choice::new("turns", "one of them, in turn", turns),
        ],
        how_error: filled.error(&name("how")),
        acknowledge: vec![
            Choice::new("any", "whoever is first has it", !all),
            Choice::new("all", "each of them must", all),
        ],
        when: when(filled, key),
        up: n > 0,
        down: n + 1 < keys.len(),
        removable: keys.len() > 1,
        key: key.to_owned(),
    }
}

/// What the fold says while it is closed.
fn summary(typed: &Typed, key: &str, over: bool) -> String {
    let word = |field: &str| typed.word(&format!("{key}-{field}"));
    let mut conditions: Vec<String> = Vec::new();
    match word("hours") {
        "within" => conditions.push(format!("from {} to {}", word("from"), word("to"))),
        "outside" => conditions.push(format!("outside of {} to {}", word("from"), word("to"))),
        _ => {}
    }
    if !word("urgency").is_empty() {
        conditions.push(format!("{} urgency", word("urgency")));
    }
    if !word("severity").is_empty() {
        conditions.push(format!("severity {} or worse", word("severity")));
    }
    if !word("labels").is_empty() {
        conditions.push("some labels".to_owned());
    }
    if !word("priority").is_empty() {
        conditions.push(format!("priority {}", word("priority")));
    }
    let when = if conditions.is_empty() { "Always".to_owned() } else { format!("Only {}", conditions.join(", ")) };
    if over {
        return when;
    }
    let how = if word("how") == "turns" { "in turn" } else { "all at once" };
    let who = if word("ack") == "all" { "each must acknowledge" } else { "the first to acknowledge has it" };
    format!("{when} · {how} · {who}")
}

fn when(filled: &Filled<'_>, key: &str) -> WhenForm {
    let typed = filled.typed;
    let name = |field: &str| format!("{key}-{field}");
    let pick = |field: &str, pairs: &[(&str, &str)]| {
        let chosen = typed.word(&name(field));
        pairs.iter().map(|(value, label)| Choice::new(*value, *label, *value == chosen)).collect()
    };
    let urgency = [("", "any urgency"), ("high", "high urgency only"), ("low", "low urgency only")];
    let severity = [
        ("", "any severity"),
        ("warning", "warning or worse"),
        ("error", "error or worse"),
        ("critical", "critical only"),
    ];
    let hours = [("", "at any time"), ("within", "within these hours"), ("outside", "outside of these hours")];
    WhenForm {
        urgency: pick("urgency", &urgency),
        severity: pick("severity", &severity),
        hours: pick("hours", &hours),
        days: days(typed, key),
        days_error: filled.error(&name("days")),
        from: filled.field(&name("from")),
        to: filled.field(&name("to")),
        zone: filled.field(&name("zone")),
        labels: filled.field(&name("labels")),
        priority: filled.field(&name("priority")),
    }
}

fn look(eyes: &Eyes<'_>, filled: &Filled<'_>, policy: &Policy, preview: &PolicyPreview) -> PolicyLook {
    let stored = filled.id.and_then(|id| eyes.org.policies.get(id));
    let before = stored.map(|stored| stored.sentences(eyes.org));
    let after = policy.sentences(eyes.org);
    let gone = before.iter().flatten().filter(|sentence| !after.contains(sentence)).cloned().collect();
    let verdict = match (preview.worse.is_empty(), preview.is_used, preview.mended) {
        (false, ..) => String::new(),
        (true, false, _) => {
            "No service pages through it yet: it rings for nobody until a service or another policy names it."
                .to_owned()
        }
        (true, true, 0) => format!("No minute of the next {} weeks reaches fewer people than now.", weeks()),
        (true, true, _) => format!("It reaches more people than now in the next {} weeks, and never fewer.", weeks()),
    };
    PolicyLook {
        told: told(eyes, policy, filled.turn, before.as_deref()),
        gone,
        same: stored == Some(policy),
        verdict,
        is_proved: preview.is_used,
        worse: preview.worse.iter().take(HOLES_MAX).map(|one| hole(eyes, one)).collect(),
        more_worse: preview.worse.len().saturating_sub(HOLES_MAX),
        although: filled.typed.ticked("although"),
        although_error: filled.error("although"),
        running: filled.id.map_or_else(String::new, |id| running(filled.open, id)),
        yaml: export_policy(policy),
    }
}
