//! Scene 1: the page of a woken person.

use super::scene::{acknowledgements, incident, keeps, link, link_until, page, ring, see, site};
use crate::tests::site::{Answer, Site, Who, start};
use axum::{
    body::Body,
    http::{Request, StatusCode, header},
};
use jiff::SignedDuration;
use nightbell_engine::domain::paging::PageStatus;

/// A press as a browser without any cookie makes it.
async fn press(site: &Site, token: &str, what: &str, fields: &[(&str, &str)]) -> Answer {
    site.post_form(Who::Nobody, &format!("/p/{token}/{what}"), fields).await
}

async fn open(site: &Site, token: &str) -> String {
    see(site, Who::Nobody, &format!("/p/{token}")).await
}

#[tokio::test]
async fn looking_changes_nothing_and_one_press_acknowledges_once() {
    let site = site().await;
    let (_, id) = ring(&site, "12 % of checkouts fail").await;
    let token = link(&site, id, "rita");
    for _ in 0..2 {
        let body = open(&site, &token).await;
        assert!(body.contains("12 % of checkouts fail") && body.contains(">Acknowledge</button>"), "{body}");
        assert!(body.contains("Scale the workers") && body.contains("data-live-stream=\"/live?topic=page"), "{body}");
        assert!(body.contains("token="), "the stream proves itself by the link");
        assert_eq!(acknowledgements(&site, id).await, 0);
    }
    for _ in 0..2 {
        let answer = press(&site, &token, "ack", &[]).await;
        assert_eq!(
            (answer.status, answer.header("location")),
            (StatusCode::SEE_OTHER, format!("/p/{token}?done=acknowledged").as_str())
        );
        assert!(answer.cookies().is_empty(), "no cookie is involved");
        assert_eq!(acknowledgements(&site, id).await, 1);
    }
    let body = open(&site, &token).await;
    assert!(body.contains("<bdi>you</bdi>") && !body.contains(">Acknowledge</button>"), "{body}");
    assert!(body.len() < 60 * 1024, "{} bytes", body.len());
}

/// INV-08's other half: what came in one message is taken with one press.
#[tokio::test]
async fn a_storm_is_seen_and_taken_as_a_whole() {
    let site = site().await;
    let mut ids = Vec::new();
    for n in 0..25 {
        ids.push(ring(&site, &format!("Host {n} is down")).await.1);
    }
    let token = link(&site, ids[0], "rita");
    let alone = open(&site, &token).await;
    assert!(!alone.contains("In the same message"), "nothing was sent yet: {alone}");
    site.act(nightbell_engine::paging::dispatch).await;
    let body = open(&site, &token).await;
    assert!(body.contains("In the same message") && body.contains("Host 5 is down"), "{body}");
    assert!(body.contains("and 19 more") && body.contains(">Acknowledge all 25</button>"), "{body}");
    let answer = press(&site, &token, "ack-all", &[]).await;
    assert_eq!(answer.header("location"), format!("/p/{token}?done=acknowledged-all"));
    for id in ids {
        assert_eq!(acknowledgements(&site, id).await, 1);
    }
    let body = see(&site, Who::Nobody, &format!("/p/{token}?done=acknowledged-all")).await;
    assert!(
        body.contains("Acknowledged. What still rings is listed below") && !body.contains("Still ringing"),
        "{body}"
    );
}

