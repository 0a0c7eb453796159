//! By telephone: what a call says, what keys and answering texts do, and what happens when something that was taken does not arrive.

use super::{Answer::*, World, refused, user, world::at};
use crate::paging::{
    self,
    phone::{self, Done, PhoneHolder, Texted},
};
use nightbell_domain::{
    ids::PageId,
    limits,
    paging::{Message, Notification, NotificationStatus, Page, PageEvent, PageStatus, Report},
    refusal::RefusalKind,
    signal::{Alert, AlertStatus},
};
use nightbell_store::{delivery_report, journal};
use nightbell_wire::outbound::phone::{Act, Heard, Purpose};

const NUMBER: &str = "+4915100000001";

/// Alice is called at once, written to after a minute, mailed after three; then Bob.
fn world() -> World {
    let contacts = "      - { id: call, kind: voice, address: \"+4915100000001\", verified: true }\n      - { id: text, kind: sms, address: \"+4915100000001\", verified: true }\n";
    let yaml = include_str!("organisation.yaml");
    let yaml = yaml.replacen("    contacts:\n", &format!("    contacts:\n{contacts}"), 1).replacen(
        "high: [ { after: 0s, via: hook }, { after: 1m, via: mail } ]",
        "high: [ { after: 0s, via: call }, { after: 1m, via: text }, { after: 3m, via: mail } ]",
        1,
    );
    World::of(&yaml)
}

/// The same, and an acknowledgement is good for half an hour.
fn asked_world() -> World {
    let contacts = "      - { id: call, kind: voice, address: \"+4915100000001\", verified: true }\n";
    let yaml = include_str!("organisation.yaml");
    let yaml = yaml.replacen("    contacts:\n", &format!("    contacts:\n{contacts}"), 1).replacen(
        "high: [ { after: 0s, via: hook }, { after: 1m, via: mail } ]",
        "high: [ { after: 0s, via: call } ]",
        1,
    );
    World::of(&yaml.replacen("    repeat: 1\n", "    repeat: 1\n    ack_timeout: 30m\n", 1))
}

/// The newest message of a contact method.
fn last(world: &World, code: bool) -> Message {
    let of = |message: &&Message| message.phone.is_some() || !code;
    world.messages.iter().rev().find(of).expect("one was sent").clone()
}

fn holder(world: &mut World, purpose: Purpose) -> PhoneHolder {
    let told = last(world, true).phone.expect("by telephone");
    let token = if purpose == Purpose::Answer { told.answer_token } else { told.report_token };
    let now = world.now;
    world.act(move |unit| Ok(PhoneHolder::check(unit.settings, purpose, &token, now)?))
}

fn heard(world: &mut World, heard: &Heard) -> bool {
    let holder = holder(world, Purpose::Report);
    world.act(|unit| phone::heard(unit, &holder, heard))
}

fn press(world: &mut World, act: Act) -> Result<Done, crate::Fault> {
    let holder = holder(world, Purpose::Answer);
    world.unit(|unit| phone::press(unit, &holder, act))
}

fn text(world: &mut World, from: &str, body: &str) -> String {
    match world.unit(|unit| phone::texted(unit, from, body)) {
        Ok(Texted::Back(done)) => done.said,
        Ok(Texted::Nothing) => String::new(),
        Err(fault) => format!("refused: {fault}"),
    }
}

fn log(world: &mut World, page: PageId) -> Vec<String> {
    let reports = world.engine.read(|tx| Ok(delivery_report::of_page(tx, page)?)).expect("readable");
    reports.into_iter().map(|report| report.what).collect()
}

#[test]
fn inv_07_a_call_that_was_busy_brings_the_next_method_forward() {
    for (late, what) in [(Heard::failed("busy", ""), "busy"), (Heard::failed("no-answer", ""), "no-answer")] {
        let mut world = world();
        let page = world.trigger("db").page.expect("it pages");
        world.run_until(20);
        assert!(!heard(&mut world, &late));
        world.run_until(30);
        assert_eq!(world.sent(), ["0:00 page alice/voice", "0:20 page alice/sms"]);
        assert!(!heard(&mut world, &Heard::of("delivered")), "of the text");
        world.run_until(4 * 60);
        assert_eq!(world.sent(), ["3:00 page alice/mail"], "the text arrived");
        let call = world.notifications(page).into_iter().find(|n| n.medium == "voice").expect("owed");
        assert_eq!(call.status, NotificationStatus::Failed);
        assert_eq!(call.reason, Some(format!("taken, but {what} in the end")));
        assert_eq!(world.attempts(page)[0], "accepted", "how the attempt itself ended is history");
        assert_eq!(log(&mut world, page), [what, "delivered"]);
    }
}

