//! The public voice: nothing is public unless a publication names it (INV-19), and words are checked before they are said.

use super::{World, refused, world::at};
use crate::response::{self, PublicWords, Resolution};
use nightbell_domain::{
    ids::ComponentId,
    response::{RuleId, Standing, UpdateInput},
    signal::EventAction,
};
use nightbell_public::{ComponentStatus, Notice, NoticeStatus};
use nightbell_store::voice;

fn words(text: &str) -> PublicWords {
    PublicWords {
        text: text.to_owned(),
        title: Some("Checkout is failing for some customers".to_owned()),
        ..PublicWords::default()
    }
}

impl World {
    fn notices(&mut self) -> Vec<Notice> {
        let page = "main".parse().expect("a handle");
        self.act(|unit| Ok(voice::notices(unit.tx, &page, at(-3600))?))
    }

    fn component(&mut self) -> ComponentStatus {
        let id: ComponentId = "checkout".parse().expect("a handle");
        self.act(|unit| Ok(voice::component_now(unit.tx, &id)?))
    }
}

#[test]
fn inv_19_nothing_becomes_public_by_itself() {
    let mut world = World::new();
    world.event(EventAction::Trigger, "db", &[("route", "declare")], None);
    let slug = world.declare("alice", "sev1").slug;
    let alice = world.permit("alice");
    let update = UpdateInput { text: "db-7 is down, Bob looks at it.", ..UpdateInput::default() };
    world.act(|unit| response::post_update(unit, &alice, &slug, &update, None));
    let resolution = Resolution { text: "Bob restarted db-7.".to_owned(), public: None };
    world.act(|unit| response::resolve(unit, &alice, &slug, &resolution));
    assert_eq!(world.notices(), []);
    assert_eq!(world.component(), ComponentStatus::Operational);
    world.tick();
    world.sent();
}

#[test]
fn publishing_writes_the_notice_and_the_component_and_resolving_restores_both() {
    let mut world = World::new();
    let slug = world.declare("alice", "sev2").slug;
    let alice = world.permit("alice");
    world.now = at(120);
    let update = UpdateInput { text: "30% of checkouts fail. Looking at db-7.", ..UpdateInput::default() };
    let public = words("Some customers cannot pay. We are investigating.");
    world.act(|unit| response::post_update(unit, &alice, &slug, &update, Some(&public)));
    let notices = world.notices();
    assert_eq!(notices.len(), 1);
    assert_eq!((notices[0].status, notices[0].resolved_at), (NoticeStatus::Investigating, None));
    assert_eq!(notices[0].updates[0].text, public.text);
    assert_eq!(notices[0].components, ["checkout"]);
    assert!(!format!("{:?}", notices[0]).contains("db-7"), "the room's words stay in the room");
    assert_eq!(world.component(), ComponentStatus::PartialOutage);
    let now = world.now;
    assert_eq!(world.incident(&slug).obligation(RuleId::PublicNotice).map(|o| o.standing(now)), Some(Standing::Met));
    world.now = at(600);
    let resolution =
        Resolution { text: "Drained.".to_owned(), public: Some(words("Everybody can pay again. We are sorry.")) };
    world.act(|unit| response::resolve(unit, &alice, &slug, &resolution));
    let notices = world.notices();
    assert_eq!((notices.len(), notices[0].status, notices[0].resolved_at), (1, NoticeStatus::Resolved, Some(at(600))));
    assert_eq!(notices[0].updates.len(), 2);
    assert_eq!(world.component(), ComponentStatus::Operational);
    let id: ComponentId = "checkout".parse().expect("a handle");
    let changes = world.act(|unit| Ok(voice::component_changes(unit.tx, &id, at(120))?));
    assert_eq!(changes, [(at(120), ComponentStatus::PartialOutage), (at(600), ComponentStatus::Operational)]);
    world.tick();
    assert_eq!(world.sent(), Vec::<String>::new());
}

/// (public words, whether they block)
#[test]
fn words_that_promise_or_name_block_and_nothing_of_the_update_is_stored() {
    let cases = [
        ("Some customers cannot pay. We are investigating.", false),
        ("Fixed in 10 minutes.", true),
        ("Alice Example is looking at it.", true),
        ("The host db-7.prod.internal is down.", true),
    ];
    for (text, blocks) in cases {
        let mut world = World::new();
        let slug = world.declare("alice", "sev2").slug;
        let alice = world.permit("alice");
        let update = UpdateInput { text: "Looking.", ..UpdateInput::default() };
        let before = world.incident(&slug);
        let result = world.unit(|unit| response::post_update(unit, &alice, &slug, &update, Some(&words(text))));
        assert_eq!(result.is_err(), blocks, "{text}");
        if blocks {
            assert_eq!(refused(result).code, "wording-blocked", "{text}");
            assert_eq!(world.incident(&slug), before, "all or nothing");
            assert_eq!(world.notices(), []);
            let insisted =
                PublicWords { override_reason: Some("our provider said so in public".to_owned()), ..words(text) };
            world.act(|unit| response::publish(unit, &alice, &slug, &insisted));
            assert_eq!(world.notices().len(), 1);
            let now = world.now;
            assert_eq!(
                world.incident(&slug).obligation(RuleId::HonestWords).map(|o| o.standing(now)),
                Some(Standing::Waived)
            );
        }
    }
}

#[test]
fn a_component_that_is_not_on_the_page_is_refused() {
    let mut world = World::new();
    let slug = world.declare("alice", "sev2").slug;
    let alice = world.permit("alice");
    let effect = response::PublicComponent {
        component: "search".parse().expect("a handle"),
        status: ComponentStatus::MajorOutage,
    };
    let strange = PublicWords { components: vec![effect], ..words("Search is slow for some customers.") };
    let refusal = refused(world.unit(|unit| response::publish(unit, &alice, &slug, &strange)));
    assert_eq!(refusal.field.as_deref(), Some("components"));
}
