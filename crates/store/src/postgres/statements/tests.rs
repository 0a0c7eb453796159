//! What failed goes on failing until it is undone.

use super::{
    super::{
        link::Link,
        settings::{Role, Settings},
        testing::postgres_database,
    },
    *,
};
use std::time::Duration;

const SET: &str = "INSERT INTO meta (key, value) VALUES ('key', '1')";

#[test]
fn part_that_cannot_be_undone_goes_on_failing() {
    let made = postgres_database();
    let mut link = Link::new(Settings::parse(made.url(), Role::Writer).expect("an address")).expect("a link");
    let live = link.connected().expect("connected");
    let usual = live.patience;
    let mut tx = Statements::writing(live);
    tx.ask("BEGIN", Vec::new()).expect("begun");
    tx.begin_op().expect("begun");
    tx.run(SET, &[]).expect("written");
    tx.run("DELETE FROM meta", &[]).expect("written");
    tx.run(BEGIN_PART, &[]).expect("begun");
    tx.run(SET, &[]).expect("written");
    let twice = tx.run(SET, &[]).expect_err("it is there");
    assert_eq!(tx.queue(SET, Vec::new(), None), Err(twice), "after a failure");
    assert_eq!(tx.run(UNDO_PART, &[]), Ok(0), "it was undone");
    assert_eq!(tx.run(SET, &[]), Ok(1), "and all is well");

    tx.run(BEGIN_PART, &[]).expect("begun");
    tx.live.patience = Duration::from_millis(50);
    let silence = tx.run("SELECT pg_sleep(600)", &[]).expect_err("no answer");
    tx.live.patience = usual;
    assert_eq!(tx.run(UNDO_PART, &[]), Err(silence.clone()), "nobody knows whether it was undone");
    assert_eq!(tx.queue(SET, Vec::new(), None), Err(silence), "so nothing may follow");
    link.forget();
}
