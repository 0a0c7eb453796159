//! What the tests of the providers share: a message, and a way out to the loopback.

use super::Way;
use crate::{egress::EgressPolicy, http::HttpSender, lease::Lease, test_doubles::TIMEOUTS};
use jiff::Timestamp;
use nightbell_domain::{
    org::Urgency,
    paging::{Bundle, Message, MessageKind},
};

/// When the tests send.
pub(super) const NOW: Timestamp = Timestamp::constant(1_777_777_777, 0);

/// A way out that may reach `allow`.
pub(super) struct Out {
    http: HttpSender,
    lease: Lease,
}

impl Out {
    /// To this machine.
    pub(super) fn to_loopback() -> Self {
        Self::to(&["127.0.0.1".to_owned()])
    }

    /// To these ranges beside the public internet.
    pub(super) fn to(allow: &[String]) -> Self {
        let http = HttpSender::new(EgressPolicy::new(allow).expect("ranges"), TIMEOUTS).expect("a sender");
        Self { http, lease: Lease::endless() }
    }

    /// What a provider is handed.
    pub(super) fn way(&self) -> Way<'_> {
        Way { http: &self.http, now: NOW, lease: &self.lease }
    }
}

/// A page of high urgency.
pub(super) fn page() -> Message {
    let id = |last: u128| uuid::Uuid::from_u128(0x0196_8c2a_0000_7000_8000_0000_0000_0000 + last);
    Message {
        kind: MessageKind::Page,
        id: id(1).into(),
        page: id(2).into(),
        attempt: 1,
        repeat: false,
        sent_at: NOW,
        user: "alice".parse().expect("a handle"),
        user_name: "Alice".to_owned(),
        time_zone: "Europe/Berlin".to_owned(),
        urgency: Urgency::High,
        title: "Disk full on db-3".to_owned(),
        body: "97 % used".to_owned(),
        service: None,
        alert: None,
        incident: None,
        runbook_url: None,
        ack_url: "https://bell.example.com/p/TOKEN".to_owned(),
        url: "https://bell.example.com/alerts/1".to_owned(),
        next: None,
        public_url: "https://bell.example.com".to_owned(),
        also: Bundle::default(),
        phone: None,
    }
}
