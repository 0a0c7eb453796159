//! Starting again: on the same file after a crash, late, with work waiting.

use super::{
    World,
    world::{Seeded, at},
};
use crate::{Engine, Fault, paging};
use nightbell_domain::{
    ids::PageId,
    learning::Postmortem,
    org::{Target, Urgency},
    paging::{Page, PageStart, PolicySnapshot, Rank, Subject},
    record::Actor,
    refusal::Refusal,
    response::{Incident, RuleId},
    signal::Alert,
};
use nightbell_store::{Sqlite, StoreError, Stored, journal, paging as store};

#[test]
fn inv_14_opening_sends_and_records_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("nightbell.db");
    let open = |seed| {
        let database = Sqlite::open(&path).expect("a database");
        Engine::open(Box::new(database), Box::new(Seeded::new(seed)), "https://nightbell.test").expect("opens")
    };
    let policy = PolicySnapshot::direct(vec![Target::User(super::user("nobody"))]);
    let mut engine = open(1);
    let key = *engine.settings().link_key.bytes();
    let page: PageId = engine
        .execute(at(0), |unit| {
            let begin = PageStart {
                subject: Subject::Person,
                title: "hello".to_owned(),
                body: String::new(),
                service: None,
                urgency: Urgency::High,
                policy: policy.clone(),
                why: "a test".to_owned(),
                rank: Rank::FIRST,
            };
            paging::start(unit, begin, &Actor::system("test")).map(|page| page.id)
        })
        .expect("started");
    let before = engine.read(|tx| Ok((journal::head(tx)?, store::next_due(tx)?))).expect("readable");
    drop(engine);
    let mut engine = open(2);
    let after = engine.read(|tx| Ok((journal::head(tx)?, store::next_due(tx)?))).expect("readable");
    assert_eq!(before, after);
    assert_eq!(&key, engine.settings().link_key.bytes(), "links that were sent still open");
    assert_eq!(engine.execute(at(60), |unit| unit.load::<Page>(page)).expect("readable").map(|p| p.id), Some(page));
}

#[test]
fn inv_15_after_a_long_silence_the_live_ones_ring_by_age_and_the_closed_ones_not_at_all() {
    let mut world = World::new();
    let old = world.trigger("old").page.expect("it pages");
    world.now = at(60);
    let young = world.trigger("young").page.expect("it pages");
    world.now = at(90);
    world.trigger("closed");
    world.resolve("closed");
    world.now = at(6 * 3600);
    let first = world.hand_out();
    assert!(first.iter().all(|(sent, _)| sent.page == old), "the oldest in front, and the other in the same message");
    assert_eq!(world.sent(), ["360:00 page alice/hook +1", "360:00 page alice/mail +1"]);
    world.act(paging::escalate);
    for page in [old, young] {
        let page = world.page(page);
        assert_eq!(page.rings.len(), 2, "one step is taken, however late it is");
        assert_eq!(page.next_due_at, Some(at(6 * 3600 + 5 * 60)));
    }
}

#[test]
fn a_clock_that_jumps_a_year_loses_no_alarm() {
    let mut world = World::new();
    let page = world.trigger("db").page.expect("it pages");
    world.run_until(60);
    world.sent();
    world.now = at(365 * 24 * 3600);
    world.tick();
    assert_eq!(world.sent(), ["525600:00 page bob/mail"]);
    assert_eq!(world.page(page).next_due_at, Some(at(365 * 24 * 3600 + 300)));
}

/// The row's body is overwritten as a bad disk or a careless hand would.
pub(super) fn damage<A: Stored>(world: &mut World, key: &str) {
    let spoil = |unit: &mut crate::Unit<'_>| {
        let sound: A = unit.load(key)?.expect("stored");
        let version = sound.values(String::new())[1].clone();
        let mut values = sound.values("{}".to_owned());
        values.push(version);
        Ok(unit.tx.run(A::UPDATE, &values)?)
    };
    assert_eq!(world.act(spoil), 1);
}

/// The damage stays, and is found. The world's own end would refuse it.
pub(super) fn damage_is_found(mut world: World) {
    world.sent();
    let proof = world.engine.read(|tx| crate::verify::verify(tx)).expect("readable");
    assert_eq!(proof.findings.len(), 1, "{:?}", proof.findings);
    std::mem::forget(world);
}

#[test]
fn damage_in_one_page_does_not_silence_the_others() {
    let mut world = World::new();
    let hurt = world.trigger("hurt").page.expect("it pages");
    world.now = at(1);
    let sound = world.trigger("sound").page.expect("it pages");
    damage::<Page>(&mut world, &hurt.to_string());
    world.now = at(5 * 60 + 1);
    world.act(paging::escalate);
    assert_eq!(world.page(sound).rings.len(), 2, "the sound one took its step");
    let sent: Vec<_> = world.hand_out().into_iter().map(|(sent, _)| sent.page).collect();
    assert!(!sent.is_empty() && sent.iter().all(|page| *page == sound), "{sent:?}");
    damage_is_found(world);
}

