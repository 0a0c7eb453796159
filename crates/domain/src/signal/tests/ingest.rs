//! What an event means: every case once, PagerDuty's semantics, and INV-09 over permutations and duplicates.

use super::{Desk, alert_id, at, event, stream, triggered};
use crate::{
    record::{Aggregate, fold},
    refusal::RefusalKind,
    signal::{Alert, AlertEvent, EventAction, ingest},
};
use proptest::prelude::*;

const TRIGGER: EventAction = EventAction::Trigger;
const ACKNOWLEDGE: EventAction = EventAction::Acknowledge;
const RESOLVE: EventAction = EventAction::Resolve;

/// An alert that began at minute 10.
fn alert(status: &str) -> Option<Alert> {
    let mut events = vec![triggered(1, "db1/disk", &event(TRIGGER, Some(10)))];
    match status {
        "none" => return None,
        "firing" => {}
        "acknowledged" => events.push(AlertEvent::Acknowledged),
        "resolved" => events.push(AlertEvent::Resolved { reason: "the source said so".to_owned() }),
        other => panic!("no such status: {other}"),
    }
    fold(&stream(events)).unwrap()
}

/// action | open alert | newest resolved one | begin of the event against theirs | what it means. `*` is any.
const MEANINGS: &str = "
    trigger     | none         | none     | *       | new
    trigger     | none         | resolved | unsaid  | new
    trigger     | none         | resolved | earlier | nothing: a late copy of an alert that is resolved already
    trigger     | none         | resolved | equal   | nothing: a late copy of an alert that is resolved already
    trigger     | none         | resolved | later   | new
    trigger     | firing       | *        | unsaid  | again
    trigger     | firing       | *        | earlier | nothing: older than the open alert: a late copy
    trigger     | firing       | *        | equal   | again
    trigger     | firing       | *        | later   | repeated
    trigger     | acknowledged | *        | unsaid  | again
    trigger     | acknowledged | *        | earlier | nothing: older than the open alert: a late copy
    trigger     | acknowledged | *        | equal   | again
    trigger     | acknowledged | *        | later   | repeated
    acknowledge | none         | *        | *       | nothing: no open alert has this key
    acknowledge | firing       | *        | unsaid  | acknowledged
    acknowledge | firing       | *        | earlier | nothing: the acknowledgement belongs to an earlier, already resolved alert
    acknowledge | firing       | *        | equal   | acknowledged
    acknowledge | firing       | *        | later   | acknowledged
    acknowledge | acknowledged | *        | unsaid  | nothing: acknowledged already
    acknowledge | acknowledged | *        | earlier | nothing: the acknowledgement belongs to an earlier, already resolved alert
    acknowledge | acknowledged | *        | equal   | nothing: acknowledged already
    acknowledge | acknowledged | *        | later   | nothing: acknowledged already
    resolve     | none         | *        | *       | nothing: no open alert has this key
    resolve     | firing       | *        | unsaid  | resolved
    resolve     | firing       | *        | earlier | nothing: the resolve belongs to an earlier, already resolved alert
    resolve     | firing       | *        | equal   | resolved
    resolve     | firing       | *        | later   | repeated+resolved
    resolve     | acknowledged | *        | unsaid  | resolved
    resolve     | acknowledged | *        | earlier | nothing: the resolve belongs to an earlier, already resolved alert
    resolve     | acknowledged | *        | equal   | resolved
    resolve     | acknowledged | *        | later   | repeated+resolved
";

#[test]
fn inv_09_every_event_means_one_thing() {
    let rows: Vec<Vec<&str>> =
        MEANINGS.trim().lines().map(|line| line.splitn(5, '|').map(str::trim).collect()).collect();
    let mut cases = 0;
    for (action, word) in [(TRIGGER, "trigger"), (ACKNOWLEDGE, "acknowledge"), (RESOLVE, "resolve")] {
        for open in ["none", "firing", "acknowledged"] {
            for last in ["none", "resolved"] {
                for (began, began_min) in
                    [("unsaid", None), ("earlier", Some(9)), ("equal", Some(10)), ("later", Some(11))]
                {
                    let case = [word, open, last, began];
                    let fits = |row: &&Vec<&str>| row.iter().zip(case).all(|(cell, is)| *cell == "*" || *cell == is);
                    let row: Vec<_> = rows.iter().filter(fits).collect();
                    assert_eq!(row.len(), 1, "{case:?} must stand in the table once");
                    let decided = ingest(alert(open).as_ref(), alert(last).as_ref(), &event(action, began_min));
                    assert_eq!(super::describe(&decided), row[0][4], "{case:?}");
                    cases += 1;
                }
            }
        }
    }
    assert_eq!(cases, 72);
}

