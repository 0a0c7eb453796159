//! How people are reached, as they set and prove it: codes, tries and expiry, the last method of somebody on call, test pages, what proves a
//! method, quiet hours, and limits that never hold back a first page.

use super::{Answer::*, World, refused, user, world::at};
use crate::{
    Fault, paging,
    people::{self, Entered, Hand, How},
};
use jiff::SignedDuration;
use nightbell_domain::{
    access::{Administer, Read},
    ids::ContactId,
    limits,
    org::{AtMost, ContactKind, NotificationRule, NotificationRules, QuietHours},
    paging::{PageStatus, Subject},
    signal::EventAction,
};
use proptest::prelude::*;

const HOUR: i64 = 3_600;
/// 10:00 in Berlin on that Tuesday, in seconds after the beginning.
const TEN: i64 = 7 * HOUR;

fn hand(world: &World, who: &str) -> Hand {
    Hand::own(&world.caller(who).permit::<Read>().expect("may read"))
}

fn id(text: &str) -> ContactId {
    text.parse().expect("a handle")
}

fn sms(number: &str) -> ContactKind {
    ContactKind::from_parts("sms", number).expect("a number")
}

impl World {
    fn add_phone(&mut self, who: &str) {
        let hand = hand(self, who);
        self.act(|unit| people::add(unit, &hand, Some(id("phone")), sms("+491511234567")));
    }

    fn send_code(&mut self, who: &str) -> String {
        let hand = hand(self, who);
        self.act(|unit| people::send_code(unit, &hand, &id("phone")));
        self.tick();
        self.sent();
        let message = self.messages.last().expect("sent");
        assert_eq!(message.kind.word(), "code");
        message.title.rsplit(' ').next().expect("a code").to_owned()
    }

    fn enter(&mut self, who: &str, code: &str) -> Entered {
        let hand = hand(self, who);
        self.act(|unit| people::enter_code(unit, &hand, &id("phone"), code))
    }

    fn verify_phone(&mut self, who: &str) {
        self.add_phone(who);
        let code = self.send_code(who);
        assert_eq!(self.enter(who, &code), Entered::Proved);
    }

    fn reach(&mut self, who: &str) -> people::Reach {
        let now = self.now;
        self.act(|unit| {
            let directory = unit.directory.clone();
            people::reach_of(unit.tx, &directory, &user(who), now)
        })
    }

    fn method(&mut self, who: &str, contact: &str) -> people::Method {
        let reach = self.reach(who);
        reach.methods.into_iter().find(|method| method.contact.id.as_str() == contact).expect("a method")
    }
}

/// A code that is not that one.
fn other(code: &str) -> String {
    format!("{:06}", (code.parse::<u32>().expect("digits") + 1) % 1_000_000)
}

#[test]
fn a_code_that_was_sent_by_the_method_proves_it() {
    let mut world = World::new();
    world.add_phone("alice");
    assert!(!world.method("alice", "phone").contact.verified);
    let code = world.send_code("alice");
    assert!(code.len() == 6 && code.bytes().all(|b| b.is_ascii_digit()), "{code}");
    assert_eq!(world.enter("alice", &other(&code)), Entered::Wrong { left: 4 });
    assert!(!world.method("alice", "phone").contact.verified);
    assert_eq!(world.enter("alice", &format!(" {} {} ", &code[..3], &code[3..])), Entered::Proved);
    let phone = world.method("alice", "phone");
    assert!(phone.contact.verified && phone.own && phone.code.is_none());
    assert_eq!(phone.proven, Some((at(0), "code".to_owned())));
    assert!(matches!(world.enter("alice", &code), Entered::Over(_)), "a code is used once");
    assert_eq!(world.messages.len(), 1, "nobody else was told anything");
}

