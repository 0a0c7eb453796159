//! Declaring, roles, resolving, and what follows from each in the same unit of work.

use super::{World, refused, user, world::at};
use crate::{
    learning, paging,
    response::{self, Declare, Resolution},
};
use nightbell_domain::{
    learning::PostmortemState,
    paging::{Page, PageStatus, Subject},
    response::{Incident, IncidentStatus, RoleKind, RuleId, Standing},
    signal::EventAction,
};
use nightbell_store::{learning as store, paging as pages};

impl World {
    /// Declares by hand on the checkout.
    pub fn declare(&mut self, by: &str, severity: &str) -> Incident {
        let by = self.permit(by);
        let input = Declare {
            title: "Checkout down".to_owned(),
            severity: Some(severity.parse().expect("a severity")),
            service: Some("checkout".parse().expect("a handle")),
            ..Declare::default()
        };
        self.act(|unit| response::declare(unit, &by, input.clone()))
    }

    pub fn pages_of(&mut self, incident: &Incident) -> Vec<Page> {
        self.act(|unit| Ok(pages::of_subject(unit.tx, &incident.id.to_string())?))
    }

    /// `purpose status` of each page of an incident.
    fn purposes(&mut self, incident: &Incident) -> Vec<String> {
        let describe = |page: Page| match page.subject {
            Subject::Incident { purpose, .. } => format!("{purpose} {}", page.status.word()),
            other => format!("{other:?}"),
        };
        let mut purposes: Vec<_> = self.pages_of(incident).into_iter().map(describe).collect();
        purposes.sort();
        purposes
    }
}

#[test]
fn a_route_declares_and_the_severitys_people_are_paged() {
    let mut world = World::new();
    let outcome = world.event(EventAction::Trigger, "db", &[("route", "declare")], None);
    let alert = world.alert(&outcome);
    let id = alert.incident.expect("an incident was declared");
    let incident = world.incident(&id.to_string());
    assert_eq!((incident.slug.as_str(), incident.severity.as_str()), ("inc-2026-05-12-db-is-down", "sev1"));
    assert!(incident.pages.contains(&alert.page.expect("it pages")), "the alert's page stands in the room");
    assert_eq!(incident.mitigations.len(), 1, "{:?}", incident.mitigations);
    assert_eq!(
        world.purposes(&incident),
        ["declared:commander ringing", "declared:comms ringing", "declared:execs ringing"]
    );
    world.tick();
    let expected = ["0:00 page alice/hook +1", "0:00 page erin/mail", "0:00 page frank/mail"];
    assert_eq!(
        world.sent(),
        expected,
        "the alert and the commander's call in one; the policy of Ops rings through the alert already"
    );
}

/// (who declares, severity, what is sent)
#[test]
fn declaring_by_hand_pages_each_owed_role_and_never_only_oneself() {
    let cases: [(&str, &str, &[&str]); 4] = [
        ("frank", "sev1", &["0:00 page alice/hook +1", "0:00 page erin/mail"]),
        ("alice", "sev1", &["0:00 page alice/hook", "0:00 page erin/mail", "0:00 page frank/mail"]),
        ("frank", "sev2", &["0:00 page alice/hook +1"]),
        ("frank", "sev3", &["0:00 page alice/hook"]),
    ];
    for (who, severity, sent) in cases {
        let mut world = World::new();
        world.declare(who, severity);
        world.tick();
        assert_eq!(world.sent(), sent, "{who} {severity}");
    }
}

#[test]
fn an_alert_belongs_to_one_incident() {
    let mut world = World::new();
    let alert = world.trigger("db");
    let alice = world.permit("alice");
    let input = Declare { alert: Some(alert.id), ..Declare::default() };
    let incident = world.act(|unit| response::declare(unit, &alice, input.clone()));
    assert_eq!(incident.title, "db is down");
    assert_eq!(incident.alerts, [alert.id]);
    assert_eq!(refused(world.unit(|unit| response::declare(unit, &alice, input.clone()))).code, "already-declared");
    let other = world.trigger("cache");
    world.act(|unit| response::link_alert(unit, &alice, &incident.slug, other.id));
    let second = world.declare("frank", "sev3");
    let refusal = refused(world.unit(|unit| response::link_alert(unit, &alice, &second.slug, other.id)));
    assert_eq!(refusal.code, "already-linked");
}

#[test]
fn two_incidents_of_one_day_and_title_have_different_rooms() {
    let mut world = World::new();
    let slugs: Vec<_> = (0..3).map(|_| world.declare("frank", "sev3").slug).collect();
    assert_eq!(slugs[0], "inc-2026-05-12-checkout-down");
    assert!(slugs[1] != slugs[0] && slugs[2] != slugs[1] && slugs[2] != slugs[0], "{slugs:?}");
}

