//! The room's command line: the same words as chat, each doing exactly what its form does.

use super::{change, find, publish::PublicWords};
use crate::{Fault, Unit, paging};
use nightbell_domain::{
    access::{Manage, Permit, Respond},
    org::{Organisation, Target, Urgency},
    paging::later,
    refusal::Refusal,
    response::{RoleWho, RoomCommand, UpdateInput, room},
    text::suggest::did_you_mean,
};

/// Does what a line says; answers what was done, in a few words.
pub fn command(
    unit: &mut Unit<'_>,
    by: &Permit<Respond>,
    manager: Option<&Permit<Manage>>,
    incident: &str,
    line: &str,
) -> Result<String, Fault> {
    let done = match room::parse(line)? {
        RoomCommand::Write { entry, text } => {
            change::write(unit, by, incident, entry, &text)?;
            "Written down.".to_owned()
        }
        RoomCommand::Role { role, who: RoleWho::Me } => {
            change::take_role(unit, by, incident, role)?;
            format!("You are {role}.")
        }
        RoomCommand::Role { role, who: RoleWho::User(user) } => {
            change::offer_role(unit, by, incident, role, &user)?;
            format!("{role} is offered to @{user}.")
        }
        RoomCommand::Accept { role } => {
            change::accept_role(unit, by, incident, role).map(|_| format!("You are {role}."))?
        }
        RoomCommand::Decline { role } => {
            change::decline_role(unit, by, incident, role).map(|_| format!("You declined {role}."))?
        }
        RoomCommand::Release { role } => {
            change::release_role(unit, by, incident, role).map(|_| format!("You left {role}."))?
        }
        RoomCommand::Severity { to, reason } => {
            change::change_severity(unit, by, incident, &to, reason.as_deref())?;
            format!("It is {} now.", to.as_str().to_uppercase())
        }
        RoomCommand::Status { to, reason } => {
            change::set_status(unit, by, incident, to, reason.as_deref())?;
            format!("Status: {to}.")
        }
        RoomCommand::Update { text, next_in } => {
            let next_update_at = next_in.map(|wait| later(unit.now, wait));
            let input = UpdateInput { text: &text, next_update_at, ..UpdateInput::default() };
            change::post_update(unit, by, incident, &input, None)?;
            "The room was told. The public page was not: use Update… to publish.".to_owned()
        }
        RoomCommand::Page { target, message } => call(unit, by, incident, &target, message)?,
        RoomCommand::TryMitigation { key } => {
            change::try_mitigation(unit, by, incident, &key).map(|_| "Noted as being tried.".to_owned())?
        }
        RoomCommand::JudgeMitigation { key, worked } => {
            change::judge_mitigation(unit, by, incident, &key, worked)?;
            if worked { "Noted: it worked.".to_owned() } else { "Noted: it did not help.".to_owned() }
        }
        RoomCommand::Resolve { text } => {
            change::resolve(unit, by, incident, &change::Resolution { text, public: None::<PublicWords> })?;
            "Resolved.".to_owned()
        }
        RoomCommand::Close => change::close(unit, by, incident).map(|_| "Closed.".to_owned())?,
        RoomCommand::Cancel { reason } => {
            change::cancel(unit, by, incident, &reason).map(|_| "Cancelled.".to_owned())?
        }
        RoomCommand::Waive { rule, reason } => {
            change::waive(unit, by, manager, incident, rule, &reason)?;
            format!("{} is waived.", rule.label())
        }
        RoomCommand::Help => {
            room::COMMANDS.iter().map(|(_, usage, what)| format!("{usage}: {what}")).collect::<Vec<_>>().join("\n")
        }
    };
    Ok(done)
}

/// `/page payments-oncall`: a schedule, policy, team or person of that name, whichever there is.
pub fn target_named(org: &Organisation, name: &str) -> Result<Target, Refusal> {
    if let Ok(target) = name.parse::<Target>() {
        return Ok(target);
    }
    let name = name.trim_start_matches(['@', '#']);
    let schedules = org.schedules.keys().find(|id| id.as_str() == name).map(|id| Target::Schedule(id.clone()));
    let policies = || org.policies.keys().find(|id| id.as_str() == name).map(|id| Target::Policy(id.clone()));
    let teams = || org.teams.keys().find(|id| id.as_str() == name).map(|id| Target::Team(id.clone()));
    let users = || org.users.keys().find(|id| id.as_str() == name).map(|id| Target::User(id.clone()));
    schedules.or_else(policies).or_else(teams).or_else(users).ok_or_else(|| {
        let known = org
            .schedules
            .keys()
            .map(|i| i.as_str())
            .chain(org.users.keys().map(|i| i.as_str()))
            .chain(org.policies.keys().map(|i| i.as_str()));
        Refusal::invalid(
            "who",
            format!("Nobody is called {name:?}{}. Name a person, schedule, policy or team.", did_you_mean(name, known)),
        )
    })
}

/// Pages somebody from the room: the page belongs to the incident and stands in its timeline. Answers what was done, in a few words.
pub fn call(
    unit: &mut Unit<'_>,
    by: &Permit<Respond>,
    incident: &str,
    name: &str,
    message: Option<String>,
) -> Result<String, Fault> {
    let directory = unit.directory.clone();
    let target = target_named(&directory.org, name)?;
    let found = find(unit, incident)?;
    let message = message.unwrap_or_else(|| format!("You are needed in {}: {}", found.room(), found.title));
    let page = paging::page_people(unit, by, std::slice::from_ref(&target), &message, Urgency::High)?;
    let events = found.page_started(page.id, &target.to_string(), &message);
    change::record(unit, found, events, &by.actor())?;
    Ok(format!("{target} is being paged."))
}
