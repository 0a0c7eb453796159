//! Whether a page would reach a person: what `doctor` says of the organisation as it is. Runs the very plan that rings people. Reads only, decides
//! nothing; is not the proof of every minute (a schedule's gaps are looked for, its people are looked at, the plan is run for now).

use crate::{Directory, paging::ExplainSubject, paging::Turns, paging::explain};
use jiff::SignedDuration;
use nightbell_domain::{
    ids::{ScheduleId, UserId},
    org::{AccessRole, ContactKind, Organisation, Policy, RouteOutcome, Target, Urgency, User},
    record::Instant,
    text::duration::human_duration,
};
use std::collections::{BTreeMap, BTreeSet};

/// How far ahead schedules are looked at.
pub const AHEAD: SignedDuration = SignedDuration::from_hours(14 * 24);
/// Gaps of one schedule that are told; more are counted.
const GAPS_TOLD_MAX: usize = 3;

/// Something that keeps a page from a person, or may.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Which check.
    pub check: &'static str,
    /// Somebody is not reached; else it only may happen.
    pub grave: bool,
    /// What is so.
    pub what: String,
    /// What it means for paging.
    pub means: String,
    /// What to do.
    pub fix: String,
}

/// Looks at everything. `mail_works`: whether a mail server is configured.
pub fn findings(directory: &Directory, now: Instant, mail_works: bool) -> Vec<Finding> {
    let org = &directory.org;
    let mut found = Vec::new();
    administrators(org, &mut found);
    people(org, now, mail_works, &mut found);
    schedules(org, now, &mut found);
    policies(org, now, &mut found);
    services(directory, now, &mut found);
    sources(org, &mut found);
    found
}

fn finding(check: &'static str, grave: bool, what: String, means: &str, fix: &str) -> Finding {
    Finding { check, grave, what, means: means.to_owned(), fix: fix.to_owned() }
}

fn administrators(org: &Organisation, found: &mut Vec<Finding>) {
    let count = org.users.values().filter(|user| user.role == AccessRole::Admin).count();
    match count {
        0 => found.push(finding(
            "administrators",
            true,
            "There is no administrator.".to_owned(),
            "When every step of a policy stays silent, nobody is left to ring.",
            "nightbell init --email you@example.com",
        )),
        1 => found.push(finding(
            "administrators",
            false,
            "There is one administrator.".to_owned(),
            "The last resort is a single person: asleep, on a plane or gone, nobody is left to ring.",
            "Make a second one in the organisation's files (role: admin).",
        )),
        _ => {}
    }
}

/// Everybody a page may be meant for in the time looked at, with why.
fn rung(org: &Organisation, now: Instant) -> BTreeMap<UserId, BTreeSet<String>> {
    let mut rung: BTreeMap<UserId, BTreeSet<String>> = BTreeMap::new();
    let mut add = |user: UserId, why: String| _ = rung.entry(user).or_default().insert(why);
    for user in org.users.values().filter(|user| user.role == AccessRole::Admin) {
        add(user.id.clone(), "administrator, the last resort of all".to_owned());
    }
    for schedule in org.schedules.values() {
        let until = now.saturating_add(AHEAD).unwrap_or(now);
        let shifts = org.rota(&schedule.id).ok().and_then(|rota| rota.shifts(now, until).ok()).unwrap_or_default();
        for member in shifts.iter().flat_map(|shift| shift.everyone().chain(&shift.backup)) {
            if let Ok(user) = member.as_str().parse() {
                add(user, format!("on call on {}", schedule.id));
            }
        }
    }
    for policy in org.policies.values() {
        for target in policy.steps.iter().flat_map(|step| &step.notify).chain(&policy.last_resort) {
            match target {
                Target::User(user) => add(user.clone(), format!("named in policy {}", policy.id)),
                Target::Team(team) => {
                    for user in org.teams.get(team).into_iter().flat_map(|team| &team.members) {
                        add(user.clone(), format!("member of {team}, rung by policy {}", policy.id));
                    }
                }
                Target::Schedule(_) | Target::Backup(_) | Target::Next(_) | Target::Policy(_) => {}
            }
        }
    }
    rung
}

fn people(org: &Organisation, now: Instant, mail_works: bool, found: &mut Vec<Finding>) {
    for (id, why) in rung(org, now) {
        let why = why.into_iter().collect::<Vec<_>>().join("; ");
        let Some(user) = org.users.get(&id) else {
            found.push(finding(
                "people",
                true,
                format!("@{id} does not exist ({why})."),
                "That turn rings nobody; the policy goes on with its next step.",
                "Put somebody else there, in the organisation's files.",
            ));
            continue;
        };
        if let Some((what, fix)) = unreachable(user, mail_works) {
            let means = "A page for them reaches nobody by this way; the policy goes on with its next step.";
            found.push(finding("people", true, format!("@{id} {what} ({why})."), means, fix));
        } else if let Some(via) = unverified(user) {
            found.push(finding(
                "people",
                false,
                format!("@{id} is to be rung by {via}, which is not verified ({why})."),
                "That method is left out: the page comes by the others.",
                "Try the method, then set `verified: true` on it.",
            ));
        }
    }
}