#[test]
fn a_code_is_good_for_ten_minutes_and_five_tries() {
    let mut world = World::new();
    world.add_phone("alice");
    let code = world.send_code("alice");
    for left in [4, 3, 2, 1] {
        assert_eq!(world.enter("alice", &other(&code)), Entered::Wrong { left });
    }
    assert!(matches!(world.enter("alice", &other(&code)), Entered::Over(_)));
    assert!(matches!(world.enter("alice", &code), Entered::Over(_)), "after five tries not even the right one");
    world.now = at(60);
    let code = world.send_code("alice");
    world.now = at(60 + limits::CODE_LIFETIME.as_secs() - 1);
    assert_eq!(world.enter("alice", &other(&code)), Entered::Wrong { left: 4 });
    world.now = at(60 + limits::CODE_LIFETIME.as_secs());
    assert!(matches!(world.enter("alice", &code), Entered::Over(_)), "expired");
}

#[test]
fn a_newer_code_takes_the_place_of_the_older() {
    let mut world = World::new();
    world.add_phone("alice");
    let first = world.send_code("alice");
    world.now = at(60);
    let second = world.send_code("alice");
    if first != second {
        assert_eq!(world.enter("alice", &first), Entered::Wrong { left: 4 });
    }
    assert_eq!(world.enter("alice", &second), Entered::Proved);
}

#[test]
fn so_many_codes_an_hour_and_no_more() {
    let mut world = World::new();
    world.add_phone("alice");
    for n in 0..limits::CODES_PER_HOUR_MAX {
        world.now = at(i64::from(n));
        world.send_code("alice");
    }
    let hand = hand(&world, "alice");
    let again = refused(world.unit(|unit| people::send_code(unit, &hand, &id("phone"))));
    assert_eq!(again.code, "too-many-codes");
    let when = "The next one can be sent at 04:00 (Europe/Berlin).";
    assert!(again.message.contains(when), "{}", again.message);
    world.now = at(HOUR + 1);
    world.send_code("alice");
}

/// Whoever enters somebody else's number cannot flood it: not even several people together, nor by calls beside texts, nor at one instant.
#[test]
fn so_many_codes_go_to_one_address_whoever_asks() {
    let mut world = World::new();
    let voice = ContactKind::from_parts("voice", "+491511234567").expect("a number");
    let (alice, bob) = (hand(&world, "alice"), hand(&world, "bob"));
    world.add_phone("alice");
    world.act(|unit| people::add(unit, &bob, Some(id("phone")), voice.clone()));
    for n in 0..limits::CODES_PER_HOUR_MAX {
        let whose = if n % 2 == 0 { &alice } else { &bob };
        world.act(|unit| people::send_code(unit, whose, &id("phone")));
    }
    for whose in [&alice, &bob] {
        let again = refused(world.unit(|unit| people::send_code(unit, whose, &id("phone"))));
        assert!(again.message.contains("codes went to this address within the hour"), "{}", again.message);
        assert!(again.message.contains("The next one can be sent at 0"), "{}", again.message);
    }
    world.act(|unit| people::send_code(unit, &bob, &id("mail")));
    world.now = at(HOUR + 1);
    world.act(|unit| people::send_code(unit, &bob, &id("phone")));
}

#[test]
fn so_many_tests_an_hour_and_real_pages_all_the_same() {
    let mut world = World::new();
    let hand = hand(&world, "alice");
    for n in 0..limits::TESTS_PER_HOUR_MAX {
        let contact = if n % 2 == 0 { "hook" } else { "mail" };
        world.act(|unit| people::test(unit, &hand, &id(contact)).map(drop));
    }
    for contact in ["hook", "mail"] {
        let again = refused(world.unit(|unit| people::test(unit, &hand, &id(contact)).map(drop)));
        assert_eq!(again.code, "too-many-tests");
        let when = "The next one can be sent at 04:00 (Europe/Berlin). Real pages are not held back by this.";
        assert!(again.message.contains(when), "{}", again.message);
    }
    world.run_until(1);
    world.sent();
    world.trigger("db");
    world.run_until(2);
    assert!(world.sent().iter().any(|line| line.ends_with("page alice/hook")), "a real page rings");
    world.now = at(HOUR + 1);
    world.act(|unit| people::test(unit, &hand, &id("hook")).map(drop));
}

