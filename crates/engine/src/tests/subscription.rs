//! Subscribers of a status page (INV-20): each public update at most once, nothing before a yes and nothing after a no, never more than the ceiling.

use super::{
    Seeded, World, refused, user,
    world::{ORGANISATION, at},
};
use crate::{
    Engine, Others, renew_link_key,
    response::{self, PublicWords, Resolution},
    retention,
    subscription::{self, Work},
};
use jiff::SignedDuration;
use nightbell_domain::{
    access::{Caller, Via},
    limits,
    org::AccessRole,
    paging::Report,
    response::UpdateInput,
    voice::subscriber::{Subscriber, SubscriberMail, SubscriberState},
};
use nightbell_store::{
    Database, Postgres, Sqlite, Tx, Verdict, portable, subscriber as store, testing::postgres_database,
};

const ANN: &str = "ann@example.com";
const BEN: &str = "ben@example.com";

/// The token in a mail's line that begins with an address below that path.
fn token_in(text: &str, path: &str) -> String {
    let begin = format!("https://nightbell.test/status/main/{path}/");
    let found = text.lines().find_map(|line| line.strip_prefix(&begin));
    found.unwrap_or_else(|| panic!("no {path} link in:\n{text}")).to_owned()
}

fn token(work: &Work, path: &str) -> String {
    token_in(&work.mail.text, path)
}

fn accepted() -> Report {
    Report::Accepted { detail: "250 ok".to_owned(), provider_id: None }
}

fn told(work: &[Work]) -> Vec<String> {
    work.iter().map(|work| format!("{}: {}", work.mail.to_address, work.mail.subject)).collect()
}

impl World {
    fn hand_out_mails(&mut self) -> Vec<Work> {
        self.act(subscription::broadcast)
    }

    fn settle_mail(&mut self, work: &Work, report: &Report) {
        self.act(|unit| subscription::settle(unit, work.subscriber, &work.about, work.attempt, report));
    }

    /// Everything that is due now, taken by the mail server.
    fn mail(&mut self) -> Vec<Work> {
        let mut all = Vec::new();
        loop {
            let work = self.hand_out_mails();
            if work.is_empty() {
                return all;
            }
            for one in &work {
                self.settle_mail(one, &accepted());
            }
            all.extend(work);
        }
    }

    fn subscribe(&mut self, email: &str) {
        self.act(|unit| subscription::subscribe(unit, "main", email));
    }

    /// Subscribed and confirmed; answers the token of the way out.
    fn reader(&mut self, email: &str) -> String {
        self.subscribe(email);
        let work = self.mail();
        let yes = token(work.last().expect("a question"), "confirm");
        self.act(|unit| subscription::confirm(unit, &yes));
        token(&work[work.len() - 1], "unsubscribe")
    }

    fn publish(&mut self, slug: &str, text: &str) {
        let words = PublicWords {
            text: text.to_owned(),
            title: Some("Checkout is failing".to_owned()),
            ..PublicWords::default()
        };
        let alice = self.permit("alice");
        self.act(|unit| response::publish(unit, &alice, slug, &words));
    }

    fn queued_mails(&mut self, of: &Work) -> Vec<SubscriberMail> {
        self.act(|unit| Ok(store::queued(unit.tx, of.subscriber)?))
    }

    /// Addresses that are kept for the page.
    fn known_addresses(&mut self) -> u64 {
        let page = "main".parse().expect("a handle");
        self.act(|unit| Ok(store::count(unit.tx, &page)?))
    }

    fn rows(&mut self, table: &str) -> u64 {
        let counts = self.act(|unit| Ok(portable::counts(unit.tx)?));
        counts.into_iter().find(|(name, _)| *name == table).expect("a table").1
    }

    fn pass(&mut self, minutes: i64) {
        self.now += SignedDuration::from_mins(minutes);
    }
}

