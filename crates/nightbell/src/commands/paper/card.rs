//! What stands on the card: domain values in, ready-to-print lines out. Every word about a value is chosen here; text and page only lay it out.

use jiff::{SignedDuration, Timestamp, tz::TimeZone};
use nightbell_engine::domain::{
    org::{AccessRole, ContactKind, Organisation, Policy, Schedule, Target, User},
    text::{clean::one_line, duration::human_duration, runbook::parse_runbook},
};
use serde::Serialize;

/// The card.
#[derive(Debug, Serialize)]
pub struct Card {
    /// When it was printed.
    pub printed: String,
    /// From when on it is old paper.
    pub good_until: String,
    /// The address of the installation.
    pub address: String,
    /// Who is on call when, per schedule.
    pub rosters: Vec<Roster>,
    /// Everybody who may be rung, with how to reach them.
    pub people: Vec<Person>,
    /// What would be done, in words.
    pub policies: Vec<Plan>,
    /// Names of the administrators.
    pub administrators: Vec<String>,
    /// What the public reads: name and address.
    pub status_pages: Vec<(String, String)>,
    /// What to do first: title, services, where.
    pub runbooks: Vec<Runbook>,
    /// How to go on without Nightbell.
    pub by_hand: Vec<String>,
}

/// One schedule.
#[derive(Debug, Serialize)]
pub struct Roster {
    /// Its handle.
    pub name: String,
    /// The zone of its times.
    pub zone: String,
    /// Why there are no turns, when it cannot be worked out.
    pub problem: Option<String>,
    /// Its turns, in order; gaps among them.
    pub turns: Vec<Turn>,
}

/// One turn, or a gap.
#[derive(Debug, Serialize)]
pub struct Turn {
    /// From, in the schedule's zone.
    pub from: String,
    /// Until, in the schedule's zone; `later` when it is not over where the card ends.
    pub until: String,
    /// Who is called first; `None` in a gap.
    pub primary: Option<String>,
    /// Who stands behind.
    pub backup: Option<String>,
}

/// One person.
#[derive(Debug, Serialize)]
pub struct Person {
    /// Name.
    pub name: String,
    /// Handle.
    pub handle: String,
    /// `administrator`, or nothing.
    pub role: &'static str,
    /// How to reach them, as configured.
    pub contacts: Vec<String>,
}

/// One policy in words.
#[derive(Debug, Serialize)]
pub struct Plan {
    /// Its handle.
    pub name: String,
    /// What it is used for.
    pub services: Vec<String>,
    /// Its steps.
    pub steps: Vec<String>,
}

/// One runbook.
#[derive(Debug, Serialize)]
pub struct Runbook {
    /// Its title.
    pub title: String,
    /// What it is for.
    pub services: Vec<String>,
    /// The file among the organisation's.
    pub file: String,
    /// Its page.
    pub address: String,
}

impl Card {
    /// The card at an instant, for so many days.
    pub fn of(org: &Organisation, public_url: &str, now: Timestamp, days: u8) -> Self {
        let until = now.saturating_add(SignedDuration::from_hours(24 * i64::from(days))).unwrap_or(now);
        let administrators = org.users.values().filter(|user| user.role == AccessRole::Admin);
        Self {
            printed: now.strftime("%Y-%m-%d %H:%M UTC").to_string(),
            good_until: until.strftime("%Y-%m-%d").to_string(),
            address: public_url.to_owned(),
            rosters: org.schedules.values().map(|schedule| roster(org, schedule, now, until)).collect(),
            people: org.users.values().map(person).collect(),
            policies: org.policies.values().map(|policy| plan(org, policy)).collect(),
            administrators: administrators.map(|user| one_line(&user.name)).collect(),
            status_pages: org
                .status_pages
                .values()
                .map(|page| (one_line(&page.name), format!("{public_url}/status/{}", page.slug)))
                .collect(),
            runbooks: runbooks(org, public_url),
            by_hand: by_hand(org),
        }
    }
}

fn name_of(org: &Organisation, handle: &str) -> String {
    let known = org.users.values().find(|user| user.id.as_str() == handle);
    known.map_or_else(|| format!("@{handle} (no longer here)"), |user| one_line(&user.name))
}

fn roster(org: &Organisation, schedule: &Schedule, now: Timestamp, until: Timestamp) -> Roster {
    let zone_name = &schedule.calendar.time_zone;
    // A zone that is unknown cannot be worked out either, so its times do not matter.
    let zone = nightbell_calendar::local::zone(zone_name).unwrap_or(TimeZone::UTC);
    let shown = |at: Timestamp| match at {
        at if at == now => "now".to_owned(),
        at if at == until => "later".to_owned(),
        at => at.to_zoned(zone.clone()).strftime("%a %d %b %H:%M").to_string(),
    };
    let turn = |from, to, primary, backup| Turn { from: shown(from), until: shown(to), primary, backup };
    let mut turns = Vec::new();
    let shifts = org.rota(&schedule.id).and_then(|rota| rota.shifts(now, until).map_err(|e| e.to_string()));
    let problem = match shifts {
        Err(problem) => Some(problem),
        Ok(shifts) => {
            let mut covered_to = now;
            for shift in shifts {
                if covered_to < shift.from {
                    turns.push(turn(covered_to, shift.from, None, None));
                }
                covered_to = shift.to;
                let backup = shift.backup.map(|member| name_of(org, member.as_str()));
                turns.push(turn(shift.from, shift.to, Some(name_of(org, shift.primary.as_str())), backup));
            }
            if covered_to < until {
                turns.push(turn(covered_to, until, None, None));
            }
            None
        }
    };
    Roster { name: schedule.id.to_string(), zone: zone_name.clone(), problem, turns }
}