#[test]
fn an_address_that_changes_loses_its_proof_and_its_code() {
    let mut world = World::new();
    world.verify_phone("alice");
    let hand = hand(&world, "alice");
    world.now = at(60);
    let code = world.send_code("alice");
    world.act(|unit| people::readdress(unit, &hand, &id("phone"), sms("+4917000000"), false));
    let phone = world.method("alice", "phone");
    assert!(!phone.contact.verified && phone.proven.is_none(), "{phone:?}");
    assert!(matches!(world.enter("alice", &code), Entered::Over(_)), "the code went elsewhere");
    world.now = at(120);
    let code = world.send_code("alice");
    assert_eq!(world.enter("alice", &code), Entered::Proved);
}

#[test]
fn a_code_that_is_good_for_nothing_is_not_sent() {
    let mut world = World::new();
    world.add_phone("alice");
    let hand = hand(&world, "alice");
    world.script("alice/sms", &[Defer, Defer, Defer, Defer, Defer, Defer, Defer, Defer, Defer, Defer]);
    world.act(|unit| people::send_code(unit, &hand, &id("phone")).map(drop));
    world.run_until(20 * 60);
    let sent = world.sent();
    assert!(sent.len() > 3 && sent.iter().all(|line| line.contains(" code alice/sms")), "{sent:?}");
    let last: i64 = sent.last().and_then(|line| line.split(':').next()?.parse().ok()).expect("a minute");
    assert!(last < 10, "nothing after it expired: {sent:?}");
}

#[test]
fn one_proves_ones_own_methods_alone() {
    let mut world = World::new();
    let admin = world.caller("carol").permit::<Administer>().expect("an administrator");
    let over_bob = Hand::of(&admin, user("bob"));
    world.act(|unit| people::add(unit, &over_bob, Some(id("phone")), sms("+491511234567")).map(drop));
    assert!(!world.method("bob", "phone").contact.verified, "an administrator's word proves nothing here");
    for refusal in [
        refused(world.unit(|unit| people::send_code(unit, &over_bob, &id("phone")).map(drop))),
        refused(world.unit(|unit| people::enter_code(unit, &over_bob, &id("phone"), "123456").map(drop))),
        refused(world.unit(|unit| people::remove(unit, &over_bob, &id("phone"), true))),
        refused(world.unit(|unit| people::set_quiet(unit, &over_bob, None))),
    ] {
        assert_eq!(refusal.code, "forbidden", "{refusal}");
    }
    let code = world.send_code("bob");
    assert_eq!(world.enter("bob", &code), Entered::Proved);
}

#[test]
fn the_last_method_of_somebody_on_call_goes_by_a_stated_override_alone() {
    let yaml = super::world::ORGANISATION
        .replace("contacts: [ { id: mail, kind: email, address: bob@example.com, verified: true } ]", "contacts: []");
    let mut world = World::of(&yaml);
    world.verify_phone("bob");
    let hand = hand(&world, "bob");
    let kept = refused(world.unit(|unit| people::remove(unit, &hand, &id("phone"), false)));
    assert_eq!(kept.code, "last-method");
    assert!(kept.message.contains("payments-primary") && kept.message.contains("now"), "{kept}");
    let kept = refused(world.unit(|unit| people::readdress(unit, &hand, &id("phone"), sms("+4917000000"), false)));
    assert_eq!(kept.code, "last-method");
    world.act(|unit| people::remove(unit, &hand, &id("phone"), true));
    assert!(!world.reach("bob").is_reached());
    // Erin is on no schedule.
    world.verify_phone("erin");
    let erin = self::hand(&world, "erin");
    world.act(|unit| people::remove(unit, &erin, &id("phone"), false));
}