#[test]
fn answering_the_commanders_call_offers_the_seat_and_accepting_ends_the_call() {
    let mut world = World::new();
    let incident = world.declare("frank", "sev2");
    world.tick();
    world.sent();
    let call = world.pages_of(&incident).into_iter().find(|p| p.policy.policy.is_none()).expect("the commander's call");
    let alice = world.permit("alice");
    world.act(|unit| paging::acknowledge(unit, &alice, call.id));
    let incident = world.incident(&incident.slug);
    assert_eq!(incident.roles.commander, None, "accepting stays her own act");
    assert!(incident.roles.offer(RoleKind::Commander, &user("alice")).is_some());
    world.act(|unit| response::accept_role(unit, &alice, &incident.slug, RoleKind::Commander));
    let incident = world.incident(&incident.slug);
    assert_eq!(incident.roles.commander, Some(user("alice")));
    assert_eq!(world.purposes(&incident), ["declared:commander ended", "declared:ops ringing"]);
    world.tick();
    assert_eq!(world.sent(), Vec::<String>::new(), "whoever answers a call off knows it");
}

#[test]
fn inv_17_a_seat_changes_hands_by_offer_and_accept_and_is_never_empty_or_doubled() {
    let mut world = World::new();
    let slug = world.declare("alice", "sev2").slug;
    let (alice, bob) = (world.permit("alice"), world.permit("bob"));
    world.act(|unit| response::take_role(unit, &alice, &slug, RoleKind::Commander));
    assert_eq!(
        refused(world.unit(|unit| response::take_role(unit, &bob, &slug, RoleKind::Commander))).code,
        "role-held"
    );
    assert_eq!(
        refused(world.unit(|unit| response::accept_role(unit, &bob, &slug, RoleKind::Commander))).code,
        "role-not-offered"
    );
    assert_eq!(
        refused(world.unit(|unit| response::release_role(unit, &alice, &slug, RoleKind::Commander))).code,
        "commander-needed"
    );
    world.act(|unit| response::offer_role(unit, &alice, &slug, RoleKind::Commander, &user("bob")));
    assert_eq!(world.incident(&slug).roles.commander, Some(user("alice")), "held until the accept");
    world.act(|unit| response::accept_role(unit, &bob, &slug, RoleKind::Commander));
    assert_eq!(world.incident(&slug).roles.commander, Some(user("bob")));
}

#[test]
fn resolving_drafts_the_postmortem_due_in_business_days_of_the_team() {
    let mut world = World::new();
    let slug = world.declare("alice", "sev2").slug;
    world.now = at(60);
    let alice = world.permit("alice");
    let early = refused(world.unit(|unit| learning::draft(unit, &alice, &slug)));
    assert_eq!(early.code, "incident-not-resolved", "a draft is made from a timeline that is over");
    let resolution = Resolution { text: "Queue drained. All checkouts work.".to_owned(), public: None };
    let incident = world.act(|unit| response::resolve(unit, &alice, &slug, &resolution));
    assert_eq!(incident.status, IncidentStatus::Resolved);
    let postmortem = world.act(|unit| Ok(store::of_incident(unit.tx, incident.id)?)).expect("drafted");
    assert_eq!(incident.postmortem, Some(postmortem.id));
    // Tuesday 12 May; Thursday 14 May is Ascension Day in Germany, then a weekend: 13, 15, 18, 19, 20 May.
    assert_eq!(postmortem.due_at, Some("2026-05-20T22:00:00Z".parse().expect("an instant")));
    assert!(postmortem.markdown.contains("Checkout down"), "{}", postmortem.markdown);
    assert!(world.pages_of(&incident).iter().all(|page| matches!(page.status, PageStatus::Ended { .. })));
    assert_eq!(refused(world.unit(|unit| response::close(unit, &alice, &slug))).code, "postmortem-owed");
    world.act(|unit| learning::send_to_review(unit, &alice, &slug));
    let erin = world.manager("erin");
    let published = world.act(|unit| learning::publish(unit, &erin, &slug));
    assert_eq!(published.state, PostmortemState::Published);
    let closed = world.act(|unit| response::close(unit, &alice, &slug));
    assert_eq!(closed.status, IncidentStatus::Closed);
    world.run_until(3600);
    assert_eq!(world.sent(), Vec::<String>::new(), "nothing was sent before it was over");
}

#[test]
fn a_cancelled_incident_calls_everybody_off_once() {
    let mut world = World::new();
    let slug = world.declare("frank", "sev1").slug;
    world.tick();
    world.sent();
    world.now = at(30);
    let carol = world.permit("carol");
    world.act(|unit| response::cancel(unit, &carol, &slug, "a test of the alarm"));
    world.run_until(24 * 3600);
    let expected = ["0:30 cancelled alice/hook +1", "0:30 cancelled erin/mail"];
    assert_eq!(world.sent(), expected, "once for each person, and no clock runs any more");
}

