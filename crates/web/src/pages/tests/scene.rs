//! The scene every test of the pages plays in: an organisation with runbook and status page, an alert that rings Rita, and what a page must keep.

use crate::{
    pages,
    tests::site::{Answer, ORGANISATION, Site, Who, start, terminal},
};
use axum::{
    body::Body,
    http::{Method, Request, StatusCode, header},
};
use jiff::{SignedDuration, Timestamp};
use nightbell_engine::{
    domain::{
        access::{Administer, Permit, Respond},
        ids::{AlertId, PageId, UserId},
        org::AccessRole,
        response::Incident,
        signal::Alert,
    },
    organisation, response, views,
};
use nightbell_wire::{
    org_files::{self, SourceFile},
    outbound::links::PageLink,
};

/// What no page may let through as markup.
pub(crate) const HOSTILE: &str = "</textarea></title><script>alert('x')</script>\"'><img src=x onerror=alert(1)>";

const RUNBOOK: &str = "---\nid: stripe\nservices: [checkout]\n---\n# Runbook: Stripe webhook failures\n\n## Symptoms\n- 5xx\n\n\
## Quick mitigations\n1. Scale the workers: `kubectl scale deploy/webhook-worker --replicas=20`\n2. Roll back the last deploy\n\n\
## Diagnosis\n1. Look at the logs\n\n## Escalation\n- Page #shop if blocked > 30 min\n";

const MORE: &str = r#"status_pages:
  - { id: main, name: Acme status, slug: main, components: [ { id: pay, name: Payments, group: Shop }, { id: search, name: Search } ] }
"#;

/// Fields of a form.
pub(crate) type Fields<'a> = &'a [(&'a str, &'a str)];
/// Words a page must show.
pub(crate) type Words<'a> = &'a [&'a str];

/// A server with every page; Rita may be paged, and there is something to publish on.
pub(crate) async fn site() -> Site {
    let site = Site::new(vec![pages::routes()]);
    let yaml = ORGANISATION.replace("policy: shop }", "policy: shop, component: pay }") + MORE;
    let files = [
        SourceFile { path: "nightbell.yaml", content: &yaml },
        SourceFile { path: "runbooks/stripe.md", content: RUNBOOK },
    ];
    let parsed = org_files::parse(&files, &mut |handle| format!("key-of-{handle}")).unwrap_or_else(|e| panic!("{e:?}"));
    site.act(move |unit| {
        let permit: Permit<Administer> = terminal(AccessRole::Admin, Who::Admin.handle()).permit()?;
        organisation::apply(unit, &permit, &parsed, false)
            .map(|applied| applied.unwrap_or_else(|problems| panic!("{problems:?}")))
    })
    .await;
    site
}

/// An alert rings: answers it and its page.
pub(crate) async fn ring(site: &Site, title: &str) -> (AlertId, PageId) {
    let body = serde_json::json!({ "title": title, "body": format!("details of {title}"), "severity": "critical", "labels": { "job": title } });
    let request = Request::builder()
        .method(Method::POST)
        .uri("/in/generic/key-of-the-tool")
        .header(header::CONTENT_TYPE, "application/json");
    let answer = site.send(request.body(Body::from(body.to_string())).expect("a request")).await;
    assert!(answer.status.is_success(), "{} {}", answer.status, answer.body);
    let alert = newest_alert(site).await;
    // Ids sort by time, to the millisecond: the next one is newer.
    site.advance(SignedDuration::from_secs(1));
    (alert.id, alert.page.expect("it pages"))
}

pub(crate) async fn newest_alert(site: &Site) -> Alert {
    let read = site.state.read(|tx, _, _| Ok(views::alerts(tx, false, views::NEWEST, 1)?.items));
    read.await.expect("a list").pop().expect("an alert")
}

/// An incident that Rita declared, SEV1 on checkout.
pub(crate) async fn declare(site: &Site, title: &str) -> Incident {
    let title = title.to_owned();
    site.act(move |unit| {
        let permit: Permit<Respond> = terminal(AccessRole::Responder, Who::Responder.handle()).permit()?;
        let input = response::Declare {
            title: title.clone(),
            severity: Some("sev1".parse().expect("a severity")),
            service: Some("checkout".parse().expect("a service")),
            ..response::Declare::default()
        };
        response::declare(unit, &permit, input)
    })
    .await
}

/// The incident as it is now.
pub(crate) async fn incident(site: &Site, slug: &str) -> Incident {
    let (slug, settings) = (slug.to_owned(), site.state.settings().clone());
    let read =
        site.state.read(move |tx, now, directory| Ok(views::room(tx, directory, &settings, &slug, now)?.incident));
    read.await.expect("an incident")
}

/// The page as it is now.
pub(crate) async fn page(site: &Site, id: PageId) -> views::PageView {
    let settings = site.state.settings().clone();
    site.state.read(move |tx, now, directory| views::page(tx, directory, &settings, id, now)).await.expect("a page")
}

/// How often something was said in a journal stream of a page.
pub(crate) async fn acknowledgements(site: &Site, id: PageId) -> usize {
    use nightbell_engine::domain::paging::PageEvent;
    page(site, id).await.events.iter().filter(|event| matches!(event.event, PageEvent::Acknowledged { .. })).count()
}

/// A link to a page for somebody, good until two hours after the start.
pub(crate) fn link(site: &Site, page: PageId, user: &str) -> String {
    link_until(site, page, user, start() + SignedDuration::from_hours(2))
}

pub(crate) fn link_until(site: &Site, page: PageId, user: &str, expires_at: Timestamp) -> String {
    let user: UserId = user.parse().expect("a handle");
    PageLink { page, user, expires_at }.encode(site.state.settings().link_key.bytes())
}

/// What every page keeps: one `h1`, the content policy, nothing cached, no live markup from outside.
pub(crate) fn keeps(answer: &Answer, what: &str) {
    assert_eq!(answer.body.matches("<h1").count(), 1, "{what}: {}", answer.body);
    assert!(answer.header("content-security-policy").contains("default-src 'none'"), "{what}");
    assert_eq!(answer.header("cache-control"), "no-store", "{what}");
    assert!(!answer.body.contains("<script>") && !answer.body.contains("<img src=x"), "{what}: {}", answer.body);
}

/// A good page.
pub(crate) async fn see(site: &Site, who: Who, path: &str) -> String {
    let answer = site.get(who, path).await;
    assert_eq!(answer.status, StatusCode::OK, "{path}: {}", answer.body);
    keeps(&answer, path);
    answer.body
}

/// A form that is done: 303 to `to`, and what the message there says.
pub(crate) async fn done(site: &Site, who: Who, path: &str, fields: &[(&str, &str)], to: &str) {
    let answer = site.post_form(who, path, fields).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{path} {fields:?}: {}", answer.body);
    assert_eq!(answer.header("location"), to, "{path} {fields:?}");
}

/// A form that is refused: its page again, with this status and these words.
pub(crate) async fn refused(
    site: &Site,
    who: Who,
    path: &str,
    fields: &[(&str, &str)],
    status: StatusCode,
    words: &[&str],
) {
    let answer = site.post_form(who, path, fields).await;
    assert_eq!(answer.status, status, "{path} {fields:?}: {}", answer.body);
    keeps(&answer, path);
    for word in words {
        assert!(answer.body.contains(word), "{path} {fields:?}: {word:?} is missing in {}", answer.body);
    }
}
