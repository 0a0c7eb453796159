use super::*;
use jiff::civil::date;
use proptest::prelude::*;

#[test]
fn titles_become_slugs() {
    let long_word = "x".repeat(200);
    let cases = [
        ("Checkout down", "checkout-down"),
        ("  Checkout   DOWN!! ", "checkout-down"),
        ("Café Zürich: 5xx", "cafe-zurich-5xx"),
        ("Straße & Œuvre", "strasse-oeuvre"),
        ("Łódź Ærø", "lodz-aero"),
        ("ﬁne print №5", "fine-print-no5"),
        ("It didn't start", "it-didnt-start"),
        ("支払い停止", "incident"),
        ("", "incident"),
        ("---", "incident"),
        ("<script>alert(1)</script>", "script-alert-1-script"),
        ("../../etc/passwd", "etc-passwd"),
        ("🔥 fire 🔥", "fire"),
        (long_word.as_str(), &long_word[..SLUG_LEN_MAX]),
        (
            "Payments are failing for every customer in the northern region since noon",
            "payments-are-failing-for-every-customer-in-the-northern-region",
        ),
    ];
    for (title, expected) in cases {
        assert_eq!(slug(title), expected, "{title}");
    }
}

#[test]
fn rooms_and_incident_names_follow_the_playbook() {
    let day = date(2026, 5, 2);
    assert_eq!(room_name(day, &slug("Checkout down")), "#inc-2026-05-02-checkout-down");
    assert_eq!(incident_slug(day, "Checkout down", |_| false), "inc-2026-05-02-checkout-down");
    let used = ["inc-2026-05-02-checkout-down", "inc-2026-05-02-checkout-down-2"];
    assert_eq!(incident_slug(day, "Checkout down", |name| used.contains(&name)), "inc-2026-05-02-checkout-down-3");
    assert_eq!(
        incident_slug(date(2026, 5, 3), "Checkout down", |name| used.contains(&name)),
        "inc-2026-05-03-checkout-down"
    );
}

proptest! {
    #[test]
    fn every_name_is_short_clean_and_new(title in "\\PC{0,200}", taken_before in 0usize..12) {
        let mut used: Vec<String> = Vec::new();
        for _ in 0..=taken_before {
            let name = incident_slug(date(2026, 5, 2), &title, |name| used.iter().any(|u| u == name));
            prop_assert!(!used.contains(&name));
            prop_assert!(name.len() <= INCIDENT_SLUG_LEN_MAX);
            prop_assert!(name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-'));
            prop_assert!(!name.contains("--") && !name.ends_with('-'));
            used.push(name);
        }
    }
}
