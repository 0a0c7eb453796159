//! The list in words is golden.

use nightbell_engine::portable::{Line, Recheck};

fn line(id: &str, what: &str, due_at: Option<&str>) -> Line {
    Line { id: id.to_owned(), what: what.to_owned(), due_at: due_at.map(|at| at.parse().unwrap()) }
}

fn empty() -> Recheck {
    Recheck {
        restored_at: "2026-05-02T13:07:00Z".parse().unwrap(),
        whole_until: None,
        newest_event_at: None,
        position: 0,
        ringing: Vec::new(),
        may_have_been_sent: Vec::new(),
        owed: 0,
        incidents: Vec::new(),
        sessions: 0,
        tokens: Vec::new(),
        administrators: Vec::new(),
        links_ended: false,
        unstamped: false,
    }
}

#[test]
fn inv_23_the_list_is_golden() {
    let night = Recheck {
        whole_until: Some("2026-05-02T03:00:00Z".parse().unwrap()),
        newest_event_at: Some("2026-05-02T02:59:58Z".parse().unwrap()),
        position: 4_711,
        ringing: (0..22)
            .map(|n| line(&format!("page_{n:02}"), "Checkout is down\u{1b}[2J (ringing)", Some("2026-05-02T03:04:00Z")))
            .collect(),
        may_have_been_sent: vec![line("ntf_1", "page to @alice by hook", Some("2026-05-02T03:00:45Z"))],
        owed: 1,
        incidents: vec![line("inc-2026-05-02-checkout-down", "Checkout down (sev1, investigating)", None)],
        sessions: 3,
        tokens: vec!["deploy (@carol, responder)".to_owned()],
        ..empty()
    };
    let seen = Recheck {
        links_ended: true,
        unstamped: true,
        administrators: vec!["@alice (alice@example.com)".to_owned(), "@mal\u{1b}[2J (m@example.com)".to_owned()],
        ..empty()
    };
    let both = [&night, &empty(), &seen].map(super::say_list).join("\n=====\n");
    let plain = anstream::adapter::strip_str(&both).to_string();
    assert!(!plain.contains('\u{1b}'));
    insta::assert_snapshot!("list", plain);
}
