//! Browsers that ring: set up, proved in one press, moved by the browser itself, ended by their push service.

use super::{World, refused, user};
use crate::people::{self, Entered, Hand};
use nightbell_domain::{access::Read, org::ContactKind};

fn hand(world: &World, who: &str) -> Hand {
    Hand::own(&world.caller(who).permit::<Read>().expect("may read"))
}

fn browser(endpoint: &str, auth: &str) -> ContactKind {
    let text = |text: &str| text.to_owned();
    ContactKind::Push { endpoint: text(endpoint), p256dh: text("key"), auth: text(auth) }
}

impl World {
    fn set_up(&mut self, who: &str, name: Option<&str>, kind: ContactKind) -> String {
        let hand = hand(self, who);
        let name = name.map(|name| name.parse().expect("a handle"));
        self.act(|unit| people::subscribe(unit, &hand, name.clone(), kind.clone())).to_string()
    }

    /// A code goes to the browser and comes back from it.
    fn prove(&mut self, who: &str, id: &str, endpoint: &str) -> Entered {
        let hand = hand(self, who);
        let contact = id.parse().expect("a handle");
        self.act(|unit| people::send_code(unit, &hand, &contact));
        self.tick();
        self.sent();
        let code = self.messages.last().expect("sent").title.rsplit(' ').next().expect("a code").to_owned();
        self.act(|unit| people::rang(unit, &hand, endpoint, &code))
    }

    /// Address and proof of somebody's browsers.
    fn browsers(&self, who: &str) -> Vec<(String, bool)> {
        let directory = self.engine.directory();
        let person = directory.org.person(&user(who)).expect("known");
        let push = person.contacts.iter().filter(|known| known.kind.word() == "push");
        push.map(|known| (known.kind.address().to_owned(), known.verified)).collect()
    }
}

fn known(endpoint: &str, verified: bool) -> Vec<(String, bool)> {
    vec![(endpoint.to_owned(), verified)]
}

#[test]
fn a_browser_is_used_once_it_has_rung() {
    let mut world = World::new();
    assert_eq!(world.set_up("bob", Some("push-android"), browser("https://p/1", "s1")), "push-android");
    assert_eq!(world.browsers("bob"), known("https://p/1", false));
    assert_eq!(world.prove("bob", "push-android", "https://p/1"), Entered::Proved);
    assert_eq!(world.browsers("bob"), known("https://p/1", true));

    assert_eq!(world.set_up("bob", None, browser("https://p/1", "s1")), "push-android", "pressed once more");
    assert_eq!(world.browsers("bob"), known("https://p/1", true));
    assert_eq!(
        world.set_up("bob", Some("other"), browser("https://p/1", "s2")),
        "push-android",
        "the same, with new keys"
    );
    assert_eq!(world.browsers("bob"), known("https://p/1", false));
    assert_ne!(
        world.set_up("bob", Some("push-android"), browser("https://p/2", "s1")),
        "push-android",
        "a second phone"
    );

    let carol = hand(&world, "carol");
    let stranger = world.engine.execute(world.now, |unit| people::rang(unit, &carol, "https://p/1", "000000"));
    assert!(refused(stranger).message.contains("set it up again"));
}

#[test]
fn a_browser_that_moved_is_known_by_its_secret() {
    let mut world = World::new();
    let id = world.set_up("bob", None, browser("https://p/1", "s1"));
    world.prove("bob", &id, "https://p/1");
    let moved = browser("https://p/2", "s2");
    for (endpoint, secret, expected) in [
        ("https://p/1", "wrong", false),
        ("https://p/1", "", false),
        ("https://p/9", "s1", false),
        ("https://p/1", "s1", true),
    ] {
        assert_eq!(
            world.act(|unit| people::renewed(unit, (endpoint, secret), &moved)),
            expected,
            "{endpoint} {secret}"
        );
    }
    assert_eq!(world.browsers("bob"), known("https://p/2", true));
    assert!(!world.act(|unit| people::renewed(unit, ("https://p/1", "s1"), &moved)), "once");
}

#[test]
fn a_browser_that_its_push_service_ended_is_not_used_before_it_is_proved_anew() {
    let mut world = World::new();
    let id = world.set_up("bob", None, browser("https://p/1", "s1"));
    world.prove("bob", &id, "https://p/1");
    world.act(|unit| people::ended(unit, &user("bob"), &browser("https://p/1", "older")));
    assert_eq!(world.browsers("bob"), known("https://p/1", true), "another subscription than the one of now");
    for _ in 0..2 {
        world.act(|unit| people::ended(unit, &user("bob"), &browser("https://p/1", "s1")));
        assert_eq!(world.browsers("bob"), known("https://p/1", false));
    }
    world.act(|unit| people::ended(unit, &user("carol"), &browser("https://p/1", "s1")));
}
