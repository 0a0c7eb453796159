//! The first page: what needs a human now, who is on call, what is owed.

use super::{
    Eyes, line,
    oncall::{is_relied_on, policy},
    severity, urgency,
};
use crate::views::{
    Link, Shell, Tag,
    home::{FirstStep, HomePage, IncidentCard, OncallNow, Owed, RingingPage},
    time::ago,
};
use nightbell_engine::{
    domain::{
        ids::UserId,
        learning::{ActionItem, Postmortem},
        paging::{Page, Subject},
        response::Incident,
        signal::Alert,
    },
    paging::next_step,
    proof::{Hole, menders},
    views::Home,
};

/// Fills the first page. `last` is the newest alert of all, for what is said when all is quiet.
/// `holes`: where coverage ends in the next days; shown to whoever may mend it.
pub fn page(eyes: &Eyes<'_>, shell: Shell, home: &Home, last: Option<&Alert>, holes: &[Hole]) -> HomePage {
    let mends = |hole: &&Hole| eyes.may_manage() || (eyes.may_respond() && menders(eyes.org, hole).contains(&eyes.me));
    let (holes, more_holes) = policy::holes(eyes, holes.iter().filter(mends).collect());
    let mut ringing: Vec<&Page> = home.ringing.iter().collect();
    ringing.sort_by_key(|page| (!rings_me(eyes, page), page.started_at));
    let oncall: Vec<OncallNow> = home.on_call.iter().map(|(id, now)| on_call(eyes, id, now)).collect();
    HomePage {
        shell,
        holes,
        more_holes,
        ringing: ringing.into_iter().map(|page| rings(eyes, page)).collect(),
        incidents: by_severity(eyes, &home.incidents).into_iter().map(|i| card(eyes, i)).collect(),
        gap_fact: gap_fact(&oncall),
        oncall,
        owed: owed(eyes, home),
        first_steps: first_steps(eyes),
        quiet_fact: last.map_or(String::new(), |alert| format!("Last alert {}.", ago(alert.started_at, eyes.now))),
    }
}

/// Incidents people work on, most severe first, then oldest first.
fn by_severity<'i>(eyes: &Eyes<'_>, incidents: &'i [Incident]) -> Vec<&'i Incident> {
    let rank = |i: &Incident| eyes.org.severities.rank(&i.severity).unwrap_or(usize::MAX);
    let mut open: Vec<&Incident> = incidents.iter().filter(|incident| incident.status.is_open()).collect();
    open.sort_by_key(|incident| (rank(incident), incident.declared_at));
    open
}

fn rings_me(eyes: &Eyes<'_>, page: &Page) -> bool {
    page.rings.iter().flat_map(|ring| &ring.rung).any(|rung| rung.user == eyes.me)
}

fn rings(eyes: &Eyes<'_>, page: &Page) -> RingingPage {
    let mut called: Vec<String> = Vec::new();
    for rung in page.rings.iter().flat_map(|ring| &ring.rung) {
        let name = eyes.name_or_you(&rung.user);
        if !called.contains(&name) {
            called.push(name);
        }
    }
    RingingPage {
        id: page.id.to_string(),
        urgency: urgency(page.urgency),
        title: line(&page.title),
        href: subject_path(page),
        service: eyes.service(page.service.as_ref()),
        since: eyes.since(page.started_at),
        who: if called.is_empty() { "nobody yet".to_owned() } else { called.join(", ") },
        next: next_step(eyes.org, page)
            .map_or(String::new(), |next| format!("{} at {}", next.who, eyes.when(next.at).clock)),
        can_ack: eyes.may_respond(),
    }
}

/// Where what a page rings for is shown. The slug of an incident is not in the page, its id is found as well.
pub fn subject_path(page: &Page) -> String {
    match &page.subject {
        Subject::Alert { alert } => format!("/alerts/{alert}"),
        Subject::Incident { incident, .. } => format!("/incidents/{incident}"),
        Subject::Person | Subject::Canary => "/".to_owned(),
        Subject::Proof { .. } => "/settings/reach".to_owned(),
    }
}

fn card(eyes: &Eyes<'_>, incident: &Incident) -> IncidentCard {
    let command_owed = incident.roles.commander.is_none() && incident.row.commander_within.is_some();
    let command = match &incident.roles.commander {
        Some(user) if *user == eyes.me => "You command".to_owned(),
        Some(user) => format!("{} commands", eyes.name(user)),
        None if command_owed => "No commander yet".to_owned(),
        None => "No commander needed".to_owned(),
    };
    IncidentCard {
        slug: incident.slug.clone(),
        title: line(&incident.title),
        severity: severity(&incident.severity),
        status: Tag::state(incident.status.word()),
        age: eyes.since(incident.declared_at),
        command,
        command_owed,
        next_update: incident.promise.map(|promise| eyes.until(promise.at)),
    }
}

