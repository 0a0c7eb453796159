//! The playbook's clocks: they remind the room, then page, and stop when what they ask for is done.

use super::{World, user, world::at};
use crate::response;
use nightbell_domain::response::{Incident, IncidentEvent, RoleKind, RuleId, Standing, UpdateInput};
use nightbell_store::journal;

impl World {
    /// `seconds rule what` of everything the clocks did.
    fn clocks(&mut self, incident: &Incident) -> Vec<String> {
        let key = incident.id.to_string();
        let events = self.act(|unit| Ok(journal::stream::<Incident>(unit.tx, &key)?));
        let line = |event: nightbell_domain::record::Recorded<IncidentEvent>| {
            let what = match &event.event {
                IncidentEvent::RuleNagged { rule, .. } => format!("{rule} nagged"),
                IncidentEvent::RuleBreached { rule, .. } => format!("{rule} breached"),
                IncidentEvent::RulePaged { rule, who } => format!("{rule} paged {}", who.label()),
                _ => return None,
            };
            Some(format!("{} {what}", event.at.duration_since(at(0)).as_secs()))
        };
        events.into_iter().filter_map(line).collect()
    }
}

#[test]
fn no_commander_after_five_minutes_pages_the_one_on_call_and_the_backup() {
    let mut world = World::new();
    let incident = world.declare("frank", "sev2");
    world.run_until(60);
    let ops = world.permit("bob");
    world.act(|unit| response::take_role(unit, &ops, &incident.slug, RoleKind::Ops));
    world.sent();
    world.run_until(5 * 60);
    let expected = [
        "150 ic-named nagged",
        "300 ic-named breached",
        "300 ic-named paged the commander on call",
        "300 ic-named paged the backup on call",
    ];
    let clocks: Vec<_> = world.clocks(&incident).into_iter().filter(|line| line.contains("ic-named")).collect();
    assert_eq!(clocks, expected);
    let sent = world.sent();
    assert!(
        sent.contains(&"5:00 page alice/hook +1".to_owned()) && sent.contains(&"5:00 page bob/mail +1".to_owned()),
        "{sent:?}"
    );
    let alice = world.permit("alice");
    world.act(|unit| response::take_role(unit, &alice, &incident.slug, RoleKind::Commander));
    let now = world.now;
    let incident = world.incident(&incident.slug);
    assert_eq!(incident.obligation(RuleId::IcNamed).map(|o| o.standing(now)), Some(Standing::MetLate));
    world.tick();
    let sent = world.sent();
    assert!(
        !sent.is_empty() && sent.iter().all(|line| line.contains("cancelled")),
        "whoever was called for the seat is called off: {sent:?}"
    );
}

/// An incident whose only running clock is the cadence of updates.
fn quiet(world: &mut World) -> Incident {
    let incident = world.declare("alice", "sev2");
    let (alice, bob) = (world.permit("alice"), world.permit("bob"));
    world.act(|unit| response::take_role(unit, &alice, &incident.slug, RoleKind::Commander));
    world.act(|unit| response::take_role(unit, &bob, &incident.slug, RoleKind::Ops));
    world.act(|unit| response::waive(unit, &alice, None, &incident.slug, RuleId::PublicNotice, "no customer sees it"));
    world.tick();
    assert_eq!(world.sent(), Vec::<String>::new());
    incident
}

#[test]
fn a_late_update_nags_the_room_then_pages_comms_then_the_commander_then_the_backup() {
    let mut world = World::new();
    let incident = quiet(&mut world);
    world.run_until(37 * 60);
    let expected = [
        "1680 update-cadence nagged",
        "1800 update-cadence breached",
        "1800 update-cadence paged Comms",
        "1980 update-cadence paged the commander",
        "2160 update-cadence paged the backup on call",
    ];
    assert_eq!(world.clocks(&incident), expected);
    let expected = [
        "30:00 page erin/mail",
        "33:00 page alice/hook",
        "34:00 page alice/mail",
        "35:00 page erin/mail",
        "36:00 page bob/mail",
    ];
    assert_eq!(world.sent(), expected);
    let alice = world.permit("alice");
    let update = UpdateInput { text: "Still draining the queue.", ..UpdateInput::default() };
    world.act(|unit| response::post_update(unit, &alice, &incident.slug, &update, None));
    world.run_until(60 * 60);
    let expected = ["37:00 cancelled bob/mail", "37:00 cancelled erin/mail"];
    assert_eq!(
        world.sent(),
        expected,
        "the update clears it, the next is due at 67:00, and Alice knows what she posted"
    );
    let incident = world.incident(&incident.slug);
    assert_eq!(incident.promise.map(|p| p.at), Some(at(67 * 60)));
    let cadence = incident.obligation(RuleId::UpdateCadence).expect("owed");
    assert_eq!((cadence.kept, cadence.late), (0, 1));
}

#[test]
fn updates_in_time_keep_everything_quiet() {
    let mut world = World::new();
    let incident = quiet(&mut world);
    let alice = world.permit("alice");
    for minute in [20, 45, 70] {
        world.run_until(minute * 60);
        let update = UpdateInput { text: "Still draining the queue.", ..UpdateInput::default() };
        world.act(|unit| response::post_update(unit, &alice, &incident.slug, &update, None));
    }
    world.run_until(90 * 60);
    assert_eq!(world.clocks(&incident), Vec::<String>::new());
    let incident = world.incident(&incident.slug);
    assert_eq!(incident.obligation(RuleId::UpdateCadence).map(|o| (o.kept, o.late)), Some((3, 0)));
}

#[test]
fn the_comms_seat_is_called_before_comms_on_call() {
    let mut world = World::new();
    let incident = quiet(&mut world);
    let frank = world.permit("frank");
    world.act(|unit| response::take_role(unit, &frank, &incident.slug, RoleKind::Comms));
    world.run_until(30 * 60);
    assert_eq!(world.sent(), ["30:00 page frank/mail"]);
    assert_eq!(world.incident(&incident.slug).roles.comms, Some(user("frank")));
}

#[test]
fn a_clock_that_is_read_late_catches_up_once() {
    let mut world = World::new();
    let incident = quiet(&mut world);
    world.now = at(3 * 3600);
    world.act(response::cadence);
    let first = world.clocks(&incident);
    assert_eq!(first.len(), 5, "{first:?}");
    world.act(response::cadence);
    assert_eq!(world.clocks(&incident), first);
    world.tick();
    assert_eq!(world.sent(), ["180:00 page alice/hook", "180:00 page bob/mail", "180:00 page erin/mail"]);
}
