//! Ids, handles, targets and actors: their text forms, both ways.

use crate::{
    ids::{
        ActionItemId, AlertId, Entropy, HANDLE_BYTES_MAX, Ids, IncidentId, NotificationId, PageId, PostmortemId,
        RequestId, SessionId, TokenId, UserId,
    },
    org::Target,
    record::{Actor, Instant, to_microsecond},
    refusal::{Refusal, RefusalKind},
};
use proptest::prelude::*;
use std::{collections::BTreeSet, fmt::Display, str::FromStr};

/// A text form, and that JSON holds the very same text.
fn check_text<T>(value: &T, expected: &str)
where
    T: Display + FromStr + PartialEq + std::fmt::Debug + serde::Serialize + serde::de::DeserializeOwned,
    T::Err: std::fmt::Debug,
{
    assert_eq!(value.to_string(), expected);
    assert_eq!(&expected.parse::<T>().unwrap(), value);
    let json = serde_json::to_value(value).unwrap();
    assert_eq!(json, expected);
    assert_eq!(&serde_json::from_value::<T>(json).unwrap(), value);
}

#[test]
fn every_id_has_its_prefix() {
    let id = uuid::Uuid::from_u128(0x0199_a8f2_0000_7000_8000_0000_0000_00ff);
    let hex = "0199a8f200007000800000000000".to_owned() + "00ff";
    check_text(&RequestId::from(id), &format!("req_{hex}"));
    check_text(&AlertId::from(id), &format!("alert_{hex}"));
    check_text(&PageId::from(id), &format!("page_{hex}"));
    check_text(&NotificationId::from(id), &format!("ntf_{hex}"));
    check_text(&IncidentId::from(id), &format!("inc_{hex}"));
    check_text(&PostmortemId::from(id), &format!("pm_{hex}"));
    check_text(&ActionItemId::from(id), &format!("act_{hex}"));
    check_text(&TokenId::from(id), &format!("tok_{hex}"));
    check_text(&SessionId::from(id), &format!("ses_{hex}"));
}

#[test]
fn another_text_is_no_page_id() {
    let check = |text: &str| assert!(text.parse::<PageId>().is_err(), "{text:?}");
    check("");
    check("page_");
    check("0199a8f2000070008000000000000000");
    check("alert_0199a8f2000070008000000000000000");
    check("page_0199a8f200007000800000000000000");
    check("page_0199a8f20000700080000000000000000");
    check("page_0199a8f2-0000-7000-8000-000000000000");
    check("page_0199a8f200007000800000000000000g");
    check(" page_0199a8f2000070008000000000000000");
    check(&"é".repeat(1_000));
}

/// Counts on: different at every call, and known.
struct Counting(u8);

impl Entropy for Counting {
    fn fill(&mut self, bytes: &mut [u8]) {
        bytes.fill_with(|| {
            self.0 = self.0.wrapping_add(1);
            self.0
        });
    }
}

#[test]
fn ids_sort_by_time_and_do_not_repeat() {
    let mut entropy = Counting(0);
    let mut made = Vec::new();
    for milliseconds in [0, 1, 2, 1_000, 1_777_690_800_000, 1_777_690_800_001] {
        let mut ids = Ids::new(Instant::from_millisecond(milliseconds).unwrap(), &mut entropy);
        made.push(ids.make::<PageId>());
    }
    assert!(made.is_sorted());
    let mut ids = Ids::new(Instant::UNIX_EPOCH, &mut entropy);
    let many: BTreeSet<PageId> = (0..25).map(|_| ids.make()).collect();
    assert_eq!(many.len(), 25);
    assert_eq!(many.first().map(|id| id.uuid().get_version_num()), Some(7));
    assert_eq!(ids.random::<4>().len(), 4);
    let slug = ids.public_slug();
    assert!(slug.len() == 12 && slug.bytes().all(|b| matches!(b, b'a'..=b'z' | b'2'..=b'7')), "{slug}");
    assert_ne!(slug, ids.public_slug());
}

#[test]
fn handles_are_plain() {
    let check = |text: &str, good: bool| {
        assert_eq!(text.parse::<UserId>().is_ok(), good, "{text:?}");
        assert_eq!(serde_json::from_value::<UserId>(serde_json::json!(text)).is_ok(), good, "{text:?}");
    };
    for good in ["a", "alice", "alice.example", "on-call_2", "7", "a-", &"x".repeat(HANDLE_BYTES_MAX)] {
        check(good, true);
        check_text(&good.parse::<UserId>().unwrap(), good);
    }
    for bad in [
        "",
        "Alice",
        "@alice",
        "a b",
        "a/b",
        "..",
        ".a",
        "-a",
        "_a",
        "é",
        "a\n",
        "a:b",
        &"x".repeat(HANDLE_BYTES_MAX + 1),
    ] {
        check(bad, false);
    }
    let message = "Älice".parse::<UserId>().unwrap_err().to_string();
    assert!(
        message.contains("\"Älice\" cannot be a user id") && message.contains("starting with a letter or digit"),
        "{message}"
    );
}