#[test]
fn inv_07_nobody_reached_by_any_method_means_the_next_step_at_once() {
    let mut world = world();
    world.script("alice/mail", &[Reject]);
    world.trigger("db");
    world.run_until(5);
    heard(&mut world, &Heard::failed("failed", ""));
    world.run_until(10);
    heard(&mut world, &Heard::failed("undelivered", "the telephone is off or out of reach (30003)"));
    world.run_until(15);
    let expected = ["0:00 page alice/voice", "0:05 page alice/sms", "0:10 page alice/mail", "0:10 page bob/mail"];
    assert_eq!(world.sent(), expected);
}

#[test]
fn a_provider_that_is_faster_than_the_record_of_its_answer_is_heard() {
    let mut world = world();
    let page = world.trigger("db").page.expect("it pages");
    let (sent, _) = world.hand_out().remove(0);
    heard(&mut world, &Heard::failed("busy", ""));
    assert_eq!(world.notifications(page)[0].status, NotificationStatus::Sending);
    world.settle(&sent, Report::Accepted { detail: "queued".to_owned(), provider_id: Some("CA1".to_owned()) });
    world.run_until(5);
    assert_eq!(world.sent(), ["0:00 page alice/sms", "0:00 page alice/voice"]);
}

#[test]
fn inv_05_what_is_heard_after_somebody_has_it_wakes_nobody() {
    let mut world = world();
    let page = world.trigger("db").page.expect("it pages");
    world.run_until(5);
    assert_eq!(press(&mut world, Act::Acknowledge).expect("taken").said, "Acknowledged");
    heard(&mut world, &Heard::failed("busy", ""));
    heard(&mut world, &Heard::of("completed"));
    world.run_until(10 * 60);
    assert_eq!(world.sent(), ["0:00 page alice/voice"]);
    assert_eq!(log(&mut world, page), ["acknowledged", "busy", "completed"], "and is written down all the same");
}

#[test]
fn what_is_told_again_changes_nothing() {
    let mut world = world();
    let page = world.trigger("db").page.expect("it pages");
    world.run_until(5);
    let busy = Heard::failed("busy", "");
    let of_the_call = holder(&mut world, Purpose::Report);
    let key = holder(&mut world, Purpose::Answer);
    for _ in 0..3 {
        world.act(|unit| phone::heard(unit, &of_the_call, &busy));
        world.run_until(10);
    }
    assert_eq!(world.sent(), ["0:00 page alice/voice", "0:05 page alice/sms"]);
    let first = world.act(|unit| phone::press(unit, &key, Act::Escalate));
    let again = world.act(|unit| phone::press(unit, &key, Act::Escalate));
    world.run_until(11);
    assert!(first.said.starts_with("Passed on") && again.said == "It was passed on already", "{first:?} {again:?}");
    assert_eq!(world.sent(), ["0:10 page bob/mail"], "nobody was skipped");
    assert!(world.page(page).is_waiting());
}

#[test]
fn a_key_takes_the_page_as_the_person_whose_telephone_rang() {
    let mut world = world();
    let alert = world.trigger("db");
    let page = alert.page.expect("it pages");
    world.run_until(5);
    let answer = holder(&mut world, Purpose::Answer);
    let spoken = world.act(|unit| phone::spoken(unit, &answer));
    assert!(spoken.words.contains("for Alice Example") && spoken.menu.is_some(), "{spoken:?}");
    world.run_until(6);
    assert_eq!(press(&mut world, Act::Acknowledge).expect("taken").said, "Acknowledged");
    let taken = world.page(page);
    assert!(matches!(&taken.status, PageStatus::Acknowledged { by, .. } if by.user() == Some(&user("alice"))));
    let events = world.engine.read(|tx| Ok(journal::stream::<Page>(tx, &page.to_string())?)).expect("readable");
    let via = events.iter().find_map(|recorded| match &recorded.event {
        PageEvent::Acknowledged { via, .. } => Some(via.clone()),
        _ => None,
    });
    assert_eq!(via.as_deref(), Some("voice"));
    assert_eq!(press(&mut world, Act::Acknowledge).expect("again").said, "Acknowledged");
    let spoken = world.act(|unit| phone::spoken(unit, &answer));
    assert_eq!((spoken.words.as_str(), spoken.menu), ("Acknowledged. Thank you. Goodbye.", None), "told as it is now");
    assert_eq!(press(&mut world, Act::Resolve).expect("resolved").said, "Resolved");
    assert!(matches!(world.page(page).status, PageStatus::Ended { .. }));
    let alert = world.engine.read(|tx| Ok(nightbell_store::load::<Alert>(tx, &alert.id.to_string())?));
    assert!(matches!(alert.expect("readable").expect("there").status, AlertStatus::Resolved { .. }));
    assert_eq!(refused(press(&mut world, Act::Escalate)).code, "page-not-ringing", "words to read out");
    assert_eq!(log(&mut world, page), ["answered", "acknowledged", "resolved"], "a refusal leaves no line");
    world.sent();
}