#[test]
fn own_rules_are_used_and_go_with_the_person() {
    let mut world = World::new();
    world.verify_phone("alice");
    let hand = hand(&world, "alice");
    let rule = |secs, via| NotificationRule { after: SignedDuration::from_secs(secs), via: id(via) };
    let rules = NotificationRules { high: vec![rule(0, "mail"), rule(30, "hook")], low: Vec::new() };
    world.act(|unit| people::set_rules(unit, &hand, rules.clone()));
    world.trigger("db");
    world.run_until(60);
    assert_eq!(world.sent(), ["0:00 page alice/mail", "0:30 page alice/hook"]);
    world.resolve("db");
    world.run_until(120);
    assert_eq!(world.sent(), ["1:00 resolved alice/mail"]);
    world.act(|unit| people::reset_rules(unit, &hand));
    assert!(!world.reach("alice").own_rules);
    // Applied again, the files leave own settings alone; without the person they go.
    world.apply(super::world::ORGANISATION, true).expect("stored").expect("sound");
    assert_eq!(world.reach("alice").methods.len(), 3);
    let without = super::world::ORGANISATION
        .replace("{ id: frank,", "{ id: fred,")
        .replace("user:frank", "user:fred")
        .replace("frank@", "fred@");
    world.add_phone("frank");
    world.apply(&without, true).expect("stored").expect("sound");
    assert!(!world.engine.directory().org.personal.contains_key(&user("frank")));
}

#[test]
fn a_page_that_one_method_alone_told_of_proves_it() {
    let mut world = World::new();
    let page = world.trigger("db").page.expect("it pages");
    world.tick();
    assert_eq!(world.sent(), ["0:00 page alice/hook"]);
    let alice = world.permit("alice");
    world.now = at(30);
    world.act(|unit| paging::acknowledge(unit, &alice, page).map(drop));
    assert_eq!(world.method("alice", "hook").proven, Some((at(30), "page".to_owned())));
    assert_eq!(world.method("alice", "mail").proven, None);
    // Told by two, nobody knows which of them it was.
    let page = world.trigger("queue").page.expect("it pages");
    world.run_until(3 * 60);
    assert_eq!(world.sent(), ["0:30 page alice/hook", "1:30 page alice/mail"]);
    world.act(|unit| paging::acknowledge(unit, &alice, page).map(drop));
    assert_eq!(world.method("alice", "hook").proven, Some((at(30), "page".to_owned())));
    assert_eq!(world.method("alice", "mail").proven, None);
    // Unless it says so itself: a key in the call, a reply.
    world.act(|unit| people::proven(unit, &user("alice"), &id("mail"), How::Page));
    assert_eq!(world.method("alice", "mail").proven, Some((at(180), "page".to_owned())));
}

#[test]
fn a_method_that_failed_for_good_is_broken_until_it_proves_itself() {
    let mut world = World::new();
    world.script("alice/hook", &[Reject]);
    world.trigger("db");
    world.tick();
    assert_eq!(world.sent(), ["0:00 page alice/hook", "0:00 page alice/mail"]);
    assert_eq!(world.method("alice", "hook").broken.expect("broken").why, "as the script says");
    assert_eq!(world.method("alice", "mail").broken, None);
    world.now = at(60);
    world.act(|unit| people::proven(unit, &user("alice"), &id("hook"), How::Page));
    assert_eq!(world.method("alice", "hook").broken, None);
}

#[test]
fn test_pages_ring_their_owner_by_one_method_and_end_by_themselves() {
    let mut world = World::new();
    let hand = hand(&world, "alice");
    let page = world.act(|unit| people::test(unit, &hand, &id("hook"))).id;
    world.run_until(59 * 60);
    assert_eq!(world.sent(), ["0:00 page alice/hook"], "by that method alone");
    assert!(world.messages[0].next.is_none() && world.messages[0].url.ends_with("/settings/reach"));
    let bob = world.permit("bob");
    assert_eq!(refused(world.unit(|unit| paging::acknowledge(unit, &bob, page))).code, "forbidden");
    let alice = world.permit("alice");
    world.act(|unit| paging::acknowledge(unit, &alice, page).map(drop));
    assert!(world.page(page).is_ended());
    assert_eq!(world.method("alice", "hook").proven, Some((at(59 * 60), "test".to_owned())));
    // Not answered: its owner is told by another way, and nobody else is.
    let page = world.act(|unit| people::test(unit, &hand, &id("hook"))).id;
    world.run_until(4 * HOUR);
    assert_eq!(world.sent(), ["59:00 page alice/hook", "119:00 notice alice/mail"]);
    assert!(matches!(world.page(page).status, PageStatus::Ended { .. }));
    let hook = world.method("alice", "hook");
    assert_eq!(hook.missed_at, Some(at(119 * 60)));
    assert!(world.messages.last().expect("sent").title.contains("test page by hook"));
    // It may have rung all the same: the next proof takes the mark away.
    world.act(|unit| people::proven(unit, &user("alice"), &id("hook"), How::Page));
    assert_eq!(world.method("alice", "hook").missed_at, None);
}

