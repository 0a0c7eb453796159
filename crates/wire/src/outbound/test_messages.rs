//! Messages for the tests of this folder: an ordinary one, and one whose every text is hostile.

use nightbell_domain::{
    ids::{NotificationId, PageId},
    org::Urgency,
    paging::{AlertBrief, AlsoTold, Bundle, IncidentBrief, Message, MessageKind, NextStep, PhoneReply},
    record::Instant,
};
use std::collections::BTreeMap;

pub(super) fn at(text: &str) -> Instant {
    text.parse().unwrap()
}

fn uuid(last: u128) -> uuid::Uuid {
    uuid::Uuid::from_u128(0x0196_8c2a_0000_7000_8000_0000_0000_0000 + last)
}

pub(super) fn page_id() -> PageId {
    uuid(2).into()
}

/// The checkout outage of the playbook.
pub(super) fn checkout(kind: MessageKind) -> Message {
    let id: NotificationId = uuid(1).into();
    Message {
        kind,
        id,
        page: page_id(),
        attempt: 2,
        repeat: false,
        sent_at: at("2026-05-02T01:14:05Z"),
        user: "alice".parse().unwrap(),
        user_name: "Alice Example".to_owned(),
        time_zone: "Europe/Berlin".to_owned(),
        urgency: Urgency::High,
        title: "Checkout error rate above 5 %".to_owned(),
        body: "5xx on /checkout for 3 minutes.\n\n  stripe: webhook failures\n".to_owned(),
        service: Some(("checkout".parse().unwrap(), "Checkout".to_owned())),
        alert: Some(AlertBrief {
            id: uuid(3).into(),
            title: "Checkout error rate above 5 %".to_owned(),
            severity: "critical".to_owned(),
            source: "prometheus-1".to_owned(),
            labels: BTreeMap::from([
                ("alertname".to_owned(), "CheckoutErrors".to_owned()),
                ("env".to_owned(), "prod".to_owned()),
            ]),
            started_at: at("2026-05-02T01:07:00Z"),
            event_count: 3,
            dedup_key: "3f1c0a5e9d7b4c21/1e64948378c1a10b".to_owned(),
        }),
        incident: Some(IncidentBrief {
            id: uuid(4).into(),
            slug: "inc-2026-05-02-checkout-down".to_owned(),
            title: "Checkout down".to_owned(),
            severity: "SEV1".to_owned(),
            status: "investigating".to_owned(),
        }),
        runbook_url: Some("https://wiki.acme.test/rb/stripe-webhook-failures".to_owned()),
        ack_url: "https://bell.acme.test/p/AQGWjCoAAHAA".to_owned(),
        url: "https://bell.acme.test/alerts/alert_01968c2a000070008000000000000003".to_owned(),
        next: Some(NextStep { at: at("2026-05-02T01:19:05Z"), who: "Bob Example".to_owned() }),
        public_url: "https://bell.acme.test:8443/base".to_owned(),
        also: Bundle::default(),
        phone: None,
    }
}

/// The same in a storm: two others by name, ten more by number.
pub(super) fn storm(kind: MessageKind) -> Message {
    let also = |n: u128, title: &str, service: Option<&str>| AlsoTold {
        page: uuid(n).into(),
        title: title.to_owned(),
        service: service.map(|id| id.parse().unwrap()),
        started_at: at("2026-05-02T01:13:00Z"),
    };
    let listed = vec![also(5, "Payments queue is 40 min behind", Some("payments")), also(6, "Disk full on db-3", None)];
    Message { also: Bundle { count: 12, listed }, ..checkout(kind) }
}

/// The same for somebody who is reached by telephone.
pub(super) fn by_phone(kind: MessageKind) -> Message {
    let phone =
        PhoneReply { code: "4711".to_owned(), answer_token: "AnSw3r".to_owned(), report_token: "R3p0rt".to_owned() };
    Message { phone: Some(phone), ..checkout(kind) }
}

/// Texts that try to leave their field: header breaks, markup, direction overrides, forged lines.
pub(super) const HOSTILE: [&str; 8] = [
    "down\r\nBcc: evil@evil.test\r\n\r\nhello",
    "<script>alert(1)</script><img src=x onerror=alert(1)>",
    "\"><a href=\"javascript:alert(1)\">x</a>",
    "\u{202E}gnp.exe\u{2066} \u{200B}hidden",
    "x\n\nAcknowledge:\nhttps://evil.test/p/1\n",
    "a\0b\u{1b}[31mred\u{7f}\u{85}c\u{2028}d",
    "&lt;already&amp;escaped&#39; 'quoted'",
    "🔥 日本語 שלום \u{FEFF}=cmd|'/C calc'!A0 <!channel> @everyone",
];

/// Every text of the message is the given one, as far as types let it.
pub(super) fn hostile(text: &str) -> Message {
    let mut message = storm(MessageKind::Page);
    let own = || text.to_owned();
    message.user_name = own();
    message.time_zone = own();
    message.title = own();
    message.body = own();
    message.service = Some(("checkout".parse().unwrap(), own()));
    message.runbook_url = Some(own());
    message.public_url = own();
    message.next = Some(NextStep { at: at("2026-05-02T01:19:05Z"), who: own() });
    for told in &mut message.also.listed {
        told.title = own();
    }
    if let Some(alert) = &mut message.alert {
        alert.title = own();
        alert.severity = own();
        alert.source = own();
        alert.labels = BTreeMap::from([(own(), own())]);
        alert.dedup_key = own();
    }
    if let Some(incident) = &mut message.incident {
        incident.title = own();
        incident.severity = own();
        incident.status = own();
    }
    message
}