#[test]
fn targets_are_written_with_their_kind() {
    let check = |text: &str, expected: Target| check_text(&expected, text);
    check("schedule:payments-primary", Target::Schedule("payments-primary".parse().unwrap()));
    check("schedule:payments-primary/backup", Target::Backup("payments-primary".parse().unwrap()));
    check("user:bob", Target::User("bob".parse().unwrap()));
    check("team:payments", Target::Team("payments".parse().unwrap()));
    check("policy:payments", Target::Policy("payments".parse().unwrap()));
    for bad in [
        "",
        "bob",
        "user:",
        "user:Bob",
        "user:bob/backup",
        "schedule:/backup",
        "schedule:a/backup/backup",
        "room:x",
        "USER:bob",
        "user: bob",
    ] {
        assert!(bad.parse::<Target>().is_err(), "{bad:?}");
    }
}

#[test]
fn actors_are_stored_and_shown() {
    let check = |actor: Actor, stored: &str, shown: &str, user: Option<&str>| {
        assert_eq!(serde_json::to_string(&actor).unwrap(), stored);
        assert_eq!(serde_json::from_str::<Actor>(stored).unwrap(), actor);
        assert_eq!((actor.to_string().as_str(), actor.user().map(UserId::as_str)), (shown, user));
    };
    check(Actor::User("bob".parse().unwrap()), r#"{"kind":"user","id":"bob"}"#, "@bob", Some("bob"));
    check(
        Actor::Integration("prometheus".parse().unwrap()),
        r#"{"kind":"integration","id":"prometheus"}"#,
        "prometheus",
        None,
    );
    check(Actor::system("escalate"), r#"{"kind":"system","id":"escalate"}"#, "Nightbell (escalate)", None);
}

#[test]
fn refusals_have_a_stable_code() {
    let check = |no: Refusal, kind: RefusalKind, code: &str, stored: &str| {
        assert_eq!((no.kind, no.code.as_str(), no.to_string()), (kind, code, no.message.clone()));
        assert_eq!(serde_json::to_string(&no).unwrap(), stored);
    };
    check(
        Refusal::invalid("title", "It is empty."),
        RefusalKind::Invalid,
        "invalid",
        r#"{"kind":"invalid","code":"invalid","message":"It is empty.","field":"title"}"#,
    );
    check(
        Refusal::forbidden("No."),
        RefusalKind::Forbidden,
        "forbidden",
        r#"{"kind":"forbidden","code":"forbidden","message":"No."}"#,
    );
    check(
        Refusal::not_found("page", "x"),
        RefusalKind::NotFound,
        "not-found",
        r#"{"kind":"not-found","code":"not-found","message":"There is no page x."}"#,
    );
    check(
        Refusal::conflict("page-ended", "Over."),
        RefusalKind::Conflict,
        "page-ended",
        r#"{"kind":"conflict","code":"page-ended","message":"Over."}"#,
    );
}

#[test]
fn instants_are_cut_to_what_the_store_keeps() {
    let check = |text: &str, expected: &str| {
        assert_eq!(to_microsecond(text.parse().unwrap()), expected.parse::<Instant>().unwrap())
    };
    check("2026-05-02T03:00:00.123456789Z", "2026-05-02T03:00:00.123456Z");
    check("2026-05-02T03:00:00Z", "2026-05-02T03:00:00Z");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn every_id_is_read_back(value in any::<u128>()) {
        let id = IncidentId::from(uuid::Uuid::from_u128(value));
        check_text(&id, &format!("inc_{value:032x}"));
    }

    #[test]
    fn every_target_is_read_back(id in "[a-z0-9][a-z0-9._-]{0,20}", kind in 0..5_usize) {
        let text = [format!("schedule:{id}"), format!("schedule:{id}/backup"), format!("user:{id}"), format!("team:{id}"), format!("policy:{id}")];
        let target: Target = text[kind].parse().unwrap();
        check_text(&target, &text[kind]);
    }

    #[test]
    fn whatever_is_accepted_is_written_back_unchanged(text in "\\PC{0,80}|[a-z:/._-]{0,80}") {
        if let Ok(handle) = text.parse::<UserId>() {
            prop_assert_eq!(handle.as_str(), &text);
        }
        if let Ok(target) = text.parse::<Target>() {
            prop_assert_eq!(target.to_string(), text);
        }
    }
}