#[test]
fn an_unverified_method_is_not_tested() {
    let mut world = World::new();
    world.add_phone("alice");
    let hand = hand(&world, "alice");
    let refusal = refused(world.unit(|unit| people::test(unit, &hand, &id("phone")).map(drop)));
    assert_eq!(refusal.code, "contact-not-verified");
}

/// Runs the reconciler once every quarter of an hour from one second to another, and answers what was sent.
fn weeks(world: &mut World, from: i64, to: i64) -> Vec<String> {
    let mut moment = from;
    while moment <= to {
        world.run_until(moment);
        world.act(people::weekly);
        moment += 15 * 60;
    }
    world.run_until(to);
    world.sent()
}

#[test]
fn whoever_is_on_call_is_tested_once_a_week_in_their_working_hours() {
    let mut world = World::new();
    // What is known since this Tuesday's hour is tried from the next on. Bob's clock is two hours behind.
    assert_eq!(weeks(&mut world, TEN + 2 * HOUR, TEN + 8 * HOUR), Vec::<String>::new());
    let week = 7 * 24 * HOUR;
    let sent = weeks(&mut world, TEN + 8 * HOUR, TEN + week + 5 * HOUR / 2);
    let (mail, hook) = ("alice/mail", "alice/hook");
    let pages: Vec<&str> = sent.iter().filter_map(|line| line.split(" page ").nth(1)).collect();
    let days = format!("{}:00", (TEN + week) / 60);
    let of_bob = format!("{}:00", (TEN + week) / 60 + 120);
    let on_time = |line: &String| line.starts_with(if line.contains("bob") { &of_bob } else { &days });
    assert!(sent.iter().filter(|line| line.contains(" page ")).all(on_time), "at 10:00 of their clock: {sent:?}");
    assert_eq!(pages.len(), 2, "alice and bob, one method each: {sent:?}");
    let first = pages.iter().find(|line| line.starts_with("alice")).copied().expect("alice");
    // The week after, it is the other method's turn: the one that has not proved itself for longest.
    let sent = weeks(&mut world, TEN + week + 5 * HOUR / 2, TEN + 2 * week + HOUR / 2);
    let second = sent.iter().filter_map(|line| line.split(" page ").nth(1)).find(|line| line.starts_with("alice"));
    assert_eq!(second, Some(if first == mail { hook } else { mail }), "{sent:?}");
    assert!(sent.iter().all(|line| !line.contains("carol") && !line.contains("erin")), "not on call: {sent:?}");
}

#[test]
fn nobody_is_tested_who_is_busy_or_spared() {
    let week = 7 * 24 * HOUR;
    // A page rings for alice.
    let mut world = World::new();
    weeks(&mut world, TEN, TEN);
    world.run_until(TEN + week - 60);
    world.sent();
    world.trigger("db");
    world.tick();
    let rung = world.sent();
    assert!(rung.iter().any(|line| line.contains("alice/") || line.contains("bob/")), "{rung:?}");
    world.now = at(TEN + week);
    world.act(people::weekly);
    world.tick();
    let sent = world.sent();
    let ringing = if rung[0].contains("alice") { "alice" } else { "bob" };
    assert!(sent.iter().all(|line| !line.contains(ringing) || line.contains("page bob")), "{ringing}: {sent:?}");
    world.resolve("db");
    world.tick();
    world.sent();
    // The team wants none.
    let yaml = super::world::ORGANISATION.replace("holidays: DE }", "holidays: DE, test_page: off }");
    let mut world = World::of(&yaml);
    weeks(&mut world, TEN, TEN);
    world.now = at(TEN + week);
    assert_eq!(world.act(people::weekly), 0);
}