#[tokio::test]
async fn a_link_that_is_no_link_opens_and_changes_nothing() {
    let site = site().await;
    let (_, id) = ring(&site, "Checkout down").await;
    let good = link(&site, id, "rita");
    let mut altered = good.clone().into_bytes();
    altered[20] = if altered[20] == b'A' { b'B' } else { b'A' };
    let altered = String::from_utf8(altered).expect("text");
    let expired = link_until(&site, id, "rita", start());
    let stranger = link(&site, id, "nobody-here");
    let elsewhere = link(&site, "page_07070707070770078707070707070707".parse().expect("an id"), "rita");
    let unknown = [altered.as_str(), "AAAA", "%00", "..%2F..", &good[..good.len() - 4], &stranger, &elsewhere];
    let cases: Vec<(&str, StatusCode, &str)> = unknown
        .into_iter()
        .map(|token| (token, StatusCode::NOT_FOUND, "This link does not work"))
        .chain([(expired.as_str(), StatusCode::GONE, "This link has expired")])
        .collect();
    for (token, status, words) in cases {
        let seen = site.get(Who::Nobody, &format!("/p/{token}")).await;
        assert_eq!(seen.status, status, "{token}");
        keeps(&seen, token);
        assert!(seen.body.contains(words) && !seen.body.contains("Checkout down"), "{token}: {}", seen.body);
        for what in ["ack", "ack-all", "handover", "declare", "mitigations"] {
            let fields = [("title", "x"), ("severity", "sev1"), ("mitigation", "1"), ("outcome", "tried")];
            let answer = press(&site, token, what, &fields).await;
            assert_eq!(answer.status, status, "{token} {what}");
        }
    }
    assert!(page(&site, id).await.page.is_waiting());
}

#[tokio::test]
async fn another_site_cannot_press() {
    let site = site().await;
    let (_, id) = ring(&site, "Checkout down").await;
    let path = format!("/p/{}/ack", link(&site, id, "rita"));
    let origins = [("sec-fetch-site", "cross-site"), ("origin", "https://evil.example")];
    for (name, value) in origins {
        let request =
            Request::post(&path).header(name, value).header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        let answer = site.send(request.body(Body::empty()).expect("a request")).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{name}: {value}");
    }
    assert_eq!(acknowledgements(&site, id).await, 0);
}

#[tokio::test]
async fn what_others_did_is_shown() {
    let site = site().await;
    let (alert, id) = ring(&site, "Checkout down").await;
    let token = link(&site, id, "rita");
    let answer = site.post_form(Who::Manager, &format!("/alerts/{alert}/ack"), &[]).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
    let body = open(&site, &token).await;
    assert!(body.contains("by <bdi>Max Manager</bdi>") && !body.contains(">Acknowledge</button>"), "{body}");
    site.post_form(Who::Manager, &format!("/alerts/{alert}/resolve"), &[]).await;
    let body = open(&site, &token).await;
    assert!(body.contains("You can sleep") && !body.contains("data-live-stream"), "{body}");
    let late = press(&site, &token, "ack", &[]).await;
    assert_eq!(late.status, StatusCode::CONFLICT);
    keeps(&late, "late");
    assert!(late.body.contains("Not done:"), "{}", late.body);
}

#[tokio::test]
async fn handing_over_calls_the_next_at_once() {
    let site = site().await;
    let (_, id) = ring(&site, "Checkout down").await;
    let token = link(&site, id, "rita");
    assert!(open(&site, &token).await.contains("Hand over now"));
    let answer = press(&site, &token, "handover", &[]).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
    let view = page(&site, id).await;
    assert!(view.page.is_waiting() && view.page.rings.len() == 2, "{:?}", view.page.rings);
    assert!(open(&site, &format!("{token}?done=handed-over")).await.contains("whoever is next is being called now"));
    assert!(!open(&site, &format!("{token}?done=%3Cb%3Ewin%3C/b%3E")).await.contains("win"));
}

