//! Changing one's own settings, as tables: what is refused, and what becomes of rules and proofs.

use super::*;
use crate::{
    org::{NotificationRule, Organisation, Urgency},
    refusal::RefusalKind,
};
use serde_json::{Value, json};

fn user(contacts: &Value) -> User {
    serde_json::from_value(json!({
        "id": "alice", "name": "Alice", "email": "alice@example.com", "role": "responder", "time_zone": "Europe/Berlin",
        "contacts": contacts, "rules": { "high": [], "low": [] }
    }))
    .expect("a user")
}

fn of_files() -> User {
    user(&json!([{ "id": "mail", "kind": "email", "address": "alice@example.com", "verified": true }]))
}

fn own() -> Personal {
    Personal::of("alice".parse().expect("a handle"))
}

fn sms(number: &str) -> ContactKind {
    ContactKind::from_parts("sms", number).expect("a number")
}

fn id(text: &str) -> ContactId {
    text.parse().expect("a handle")
}

fn shown(settings: &Personal, user: &User) -> String {
    let person = settings.over(user);
    let one = |c: &Contact| format!("{}{} {}", c.id, if c.verified { "" } else { "!" }, c.kind.address());
    person.contacts.iter().map(one).collect::<Vec<_>>().join(", ")
}

#[test]
fn methods_are_added_once_and_never_used_before_they_are_proved() {
    let user = of_files();
    let added = own().add(&user, id("phone"), sms("+49 151 1234567")).expect("added");
    assert_eq!(shown(&added, &user), "mail alice@example.com, phone! +491511234567");
    assert!(added.over(&user).ladder(Urgency::High).iter().all(|(_, c)| c.id.as_str() != "phone"));
    let check = |name: &str, kind: ContactKind, says: &str| {
        let refused = added.clone().add(&user, id(name), kind).expect_err(name);
        assert!(refused.message.contains(says), "{refused}");
    };
    check("phone", sms("+4915199"), "There is a method phone already");
    check("mail", sms("+4915199"), "There is a method mail already");
    check("other", sms("+491511234567"), "That is phone already");
    check("other", ContactKind::Email { address: "alice@example.com".to_owned() }, "That is mail already");
    let mut many = own();
    for n in 1..limits::CONTACTS_MAX {
        many = many.add(&user, id(&format!("m{n}")), sms(&format!("+49151{n:05}"))).expect("added");
    }
    let refused = many.add(&user, id("one-more"), sms("+4917000000")).expect_err("too many");
    assert_eq!(refused.code, "too-many-contacts");
}

#[test]
fn a_proof_counts_for_the_address_it_was_made_for() {
    let at = Instant::UNIX_EPOCH;
    let user = user(&json!([{ "id": "phone", "kind": "sms", "number": "+491511234567", "verified": false }]));
    let proved = own().prove(&user, &id("phone"), at).expect("proved");
    assert_eq!(shown(&proved, &user), "phone +491511234567");
    // The file changes: to be proved anew.
    let moved =
        User { contacts: vec![Contact { id: id("phone"), kind: sms("+4915100000"), verified: false }], ..user.clone() };
    assert_eq!(shown(&proved, &moved), "phone! +4915100000");
    // The person changes it: theirs replaces that of the files, unproved.
    let changed = proved.readdress(&user, &id("phone"), sms("+4916000000")).expect("changed");
    assert_eq!(shown(&changed, &user), "phone! +4916000000");
    let proved = changed.prove(&user, &id("phone"), at).expect("proved");
    assert_eq!(shown(&proved, &user), "phone +4916000000");
    // And gone, the one of the files is back, with the proof of its own address.
    let back = proved.clone().remove(&user, &id("phone")).expect("removed");
    assert_eq!(shown(&back, &user), "phone +491511234567");
    let same = proved.clone().readdress(&user, &id("phone"), sms("+49 160 00000")).expect("the same");
    assert_eq!(same, proved, "the same address keeps its proof");
    let other = ContactKind::from_parts("voice", "+4916000000").expect("a number");
    assert_eq!(
        proved.readdress(&user, &id("phone"), other).expect_err("another medium").field.as_deref(),
        Some("address")
    );
}

#[test]
fn what_stands_in_files_is_renamed_and_removed_there() {
    let user = of_files();
    for refused in [own().remove(&user, &id("mail")), own().rename(&user, &id("mail"), id("post"))] {
        assert_eq!(refused.expect_err("of the files").code, "contact-in-files");
    }
    for refused in [
        own().remove(&user, &id("gone")),
        own().rename(&user, &id("gone"), id("post")),
        own().prove(&user, &id("gone"), Instant::UNIX_EPOCH),
    ] {
        assert_eq!(refused.expect_err("no such").kind, RefusalKind::NotFound);
    }
}