#[test]
fn a_token_serves_its_own_purpose_for_its_own_time() {
    let mut world = world();
    world.trigger("db");
    world.run_until(5);
    let told = last(&world, true).phone.expect("by telephone");
    let check = |world: &mut World, purpose, token: String| {
        let now = world.now;
        world.unit(move |unit| Ok(PhoneHolder::check(unit.settings, purpose, &token, now).map(drop)?))
    };
    assert_eq!(refused(check(&mut world, Purpose::Answer, told.report_token.clone())).kind, RefusalKind::NotFound);
    assert!(refused(check(&mut world, Purpose::Report, told.answer_token.clone())).code != "link-expired");
    check(&mut world, Purpose::Answer, told.answer_token.clone()).expect("its own");
    world.now = at(3601);
    assert_eq!(refused(check(&mut world, Purpose::Answer, told.answer_token)).code, "link-expired");
    check(&mut world, Purpose::Report, told.report_token.clone()).expect("reports may be late");
    world.now = at(48 * 3600);
    assert_eq!(refused(check(&mut world, Purpose::Report, told.report_token)).code, "link-expired");
    world.sent();
}

#[test]
fn an_answering_text_is_read_by_number_and_code() {
    let mut world = world();
    assert_eq!(text(&mut world, NUMBER, "4"), "Nothing rings for you.");
    let page = world.trigger("db").page.expect("it pages");
    world.run_until(70);
    let code = last(&world, true).phone.expect("by text").code;
    assert_eq!(text(&mut world, "+4915100000002", "4"), "", "strangers are not answered");
    assert_eq!(text(&mut world, NUMBER, "STOP"), "");
    assert!(text(&mut world, NUMBER, "who is this").starts_with("Nightbell did not understand"));
    let wrong = if code == "0000" { "0001" } else { "0000" };
    assert_eq!(text(&mut world, NUMBER, &format!("{wrong} 4")), "No page of yours has this code.");
    assert!(world.page(page).is_waiting(), "nothing of that took it");
    assert_eq!(text(&mut world, NUMBER, &format!("{code} ack")), "Acknowledged");
    let PageStatus::Acknowledged { by, .. } = world.page(page).status else { panic!("not taken") };
    assert_eq!(by.user(), Some(&user("alice")));
    assert!(text(&mut world, NUMBER, "6").starts_with("That needs the code"), "also when only one is open");
    assert_eq!(text(&mut world, NUMBER, &format!("{code} 6")), "Resolved");
    assert_eq!(log(&mut world, page), ["acknowledged", "resolved"]);
    assert_eq!(world.sent(), ["0:00 page alice/voice", "1:00 page alice/sms"]);
}

#[test]
fn a_bare_digit_takes_what_one_message_told_of_and_never_guesses() {
    let mut world = world();
    let first = world.trigger("db").page.expect("it pages");
    world.run_until(70);
    assert_eq!(text(&mut world, NUMBER, "4"), "Acknowledged");
    assert!(!world.page(first).is_waiting());
    // Two pages in two messages.
    let second = world.trigger("disk").page.expect("it pages");
    world.run_until(140);
    let third = world.trigger("mail").page.expect("it pages");
    world.run_until(270);
    let several = text(&mut world, NUMBER, "4");
    assert!(several.starts_with("Several pages ring. Begin with the 4 digits"), "{several}");
    assert!(world.page(second).is_waiting() && world.page(third).is_waiting());
    let code = last(&world, true).phone.expect("by text").code;
    assert_eq!(text(&mut world, NUMBER, &format!("{code} 4")), "Acknowledged");
    assert_eq!([second, third].map(|id| world.page(id).is_waiting()).iter().filter(|waits| **waits).count(), 1);
    world.sent();
}

/// A sender can be forged: the number alone ends nothing, passes nothing on, and does not guess codes for long.
#[test]
fn a_number_alone_acknowledges_one_page_and_nothing_more() {
    let mut world = world();
    let page = world.trigger("db").page.expect("it pages");
    world.run_until(70);
    for (body, digit) in [("6", 6), ("resolve", 6), ("8", 8), ("escalate", 8)] {
        let said = text(&mut world, NUMBER, body);
        assert!(
            said.starts_with("That needs the code in the message") && said.contains(&format!("4711 {digit}")),
            "{said}"
        );
    }
    assert!(world.page(page).is_waiting());
    assert_eq!(world.sent(), ["0:00 page alice/voice", "1:00 page alice/sms"], "nobody else is called");
    let code = last(&world, true).phone.expect("by text").code;
    let mut wrong = (0..).map(|n| format!("{n:04}")).filter(|guess| *guess != code);
    for _ in 0..limits::REPLY_CODE_TRIES_MAX {
        let guess = wrong.next().expect("there are others");
        assert_eq!(text(&mut world, NUMBER, &format!("{guess} 8")), "No page of yours has this code.");
    }
    for body in [format!("{code} 4"), "4".to_owned()] {
        let said = text(&mut world, NUMBER, &body);
        assert!(said.starts_with("Too many wrong codes came from this number") && said.contains("at 04:02"), "{said}");
    }
    assert!(world.page(page).is_waiting());
    world.now = at(3_600 + 71);
    assert_eq!(text(&mut world, NUMBER, &format!("{code} 4")), "Acknowledged", "an hour later");
    world.sent();
}