#[tokio::test]
async fn an_incident_is_declared_and_its_mitigations_are_reported() {
    let site = site().await;
    let (alert, id) = ring(&site, "12 % of checkouts fail").await;
    let token = link(&site, id, "rita");
    let early = press(&site, &token, "mitigations", &[("mitigation", "1"), ("outcome", "tried")]).await;
    assert_eq!(early.status, StatusCode::CONFLICT, "{}", early.body);
    let unsure = press(&site, &token, "declare", &[("title", "Checkout down"), ("severity", "")]).await;
    assert_eq!(unsure.status, StatusCode::BAD_REQUEST);
    assert!(unsure.body.contains("Choose how bad it is"), "{}", unsure.body);
    let answer = press(&site, &token, "declare", &[("title", "Checkout down"), ("severity", "sev2")]).await;
    assert_eq!(answer.header("location"), format!("/p/{token}?done=declared"), "{}", answer.body);
    let body = open(&site, &token).await;
    assert!(body.contains("/incidents/inc-2026-05-02-checkout-down") && !body.contains("Declare incident"), "{body}");
    let again = press(&site, &token, "declare", &[("title", "Again"), ("severity", "sev2")]).await;
    assert_eq!(again.status, StatusCode::CONFLICT);
    let found = incident(&site, "inc-2026-05-02-checkout-down").await;
    assert_eq!((found.alerts.as_slice(), found.declared_by.to_string()), ([alert].as_slice(), "@rita".to_owned()));
    let key = found.mitigations[0].mitigation.key.clone();
    for (outcome, worked) in [("tried", None), ("worked", Some(true))] {
        let answer = press(&site, &token, "mitigations", &[("mitigation", &key), ("outcome", outcome)]).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
        let found = incident(&site, &found.slug).await;
        assert_eq!(found.mitigations[0].tried.last().and_then(|last| last.worked), worked, "{outcome}");
    }
    let nonsense = press(&site, &token, "mitigations", &[("mitigation", "pray"), ("outcome", "tried")]).await;
    assert_eq!(nonsense.status, StatusCode::BAD_REQUEST);
    keeps(&nonsense, "an unknown mitigation");
    assert!(page(&site, id).await.page.is_waiting(), "declaring does not acknowledge");
}

#[tokio::test]
async fn a_link_acts_on_its_own_page_only() {
    let site = site().await;
    let (_, first) = ring(&site, "First").await;
    let (_, second) = ring(&site, "Second").await;
    assert_ne!(first, second);
    press(&site, &link(&site, first, "rita"), "ack", &[]).await;
    assert!(matches!(page(&site, first).await.page.status, PageStatus::Acknowledged { .. }));
    assert!(page(&site, second).await.page.is_waiting());
    site.advance(SignedDuration::from_hours(3));
    let answer = press(&site, &link(&site, second, "rita"), "ack", &[]).await;
    assert_eq!(answer.status, StatusCode::GONE, "expired meanwhile");
}

#[tokio::test]
async fn a_woken_person_puts_it_off_or_gives_it_to_somebody() {
    let site = site().await;
    let (_, id) = ring(&site, "12 % of checkouts fail").await;
    let token = link(&site, id, "rita");
    let body = open(&site, &token).await;
    assert!(body.contains("Snooze: mine, but later") && body.contains("Give it to somebody"), "{body}");
    for (fields, status) in [
        (&[("for", "soon")][..], StatusCode::BAD_REQUEST),
        (&[("until", "noon")], StatusCode::BAD_REQUEST),
        (&[("for", "2h"), ("until", "")], StatusCode::SEE_OTHER),
    ] {
        assert_eq!(press(&site, &token, "snooze", fields).await.status, status, "{fields:?}");
    }
    let body = open(&site, &token).await;
    assert!(body.contains("Snoozed until") && !body.contains(">Acknowledge</button>"), "{body}");
    assert_eq!(press(&site, &token, "still-on", &[]).await.status, StatusCode::CONFLICT, "nothing runs out");
    assert_eq!(
        press(&site, &token, "hand-to", &[("to", "@nemo"), ("reason", "x")]).await.status,
        StatusCode::BAD_REQUEST
    );
    let given = press(&site, &token, "hand-to", &[("to", "@max"), ("reason", "it is the queue")]).await;
    assert_eq!(given.header("location"), format!("/p/{token}?done=handed-to"), "{}", given.body);
    assert!(page(&site, id).await.page.is_waiting(), "it rings Max now");
}