/// (who, whether it is allowed)
#[test]
fn the_commander_and_managers_may_waive_and_nobody_else() {
    for (who, manager, allowed) in [("alice", false, true), ("bob", false, false), ("erin", true, true)] {
        let mut world = World::new();
        let slug = world.declare("alice", "sev2").slug;
        let alice = world.permit("alice");
        world.act(|unit| response::take_role(unit, &alice, &slug, RoleKind::Commander));
        let by = world.permit(who);
        let manager = manager.then(|| world.manager(who));
        let result = world.unit(|unit| {
            response::waive(unit, &by, manager.as_ref(), &slug, RuleId::PublicNotice, "no customer sees it")
        });
        assert_eq!(result.is_ok(), allowed, "{who}");
        let now = world.now;
        let standing = world.incident(&slug).obligation(RuleId::PublicNotice).map(|o| o.standing(now));
        assert_eq!(standing, Some(if allowed { Standing::Waived } else { Standing::Waiting }), "{who}");
    }
}

#[test]
fn a_waived_postmortem_is_not_chased_and_the_incident_closes() {
    let mut world = World::new();
    let slug = world.declare("alice", "sev2").slug;
    let alice = world.permit("alice");
    let resolution = Resolution { text: "Over.".to_owned(), public: None };
    world.act(|unit| response::resolve(unit, &alice, &slug, &resolution));
    let (erin, manager) = (world.permit("erin"), world.manager("erin"));
    world.act(|unit| {
        response::waive(unit, &erin, Some(&manager), &slug, RuleId::PostmortemOnTime, "a copy of last week's")
    });
    world.act(|unit| response::close(unit, &alice, &slug));
    world.run_until(30 * 24 * 3600);
}

#[test]
fn an_action_item_needs_owner_date_and_priority() {
    let mut world = World::new();
    let slug = world.declare("alice", "sev3").slug;
    let alice = world.permit("alice");
    let input = learning::ItemInput { text: "Alert on the queue's length".to_owned(), ..Default::default() };
    let refusals =
        world.act(|unit| learning::add_item(unit, &alice, &slug, input.clone())).expect_err("all three are missing");
    let fields: Vec<_> = refusals.iter().filter_map(|r| r.field.as_deref()).collect();
    assert_eq!(fields.len(), 3, "{fields:?}");
    let whole = learning::ItemInput {
        owner: Some(user("bob")),
        due_on: Some(jiff::civil::date(2026, 6, 1)),
        priority: Some(nightbell_domain::learning::document::ItemPriority::P1),
        ..input
    };
    let item = world.act(|unit| learning::add_item(unit, &alice, &slug, whole.clone())).expect("whole");
    world.act(|unit| learning::finish_item(unit, &alice, item.id));
}

#[test]
fn a_late_postmortem_is_asked_for_by_day_and_publishing_it_ends_the_call() {
    let mut world = World::new();
    let slug = world.declare("alice", "sev2").slug;
    let alice = world.permit("alice");
    world.act(|unit| response::take_role(unit, &alice, &slug, RoleKind::Commander));
    let resolution = Resolution { text: "Over.".to_owned(), public: None };
    world.act(|unit| response::resolve(unit, &alice, &slug, &resolution));
    let due = world.incident(&slug).obligation(RuleId::PostmortemOnTime).and_then(|o| o.due_at).expect("owed");
    let begun = world.now;
    let after = |hours: i64| due.duration_since(begun).as_secs() + hours * 3600 + 60;
    let incident = world.incident(&slug).id.to_string();
    let calls = |world: &mut World| {
        let pages = world.act(|unit| Ok(nightbell_store::paging::of_subject(unit.tx, &incident)?));
        let late = |p: &nightbell_domain::paging::Page| matches!(&p.subject, nightbell_domain::paging::Subject::Incident { purpose, .. } if purpose == "postmortem-on-time");
        pages
            .iter()
            .filter(|p| late(p))
            .map(|p| format!("{} {}", p.urgency.word(), p.status.word()))
            .collect::<Vec<_>>()
    };
    world.run_until(after(0));
    assert_eq!(calls(&mut world), Vec::<String>::new(), "at midnight nobody is called");
    world.run_until(after(9));
    assert_eq!(calls(&mut world), ["low ringing"]);
    let manager = world.manager("erin");
    world.act(|unit| crate::learning::publish(unit, &manager, &slug));
    assert_eq!(calls(&mut world), ["low ended"]);
    world.run_until(after(10));
    assert!(world.sent().iter().any(|message| message.contains("page alice")), "the commander was asked");
}
