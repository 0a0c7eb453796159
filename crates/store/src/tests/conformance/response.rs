//! The lists of incidents.

use crate::{
    Database, response,
    tests::samples::{commit, incident_id, new_incident, read},
};
use nightbell_domain::response::Incident;

pub fn incident_is_found_by_its_slug(db: &mut dyn Database) {
    let incident = new_incident(db, 1, 0);
    assert_eq!(read(db, |tx| response::by_slug(tx, &incident.slug)), Some(incident.clone()));
    assert!(read(db, |tx| response::is_taken(tx, &incident.slug)));
    assert_eq!(read(db, |tx| response::by_slug(tx, "inc-2026-05-02-9")), None);
    assert!(!read(db, |tx| response::is_taken(tx, "inc-2026-05-02-9")));
}

pub fn incidents_are_listed_newest_first(db: &mut dyn Database) {
    let incidents = [2, 1, 3].map(|n| new_incident(db, n, 0));
    let events = incidents[0].cancel("A false alarm").expect("cancelled");
    commit(db, Some(&incidents[0]), &events, 1);
    let ids = |incidents: Vec<Incident>| incidents.iter().map(|i| i.id).collect::<Vec<_>>();
    assert_eq!(ids(read(db, |tx| response::open(tx, 10))), [incident_id(3), incident_id(1)]);
    assert_eq!(ids(read(db, |tx| response::open(tx, 1))), [incident_id(3)]);
    assert_eq!(ids(read(db, |tx| response::list(tx, "~", 10))), [incident_id(3), incident_id(2), incident_id(1)]);
    assert_eq!(ids(read(db, |tx| response::list(tx, &incident_id(3).to_string(), 1))), [incident_id(2)]);
}
