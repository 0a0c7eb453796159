use super::*;

fn now() -> Instant {
    "2026-05-04T09:00:00Z".parse().unwrap()
}

fn full() -> NewActionItem {
    NewActionItem {
        text: " add integration test\nfor retry path ".to_owned(),
        owner: Some("alice".parse().unwrap()),
        due_on: Some("2026-05-11".parse().unwrap()),
        priority: Some(ItemPriority::P0),
    }
}

fn make(new: NewActionItem) -> Result<ActionItem, Vec<Refusal>> {
    ActionItem::new(uuid::Uuid::from_u128(3).into(), uuid::Uuid::from_u128(1).into(), None, new, now())
}

fn check(new: NewActionItem, fields: &[&str]) {
    let refused = make(new).err().unwrap_or_default();
    let refused: Vec<_> = refused.iter().filter_map(|refusal| refusal.field.as_deref()).collect();
    assert_eq!(refused, fields);
}

#[test]
fn items_owned_owner_date_and_priority_always_all_problems_at_once() {
    check(full(), &[]);
    check(NewActionItem { owner: None, ..full() }, &["owner"]);
    check(NewActionItem { due_on: None, ..full() }, &["due_on"]);
    check(NewActionItem { priority: None, ..full() }, &["priority"]);
    check(NewActionItem { text: " \n".to_owned(), ..full() }, &["text"]);
    check(NewActionItem { text: "x".repeat(TITLE_CHARS_MAX + 1), ..full() }, &["text"]);
    check(NewActionItem::default(), &["text", "owner", "due_on", "priority"]);
    check(
        NewActionItem { text: "We should improve testing".to_owned(), ..NewActionItem::default() },
        &["owner", "due_on", "priority"],
    );
}

#[test]
fn an_item_is_one_line_and_overdue_only_after_its_day() {
    let item = make(full()).unwrap();
    assert_eq!(item.text, "add integration test for retry path");
    for (today, overdue) in [("2026-05-10", false), ("2026-05-11", false), ("2026-05-12", true)] {
        assert_eq!(item.is_overdue(today.parse().unwrap()), overdue, "{today}");
    }
}

#[test]
fn done_and_dropped() {
    let bob = Actor::User("bob".parse().unwrap());
    let item = make(full()).unwrap();
    let done = item.clone().done(&bob, now()).unwrap();
    assert_eq!((done.state.word(), done.is_overdue("2027-01-01".parse().unwrap())), ("done", false));
    assert_eq!(done.clone().done(&bob, now() + jiff::SignedDuration::from_hours(1)).unwrap(), done);
    assert_eq!(done.drop_for(&bob, "x", now()).unwrap_err().code, "item-settled");
    assert_eq!(item.clone().drop_for(&bob, " ", now()).unwrap_err().field.as_deref(), Some("reason"));
    let dropped = item.drop_for(&bob, "the service is gone", now()).unwrap();
    assert_eq!(dropped.state.word(), "dropped");
    assert_eq!(dropped.clone().done(&bob, now()).unwrap_err().code, "item-dropped");
    let json = serde_json::to_string(&dropped).unwrap();
    assert_eq!(serde_json::from_str::<ActionItem>(&json).unwrap(), dropped);
}