/// Lines of `integration key action: what became of it`; key `-` is none.
fn check_script(name: &str, script: &str) -> Desk {
    let mut desk = Desk::default();
    for line in script.trim().lines().map(str::trim) {
        let (input, expected) = line.split_once(": ").unwrap();
        let [integration, key, action] = input.split(' ').collect::<Vec<_>>()[..] else { panic!("{line}") };
        let action = [("trigger", TRIGGER), ("acknowledge", ACKNOWLEDGE), ("resolve", RESOLVE)]
            .into_iter()
            .find(|(word, _)| *word == action);
        let mut event = event(action.unwrap().1, None);
        event.dedup_key = Some(key.to_owned()).filter(|key| key != "-");
        assert_eq!(desk.take(integration, &event), expected, "{name}: {line}");
    }
    desk.assert_folds();
    desk
}

#[test]
fn pagerduty_semantics_hold() {
    let check = |name: &str, script: &str, alerts: usize, open: usize| {
        let desk = check_script(name, script);
        let all: Vec<_> = desk.alerts.values().flatten().collect();
        assert_eq!((all.len(), all.iter().filter(|a| a.is_open()).count()), (alerts, open), "{name}");
    };
    check("1: an unseen key makes an alert", "a disk trigger: new", 1, 1);
    check(
        "2: the same key while open is the same alert",
        "a disk trigger: new\na disk trigger: again\na disk acknowledge: acknowledged\na disk trigger: again",
        1,
        1,
    );
    check(
        "3: acknowledge, then resolve",
        "a disk trigger: new\na disk acknowledge: acknowledged\na disk resolve: resolved",
        1,
        0,
    );
    check(
        "4: without an open alert they are dropped",
        "a disk acknowledge: nothing: no open alert has this key\na disk resolve: nothing: no open alert has this key",
        0,
        0,
    );
    check(
        "5: a trigger after the resolve is a new alert",
        "a disk trigger: new\na disk resolve: resolved\na disk trigger: new",
        2,
        1,
    );
    check(
        "6: keys are scoped to their integration",
        "a disk trigger: new\nb disk acknowledge: nothing: no open alert has this key\nb disk resolve: nothing: no open alert has this key\nb disk trigger: new",
        2,
        2,
    );
    check("7: without a key every trigger is an alert", "a - trigger: new\na - trigger: new", 2, 2);
}

#[test]
fn a_repeat_keeps_the_newest_text_and_the_acknowledgement() {
    let mut louder = event(TRIGGER, Some(12));
    louder.title = "db1 disk 99%".to_owned();
    let mut blank = event(TRIGGER, Some(11));
    blank.title = String::new();
    let mut over = event(RESOLVE, Some(14));
    over.title = "ignored".to_owned();
    over.severity = crate::signal::AlertSeverity::Info;
    let repeated = |event: &_| AlertEvent::Repeated { event: Box::new(Clone::clone(event)) };
    let events = vec![
        triggered(1, "db1/disk", &event(TRIGGER, Some(10))),
        AlertEvent::Acknowledged,
        repeated(&louder),
        repeated(&blank),
        repeated(&over),
    ];
    let alert = fold::<Alert>(&stream(events)).unwrap().unwrap();
    assert_eq!(
        (alert.title.as_str(), alert.event_count, alert.started_at, alert.last_at),
        ("db1 disk 99%", 4, at(14), at(5))
    );
    assert_eq!((alert.status.word(), alert.severity.word(), alert.version), ("acknowledged", "critical", 5));
}

