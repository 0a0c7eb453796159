//! Which advisory matches which locked version.

use super::*;

const REGISTRY: &str = "registry+https://example.invalid/index";

fn advisory(informational: &str, versions: &str) -> Entry {
    let text = format!(
        "```toml\n[advisory]\nid = \"RUSTSEC-2026-9999\"\npackage = \"thing\"\ndate = \"2026-01-01\"\n{informational}\n[versions]\n{versions}\n```\n\n# Title\n"
    );
    parse(&text).expect("a well-formed advisory")
}

fn lock(name: &str, version: &str, source: Option<&str>) -> Lock {
    let version = version.parse().expect("a version");
    Lock { package: vec![Locked { name: name.to_owned(), version, source: source.map(str::to_owned) }] }
}

#[test]
fn versions_decide() {
    let cases: &[(&str, &str, bool)] = &[
        ("1.2.3", r#"patched = [">= 1.2.4"]"#, true),
        ("1.2.4", r#"patched = [">= 1.2.4"]"#, false),
        ("1.2.3", r#"patched = []"#, true),
        ("0.9.0", "patched = [\">= 1.2.4\"]\nunaffected = [\"< 1.0.0\"]", false),
        ("1.1.9", r#"patched = [">= 1.1.9, < 1.2.0", ">= 1.2.4"]"#, false),
        ("1.2.0", r#"patched = [">= 1.1.9, < 1.2.0", ">= 1.2.4"]"#, true),
    ];
    for (version, ranges, affected) in cases {
        let found = matches(&lock("thing", version, Some(REGISTRY)), &[advisory("", ranges)]);
        assert_eq!(!found.is_empty(), *affected, "{version} {ranges}");
    }
}

#[test]
fn kind_decides_between_failure_and_notice() {
    let cases: &[(&str, Option<bool>)] = &[
        ("", Some(true)),
        ("informational = \"unsound\"", Some(true)),
        ("informational = \"unmaintained\"", Some(false)),
        ("informational = \"notice\"", Some(false)),
        ("withdrawn = \"2026-02-02\"", None),
    ];
    for (kind, fails) in cases {
        let found = matches(&lock("thing", "1.0.0", Some(REGISTRY)), &[advisory(kind, "patched = []")]);
        assert_eq!(found.first().map(|found| matches!(found, Match::Fails(_))), *fails, "{kind}");
    }
}

#[test]
fn only_that_package_from_a_registry() {
    let entries = [advisory("", "patched = []")];
    assert!(matches(&lock("thing", "1.0.0", None), &entries).is_empty(), "a crate of this repository");
    assert!(matches(&lock("other", "1.0.0", Some(REGISTRY)), &entries).is_empty(), "another crate");
    assert!(!report(&lock("thing", "1.0.0", Some(REGISTRY)), &entries).passed);
}

#[test]
fn a_broken_advisory_is_an_error_not_a_pass() {
    for text in ["", "# only text", "```toml\n[advisory]\n```", "```toml\nid = 1"] {
        assert!(parse(text).is_err(), "{text:?}");
    }
}