#[test]
fn inv_20_each_public_update_reaches_each_subscriber_once() {
    let mut world = World::new();
    world.reader(ANN);
    world.reader(BEN);
    let slug = world.declare("alice", "sev2").slug;
    world.publish(&slug, "Some customers cannot pay.");
    let mut first = told(&world.mail());
    first.sort();
    let subject = "[Acme status] Investigating: Checkout is failing";
    assert_eq!(first, [format!("{ANN}: {subject}"), format!("{BEN}: {subject}")]);
    assert!(world.mail().is_empty(), "once");
    world.pass(5);
    world.publish(&slug, "We found the cause.");
    let second = world.mail();
    assert_eq!(second.len(), 2);
    assert!(second[0].mail.text.contains("We found the cause.") && !second[0].mail.text.contains("cannot pay"));
    world.pass(24 * 60);
    assert!(world.mail().is_empty());
    world.tick();
    world.sent();
}

#[test]
fn inv_20_nobody_is_told_anything_before_they_said_yes() {
    let mut world = World::new();
    world.subscribe(ANN);
    let question = world.mail();
    assert_eq!(told(&question), [format!("{ANN}: [Acme status] Do you want updates by mail?")]);
    let slug = world.declare("alice", "sev2").slug;
    world.publish(&slug, "Some customers cannot pay.");
    assert!(world.mail().is_empty(), "not confirmed");
    let (yes, no) = (token(&question[0], "confirm"), token(&question[0], "unsubscribe"));
    assert_eq!(refused(world.unit(|unit| subscription::confirm(unit, &no))).code, "not-found", "a no is no yes");
    world.act(|unit| subscription::confirm(unit, &yes));
    world.act(|unit| subscription::confirm(unit, &yes));
    assert!(world.mail().is_empty(), "what was said before is on the page");
    world.publish(&slug, "We found the cause.");
    assert_eq!(world.mail().len(), 1);
    world.tick();
    world.sent();
}

#[test]
fn inv_20_nothing_is_sent_after_unsubscribing_not_even_what_was_queued() {
    let mut world = World::new();
    let no = world.reader(ANN);
    let slug = world.declare("alice", "sev2").slug;
    world.publish(&slug, "Some customers cannot pay.");
    world.act(|unit| subscription::unsubscribe(unit, &no));
    world.act(|unit| subscription::unsubscribe(unit, &no));
    assert!(world.mail().is_empty(), "it was queued, and is cancelled");
    world.publish(&slug, "We found the cause.");
    world.pass(60);
    assert!(world.mail().is_empty());
    assert_eq!(world.known_addresses(), 0, "the address is forgotten");
    // An old yes does not undo a no; a new yes does, for what comes then.
    world.reader(ANN);
    assert!(world.mail().is_empty());
    world.publish(&slug, "It is fixed.");
    assert_eq!(world.mail().len(), 1);
    world.tick();
    world.sent();
}

#[test]
fn inv_20_who_unsubscribes_while_a_mail_is_under_way_is_not_tried_again() {
    let mut world = World::new();
    let no = world.reader(ANN);
    let slug = world.declare("alice", "sev2").slug;
    world.publish(&slug, "Some customers cannot pay.");
    let work = world.hand_out_mails();
    world.act(|unit| subscription::unsubscribe(unit, &no));
    world.settle_mail(&work[0], &Report::Deferred { detail: "451 later".to_owned(), retry_after: None });
    world.pass(120);
    assert!(world.mail().is_empty());
    world.tick();
    world.sent();
}

