//! The parts without a server: addresses behind proxies, the sign-in limiter, stream addresses.

use crate::{gate::SignInLimiter, live, state::Place};
use axum::http::{HeaderMap, HeaderValue};
use jiff::{SignedDuration, Timestamp};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

fn address(text: &str) -> IpAddr {
    text.parse().expect("an address")
}

#[test]
fn only_trusted_proxies_say_who_is_behind_them() {
    let place = Place::new(
        "https://nightbell.test",
        address("127.0.0.1"),
        vec!["10.0.0.0/8".parse().expect("a net"), "::1/128".parse().expect("a net")],
    );
    for (peer, said, wanted) in [
        ("203.0.113.7", None, "203.0.113.7"),
        ("203.0.113.7", Some("198.51.100.1"), "203.0.113.7"),
        ("10.0.0.1", Some("198.51.100.1"), "198.51.100.1"),
        ("10.0.0.1", Some("1.2.3.4, 198.51.100.1"), "198.51.100.1"),
        ("10.0.0.1", Some("198.51.100.1, 10.0.0.2"), "198.51.100.1"),
        ("10.0.0.1", Some("nonsense"), "10.0.0.1"),
        ("::ffff:10.0.0.1", Some("198.51.100.1"), "198.51.100.1"),
    ] {
        let mut headers = HeaderMap::new();
        if let Some(said) = said {
            headers.insert("x-forwarded-for", HeaderValue::from_static(said));
        }
        assert_eq!(place.client(address(peer), &headers), address(wanted), "{peer} {said:?}");
    }
}

#[test]
fn the_origin_is_written_as_browsers_send_it() {
    for (url, origin, cookie) in [
        ("https://nightbell.test", "https://nightbell.test", "__Host-nightbell"),
        ("https://nightbell.test:443", "https://nightbell.test", "__Host-nightbell"),
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080", "nightbell"),
    ] {
        let place = Place::new(url, address("127.0.0.1"), Vec::new());
        assert_eq!((place.origin(), place.session_cookie()), (origin, cookie), "{url}");
    }
}

fn noon() -> Timestamp {
    "2026-05-02T12:00:00Z".parse().expect("an instant")
}

#[test]
fn guessing_is_slow_and_hardly_keeps_the_owner_out() {
    let mut limiter = SignInLimiter::default();
    let (thief, owner) = (address("203.0.113.7"), address("198.51.100.1"));
    for n in 0..10 {
        assert!(limiter.attempt(noon(), "ada@example.com", thief).is_ok(), "{n}");
    }
    assert_eq!(
        limiter.attempt(noon() + SignedDuration::from_mins(5), "ADA@example.com ", thief),
        Err(SignedDuration::from_mins(10))
    );
    assert!(limiter.attempt(noon(), "ada@example.com", owner).is_ok(), "from elsewhere");
    limiter.succeeded("ada@example.com", thief);
    assert!(limiter.attempt(noon(), "ada@example.com", thief).is_ok(), "the right password starts anew");
    let spread = (0..60).filter(|n| limiter.attempt(noon(), &format!("user{n}@example.com"), thief).is_ok()).count();
    assert!(spread < 50, "one address has a limit of its own: {spread}");
    assert!(limiter.attempt(noon() + SignedDuration::from_mins(15), "ada@example.com", thief).is_ok(), "later");
}

#[test]
fn one_ipv6_network_is_one_address_and_memory_is_bounded() {
    let mut limiter = SignInLimiter::default();
    let of = |n: u16| IpAddr::V6(Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, n));
    let allowed = (0..20).filter(|n| limiter.attempt(noon(), "ada@example.com", of(*n)).is_ok()).count();
    assert_eq!(allowed, 10);
    for n in 0..30_000_u32 {
        let _ = limiter.attempt(noon(), &format!("user{n}"), IpAddr::V4(Ipv4Addr::from(n)));
    }
    assert!(limiter.len() <= 20_000, "{}", limiter.len());
    assert!(limiter.attempt(noon(), "ada@example.com", of(1)).is_err(), "the flood did not wash the real guesser away");
}

#[test]
fn a_stream_begins_where_its_page_was_read() {
    assert_eq!(live::address("incident:inc-2026-05-02-x", 41), "/live?topic=incident%3Ainc-2026-05-02-x&after=41");
}

#[test]
fn nobody_comes_from_elsewhere_only_where_name_and_listener_are_this_machines() {
    for (url, bound, here) in [
        ("http://127.0.0.1:8080", "127.0.0.1", true),
        ("http://localhost:8080", "::1", true),
        ("http://[::1]:8080", "::ffff:127.0.0.1", true),
        ("https://nightbell.test", "127.0.0.1", false),
        // What is not said is made from the listener: "every address" is called by that of this machine.
        ("http://127.0.0.1:8080", "0.0.0.0", false),
        ("http://127.0.0.1:8080", "::", false),
        ("http://localhost:8080", "10.0.0.7", false),
    ] {
        assert_eq!(Place::new(url, address(bound), Vec::new()).is_here(), here, "{url} on {bound}");
    }
}