#[test]
fn rules_follow_their_methods() {
    let user = of_files();
    let rule = |via: &str| NotificationRule { after: SignedDuration::ZERO, via: id(via) };
    let rules = NotificationRules { high: vec![rule("phone"), rule("mail")], low: vec![rule("phone")] };
    let at_most = AtMost { count: 3, per: SignedDuration::from_mins(10) };
    let settings = own()
        .add(&user, id("phone"), sms("+491511234567"))
        .and_then(|own| own.with_rules(&user, Some(rules)))
        .and_then(|own| own.with_at_most(&user, &id("phone"), Some(at_most)))
        .expect("set");
    let named = |own: &Personal| {
        let rules = own.rules.clone().unwrap_or_default();
        let list = |list: &[NotificationRule]| list.iter().map(|r| r.via.to_string()).collect::<Vec<_>>().join("+");
        format!("{}/{}/{:?}", list(&rules.high), list(&rules.low), own.at_most.keys().collect::<Vec<_>>())
    };
    let renamed = settings.clone().rename(&user, &id("phone"), id("mobile")).expect("renamed");
    assert_eq!(named(&renamed), "mobile+mail/mobile/[mobile]".replace("[mobile]", &format!("{:?}", [id("mobile")])));
    assert_eq!(named(&settings.remove(&user, &id("phone")).expect("removed")), "mail//[]");
    let refused = own().with_rules(&user, Some(NotificationRules { high: vec![rule("gone")], low: Vec::new() }));
    assert_eq!(refused.expect_err("unknown").field.as_deref(), Some("high[0].via"));
    let late = NotificationRule { after: SignedDuration::from_hours(25), via: id("mail") };
    let refused = own().with_rules(&user, Some(NotificationRules { high: Vec::new(), low: vec![late] }));
    assert_eq!(refused.expect_err("late").field.as_deref(), Some("low[0].after"));
}

#[test]
fn quiet_hours_and_limits_that_mean_nothing_are_refused() {
    let user = of_files();
    let hours =
        |from: &str, to: &str| QuietHours { from: from.parse().expect("a time"), to: to.parse().expect("a time") };
    assert!(own().with_quiet(Some(hours("22:00", "22:00"))).is_err());
    assert!(own().with_quiet(Some(hours("22:00", "07:00"))).is_ok() && own().with_quiet(None).is_ok());
    let limit = |count, secs| {
        own().with_at_most(&user, &id("mail"), Some(AtMost { count, per: SignedDuration::from_secs(secs) })).is_ok()
    };
    assert!(limit(1, 60) && !limit(0, 60) && !limit(1, 0) && !limit(1, 25 * 3600));
}

#[test]
fn handles_for_new_methods_are_free() {
    let person = user(&json!([
        { "id": "sms", "kind": "sms", "number": "+491511234567", "verified": false },
        { "id": "sms-2", "kind": "sms", "number": "+491511234568", "verified": false }
    ]));
    assert_eq!((free_handle(&person, "sms").as_str(), free_handle(&person, "push").as_str()), ("sms-3", "push"));
}

#[test]
fn quiet_hours_end_when_the_wall_clock_says_so() {
    let check = |hours: (&str, &str), zone: &str, at: &str, expected: &str| {
        let quiet = QuietHours { from: hours.0.parse().expect("a time"), to: hours.1.parse().expect("a time") };
        let end =
            quiet.end(zone, at.parse().expect("an instant")).map_or_else(|| "-".to_owned(), |end| end.to_string());
        assert_eq!(end, expected, "{hours:?} {zone} {at}");
    };
    let night = ("22:00", "07:00");
    check(night, "Europe/Berlin", "2026-05-11T19:59:59Z", "-");
    check(night, "Europe/Berlin", "2026-05-11T20:00:00Z", "2026-05-12T05:00:00Z");
    check(night, "Europe/Berlin", "2026-05-12T04:59:59Z", "2026-05-12T05:00:00Z");
    check(night, "Europe/Berlin", "2026-05-12T05:00:00Z", "-");
    // The night loses an hour, and the night gains one: it is 07:00 when the wall clock says so.
    check(night, "Europe/Berlin", "2026-03-28T22:00:00Z", "2026-03-29T05:00:00Z");
    check(night, "Europe/Berlin", "2026-10-24T21:00:00Z", "2026-10-25T06:00:00Z");
    // They end in the hour that is skipped: at the next instant there is; in the hour that comes twice: the first time.
    check(("22:00", "02:30"), "Europe/Berlin", "2026-03-28T22:00:00Z", "2026-03-29T01:00:00Z");
    check(("22:00", "02:30"), "Europe/Berlin", "2026-10-25T00:29:59Z", "2026-10-25T00:30:00Z");
    check(("22:00", "02:30"), "Europe/Berlin", "2026-10-25T01:15:00Z", "-");
    check(("12:00", "13:00"), "UTC", "2026-05-11T12:30:00Z", "2026-05-11T13:00:00Z");
    check(("00:00", "24:00"), "UTC", "2026-05-11T12:30:00Z", "2026-05-12T00:00:00Z");
    check(night, "Mars/Base", "2026-05-11T20:00:00Z", "-");
}

#[test]
fn rules_that_name_a_method_which_is_gone_are_told_and_block_nothing() {
    let mut org = Organisation::default();
    let gone = NotificationRule { after: SignedDuration::ZERO, via: id("gone") };
    let settings = Personal { rules: Some(NotificationRules { high: vec![gone], low: Vec::new() }), ..own() };
    org.users.insert(settings.user.clone(), of_files());
    org.personal.insert(settings.user.clone(), settings);
    let problems = org.problems();
    assert_eq!(problems.len(), 1, "{problems:?}");
    assert!(problems[0].dangling && problems[0].path == "rules.high[0].via", "{problems:?}");
    assert_eq!(
        org.person(&id_of("alice")).expect("there").ladder(Urgency::High).len(),
        1,
        "the default ladder reaches them"
    );
}

fn id_of(user: &str) -> crate::ids::UserId {
    user.parse().expect("a handle")
}