#[test]
fn inv_20_what_may_have_arrived_is_not_sent_again_and_what_did_not_is() {
    let detail = || "as told".to_owned();
    // (how the first attempt ends, or None when its sender dies; whether there is another)
    let cases = [
        (Some(Report::Unknown { detail: detail() }), false),
        (Some(Report::Rejected { detail: detail() }), false),
        (Some(accepted()), false),
        (None, false),
        (Some(Report::Deferred { detail: detail(), retry_after: None }), true),
    ];
    for (report, again) in cases {
        let mut world = World::new();
        world.reader(ANN);
        let slug = world.declare("alice", "sev2").slug;
        world.publish(&slug, "Some customers cannot pay.");
        let work = world.hand_out_mails();
        assert_eq!((work.len(), work[0].attempt), (1, 1));
        if let Some(report) = &report {
            world.settle_mail(&work[0], report);
        }
        world.pass(5);
        let more = world.mail();
        assert_eq!(more.len(), usize::from(again), "{report:?}");
        assert!(more.iter().all(|second| second.mail.message_id == work[0].mail.message_id));
        // A report that comes too late changes nothing.
        world.settle_mail(&work[0], &Report::Deferred { detail: detail(), retry_after: None });
        world.pass(60);
        assert!(world.mail().is_empty(), "{report:?}");
        world.tick();
        world.sent();
    }
}

#[test]
fn inv_20_the_hourly_ceiling_holds_and_no_flood_follows() {
    let mut world = World::new();
    world.subscribe(ANN);
    // The question counts as well.
    let mut sent: Vec<_> = world.mail().into_iter().map(|work| (world.now, work.mail)).collect();
    assert_eq!(sent.len(), 1);
    let yes = token_in(&sent[0].1.text, "confirm");
    world.act(|unit| subscription::confirm(unit, &yes));
    let most = limits::SUBSCRIBER_MAILS_PER_HOUR_MAX as usize;
    let slug = world.declare("alice", "sev2").slug;
    for n in 0..60 {
        world.publish(&slug, &format!("Part {n} of the story."));
        sent.extend(world.mail().into_iter().map(|work| (world.now, work.mail)));
        world.pass(1);
    }
    assert_eq!(sent.len(), most, "in the first hour");
    let last = world.act(|unit| Ok(store::next_due(unit.tx)?)).expect("the newest waits");
    world.now = last;
    let late = world.mail();
    assert_eq!(late.len(), 1, "one for all that was held back: {:?}", told(&late));
    assert!(late[0].mail.text.contains("Part 59"), "{}", late[0].mail.text);
    assert!(late[0].mail.text.contains("earlier updates were not mailed"), "{}", late[0].mail.text);
    world.pass(24 * 60);
    assert!(world.mail().is_empty());
    sent.extend(late.into_iter().map(|work| (last, work.mail)));
    for (at, _) in &sent {
        let within =
            |other: &jiff::Timestamp| *other >= *at && other.duration_since(*at) < SignedDuration::from_hours(1);
        let count = sent.iter().filter(|(other, _)| within(other)).count();
        assert!(count <= most, "{count} mails in the hour from {at}");
    }
    world.tick();
    world.sent();
}

#[test]
fn inv_20_what_waits_is_folded_into_the_newest_of_its_notice() {
    let mut world = World::new();
    world.reader(ANN);
    let slug = world.declare("alice", "sev2").slug;
    world.publish(&slug, "First.");
    let work = world.hand_out_mails();
    world.settle_mail(&work[0], &Report::Deferred { detail: "451 later".to_owned(), retry_after: None });
    for text in ["Second.", "Third."] {
        world.now += SignedDuration::from_secs(1);
        world.publish(&slug, text);
    }
    world.now += SignedDuration::from_secs(1);
    let alice = world.permit("alice");
    let public = PublicWords { text: "Everybody can pay again.".to_owned(), ..PublicWords::default() };
    let resolution = Resolution { text: "Drained.".to_owned(), public: Some(public) };
    world.act(|unit| response::resolve(unit, &alice, &slug, &resolution));
    let mails = world.mail();
    assert_eq!(told(&mails), [format!("{ANN}: [Acme status] Resolved: Checkout is failing")]);
    assert!(mails[0].mail.text.contains("3 earlier updates were not mailed"), "{}", mails[0].mail.text);
    assert_eq!(world.queued_mails(&work[0]), []);
    world.pass(60);
    assert!(world.mail().is_empty());
    world.tick();
    world.sent();
}