fn proven(world: &mut World, contact: &str) -> bool {
    let now = world.now;
    let reach = world.act(|unit| {
        let directory = unit.directory.clone();
        crate::people::reach_of(unit.tx, &directory, &user("alice"), now)
    });
    let method = reach.methods.into_iter().find(|method| method.contact.id.as_str() == contact);
    method.expect("hers").proven.is_some()
}

#[test]
fn a_key_and_a_code_prove_that_the_telephone_reaches_its_owner() {
    let mut world = world();
    world.trigger("db");
    world.run_until(70);
    assert!(!proven(&mut world, "call") && !proven(&mut world, "text"));
    assert_eq!(text(&mut world, NUMBER, "4"), "Acknowledged");
    assert!(!proven(&mut world, "text"), "whoever knows the number can have sent that");
    let code = last(&world, true).phone.expect("by text").code;
    assert_eq!(text(&mut world, NUMBER, &format!("{code} 6")), "Resolved");
    assert!(proven(&mut world, "text") && !proven(&mut world, "call"));
    world.trigger("disk");
    world.run_until(75);
    press(&mut world, Act::Acknowledge).expect("taken");
    assert!(proven(&mut world, "call"));
    world.sent();
}

/// Whoever is asked whether they are still on it prolongs their own time; a key of somebody else does not.
#[test]
fn only_whoever_has_a_page_prolongs_it() {
    let mut world = asked_world();
    let page = world.trigger("db").page.expect("it pages");
    world.run_until(5);
    let call = holder(&mut world, Purpose::Answer);
    let bob = world.permit("bob");
    world.act(|unit| paging::acknowledge(unit, &bob, page).map(drop));
    world.run_until(26 * 60);
    let until = |world: &mut World| world.page(page).awake.expect("it runs out").rings_again_at();
    let before = until(&mut world);
    let said = world.unit(|unit| phone::press(unit, &call, Act::Acknowledge)).expect("heard").said;
    assert_eq!(said, "Bob Example has it already");
    assert_eq!(until(&mut world), before, "nobody prolongs somebody else's time");
    world.sent();
    // The same when it is hers: the call that asks prolongs it, an older one does not.
    let mut world = asked_world();
    let page = world.trigger("db").page.expect("it pages");
    world.run_until(5);
    press(&mut world, Act::Acknowledge).expect("taken");
    let old = holder(&mut world, Purpose::Answer);
    world.run_until(26 * 60);
    let until = |world: &mut World| world.page(page).awake.expect("it runs out").rings_again_at();
    let before = until(&mut world);
    world.unit(|unit| phone::press(unit, &old, Act::Acknowledge)).expect("heard");
    assert_eq!(until(&mut world), before);
    assert_eq!(press(&mut world, Act::Acknowledge).expect("heard").said, "You are still on it");
    assert!(until(&mut world) > before);
    world.sent();
}

#[test]
fn inv_08_what_went_in_one_lost_message_falls_back_together() {
    let mut world = world();
    world.trigger("db");
    world.run_until(5);
    let others: Vec<_> = ["disk", "mail", "cpu"].map(|key| world.trigger(key).page.expect("it pages")).into();
    world.run_until(59);
    world.sent();
    world.run_until(61);
    let bundled = last(&world, true);
    let along = bundled.also.count;
    assert!(along >= 1, "a storm is told in one message: {:?}", world.sent());
    heard(&mut world, &Heard::failed("undelivered", "x"));
    let mut failed = 0;
    for page in others.iter().chain([&bundled.page]).copied().collect::<std::collections::BTreeSet<_>>() {
        let lost = |n: &Notification| n.reason.as_deref().is_some_and(|why| why.contains("undelivered"));
        let its = world.notifications(page).iter().filter(|n| lost(n)).count() as u64;
        assert_eq!(log(&mut world, page).contains(&"undelivered".to_owned()), its > 0, "told of each that was in it");
        failed += its;
    }
    assert_eq!(failed, along + 1, "each of them, once");
    world.sent();
}
