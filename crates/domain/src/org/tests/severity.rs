//! The severity table: the shipped values are those of the playbook, and unsure picks the higher row.

use crate::{
    org::{SeverityAnswers, SeverityTable},
    response::RoleKind,
};

#[test]
fn the_shipped_table_is_the_playbooks() {
    let table = SeverityTable::default();
    let minutes = |limit: Option<jiff::SignedDuration>| limit.map(|limit| limit.as_secs() / 60);
    let check =
        |id: &str, roles: &[RoleKind], execs: bool, limits_min: [Option<i64>; 3], postmortem_days: Option<u16>| {
            let row = table.get(&id.parse().unwrap()).unwrap();
            assert_eq!(
                (row.roles.as_slice(), row.page_execs, row.postmortem_business_days),
                (roles, execs, postmortem_days),
                "{id}"
            );
            assert_eq!(
                [minutes(row.commander_within), minutes(row.public_within), minutes(row.update_every)],
                limits_min,
                "{id}"
            );
        };
    use RoleKind::{Commander, Comms, Ops, Scribe};
    // Limits in minutes: a commander is named, the first public notice, an update every.
    check("sev1", &[Commander, Ops, Comms, Scribe], true, [Some(5), Some(5), Some(15)], Some(5));
    check("sev2", &[Commander, Ops], false, [Some(5), Some(15), Some(30)], Some(5));
    check("sev3", &[Ops], false, [None, None, None], None);
    assert_eq!(table.rows.len(), 3);
    let rank = |id: &str| table.rank(&id.parse().unwrap());
    assert_eq!([rank("sev1"), rank("sev2"), rank("sev3"), rank("sev4")], [Some(0), Some(1), Some(2), None]);
}

#[test]
fn answers_propose_a_row() {
    let table = SeverityTable::default();
    let check = |many_affected, money_at_risk, workaround, expected: &str| {
        let (row, why) = table.propose(SeverityAnswers { many_affected, money_at_risk, workaround });
        assert_eq!(row.id.as_str(), expected, "{many_affected:?} {money_at_risk:?} {workaround:?}");
        assert!(!why.is_empty());
    };
    let (yes, no, unsure) = (Some(true), Some(false), None);
    check(unsure, unsure, unsure, "sev1");
    check(yes, yes, yes, "sev1");
    check(yes, unsure, yes, "sev1");
    check(unsure, yes, no, "sev1");
    check(yes, no, no, "sev2");
    check(yes, no, unsure, "sev2");
    check(yes, no, yes, "sev2");
    check(unsure, no, yes, "sev2");
    check(no, yes, yes, "sev2");
    check(no, unsure, yes, "sev2");
    check(no, no, no, "sev3");
    check(no, no, yes, "sev3");
    check(no, no, unsure, "sev3");
}

#[test]
fn unsure_never_picks_a_lower_row_than_any_answer() {
    let table = SeverityTable::default();
    let all = [Some(true), Some(false), None];
    let rank = |answers: [Option<bool>; 3]| {
        let [many_affected, money_at_risk, workaround] = answers;
        table.rank(&table.propose(SeverityAnswers { many_affected, money_at_risk, workaround }).0.id).unwrap()
    };
    let mut cases = 0;
    for many in all {
        for money in all {
            for workaround in all {
                let answers = [many, money, workaround];
                for question in 0..3 {
                    let with = |answer| rank(std::array::from_fn(|n| if n == question { answer } else { answers[n] }));
                    assert!(with(None) <= with(Some(true)).min(with(Some(false))), "{answers:?}, question {question}");
                    cases += 1;
                }
            }
        }
    }
    assert_eq!(cases, 81);
}

#[test]
fn a_shorter_table_still_proposes() {
    let mut table = SeverityTable::default();
    table.rows.truncate(1);
    let few = SeverityAnswers { many_affected: Some(false), money_at_risk: Some(false), workaround: Some(true) };
    assert_eq!(table.propose(few).0.id.as_str(), "sev1");
}

#[test]
fn the_table_is_stored_like_this() {
    let stored = serde_json::to_string(&SeverityTable::default().rows[1..]).unwrap();
    let expected = concat!(
        r#"[{"id":"sev2","impact":"Significant impact, mitigation possible","roles":["commander","ops"],"page_execs":false,"#,
        r#""commander_within":"5m","roles_within":"10m","public_within":"15m","update_every":"30m","postmortem_business_days":5},"#,
        r#"{"id":"sev3","impact":"Minor, or a single customer","roles":["ops"],"page_execs":false,"#,
        r#""commander_within":null,"roles_within":null,"public_within":null,"update_every":null,"postmortem_business_days":null}]"#
    );
    assert_eq!(stored, expected);
    let table = SeverityTable::default();
    assert_eq!(serde_json::from_value::<SeverityTable>(serde_json::to_value(&table).unwrap()).unwrap(), table);
}