#[test]
fn inv_19_what_the_room_says_is_never_mailed() {
    let mut world = World::new();
    world.reader(ANN);
    let slug = world.declare("alice", "sev1").slug;
    let alice = world.permit("alice");
    let update = UpdateInput { text: "db-7 is down, Bob looks at it.", ..UpdateInput::default() };
    world.act(|unit| response::post_update(unit, &alice, &slug, &update, None));
    assert!(world.mail().is_empty(), "an internal update");
    let public = PublicWords { text: "Some customers cannot pay.".to_owned(), ..PublicWords::default() };
    world.act(|unit| response::post_update(unit, &alice, &slug, &update, Some(&public)));
    let mails = world.mail();
    assert_eq!(mails.len(), 1);
    let all = format!("{:?}", mails[0].mail);
    assert!(all.contains("Some customers cannot pay."));
    for private in ["db-7", "Bob", "alice", "sev1", slug.as_str(), "inc_"] {
        assert!(!all.contains(private), "{private} in {all}");
    }
    let resolution = Resolution { text: "Bob restarted db-7.".to_owned(), public: None };
    world.act(|unit| response::resolve(unit, &alice, &slug, &resolution));
    assert!(world.mail().is_empty());
    world.tick();
    world.sent();
}

#[test]
fn typing_an_address_again_and_again_fills_no_mailbox_and_tells_nothing() {
    let mut world = World::new();
    let mut questions = 0;
    for n in 0..200 {
        // Spelled otherwise it is the same mailbox.
        world.subscribe(if n % 2 == 0 { "Ann@Example.com" } else { ANN });
        questions += world.mail().len();
        world.pass(5);
    }
    assert_eq!(questions, limits::SUBSCRIBER_QUESTIONS_PER_DAY_MAX, "in 16 hours");
    world.reader(BEN);
    let ben = world.unit(|unit| subscription::subscribe(unit, "main", BEN));
    let carl = world.unit(|unit| subscription::subscribe(unit, "main", "carl@example.com"));
    assert_eq!((ben.ok(), carl.ok()), (Some(()), Some(())), "known and unknown are answered alike");
    let asked = told(&world.mail());
    assert_eq!(asked, ["carl@example.com: [Acme status] Do you want updates by mail?"]);
    for (slug, email, field) in [("main", "no address", Some("email")), ("nowhere", ANN, None)] {
        let refusal = refused(world.unit(|unit| subscription::subscribe(unit, slug, email)));
        assert_eq!(refusal.field.as_deref(), field, "{slug} {email}");
    }
}

#[test]
fn a_dead_address_is_given_up_and_who_never_answers_is_forgotten() {
    let mut world = World::new();
    world.reader(ANN);
    world.reader(BEN);
    let slug = world.declare("alice", "sev2").slug;
    for n in 0..i64::from(limits::SUBSCRIBER_REJECTIONS_MAX) {
        world.publish(&slug, &format!("Update {n}."));
        for work in world.hand_out_mails() {
            let dead = work.mail.to_address == ANN;
            let refused = Report::Rejected { detail: "550 no such user".to_owned() };
            world.settle_mail(&work, &if dead { refused } else { accepted() });
        }
        world.pass(10);
    }
    world.publish(&slug, "The last.");
    assert_eq!(told(&world.mail()), [format!("{BEN}: [Acme status] Investigating: Checkout is failing")]);
    world.subscribe("carl@example.com");
    world.mail();
    assert_eq!(world.known_addresses(), 2, "Ben's and Carl's");
    world.now += limits::CONFIRM_LINK_LIFETIME + SignedDuration::from_secs(1);
    world.act(retention);
    assert_eq!((world.known_addresses(), world.rows("subscriber"), world.rows("subscriber_mail")), (1, 2, 9));
    world.now += limits::SUBSCRIBER_MAILS_KEPT;
    world.act(retention);
    assert_eq!((world.known_addresses(), world.rows("subscriber"), world.rows("subscriber_mail")), (1, 2, 0));
    world.run_until(1);
    world.sent();
}