#[test]
fn low_urgency_waits_for_the_end_of_quiet_hours_and_high_never_does() {
    let low = r#"routes:
  - { when: 'labels.severity == "warning"', do: page, urgency: low }"#;
    let mut world = World::of(&super::world::ORGANISATION.replace("routes:", low));
    let hand = hand(&world, "alice");
    let hours = QuietHours { from: "22:00".parse().expect("a time"), to: "07:00".parse().expect("a time") };
    world.act(|unit| people::set_quiet(unit, &hand, Some(hours)));
    let outcome = world.event(EventAction::Trigger, "slow", &[("severity", "warning")], None);
    let page = world.alert(&outcome).page;
    let Some(page) = page.filter(|_| !world.notifications_are_high(&outcome)) else {
        panic!("the example pages low for a warning: {}", outcome.reason);
    };
    let owed = world.notifications(page);
    // 03:00 in Berlin; the quiet hours end at 07:00, four hours later.
    assert!(owed.iter().all(|n| n.due_at == at(4 * HOUR)), "{owed:?}");
    assert!(owed.iter().all(|n| n.reason.as_deref().is_some_and(|why| why.contains("quiet hours (22:00 to 07:00)"))));
    world.trigger("db");
    world.tick();
    assert_eq!(world.sent(), ["0:00 page alice/hook"], "high urgency rings at once");
    world.resolve("db");
    world.resolve("slow");
    world.run_until(60);
    world.sent();
}

impl World {
    fn notifications_are_high(&mut self, outcome: &crate::signal::EventOutcome) -> bool {
        let page = self.alert(outcome).page.expect("it pages");
        self.page(page).urgency == nightbell_domain::org::Urgency::High
    }
}

/// Pages at those seconds with that limit on the webhook; answers for each page how long after it began alice was first told of it.
fn first_told(limit: AtMost, begins: &[i64]) -> Vec<Option<i64>> {
    let mut world = World::new();
    let hand = hand(&world, "alice");
    world.act(|unit| people::set_at_most(unit, &hand, &id("hook"), Some(limit)));
    let rule = |secs, via| NotificationRule { after: SignedDuration::from_secs(secs), via: id(via) };
    let rules = NotificationRules { high: vec![rule(0, "hook"), rule(60, "mail")], low: Vec::new() };
    world.act(|unit| people::set_rules(unit, &hand, rules.clone()));
    let mut pages = Vec::new();
    for (n, begin) in begins.iter().enumerate() {
        world.run_until(*begin);
        pages.push((*begin, world.trigger(&format!("alert-{n}")).page.expect("it pages")));
    }
    world.run_until(begins.last().copied().unwrap_or(0) + 300);
    world.sent();
    let told = |world: &mut World, page| {
        let attempts = world.notifications(page);
        attempts.iter().filter(|n| n.user == user("alice")).filter_map(|n| n.begun_at).min()
    };
    pages
        .into_iter()
        .map(|(begin, page)| told(&mut world, page).map(|when| when.duration_since(at(begin)).as_secs()))
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn a_limit_never_holds_back_the_first_message_about_a_page(
        count in 1_u32..4,
        per in prop::sample::select(vec![30_i64, 600, 3_600]),
        waits in prop::collection::vec(0_i64..90, 1..6),
    ) {
        let begins: Vec<i64> = waits.iter().scan(0, |now, wait| { *now += wait; Some(*now) }).collect();
        let free = first_told(AtMost { count: 1_000, per: SignedDuration::from_secs(1) }, &begins);
        let limited = first_told(AtMost { count, per: SignedDuration::from_secs(per) }, &begins);
        for (free, limited) in free.iter().zip(&limited) {
            let most = limits::BUNDLE_WITHIN.as_secs();
            prop_assert!(limited.is_some_and(|late| late <= most), "{free:?} {limited:?}");
            prop_assert!(limited <= free, "told later than without a limit: {free:?} {limited:?}");
        }
    }
}

