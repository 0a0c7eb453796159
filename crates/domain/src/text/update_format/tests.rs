use super::*;

fn check(at: &str, text: &str, mitigation: Option<&str>, next: Option<&str>, expected: &str) {
    let update = RoomUpdate {
        at: at.parse().unwrap(),
        text,
        mitigation,
        next_update_at: next.map(|next| next.parse().unwrap()),
    };
    assert_eq!(format_room_update(&update), expected);
}

#[test]
fn the_playbooks_own_example() {
    check(
        "2026-05-02T09:42:31Z",
        "30% of checkouts failing. Investigating Stripe webhook errors. Suspected rate limit.",
        Some("switching to retry queue"),
        Some("2026-05-02T09:55:00Z"),
        "[09:42 UTC] 30% of checkouts failing. Investigating Stripe webhook errors.\n            \
         Suspected rate limit. Mitigation: switching to retry queue.\n            \
         ETA next update: 09:55.",
    );
}

#[test]
fn other_updates() {
    let at = "2026-05-02T09:42:00Z";
    let late = "2026-05-02T23:55:00Z";
    check(at, "All recovered", None, None, "[09:42 UTC] All recovered");
    check(at, "One\n\n  two\t\n", None, None, "[09:42 UTC] One\n            two");
    check(at, "Down", Some("rollback."), None, "[09:42 UTC] Down. Mitigation: rollback.");
    check(at, "", Some("rollback"), None, "[09:42 UTC] Mitigation: rollback.");
    check(at, "", None, None, "[09:42 UTC]");
    check(at, "Down.", Some("  "), None, "[09:42 UTC] Down.");
    check(
        late,
        "Down.",
        None,
        Some("2026-05-03T00:10:00Z"),
        "[23:55 UTC] Down.\n            ETA next update: 00:10 UTC, Sun 3 May.",
    );
    check(
        late,
        "Down.",
        None,
        Some("2027-05-02T23:56:00Z"),
        "[23:55 UTC] Down.\n            ETA next update: 23:56 UTC, Sun 2 May.",
    );
    check(at, "a\u{1b}[31m\u{202e}b\r[09:43 UTC] forged", None, None, "[09:42 UTC] a [31mb [09:43 UTC] forged");
}

#[test]
fn lines_stay_within_the_width_unless_a_word_is_longer() {
    let link = format!("https://example.com/{}", "x".repeat(100));
    let text = format!("{} {link} {}", "word ".repeat(40), "é".repeat(60));
    let update = RoomUpdate { at: Timestamp::UNIX_EPOCH, text: &text, mitigation: None, next_update_at: None };
    let printed = format_room_update(&update);
    assert!(printed.lines().count() >= 5);
    for line in printed.lines() {
        assert!(line.chars().count() <= WIDTH || line.trim() == link, "{line}");
        assert!(line.starts_with("[00:00 UTC] ") || line.starts_with(&" ".repeat(INDENT)), "{line}");
    }
}
