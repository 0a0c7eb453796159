//! What tests of the calmer pages share: a fuller organisation, and one outage that is declared, spoken about in public and resolved.

use crate::tests::site::{Answer, Site, Who, terminal};
use nightbell_engine::{
    domain::{
        access::{Administer, Permit, Respond},
        org::AccessRole,
        response::{EntryKind, Incident},
    },
    organisation,
    response::{self, Declare, PublicWords, Resolution},
};
use nightbell_wire::org_files::{self, SourceFile};

/// Beside the site's own organisation: schedules, one with gaps; a runbook that lacks something; a status page; a webhook contact.
const MORE: &str = r#"
version: 1
users:
  - { id: rita, name: Rita Responder, email: rita@example.com, role: responder, time_zone: UTC, contacts: [ { id: mail, kind: email, address: rita@example.com, verified: true }, { id: hook, kind: webhook, url: "http://127.0.0.1:9099/rita", verified: true } ] }
schedules:
  - { id: shop-primary, team: shop, time_zone: UTC, layers: [ { name: weekly, members: [rita, max], every: 1w, starts: "2026-04-27T09:00" } ], overrides: [ { user: max, from: "2026-05-03T00:00", to: "2026-05-04T00:00" } ] }
  - { id: office, team: shop, time_zone: UTC, layers: [ { name: days, members: [rita], every: 1w, starts: "2026-04-27T09:00", hours: [ { days: [mon, tue, wed, thu, fri], from: "09:00", to: "17:00" } ] } ] }
policies:
  - { id: shop, team: shop, steps: [ { after: 0s, notify: ["schedule:shop-primary"] }, { after: 5m, notify: ["user:max"] } ], repeat: 1, last_resort: ["user:ada"] }
services:
  - { id: checkout, name: Checkout, team: shop, policy: shop, runbooks: [stripe-webhooks], component: payments }
  - { id: search, name: "<b>Search</b> & co", team: shop, policy: shop }
integrations:
  - { id: pager, kind: pagerduty, service: checkout, key: "key-of-the-pager" }
status_pages:
  - { id: main, name: Acme status, slug: main, components: [ { id: payments, name: Payments, group: Shop } ] }
"#;

const RUNBOOK: &str = "---\nid: stripe-webhooks\nservices: [checkout]\n---\n# Runbook: Stripe webhooks\n\n## Symptoms\n- 5xx on `/webhooks/stripe` \
<script>alert(1)</script>\n\n## Quick mitigations\n1. Switch to the retry queue: `switch-queue --retry`\n\n## Diagnosis\n- Look [here](javascript:alert(1))\n";

/// Words of the room that must never be read in public.
pub(crate) const PRIVATE: [&str; 14] = [
    "db7",
    "lost its disk",
    "Rita",
    "rita",
    "Max Manager",
    "Ada Admin",
    "retry queue",
    "Stripe",
    "stripe",
    "checkout",
    "inc-2026",
    "inc_",
    "sev1",
    "SEV1",
];

/// What the public is told, in order.
pub(crate) const PUBLIC_TITLE: &str = "Some payments fail";
pub(crate) const PUBLIC_FIRST: &str = "Some payments fail. We are looking into it.";
pub(crate) const PUBLIC_LAST: &str = "Payments work again. We are sorry.";

/// A site of the calmer pages and the public ones, with the fuller organisation.
pub(crate) async fn site() -> Site {
    let site = Site::new(vec![crate::pages::routes(), crate::public::routes()]);
    site.act(|unit| {
        let files = [
            SourceFile { path: "more.yaml", content: MORE },
            SourceFile { path: "runbooks/stripe.md", content: RUNBOOK },
        ];
        let parsed =
            org_files::parse(&files, &mut |handle| format!("key-of-{handle}")).unwrap_or_else(|e| panic!("{e:?}"));
        let admin: Permit<Administer> = terminal(AccessRole::Admin, Who::Admin.handle()).permit()?;
        organisation::apply(unit, &admin, &parsed, false)?.unwrap_or_else(|problems| panic!("{problems:?}"));
        Ok(())
    })
    .await;
    site
}

pub(crate) fn permit(who: Who) -> Permit<Respond> {
    terminal(who.role().expect("somebody"), who.handle()).permit().expect("may respond")
}

fn words(text: &str) -> PublicWords {
    PublicWords { text: text.to_owned(), title: Some(PUBLIC_TITLE.to_owned()), ..PublicWords::default() }
}

/// Declared, discussed and published.
pub(crate) async fn declare(site: &Site) -> Incident {
    site.act(|unit| {
        let rita = permit(Who::Responder);
        let title = "db7 lost its disk".to_owned();
        let declared = Declare {
            title,
            severity: Some("sev1".parse().expect("a severity")),
            service: Some("checkout".parse().expect("a service")),
            ..Declare::default()
        };
        let incident = response::declare(unit, &rita, declared)?;
        response::write(unit, &rita, &incident.slug, EntryKind::Note, "Rita looks at db7.internal; Stripe is fine")?;
        response::publish(unit, &rita, &incident.slug, &words(PUBLIC_FIRST))
    })
    .await
}

/// Resolved, in public too; the postmortem is drafted, because one is owed.
pub(crate) async fn resolve(site: &Site, slug: &str) -> Incident {
    let slug = slug.to_owned();
    site.act(move |unit| {
        let resolution = Resolution { text: "db7 is replaced".to_owned(), public: Some(words(PUBLIC_LAST)) };
        response::resolve(unit, &permit(Who::Responder), &slug, &resolution)
    })
    .await
}

/// What every page must be: 200, one first heading, the strict policy, nothing a stranger wrote left alive, small.
pub(crate) fn assert_sound(path: &str, answer: &Answer) {
    assert_eq!(answer.status, 200, "{path}: {}", answer.body);
    assert_eq!(answer.header("content-type"), "text/html; charset=utf-8", "{path}");
    assert_eq!(answer.header("content-security-policy"), crate::headers::CONTENT_POLICY, "{path}");
    assert_eq!(answer.body.matches("<h1").count(), 1, "{path}");
    assert!(
        !answer.body.contains("<script>")
            && !answer.body.contains("\"javascript:")
            && !answer.body.contains("<b>Search"),
        "{path}"
    );
    assert!(answer.body.len() < 60_000, "{path}: {} bytes", answer.body.len());
}

/// The text of a page as people read it, one line: tags away, entities back, spaces joined.
pub(crate) fn read(html: &str) -> String {
    let mut text = String::new();
    let mut outside = true;
    for c in html.chars() {
        match c {
            '<' => outside = false,
            '>' => {
                outside = true;
                text.push(' ');
            }
            c if outside => text.push(c),
            _ => {}
        }
    }
    let text = text
        .replace("&#60;", "<")
        .replace("&#62;", ">")
        .replace("&#39;", "'")
        .replace("&#34;", "\"")
        .replace("&#38;", "&")
        .replace("&amp;", "&");
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
