//! One press on a message that asks whether its owner is still on it.

use super::{World, refused, user, world::ORGANISATION};
use crate::paging::{self, Button, LinkHolder};
use nightbell_domain::{
    ids::PageId,
    paging::{MessageKind, Page, PageStatus},
};

/// An acknowledgement is good for half an hour.
fn world() -> World {
    World::of(&ORGANISATION.replacen("    repeat: 1\n", "    repeat: 1\n    ack_timeout: 30m\n", 1))
}

/// The link in the newest message of a kind.
fn holder(world: &mut World, kind: MessageKind) -> LinkHolder {
    let message = world.messages.iter().rev().find(|message| message.kind == kind).expect("one was sent");
    let token = message.ack_url.rsplit('/').next().expect("a token").to_owned();
    let now = world.now;
    world.act(move |unit| Ok(LinkHolder::check(unit.settings, &token, now)?))
}

fn press(world: &mut World, holder: &LinkHolder, button: Button) -> Result<Page, crate::Fault> {
    world.unit(|unit| paging::press_by_link(unit, holder, button))
}

fn until(world: &mut World, page: PageId) -> jiff::Timestamp {
    world.page(page).awake.expect("it runs out").rings_again_at()
}

#[test]
fn whoever_has_a_page_stays_on_it_in_one_press_and_nobody_else_prolongs_it() {
    let mut world = world();
    let page = world.trigger("db").page.expect("it pages");
    world.run_until(5);
    let alice = holder(&mut world, MessageKind::Page);
    let bob = world.permit("bob");
    world.act(|unit| paging::acknowledge(unit, &bob, page).map(drop));
    world.run_until(26 * 60);
    let asked = holder(&mut world, MessageKind::StillOn);
    assert_eq!(asked.user(), &user("bob"));
    let before = until(&mut world, page);
    for button in [Button::StillOn, Button::Acknowledge] {
        let seen = press(&mut world, &alice, button).expect("told who has it");
        assert!(matches!(&seen.status, PageStatus::Acknowledged { by, .. } if by.user() == Some(&user("bob"))));
    }
    press(&mut world, &asked, Button::Acknowledge).expect("he has it already");
    assert_eq!(
        until(&mut world, page),
        before,
        "nobody prolongs somebody else's time, nor their own by another button"
    );
    press(&mut world, &asked, Button::StillOn).expect("prolonged");
    assert!(until(&mut world, page) > before);
    // It rang again before he pressed: then the press takes it.
    world.run_until(26 * 60 + 40 * 60);
    assert!(world.page(page).is_waiting());
    press(&mut world, &asked, Button::StillOn).expect("taken");
    assert!(!world.page(page).is_waiting());
    world.sent();
}

#[test]
fn what_does_not_run_out_is_not_prolonged() {
    let mut world = World::new();
    world.trigger("db");
    world.run_until(5);
    let alice = holder(&mut world, MessageKind::Page);
    press(&mut world, &alice, Button::StillOn).expect("it rings: taken");
    assert_eq!(refused(press(&mut world, &alice, Button::StillOn).map(drop)).code, "page-does-not-time-out");
    world.sent();
}
