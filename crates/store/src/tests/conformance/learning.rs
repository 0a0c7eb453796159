//! Action items and the lists of postmortems.

use crate::{
    Database, StoreError, learning,
    tests::samples::{alice, at, handle, id, incident_id, new_incident, new_postmortem, postmortem_id, read, write},
};
use nightbell_domain::{
    ids::ActionItemId,
    learning::{ActionItem, NewActionItem, document::ItemPriority},
};

fn item(n: u32, incident: u32, day: i8) -> ActionItem {
    let new = NewActionItem {
        text: "Alert on queue depth".to_owned(),
        owner: Some(handle("alice")),
        due_on: Some(jiff::civil::date(2026, 5, day)),
        priority: Some(ItemPriority::P1),
    };
    ActionItem::new(id(ActionItemId::PREFIX, n), incident_id(incident), None, new, at(0)).expect("an item")
}

pub fn action_items_are_listed_open_ones_first(db: &mut dyn Database) {
    new_incident(db, 1, 0);
    new_incident(db, 2, 0);
    let items = [item(1, 1, 20), item(3, 1, 9), item(2, 2, 9), item(4, 1, 1), item(5, 1, 2)];
    for item in &items {
        write(db, |tx| learning::add_item(tx, item)).expect("stored");
    }
    let [first, third, second, fourth, fifth] = items;
    let fourth_done = fourth.clone().done(&alice(), at(5)).expect("done");
    write(db, |tx| learning::save_item(tx, &fourth, &fourth_done)).expect("saved");
    let fifth_dropped = fifth.clone().drop_for(&alice(), "Not worth it", at(5)).expect("dropped");
    write(db, |tx| learning::save_item(tx, &fifth, &fifth_dropped)).expect("saved");
    let open_first = [second.clone(), third.clone(), first.clone(), fifth_dropped.clone(), fourth_done.clone()];
    assert_eq!(read(db, |tx| learning::items(tx, 10)), open_first);
    assert_eq!(read(db, |tx| learning::items(tx, 2)), open_first[..2]);
    assert_eq!(read(db, |tx| learning::items_of(tx, incident_id(1))), [fourth_done, fifth_dropped, third, first]);
    assert_eq!(read(db, |tx| learning::items_of(tx, incident_id(9))), []);
}

pub fn action_item_settles_once(db: &mut dyn Database) {
    new_incident(db, 1, 0);
    let open = item(1, 1, 9);
    write(db, |tx| learning::add_item(tx, &open)).expect("stored");
    assert_eq!(read(db, |tx| learning::item(tx, open.id)), Some(open.clone()));
    assert_eq!(read(db, |tx| learning::item(tx, id(ActionItemId::PREFIX, 9))), None);
    let twice = write(db, |tx| learning::add_item(tx, &open));
    assert!(matches!(twice, Err(StoreError::Conflict(_))), "{twice:?}");
    let done = open.clone().done(&alice(), at(5)).expect("done");
    write(db, |tx| learning::save_item(tx, &open, &done)).expect("saved");
    let dropped = open.clone().drop_for(&alice(), "Not worth it", at(6)).expect("dropped");
    let late = write(db, |tx| learning::save_item(tx, &open, &dropped));
    assert!(matches!(late, Err(StoreError::Conflict(_))), "{late:?}");
    assert_eq!(read(db, |tx| learning::item(tx, open.id)), Some(done));
}

pub fn postmortem_is_found_by_its_incident(db: &mut dyn Database) {
    new_incident(db, 1, 0);
    new_incident(db, 2, 0);
    let first = new_postmortem(db, 1, 1, 86_400);
    let second = new_postmortem(db, 2, 2, 86_400);
    assert_eq!(read(db, |tx| learning::of_incident(tx, incident_id(1))), Some(first.clone()));
    assert_eq!(read(db, |tx| learning::of_incident(tx, incident_id(9))), None);
    assert_eq!(read(db, |tx| crate::load(tx, &postmortem_id(2).to_string())), Some(second.clone()));
    assert_eq!(read(db, |tx| learning::list(tx, 10)), [second.clone(), first]);
    assert_eq!(read(db, |tx| learning::list(tx, 1)), [second]);
}
