use super::*;
use crate::record::fold;

fn at(hours: i64) -> Instant {
    "2026-05-02T10:04:00Z".parse::<Instant>().unwrap() + SignedDuration::from_hours(hours)
}

struct Life {
    events: Vec<Recorded<PostmortemEvent>>,
    state: Postmortem,
}

impl Life {
    fn new(due_in_hours: Option<i64>) -> Life {
        let id = uuid::Uuid::from_u128(9).into();
        let incident = uuid::Uuid::from_u128(1).into();
        let due = due_in_hours.map(at);
        let event =
            draft(id, incident, "inc-2026-05-02-checkout-down", "Checkout down", due, "# Postmortem\n".to_owned())
                .unwrap()
                .remove(0);
        let first = Recorded { seq: 1, at: at(0), actor: Actor::system("learning"), event };
        let state = Postmortem::evolve(None, &first).unwrap();
        Life { events: vec![first], state }
    }

    fn record(&mut self, at: Instant, events: Vec<PostmortemEvent>) {
        for event in events {
            let actor = Actor::User("bob".parse().unwrap());
            let recorded = Recorded { seq: self.state.version + 1, at, actor, event };
            self.state = Postmortem::evolve(Some(self.state.clone()), &recorded).unwrap();
            self.events.push(recorded);
        }
        assert_eq!(fold::<Postmortem>(&self.events).unwrap().as_ref(), Some(&self.state));
    }
}

#[test]
fn a_save_over_somebody_elses_is_refused_and_loses_nothing() {
    let mut life = Life::new(Some(144));
    let edited = life.state.save(1, "theirs").unwrap();
    life.record(at(1), edited);
    assert_eq!((life.state.revision, life.state.markdown.as_str()), (2, "theirs"));
    let refusal = life.state.save(1, "mine").unwrap_err();
    assert_eq!((refusal.code.as_str(), refusal.field.as_deref()), ("revision-changed", Some("markdown")));
    assert_eq!(life.state.save(1, "theirs"), Ok(Vec::new()), "the same text needs no save");
    assert!(life.state.save(2, "both").is_ok());
    assert_eq!(
        life.state.save(2, &"x".repeat(POSTMORTEM_BYTES_MAX + 1)).unwrap_err().field.as_deref(),
        Some("markdown")
    );
}

#[test]
fn from_draft_to_published() {
    let mut life = Life::new(Some(144));
    let sent = life.state.send_to_review().unwrap();
    life.record(at(2), sent);
    assert_eq!((life.state.state, life.state.send_to_review()), (PostmortemState::Review, Ok(Vec::new())));
    let published = life.state.publish().unwrap();
    life.record(at(3), published);
    assert_eq!(
        (life.state.published_at, life.state.next_due_at, life.state.publish()),
        (Some(at(3)), None, Ok(Vec::new()))
    );
    assert_eq!(life.state.send_to_review().unwrap_err().code, "postmortem-published");
    assert_eq!(life.state.waive("too late").unwrap_err().code, "postmortem-settled");
    assert!(life.state.save(1, "corrected").is_ok(), "a published one can be corrected");
}

#[test]
fn an_empty_document_is_not_published() {
    let mut life = Life::new(None);
    let edited = life.state.save(1, " \n").unwrap();
    life.record(at(1), edited);
    assert_eq!(life.state.publish().unwrap_err().field.as_deref(), Some("markdown"));
}

#[test]
fn waiving_and_dismissing_need_reasons() {
    let mut life = Life::new(Some(144));
    assert_eq!(life.state.waive(" ").unwrap_err().field.as_deref(), Some("reason"));
    assert_eq!(life.state.dismiss_finding(" ", "x").unwrap_err().field.as_deref(), Some("line"));
    assert_eq!(life.state.dismiss_finding("a line", "").unwrap_err().field.as_deref(), Some("reason"));
    let dismissed = life.state.dismiss_finding(" Bob's team fixed it ", "praise").unwrap();
    life.record(at(1), dismissed);
    assert!(life.state.is_dismissed("Bob's team fixed it"));
    assert_eq!(life.state.dismiss_finding("Bob's team fixed it", "again"), Ok(Vec::new()));
    let waived = life.state.waive("a drill").unwrap();
    life.record(at(2), waived);
    assert_eq!((life.state.is_owed(), life.state.next_due_at), (false, None));
}

#[test]
fn chased_a_day_before_when_due_and_daily_after() {
    let mut life = Life::new(Some(144));
    let mut chased = Vec::new();
    while let Some(due) = life.state.next_due_at.filter(|due| *due <= at(200)) {
        let events = life.state.tick(due);
        life.record(due, events);
        assert!(life.state.tick(due).is_empty());
        chased.push(due.duration_since(at(0)).as_hours());
    }
    assert_eq!(chased, [120, 144, 168, 192]);
}

#[test]
fn a_late_tick_chases_once() {
    let mut life = Life::new(Some(144));
    assert!(life.state.tick(at(119)).is_empty());
    let events = life.state.tick(at(195));
    assert_eq!(events, [PostmortemEvent::Chased]);
    life.record(at(195), events);
    assert_eq!(life.state.next_due_at, Some(at(216)));
    assert_eq!(Life::new(None).state.next_due_at, None);
}

#[test]
fn the_stored_form_of_every_event_is_frozen_and_read_back() {
    let first = Life::new(Some(144)).events.remove(0).event;
    let others = [
        PostmortemEvent::Edited { markdown: "# Postmortem: x\n".to_owned() },
        PostmortemEvent::SentToReview,
        PostmortemEvent::Published,
        PostmortemEvent::Waived { reason: "a drill".to_owned() },
        PostmortemEvent::FindingDismissed { line: "a line".to_owned(), reason: "praise".to_owned() },
        PostmortemEvent::Chased,
    ];
    let mut frozen = String::new();
    for event in std::iter::once(first).chain(others) {
        let json = serde_json::to_string(&event).unwrap();
        assert!(json.starts_with(&format!("{{\"kind\":\"{}\"", Postmortem::event_kind(&event))), "{json}");
        assert_eq!(serde_json::from_str::<PostmortemEvent>(&json).unwrap(), event);
        frozen.push_str(&json);
        frozen.push('\n');
    }
    insta::assert_snapshot!("stored_events", frozen);
}
