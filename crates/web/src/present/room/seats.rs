//! The seats of a room: who sits where since when, what is offered, what is owed.

use crate::{
    present::{Eyes, line},
    views::room::Seat,
};
use nightbell_engine::domain::{
    ids::UserId,
    record::Recorded,
    response::{Incident, IncidentEvent, RoleKind, RuleId},
};

/// The posted word of a role.
pub fn word(role: RoleKind) -> &'static str {
    match role {
        RoleKind::Commander => "ic",
        other => other.word(),
    }
}

/// Every seat: one for each holder of Ops and one to join, one of each other role.
pub fn seats(eyes: &Eyes<'_>, incident: &Incident, events: &[Recorded<IncidentEvent>]) -> Vec<Seat> {
    let mut seats = Vec::new();
    for role in RoleKind::ALL {
        let holders = incident.roles.holders(role);
        seats.extend(holders.iter().map(|user| held(eyes, incident, events, role, user)));
        let joins = role == RoleKind::Ops
            && eyes.may_respond()
            && !incident.roles.holds(role, &eyes.me)
            && !incident.status.is_final();
        if holders.is_empty() || joins {
            seats.push(empty(eyes, incident, role));
        }
    }
    seats
}

fn held(
    eyes: &Eyes<'_>,
    incident: &Incident,
    events: &[Recorded<IncidentEvent>],
    role: RoleKind,
    user: &UserId,
) -> Seat {
    let may = eyes.may_respond() && !incident.status.is_final();
    let mine = *user == eyes.me;
    let hands_over =
        role == RoleKind::Commander && incident.row.commander_within.is_some() && incident.status.is_open();
    let since = since(events, role, user).map(|at| format!("since {}", eyes.utc(at)));
    let offered = offers(eyes, incident, role);
    Seat {
        role: word(role).to_owned(),
        label: role.label().to_owned(),
        person: Some(eyes.person_or_you(user)),
        note: since.into_iter().chain(offered).collect::<Vec<_>>().join(" · "),
        owed: false,
        overdue: false,
        // Ops has a seat of its own to be offered.
        offered_to_me: may && role != RoleKind::Ops && incident.roles.offer(role, &eyes.me).is_some(),
        can_take: false,
        can_offer: may && role != RoleKind::Ops,
        can_release: may && mine && !hands_over,
    }
}

fn empty(eyes: &Eyes<'_>, incident: &Incident, role: RoleKind) -> Seat {
    let may = eyes.may_respond() && !incident.status.is_final();
    let nobody = incident.roles.holders(role).is_empty();
    let owed = nobody && incident.status.is_open() && incident.row.roles.contains(&role);
    let note = match offers(eyes, incident, role) {
        Some(offered) => offered,
        None if owed => owed_note(eyes, incident, role),
        None if nobody => "nobody".to_owned(),
        None => "join".to_owned(),
    };
    let overdue = owed && owed_since(incident, role).is_none_or(|due| due <= eyes.now);
    Seat {
        role: word(role).to_owned(),
        label: role.label().to_owned(),
        person: None,
        note,
        owed,
        overdue,
        offered_to_me: may && incident.roles.offer(role, &eyes.me).is_some(),
        can_take: may,
        can_offer: may,
        can_release: false,
    }
}

fn owed_note(eyes: &Eyes<'_>, incident: &Incident, role: RoleKind) -> String {
    match owed_since(incident, role) {
        Some(due) if due <= eyes.now => format!("owed since {}", eyes.utc(due)),
        Some(due) => format!("owed by {}", eyes.utc(due)),
        None => "owed".to_owned(),
    }
}

/// When the seat's time is over, as the rule that asks for it says.
fn owed_since(incident: &Incident, role: RoleKind) -> Option<jiff::Timestamp> {
    let rule = if role == RoleKind::Commander { RuleId::IcNamed } else { RuleId::RolesFilled };
    incident.obligation(rule).filter(|o| o.is_owed()).and_then(|o| o.due_at)
}

fn offers(eyes: &Eyes<'_>, incident: &Incident, role: RoleKind) -> Option<String> {
    let offered = incident.roles.offers.iter().filter(|offer| offer.role == role);
    let names: Vec<String> =
        offered.map(|offer| if offer.to == eyes.me { "you".to_owned() } else { line(&eyes.name(&offer.to)) }).collect();
    (!names.is_empty()).then(|| format!("offered to {}", names.join(", ")))
}

fn since(events: &[Recorded<IncidentEvent>], seat: RoleKind, who: &UserId) -> Option<jiff::Timestamp> {
    let sat_down = |event: &&Recorded<IncidentEvent>| match &event.event {
        IncidentEvent::RoleTaken { role, user } | IncidentEvent::RoleAccepted { role, user } => {
            *role == seat && user == who
        }
        _ => false,
    };
    events.iter().rev().find(sat_down).map(|event| event.at)
}