#[test]
fn what_is_beyond_a_limit_goes_along_with_the_next_message() {
    let mut world = World::new();
    let hand = hand(&world, "alice");
    let limit = AtMost { count: 1, per: SignedDuration::from_mins(10) };
    world.act(|unit| people::set_at_most(unit, &hand, &id("mail"), Some(limit)));
    world.trigger("db");
    world.run_until(61);
    assert_eq!(world.sent(), ["0:00 page alice/hook", "1:00 page alice/mail"], "the first by mail");
    world.trigger("queue");
    world.run_until(4 * 60);
    // Told by the webhook; its mail waits until the ten minutes of the first are over.
    assert_eq!(world.sent(), ["1:01 page alice/hook"]);
    world.run_until(12 * 60);
    let sent = world.sent();
    let mails: Vec<_> = sent.iter().filter(|line| line.contains("alice/mail")).collect();
    assert_eq!(mails.first().map(|line| line.split(' ').next()), Some(Some("11:00")), "{sent:?}");
    world.resolve("db");
    world.resolve("queue");
    world.tick();
    world.sent();
}

#[test]
fn what_waits_for_the_morning_rings_when_it_becomes_urgent_and_news_of_what_can_wait_waits_too() {
    let low = r#"routes:
  - { when: 'labels.severity == "minor"', do: page, urgency: low }"#;
    let mut world = World::of(&super::world::ORGANISATION.replace("routes:", low));
    let hand = hand(&world, "alice");
    let quiet = |from: &str| QuietHours { from: from.parse().expect("a time"), to: "07:00".parse().expect("a time") };
    world.act(|unit| people::set_quiet(unit, &hand, Some(quiet("22:00"))));
    let said = |world: &mut World, severity: &str, key: &str| {
        let outcome = world.event(EventAction::Trigger, key, &[("severity", severity)], None);
        world.alert(&outcome).page.expect("it pages")
    };
    let slow = said(&mut world, "minor", "slow");
    world.run_until(120);
    assert_eq!(world.sent(), Vec::<String>::new(), "it waits for seven in the morning");
    said(&mut world, "critical", "slow");
    world.tick();
    assert_eq!(world.sent(), ["2:00 page alice/hook"]);
    let alice = world.permit("alice");
    world.act(|unit| paging::acknowledge(unit, &alice, slow));
    // At 03:02 her quiet hours have not begun; at half past four somebody else takes what she was told of.
    world.act(|unit| people::set_quiet(unit, &hand, Some(quiet("04:00"))));
    let fan = said(&mut world, "minor", "fan");
    world.tick();
    assert_eq!(world.sent(), ["2:00 page alice/mail"], "by her ladder for what can wait");
    world.now = at(90 * 60);
    let carol = world.permit("carol");
    world.act(|unit| paging::acknowledge(unit, &carol, fan));
    world.run_until(5 * HOUR - 3_600);
    assert_eq!(world.sent(), ["240:00 notice alice/mail"]);
}

#[test]
fn a_limit_does_not_mute_a_page_that_rings_again() {
    let mut world = World::new();
    let hand = hand(&world, "alice");
    let limit = AtMost { count: 1, per: SignedDuration::from_mins(60) };
    world.act(|unit| people::set_at_most(unit, &hand, &id("hook"), Some(limit)));
    let page = world.trigger("db").page.expect("it pages");
    world.tick();
    let alice = world.permit("alice");
    world.act(|unit| paging::snooze(unit, &alice, page, at(600)).map(drop));
    world.run_until(600);
    assert_eq!(world.sent(), ["0:00 page alice/hook", "10:00 page alice/hook"], "it is news, whatever was told before");
    world.act(|unit| paging::acknowledge(unit, &alice, page).map(drop));
}

#[test]
fn proofs_and_codes_are_seen_on_no_list_of_pages() {
    let mut world = World::new();
    world.verify_phone("alice");
    let hand = hand(&world, "alice");
    let page = world.act(|unit| people::test(unit, &hand, &id("hook")));
    assert!(matches!(page.subject, Subject::Proof { .. }));
    world.tick();
    world.sent();
    let open = world.act(|unit| Ok::<_, Fault>(nightbell_store::paging::open(unit.tx, 100)?));
    assert_eq!(open, Vec::new());
}
