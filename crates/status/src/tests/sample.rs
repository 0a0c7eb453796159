//! Two sample pages, shared by the tests and the example: one in trouble, one quiet.

use nightbell_public::{
    Component, ComponentGroup, ComponentStatus, Impact, Instant, Maintenance, MaintenanceStatus, Notice, NoticeStatus,
    NoticeUpdate, Page, StatusChange, uptime,
};

use ComponentStatus::{DegradedPerformance, MajorOutage, Operational, PartialOutage, UnderMaintenance};

/// The moment the samples are looked at.
pub fn now() -> Instant {
    at("2026-05-02T09:58:00Z")
}

fn at(text: &str) -> Instant {
    text.parse().expect("an instant in the sample")
}

/// A component with its past: (when, what) from its birth on.
fn component(id: &str, name: &str, description: Option<&str>, past: &[(&str, ComponentStatus)]) -> Component {
    let changes: Vec<StatusChange> = past
        .iter()
        .map(|(when, status)| StatusChange { component: id.into(), at: at(when), status: *status })
        .collect();
    let history = uptime::history(id, &changes, now());
    Component {
        id: id.into(),
        name: name.into(),
        status: changes.last().map_or(Operational, |change| change.status),
        description: description.map(String::from),
        created_at: changes.first().map_or(now(), |change| change.at),
        changed_at: changes.last().map_or(now(), |change| change.at),
        uptime_basis_points: uptime::uptime_basis_points(&history),
        history,
    }
}

fn update(id: &str, when: &str, status: NoticeStatus, text: &str, next: Option<&str>) -> NoticeUpdate {
    NoticeUpdate { id: id.into(), at: at(when), status, text: text.into(), next_update_at: next.map(at) }
}

const BIRTH: (&str, ComponentStatus) = ("2025-01-01T00:00:00Z", Operational);

fn groups() -> Vec<ComponentGroup> {
    let shop = vec![
        component(
            "checkout",
            "Checkout",
            None,
            &[
                BIRTH,
                ("2026-03-05T10:00:00Z", DegradedPerformance),
                ("2026-03-05T11:00:00Z", Operational),
                ("2026-04-07T02:00:00Z", MajorOutage),
                ("2026-04-07T02:35:00Z", Operational),
                ("2026-05-02T09:31:00Z", PartialOutage),
            ],
        ),
        component("catalogue", "Catalogue", Some("Search, categories and product pages"), &[BIRTH]),
        component("accounts", "Sign-in and accounts", None, &[BIRTH]),
    ];
    let platform = vec![
        component(
            "api",
            "API",
            None,
            &[BIRTH, ("2026-04-20T20:00:00Z", UnderMaintenance), ("2026-04-20T21:00:00Z", Operational)],
        ),
        component("exports", "Exports", Some("New; measured since 20 April"), &[("2026-04-20T08:00:00Z", Operational)]),
    ];
    vec![
        ComponentGroup { name: "Shop".into(), components: shop },
        ComponentGroup { name: "Platform".into(), components: platform },
    ]
}

fn open_notice() -> Notice {
    Notice {
        id: "k3x9t7".into(),
        title: "Checkouts are partly failing".into(),
        status: NoticeStatus::Identified,
        impact: Impact::Major,
        components: vec!["checkout".into(), "not-on-the-page".into()],
        started_at: at("2026-05-02T09:31:00Z"),
        resolved_at: None,
        updates: vec![
            update(
                "u2",
                "2026-05-02T09:51:00Z",
                NoticeStatus::Identified,
                "About 30 % of checkouts fail. We have found the cause and are undoing a change.\nCarts and orders already placed are safe.",
                Some("2026-05-02T10:10:00Z"),
            ),
            update(
                "u1",
                "2026-05-02T09:36:00Z",
                NoticeStatus::Investigating,
                "Some checkouts fail. We are looking into it.",
                Some("2026-05-02T09:55:00Z"),
            ),
        ],
    }
}

fn past_notice() -> Notice {
    Notice {
        id: "b7q2m1".into(),
        title: "Checkout was unavailable".into(),
        status: NoticeStatus::Resolved,
        impact: Impact::Critical,
        components: vec!["checkout".into()],
        started_at: at("2026-04-07T02:00:00Z"),
        resolved_at: Some(at("2026-04-07T03:05:00Z")),
        updates: vec![
            update("v3", "2026-04-07T03:05:00Z", NoticeStatus::Resolved, "Checkout works again for everyone.", None),
            update(
                "v2",
                "2026-04-07T02:35:00Z",
                NoticeStatus::Monitoring,
                "A fix is in place. We are watching it.",
                None,
            ),
            update(
                "v1",
                "2026-04-07T02:06:00Z",
                NoticeStatus::Investigating,
                "Checkout does not work. We are looking into it.",
                None,
            ),
        ],
    }
}

fn planned() -> Maintenance {
    Maintenance {
        id: "m4z8".into(),
        title: "Database upgrade".into(),
        text: "Signing in may take a second longer. Nothing else changes.".into(),
        status: MaintenanceStatus::Scheduled,
        components: vec!["accounts".into()],
        starts_at: at("2026-05-04T22:30:00Z"),
        ends_at: at("2026-05-04T23:30:00Z"),
        published_at: at("2026-04-30T12:00:00Z"),
        updated_at: at("2026-04-30T12:00:00Z"),
    }
}

fn done() -> Maintenance {
    Maintenance {
        id: "m1a0".into(),
        title: "API gateway moved".into(),
        text: "The API moved to new machines.".into(),
        status: MaintenanceStatus::Completed,
        components: vec!["api".into()],
        starts_at: at("2026-04-20T20:00:00Z"),
        ends_at: at("2026-04-20T21:00:00Z"),
        published_at: at("2026-04-15T12:00:00Z"),
        updated_at: at("2026-04-20T21:00:00Z"),
    }
}

/// A page with an open notice, a past one, and maintenance to come and done.
pub fn failing() -> Page {
    Page {
        slug: "main".into(),
        name: "Acme".into(),
        time_zone: "Europe/Berlin".into(),
        groups: groups(),
        notices: vec![open_notice(), past_notice()],
        maintenance: vec![planned(), done()],
        updated_at: at("2026-05-02T09:51:00Z"),
    }
}

/// A page with nothing to report.
pub fn quiet() -> Page {
    Page {
        slug: "main".into(),
        name: "Acme".into(),
        time_zone: "Etc/UTC".into(),
        groups: vec![ComponentGroup {
            name: String::new(),
            components: vec![component("web", "Website", None, &[BIRTH]), component("mail", "Mail", None, &[BIRTH])],
        }],
        notices: vec![],
        maintenance: vec![],
        updated_at: at("2026-04-01T00:00:00Z"),
    }
}