#[test]
fn damage_in_more_pages_than_a_batch_holds_does_not_silence_the_others() {
    let mut world = World::new();
    let hurt: Vec<PageId> = (0..250).map(|n| world.trigger(&format!("hurt {n}")).page.expect("it pages")).collect();
    world.now = at(1);
    let sound = world.trigger("sound").page.expect("it pages");
    for page in hurt {
        damage::<Page>(&mut world, &page.to_string());
    }
    let sent: Vec<_> = world.hand_out().into_iter().map(|(sent, _)| sent.page).collect();
    assert_eq!(sent, [sound], "it lies behind all of them");
    world.now = at(5 * 60 + 1);
    world.act(paging::escalate);
    assert_eq!(world.page(sound).rings.len(), 2, "the sound one took its step");
    world.sent();
    std::mem::forget(world);
}

#[test]
fn an_alert_that_cannot_be_read_still_rings() {
    let mut world = World::new();
    let alert = world.trigger("db");
    damage::<Alert>(&mut world, &alert.id.to_string());
    let sent: Vec<_> = world.hand_out().into_iter().map(|(sent, _)| Some(sent.page)).collect();
    assert_eq!(sent, [alert.page], "without the alert's details, which the page does not need");
    damage_is_found(world);
}

#[test]
fn damage_in_one_incident_does_not_stop_the_clocks_of_the_others() {
    let mut world = World::new();
    let hurt = world.declare("frank", "sev2");
    let sound = world.declare("frank", "sev2");
    damage::<Incident>(&mut world, &hurt.id.to_string());
    world.now = at(5 * 60);
    world.act(crate::response::cadence);
    let wanted = RuleId::IcNamed.word();
    let called = world
        .pages_of(&sound)
        .iter()
        .any(|page| matches!(&page.subject, Subject::Incident { purpose, .. } if purpose == wanted));
    assert!(called, "nobody took command: the clock of the sound one calls");
    damage_is_found(world);
}

/// What an item of work does before it fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ends {
    Well,
    Refused,
    Damaged,
    Broken,
}

#[test]
fn an_item_that_fails_is_undone_whole_and_the_others_stay() {
    let mut world = World::new();
    let page_somebody = |unit: &mut crate::Unit<'_>, end: Ends| {
        let begin = PageStart {
            subject: Subject::Person,
            title: format!("{end:?}"),
            body: String::new(),
            service: None,
            urgency: Urgency::High,
            policy: PolicySnapshot::direct(vec![Target::User(super::user("alice"))]),
            why: "a test".to_owned(),
            rank: Rank::FIRST,
        };
        paging::start(unit, begin, &Actor::system("test"))?;
        match end {
            Ends::Well => Ok(()),
            Ends::Refused => Err(Refusal::conflict("no", "No.").into()),
            Ends::Damaged => Err(StoreError::Corrupt("no".to_owned()).into()),
            Ends::Broken => panic!("a fault of ours, made for this test"),
        }
    };
    let ends = [Ends::Refused, Ends::Well, Ends::Damaged, Ends::Broken, Ends::Well];
    let done = world.act(|unit| {
        ends.into_iter()
            .map(|end| unit.apart("page", "-", |unit| page_somebody(unit, end)))
            .collect::<Result<Vec<_>, _>>()
    });
    assert_eq!(done, [None, Some(()), None, None, Some(())]);
    let kept: Vec<_> = world.act(|unit| Ok(store::open(unit.tx, 10)?)).into_iter().map(|page| page.title).collect();
    assert_eq!(kept, ["Well", "Well"]);
    let gone =
        world.unit(|unit| unit.apart("page", "-", |_| Err::<(), _>(StoreError::Unavailable("gone".to_owned()).into())));
    assert!(
        matches!(gone, Err(Fault::Store(StoreError::Unavailable(_)))),
        "a store that cannot ends the unit: {gone:?}"
    );
    world.tick();
    assert_eq!(world.sent(), ["0:00 page alice/hook +1"]);
}

#[test]
fn damage_in_one_postmortem_does_not_stop_the_chase_of_the_others() {
    let mut world = World::new();
    let [hurt, sound] = ["sev2", "sev2"].map(|severity| {
        let slug = world.declare("alice", severity).slug;
        let alice = world.permit("alice");
        let over = crate::response::Resolution { text: "It works again.".to_owned(), public: None };
        let incident = world.act(|unit| crate::response::resolve(unit, &alice, &slug, &over));
        world.act(|unit| Ok(nightbell_store::learning::of_incident(unit.tx, incident.id)?)).expect("drafted")
    });
    damage::<Postmortem>(&mut world, &hurt.id.to_string());
    world.now = sound.due_at.expect("it is owed");
    world.act(crate::learning::chase);
    let chased = world.act(|unit| unit.load::<Postmortem>(sound.id)).expect("stored");
    assert_eq!(chased.chased_at, Some(world.now));
    damage_is_found(world);
}
