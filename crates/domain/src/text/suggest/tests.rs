use super::*;

const KNOWN: [&str; 6] = ["severity", "schedule", "service", "route", "routes", "timezone"];

#[test]
fn near_words_are_found_and_far_ones_are_not() {
    let cases = [
        ("severty", Some("severity")),
        ("SEVERITY", Some("severity")),
        ("shcedule", Some("schedule")),
        ("servise", Some("service")),
        ("rout", Some("route")),
        ("routse", Some("routes")),
        ("time_zone", Some("timezone")),
        ("banana", None),
        ("x", None),
        ("", None),
    ];
    for (word, expected) in cases {
        assert_eq!(closest(word, KNOWN), expected, "{word}");
    }
    assert_eq!(closest("anything", []), None);
    assert_eq!(closest(&"s".repeat(100_000), KNOWN), None);
}

#[test]
fn the_hint_is_ready_to_append() {
    assert_eq!(did_you_mean("severty", KNOWN), " (did you mean \"severity\"?)");
    assert_eq!(did_you_mean("banana", KNOWN), "");
}