#[test]
fn inv_20_a_crowd_goes_by_the_minute_and_a_few_at_a_time() {
    let mut world = World::new();
    let most = i64::from(limits::SUBSCRIBER_MAILS_PER_MINUTE_MAX);
    let page = "main".parse().expect("a handle");
    for n in 0..most + 50 {
        world.act(|unit| {
            let new = Subscriber {
                id: unit.ids().make(),
                page: Clone::clone(&page),
                recipient: format!("{n}"),
                email: Some(format!("reader-{n}@example.com")),
                state: SubscriberState::Confirmed,
                rejections: 0,
                changed_at: unit.now,
            };
            Ok(store::add(unit.tx, &new)?)
        });
    }
    let slug = world.declare("alice", "sev2").slug;
    world.publish(&slug, "Some customers cannot pay.");
    assert!(world.hand_out_mails().len() <= 20, "a few at a time, so that what rings finds the writer free");
    assert_eq!(world.mail().len() as i64, most - 20);
    assert!(world.mail().is_empty(), "enough for this minute");
    world.pass(2);
    assert_eq!(world.mail().len(), 50);
    let late = world.act(|unit| Ok(crate::watch::late(unit.tx, at(999_999), SignedDuration::ZERO)?));
    assert!(late.iter().all(|late| late.kind != "subscriber_mail"), "a late mail is no page that is lost");
    world.tick();
    world.sent();
}

#[test]
fn inv_20_a_restore_mails_nothing_that_waited_in_the_backup() {
    let mut database = Sqlite::in_memory().expect("a database");
    let mut write = |work: &mut dyn FnMut(&mut dyn Tx)| {
        let mut op = |tx: &mut dyn Tx| {
            work(tx);
            Verdict::Keep
        };
        database.write(&mut [&mut op]).expect("durable");
    };
    write(&mut |tx| {
        let ann = Subscriber {
            id: "sub_00000000000000000000000000000001".parse().expect("an id"),
            page: "main".parse().expect("a handle"),
            recipient: "digest".to_owned(),
            email: Some(ANN.to_owned()),
            state: SubscriberState::Confirmed,
            rejections: 0,
            changed_at: at(0),
        };
        store::add(tx, &ann).and_then(|()| store::owe(tx, &ann.page, "u1", "n1", at(0))).expect("owed");
        assert_eq!(store::next_due(tx), Ok(Some(at(0))));
    });
    crate::portable::settle(&mut database, at(60), None).expect("settled");
    let mut waiting = None;
    database.read(&mut |tx| waiting = Some(store::next_due(tx))).expect("readable");
    assert_eq!(waiting, Some(Ok(None)), "it may have been sent since the backup was made");
}

/// Opens the same database, as often as it is called.
type Open<'a> = &'a dyn Fn() -> Box<dyn Database>;

/// How the key of links becomes another.
#[derive(Debug, Clone, Copy)]
enum Way {
    Renewed,
    Restored,
}

fn another_engine() -> Engine {
    let database = Box::new(Sqlite::in_memory().expect("a database"));
    Engine::open(database, Box::new(Seeded::new(9)), "https://nightbell.test").expect("opens")
}

/// A world whose key of links becomes another, as its next start sees it.
fn with_another_key(mut world: World, open: Open<'_>, way: Way) -> World {
    let key = *world.engine.settings().link_key.bytes();
    if let Way::Renewed = way {
        let carol = Caller::new(user("carol"), AccessRole::Admin, Via::Terminal).permit().expect("she administers");
        world.act(|unit| renew_link_key(unit, &carol, Others::NoneCan));
    }
    // Closes the database.
    world.engine = another_engine();
    if let Way::Restored = way {
        crate::portable::settle(open().as_mut(), world.now, Some(&mut Seeded::new(7))).expect("settled");
    }
    world.engine = Engine::open(open(), Box::new(Seeded::new(8)), "https://nightbell.test").expect("opens");
    assert_ne!(&key, world.engine.settings().link_key.bytes(), "{way:?}");
    world
}