#[test]
fn people_acknowledge_and_resolve() {
    let check = |status: &str, acknowledged: Result<usize, RefusalKind>, resolved: usize| {
        let alert = alert(status).unwrap();
        assert_eq!(alert.acknowledge().map(|events| events.len()).map_err(|no| no.kind), acknowledged, "{status}");
        assert_eq!(alert.resolve("resolved by hand").map(|events| events.len()), Ok(resolved), "{status}");
    };
    check("firing", Ok(1), 1);
    check("acknowledged", Ok(0), 1);
    check("resolved", Err(RefusalKind::Conflict), 0);
}

#[test]
fn history_that_does_not_fit_names_its_place() {
    let first = || triggered(1, "db1/disk", &event(TRIGGER, None));
    let check = |events: Vec<AlertEvent>, expected: Result<bool, u64>| {
        assert_eq!(fold::<Alert>(&stream(events.clone())).map(|state| state.is_some()), expected, "{events:?}");
    };
    check(Vec::new(), Ok(false));
    check(vec![first()], Ok(true));
    check(vec![first(), first()], Err(2));
    check(vec![AlertEvent::Acknowledged], Err(1));
    check(vec![first(), AlertEvent::Acknowledged, first()], Err(3));
    assert_eq!(alert("firing").map(|a| (a.key(), a.id)), Some((alert_id(1).to_string(), alert_id(1))));
}

/// One to four troubles after one another on one key: (which, what happened), in the order in which the tool says it.
fn troubles() -> impl Strategy<Value = Vec<(i64, EventAction)>> {
    (1..=4_i64)
        .prop_map(|count| (1..=count).flat_map(|n| [(n, TRIGGER), (n, ACKNOWLEDGE), (n, RESOLVE)]).collect::<Vec<_>>())
}

fn duplicated(in_order: Vec<(i64, EventAction)>, copies: &[usize]) -> Vec<(i64, EventAction)> {
    in_order
        .into_iter()
        .zip(copies.iter().cycle())
        .flat_map(|(event, copies)| std::iter::repeat_n(event, *copies))
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn inv_09_no_order_and_no_duplicate_reopens_what_is_resolved(
        arrived in (troubles(), prop::collection::vec(1..4_usize, 12)).prop_map(|(t, c)| duplicated(t, &c)).prop_shuffle()
    ) {
        let mut desk = Desk::default();
        let mut over: Vec<Alert> = Vec::new();
        for (n, action) in &arrived {
            let became = desk.take("a", &event(*action, Some(n * 10)));
            let alerts = desk.of("a", "db1/disk");
            prop_assert!(alerts.iter().filter(|a| a.is_open()).count() <= 1);
            for old in &over {
                prop_assert!(alerts.contains(old), "a resolved alert changed: {old:?}");
                prop_assert!(became != "new" || alerts.last().unwrap().started_at > old.started_at, "trouble {n} came back");
            }
            over = alerts.iter().filter(|a| !a.is_open()).cloned().collect();
        }
        let newest = arrived.iter().map(|(n, _)| *n).max().unwrap();
        let first_trigger = arrived.iter().position(|e| *e == (newest, TRIGGER)).unwrap();
        let last_resolve = arrived.iter().rposition(|e| *e == (newest, RESOLVE)).unwrap();
        let open = desk.of("a", "db1/disk").iter().any(Alert::is_open);
        prop_assert!(!open || last_resolve < first_trigger, "the newest trouble was resolved after it began, yet something is open");
        desk.assert_folds();
    }

    #[test]
    fn inv_09_duplicates_in_order_page_once_for_each_trouble(in_order in troubles(), copies in prop::collection::vec(1..4_usize, 12)) {
        let count = in_order.iter().filter(|(_, action)| *action == TRIGGER).count();
        let mut desk = Desk::default();
        for (n, action) in duplicated(in_order, &copies) {
            desk.take("a", &event(action, Some(n * 10)));
        }
        let alerts = desk.of("a", "db1/disk");
        prop_assert_eq!(alerts.len(), count);
        prop_assert!(!alerts.iter().any(Alert::is_open));
    }
}
