//! {nobody, viewer} × every address of the pages × every method, with the addresses read from the sources, so that a page that is added later is
//! asked as well. What responders and more may do is each page's own test.

use super::site::{Answer, Site, Who};
use crate::pages;
use axum::{body::Body, http::Method};
use std::{collections::BTreeSet, fs, path::Path};

/// What the bearer of a page link opens without signing in.
const BY_LINK: &str = "/p/{token}";
/// What the bearer of a calendar address opens without signing in.
const BY_SECRET: &str = "/ical/";
/// A viewer's own sessions are a viewer's to end; and so is how they are reached, and their calendars: being on call needs no right.
const FOR_VIEWERS: [&str; 3] = ["/settings/sessions/{id}/revoke", "/settings/reach/", "/settings/calendars"];
const UNSAFE: [Method; 4] = [Method::POST, Method::PUT, Method::PATCH, Method::DELETE];

fn addresses_in(folder: &Path, found: &mut BTreeSet<String>) {
    for entry in fs::read_dir(folder).expect("the sources") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            addresses_in(&path, found);
        } else {
            let source = fs::read_to_string(&path).expect("a source");
            let routes = source.split(".route(").skip(1).filter_map(|rest| rest.trim_start().strip_prefix('"'));
            found.extend(routes.filter_map(|rest| rest.split_once('"')).map(|(address, _)| address.to_owned()));
        }
    }
}

/// Every address of the pages, as the router knows it.
fn addresses() -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    addresses_in(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src/pages"), &mut found);
    assert!(found.len() >= 40 && found.contains("/settings") && found.contains(BY_LINK), "{found:?}");
    found
}

/// The address with something in its places.
fn filled(address: &str) -> String {
    let part = |part: &str| if part.starts_with('{') { "x".to_owned() } else { part.to_owned() };
    address.split('/').map(part).collect::<Vec<_>>().join("/")
}

async fn ask(site: &Site, who: Who, method: &Method, address: &str) -> Answer {
    if *method == Method::POST {
        return site.post_form(who, &filled(address), &[]).await;
    }
    site.send(site.browser(who, method.clone(), &filled(address)).body(Body::empty()).expect("a request")).await
}

#[tokio::test]
async fn strangers_see_and_change_nothing() {
    let site = Site::new(vec![pages::routes()]);
    let mut asked = 0;
    for address in addresses() {
        let by_link = address.starts_with(BY_LINK) || address.starts_with(BY_SECRET);
        for method in UNSAFE.iter().chain(&[Method::GET, Method::HEAD]) {
            let answer = ask(&site, Who::Nobody, method, &address).await;
            let sent_away = answer.status == 303 && answer.header("location").starts_with("/sign-in");
            let nothing = by_link && answer.status == 404;
            assert!(sent_away || nothing || answer.status == 405, "{method} {address}: {}", answer.status);
            asked += 1;
        }
    }
    assert!(asked >= 240, "{asked}");
}

#[tokio::test]
async fn viewers_change_nothing() {
    let site = Site::new(vec![pages::routes()]);
    let mut refused = 0;
    for address in addresses() {
        if address.starts_with(BY_LINK) || FOR_VIEWERS.iter().any(|known| address.starts_with(known)) {
            continue;
        }
        for method in &UNSAFE {
            // With the hidden word of their own session: it is the role that is refused.
            let answer = ask(&site, Who::Viewer, method, &address).await;
            assert!(matches!(answer.status.as_u16(), 403 | 405), "{method} {address}: {}", answer.status);
            assert!(!answer.body.contains("This form was opened before"), "{method} {address}: not the role");
            refused += usize::from(answer.status == 403);
        }
    }
    assert!(refused >= 20, "only {refused} forms were refused");
}