fn told_once_after_the_key_changed(open: Open<'_>, way: Way) {
    let mut world = World::over(open(), ORGANISATION);
    let old_no = world.reader(ANN);
    let slug = world.declare("alice", "sev2").slug;
    world.publish(&slug, "Some customers cannot pay.");
    assert_eq!(world.mail().len(), 1);
    let mut world = with_another_key(world, open, way);
    let old = world.unit(|unit| subscription::unsubscribe(unit, &old_no));
    assert_eq!(refused(old).code, "not-found", "{way:?}: whoever saw the old key may not say no for others either");
    // Who wonders, and subscribes again, is known.
    world.pass(20);
    world.subscribe(ANN);
    world.subscribe("Ann@Example.com");
    assert_eq!((told(&world.mail()), world.rows("subscriber")), (Vec::new(), 1), "{way:?}");
    let known = world.act(|unit| Ok(store::everybody(unit.tx)?)).remove(0);
    let begun = world.act(|unit| Ok(store::begun_to(unit.tx, &known.recipient, at(-1))?));
    assert_eq!(begun.len(), 2, "{way:?}: what an hour may bring counts on");
    world.publish(&slug, "We found the cause.");
    let mails = world.mail();
    assert_eq!(mails.len(), 1, "{way:?}: {:?}", told(&mails));
    world.act(|unit| subscription::unsubscribe(unit, &token(&mails[0], "unsubscribe")));
    world.publish(&slug, "It is over.");
    assert_eq!(told(&world.mail()), Vec::<String>::new(), "{way:?}: one press is enough");
    world.tick();
    world.sent();
}

#[test]
fn inv_20_a_reader_stays_one_when_the_key_of_links_becomes_another() {
    let folder = tempfile::tempdir().expect("a folder");
    for way in [Way::Renewed, Way::Restored] {
        let file = folder.path().join(format!("{way:?}.db"));
        told_once_after_the_key_changed(&|| Box::new(Sqlite::open(&file).expect("a database")), way);
    }
}

#[test]
fn inv_20_a_reader_stays_one_when_the_key_of_links_becomes_another_on_postgresql() {
    for way in [Way::Renewed, Way::Restored] {
        let made = postgres_database();
        told_once_after_the_key_changed(&|| Box::new(Postgres::open(made.url()).expect("a database")), way);
    }
}

#[test]
fn inv_20_a_mailbox_that_an_earlier_key_made_two_becomes_one() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("nightbell.db");
    let open = || -> Box<dyn Database> { Box::new(Sqlite::open(&file).expect("a database")) };
    let mut world = World::over(open(), ORGANISATION);
    world.reader(ANN);
    world.subscribe(BEN);
    let mut known = world.act(|unit| Ok(store::everybody(unit.tx)?));
    // Ann, who said yes, then Ben, who did not: their ids are drawn.
    known.sort_by_key(|one| one.state != SubscriberState::Confirmed);
    world.act(|unit| {
        for (one, state) in known.iter().zip([SubscriberState::Pending, SubscriberState::Confirmed]) {
            let recipient = format!("by an earlier key: {}", one.recipient);
            let twin = Subscriber { id: unit.ids().make(), recipient, state, ..one.clone() };
            store::add(unit.tx, &twin)?;
        }
        Ok(())
    });
    let mut world = with_another_key(world, &open, Way::Renewed);
    assert_eq!((world.known_addresses(), world.rows("subscriber")), (2, 4));
    let slug = world.declare("alice", "sev2").slug;
    world.publish(&slug, "Some customers cannot pay.");
    let mut mails = told(&world.mail());
    mails.sort();
    let subject = "[Acme status] Investigating: Checkout is failing";
    assert_eq!(mails, [format!("{ANN}: {subject}"), format!("{BEN}: {subject}")], "whoever said yes, once");
    world.tick();
    world.sent();
}