fn person(user: &User) -> Person {
    let mut contacts: Vec<String> = user
        .contacts
        .iter()
        .map(|contact| {
            let unverified = if contact.verified { "" } else { " (not verified)" };
            match &contact.kind {
                ContactKind::Email { address } => format!("mail {}{unverified}", one_line(address)),
                ContactKind::Webhook { url } | ContactKind::Teams { url } | ContactKind::Push { endpoint: url, .. } => {
                    format!("{} at {}{unverified}", contact.id, host_of(url))
                }
                ContactKind::Ntfy { .. } => format!("{} by ntfy{unverified}", contact.id),
                ContactKind::Voice { number } => format!("call {number}{unverified}"),
                kind => format!("{} {}{unverified}", kind.word(), one_line(kind.address())),
            }
        })
        .collect();
    let known =
        user.contacts.iter().any(|c| matches!(&c.kind, ContactKind::Email { address } if *address == user.email));
    if !known && !user.email.is_empty() {
        contacts.push(format!("mail {}", one_line(&user.email)));
    }
    Person {
        name: one_line(&user.name),
        handle: format!("@{}", user.id),
        role: if user.role == AccessRole::Admin { "administrator" } else { "" },
        contacts,
    }
}

/// Where a webhook goes; its path may hold a secret, and the card hangs on a wall.
fn host_of(url: &str) -> String {
    let host = url::Url::parse(url).ok().and_then(|url| url.host_str().map(str::to_owned));
    host.map_or_else(|| "its own service".to_owned(), |host| one_line(&host))
}

fn plan(org: &Organisation, policy: &Policy) -> Plan {
    let services = org.services.values().filter(|service| service.policy.as_ref() == Some(&policy.id));
    let mut steps: Vec<String> = Vec::new();
    for (n, step) in policy.steps.iter().enumerate() {
        let when = match (n, step.after <= SignedDuration::ZERO) {
            (0, true) => "At once".to_owned(),
            (_, true) => "At the same time".to_owned(),
            (0, false) => format!("After {}", human_duration(step.after)),
            (_, false) => format!("{} later", human_duration(step.after)),
        };
        steps.push(format!("{when}: {}", targets(org, &step.notify)));
    }
    match policy.repeat {
        0 => {}
        1 => steps.push("Then all of it once more.".to_owned()),
        n => steps.push(format!("Then all of it {n} times more.")),
    }
    let last =
        if policy.last_resort.is_empty() { "the administrators".to_owned() } else { targets(org, &policy.last_resort) };
    steps.push(format!("If nobody answered: {last}"));
    Plan { name: policy.id.to_string(), services: services.map(|service| one_line(&service.name)).collect(), steps }
}

fn targets(org: &Organisation, targets: &[Target]) -> String {
    let words = |target: &Target| match target {
        Target::Schedule(id) => format!("whoever is on call on {id}"),
        Target::Backup(id) => format!("the backup on {id}"),
        Target::Next(id) => format!("whoever is on call next on {id}"),
        Target::User(id) => name_of(org, id.as_str()),
        Target::Team(id) => match org.teams.get(id) {
            Some(team) => format!("everybody in {}", one_line(&team.name)),
            None => format!("team {id} (no longer here)"),
        },
        Target::Policy(id) => format!("whoever policy {id} would ring first"),
    };
    match targets {
        [] => "nobody".to_owned(),
        targets => targets.iter().map(words).collect::<Vec<_>>().join(", "),
    }
}

fn runbooks(org: &Organisation, public_url: &str) -> Vec<Runbook> {
    org.runbooks
        .values()
        .map(|source| {
            let title =
                parse_runbook(&source.markdown).map_or_else(|_| source.id.to_string(), |(parsed, _)| parsed.title);
            let services = org
                .services
                .values()
                .filter(|service| source.services.contains(&service.id) || service.runbooks.contains(&source.id));
            Runbook {
                title: one_line(&title),
                services: services.map(|service| one_line(&service.name)).collect(),
                file: format!("runbooks/{}.md", source.id),
                address: format!("{public_url}/runbooks/{}", source.id),
            }
        })
        .collect()
}

fn by_hand(org: &Organisation) -> Vec<String> {
    let severities: Vec<String> =
        org.severities.rows.iter().map(|row| format!("{}: {}", row.id, one_line(&row.impact))).collect();
    let mut steps = vec![
        "Call whoever is on call above, by telephone. No answer in 5 minutes: call the next in the policy.".to_owned(),
        "Say the severity out loud and write it down with the time.".to_owned(),
    ];
    if !severities.is_empty() {
        steps.push(severities.join(" / "));
    }
    steps.extend([
        "One person commands and touches nothing; one works; one writes and tells the others. Say who is who.".to_owned(),
        "Open one call or one chat channel for it and nothing else: #inc-DATE-WHAT-IS-BROKEN.".to_owned(),
        "Mitigate before you look for the cause: the runbooks below.".to_owned(),
        "Say when the next update comes, and keep it. Never promise when it is fixed.".to_owned(),
        "Write times and decisions on paper: they become the timeline when Nightbell is back (incident declare, then note).".to_owned(),
    ]);
    steps
}
