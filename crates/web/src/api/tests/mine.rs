//! What a token that may only read does with its owner's own things: it looks, at no secret, and changes nothing.

use super::*;

#[tokio::test]
async fn a_token_that_may_only_read_makes_no_feed_and_no_absence() {
    let site = furnished().await;
    let days = json!({ "from": "2026-07-01T00:00:00Z", "to": "2026-07-02T00:00:00Z" });
    for (path, body) in [("/me/feeds", json!({})), ("/me/absences", days)] {
        assert_eq!(post(&site, Who::Viewer, path, body.clone()).await.status, StatusCode::FORBIDDEN, "{path}");
        assert_eq!(post(&site, Who::Responder, path, body).await.status, StatusCode::CREATED, "{path}");
        assert_eq!(get(&site, Who::Viewer, path).await.status, StatusCode::OK, "{path}");
    }
}

#[tokio::test]
async fn addresses_that_are_secrets_are_shortened() {
    let site = furnished().await;
    // Whatever this server sends by; the longest part of each is the secret.
    let mine = [
        ("email", "rita@elsewhere.example", "rita@elsewhere.example"),
        (
            "webhook",
            "https://hooks.example.com/rita/0123456789abcdef0123456789abcdef",
            "https://hooks.example.co\u{2026}",
        ),
    ];
    for (kind, address, shown) in mine {
        let added = post(&site, Who::Responder, "/me/contacts", json!({ "kind": kind, "address": address })).await;
        assert_eq!(added.status, StatusCode::CREATED, "{}", added.body);
        assert_eq!(added.json()["address"], shown, "{kind}");
        let listed = get(&site, Who::Responder, "/me/contacts").await;
        let all = listed.json();
        let found = all["items"].as_array().expect("a list").iter().any(|one| one["address"] == shown);
        assert!(found, "{kind}: {}", listed.body);
    }
    assert!(!get(&site, Who::Responder, "/me/contacts").await.body.contains("0123456789abcdef"));
}

#[test]
fn a_short_secret_is_shortened_as_well() {
    use crate::{api::contacts::shown, domain::org::ContactKind};
    let table = [
        ("ntfy", "alice-pages", "alice\u{2026}"),
        (
            "teams",
            "https://prod.example.com/workflows/0123456789abcdef?sig=0123456789abcdef",
            "https://prod.example.com\u{2026}",
        ),
        ("webhook", "https://a.example/x", "https://a\u{2026}"),
        ("slack", "U012345", "U012345"),
        ("email", "a@example.com", "a@example.com"),
    ];
    for (kind, whole, wanted) in table {
        assert_eq!(shown(&ContactKind::from_parts(kind, whole).expect("sound")), wanted, "{kind}");
    }
}