/// Why nothing reaches a person, and what to do.
fn unreachable(user: &User, mail_works: bool) -> Option<(&'static str, &'static str)> {
    if user.contacts.is_empty() {
        return Some(("has no contact method", "Add a contact to the person in the organisation's files."));
    }
    let ladder = user.ladder(Urgency::High);
    if ladder.is_empty() {
        return Some(("has no verified contact method", "Try one of the methods, then set `verified: true` on it."));
    }
    let by_mail_alone = ladder.iter().all(|(_, contact)| matches!(contact.kind, ContactKind::Email { .. }));
    (by_mail_alone && !mail_works).then_some((
        "is reached by mail alone, and no mail server is set",
        "Set [mail] url, or give them another method.",
    ))
}

/// A method that a rule for pages names and that is not used.
fn unverified(user: &User) -> Option<String> {
    let named = user.rules.high.iter().map(|rule| &rule.via);
    named.filter(|via| user.verified(via).is_none()).map(ToString::to_string).next()
}

fn schedules(org: &Organisation, now: Instant, found: &mut Vec<Finding>) {
    let until = now.saturating_add(AHEAD).unwrap_or(now);
    for schedule in org.schedules.values() {
        let used = is_used(org, &schedule.id);
        let gaps = org.rota(&schedule.id).and_then(|rota| rota.gaps(now, until).map_err(|e| e.to_string()));
        let gaps = match gaps {
            Ok(gaps) => gaps,
            Err(e) => {
                found.push(finding(
                    "schedules",
                    used,
                    format!("Schedule {} cannot be worked out: {e}.", schedule.id),
                    "Its turns ring nobody.",
                    "Mend the schedule in the organisation's files.",
                ));
                continue;
            }
        };
        if gaps.is_empty() {
            continue;
        }
        let told: Vec<String> = gaps.iter().take(GAPS_TOLD_MAX).map(|one| gap(one.from, one.to)).collect();
        let more = gaps.len().saturating_sub(GAPS_TOLD_MAX);
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        found.push(finding(
            "schedules",
            used,
            format!("Nobody is on call on {} {}{more}.", schedule.id, told.join(", ")),
            if used { "A page then goes to the policy's next step at once." } else { "No policy counts on it." },
            "Add a layer or an override; or make a later step of the policy somebody else.",
        ));
    }
}

fn gap(from: Instant, to: Instant) -> String {
    format!("from {} for {}", from.strftime("%Y-%m-%d %H:%M UTC"), human_duration(to.duration_since(from)))
}

fn is_used(org: &Organisation, id: &ScheduleId) -> bool {
    let names = |policy: &Policy| {
        let targets = policy.steps.iter().flat_map(|step| &step.notify).chain(&policy.last_resort);
        targets.into_iter().any(
            |target| matches!(target, Target::Schedule(one) | Target::Backup(one) | Target::Next(one) if one == id),
        )
    };
    org.policies.values().any(names)
}

fn policies(org: &Organisation, now: Instant, found: &mut Vec<Finding>) {
    for policy in org.policies.values() {
        if policy.steps.is_empty() {
            found.push(finding(
                "policies",
                false,
                format!("Policy {} has no steps.", policy.id),
                "Its pages go to the last resort at once.",
                "Give it a step, in the organisation's files.",
            ));
        }
        for (n, step) in (1..).zip(&policy.steps) {
            let silent: Vec<String> = step.notify.iter().filter_map(|target| org.reach(target, now).err()).collect();
            let nobody = silent.len() == step.notify.len();
            if nobody {
                let why = if silent.is_empty() { "it names nobody".to_owned() } else { silent.join("; ") };
                found.push(finding(
                    "policies",
                    false,
                    format!("Step {n} of policy {} rings nobody now: {why}.", policy.id),
                    "The page goes on to the next step at once.",
                    "Name somebody else beside, or cover the schedule.",
                ));
            }
        }
    }
}

fn services(directory: &Directory, now: Instant, found: &mut Vec<Finding>) {
    for service in directory.org.services.values() {
        if service.policy.is_none() {
            found.push(finding(
                "services",
                false,
                format!("Service {} has no policy.", service.id),
                "Its pages go to the administrators at once.",
                "Give it a policy, in the organisation's files.",
            ));
        }
        let Ok(plan) = explain(directory, &Turns::new(), &ExplainSubject::Service(service.id.clone()), now) else {
            continue;
        };
        let people: BTreeSet<_> = plan.lines.iter().filter_map(|line| line.user.as_ref()).collect();
        let explain = format!("nightbell explain --service {}", service.id);
        match people.len() {
            0 => found.push(finding(
                "services",
                true,
                format!("Nobody would hear of a page on {}.", service.id),
                "An alert on it is accepted, stored and shown, and wakes nobody.",
                &format!("See why: {explain}"),
            )),
            1 => found.push(finding(
                "services",
                false,
                format!("One person alone would hear of a page on {}, whatever happens.", service.id),
                "When their phone is off, nobody hears.",
                &format!("Add a step with somebody else. See: {explain}"),
            )),
            _ => {}
        }
    }
}

fn sources(org: &Organisation, found: &mut Vec<Finding>) {
    if org.integrations.is_empty() {
        found.push(finding(
            "sources",
            false,
            "There is no integration.".to_owned(),
            "Nothing can send an alert.",
            "Add one in the organisation's files, and give its address to your monitoring.",
        ));
    }
    let pages = org.routes.iter().any(|route| route.outcome == RouteOutcome::Page);
    if !org.routes.is_empty() && !pages {
        found.push(finding(
            "sources",
            false,
            "No route pages anybody.".to_owned(),
            "Alerts are recorded or told, but wake nobody unless nothing matches them.",
            "Add a route with `do: page`.",
        ));
    }
}