fn on_call(eyes: &Eyes<'_>, schedule: &str, now: &Result<nightbell_calendar::OnCall, String>) -> OncallNow {
    let person = |member: &nightbell_calendar::Member| {
        member.as_str().parse::<UserId>().ok().map(|user| eyes.person_or_you(&user))
    };
    let now = now.as_ref().ok();
    OncallNow {
        schedule: Link::new(format!("/oncall#{schedule}"), schedule),
        primary: now.and_then(|now| now.primary.as_ref()).and_then(person),
        backup: now.and_then(|now| now.backup.as_ref()).and_then(person),
        relied_on: is_relied_on(eyes.org, schedule),
        until: now.and_then(|now| now.until).map(|until| eyes.when(until)),
    }
}

/// The schedules people count on that have nobody now, with the end of the gap.
fn gap_fact(oncall: &[OncallNow]) -> String {
    let gaps: Vec<String> = oncall
        .iter()
        .filter(|now| now.relied_on && now.primary.is_none())
        .map(|now| match &now.until {
            Some(until) => format!("{} until {}", now.schedule.text, until.clock),
            None => now.schedule.text.clone(),
        })
        .collect();
    if gaps.is_empty() { String::new() } else { format!("Nobody is on call on {}.", gaps.join(", ")) }
}

fn owed(eyes: &Eyes<'_>, home: &Home) -> Vec<Owed> {
    let commander =
        |p: &Postmortem| home.incidents.iter().find(|i| i.id == p.incident).and_then(|i| i.roles.commander.clone());
    let postmortems = home.postmortems.iter().map(|p| owed_postmortem(eyes, p, commander(p).as_ref()));
    let items = home.overdue.iter().map(|item| owed_item(eyes, item));
    let mut all: Vec<Owed> = postmortems.chain(items).collect();
    all.sort_by_key(|owed| owed.state.text != "Overdue");
    all
}

fn owed_postmortem(eyes: &Eyes<'_>, postmortem: &Postmortem, commander: Option<&UserId>) -> Owed {
    let overdue = postmortem.due_at.is_some_and(|due| due <= eyes.now);
    Owed {
        kind: "Postmortem".to_owned(),
        what: Link::new(format!("/postmortems/{}", postmortem.slug), line(&postmortem.title)),
        owner: commander.map_or_else(|| "Nobody yet".to_owned(), |user| eyes.name_or_you(user)),
        due: postmortem.due_at.map_or_else(|| "no due date".to_owned(), |due| format!("due {}", day(eyes, due))),
        state: Tag::state(if overdue { "overdue" } else { "due" }),
    }
}

fn owed_item(eyes: &Eyes<'_>, item: &ActionItem) -> Owed {
    Owed {
        kind: "Action item".to_owned(),
        what: Link::new("/actions", line(&item.text)),
        owner: eyes.name_or_you(&item.owner),
        due: format!("due {}", item.due_on.strftime("%a %-d %b")),
        state: Tag::state("overdue"),
    }
}

/// `Fri 8 May`, the day before an end at midnight: what is due at the end of Friday is due on Friday.
pub fn day(eyes: &Eyes<'_>, due: jiff::Timestamp) -> String {
    let last = due.checked_sub(jiff::SignedDuration::from_secs(1)).unwrap_or(due);
    last.to_zoned(eyes.zone.clone()).strftime("%a %-d %b").to_string()
}

/// What is still to be set up; nothing once all of it is.
fn first_steps(eyes: &Eyes<'_>) -> Vec<FirstStep> {
    let org = eyes.org;
    let step = |href: &str, text: &str, why: &str, done: bool| FirstStep {
        link: Link::new(href, text),
        why: why.to_owned(),
        done,
    };
    let steps = [
        step(
            "/settings",
            "Connect a monitoring tool",
            "Its alerts are what wakes people.",
            !org.integrations.is_empty(),
        ),
        step("/oncall", "Make a schedule", "Without one, only administrators are woken.", !org.schedules.is_empty()),
        step(
            "/services",
            "Describe a service",
            "It says whom its alerts page, and which runbook to read.",
            !org.services.is_empty(),
        ),
        step(
            "/runbooks",
            "Write a runbook",
            "Its quick mitigations stand on the page of whoever is woken.",
            !org.runbooks.is_empty(),
        ),
    ];
    if steps.iter().all(|step| step.done) { Vec::new() } else { steps.into() }
}
