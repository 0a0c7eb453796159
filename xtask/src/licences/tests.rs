//! Which licences pass, which crates are refused, and that `deny.toml` says the same.

use super::*;
use crate::policy::IGNORED_ADVISORIES;

fn package(name: &str, version: &str, licence: Option<&str>) -> Package {
    Package { name: name.to_owned(), version: version.to_owned(), licence: licence.map(str::to_owned) }
}

#[test]
fn a_licence_is_judged_as_an_expression() {
    let cases: &[(Option<&str>, bool)] = &[
        (Some("MIT"), true),
        (Some("MIT OR Apache-2.0"), true),
        (Some("MIT/Apache-2.0"), true),
        (Some("Apache-2.0 / MIT"), true),
        (Some("(MIT OR Apache-2.0) AND Unicode-3.0"), true),
        (Some("Apache-2.0 WITH LLVM-exception OR Apache-2.0 OR MIT"), true),
        (Some("MIT OR Apache-2.0 OR LGPL-2.1-or-later"), true),
        (Some("GPL-3.0-only"), false),
        (Some("MIT AND GPL-3.0-only"), false),
        (Some("AGPL-3.0-or-later OR LGPL-3.0-only"), false),
        (Some("Proprietary, ask us"), false),
        (None, false),
    ];
    for (licence, allowed) in cases {
        let problems = licence_problems(&[package("thing", "1.0.0", *licence)]);
        assert_eq!(problems.is_empty(), *allowed, "{licence:?}: {problems:?}");
    }
}

#[test]
fn banned_and_doubled_crates_are_refused() {
    let cases: &[(&[(&str, &str)], usize)] = &[
        (&[("rustls", "0.23.0"), ("libsqlite3-sys", "0.39.1")], 0),
        (&[("aws-lc-rs", "1.0.0")], 1),
        (&[("aws-lc-sys", "1.0.0"), ("openssl-sys", "0.9.0"), ("native-tls", "0.2.0"), ("sqlx", "0.9.0")], 4),
        (&[("libsqlite3-sys", "0.39.1"), ("libsqlite3-sys", "0.30.0")], 1),
    ];
    for (crates, expected) in cases {
        let packages: Vec<Package> = crates.iter().map(|(name, version)| package(name, version, Some("MIT"))).collect();
        assert_eq!(ban_problems(&packages).len(), *expected, "{crates:?}");
    }
}

#[test]
fn deny_toml_says_the_same() {
    let text = std::fs::read_to_string(root().join("deny.toml")).expect("deny.toml is part of the repository");
    let deny: toml::Table = text.parse().expect("deny.toml is TOML");
    let strings = |section: &str, key: &str, field: Option<&str>| -> BTreeSet<String> {
        let list = deny.get(section).and_then(|table| table.get(key)).and_then(toml::Value::as_array).expect(key);
        let text = |entry: &toml::Value| match field {
            Some(field) => entry.get(field).and_then(toml::Value::as_str).expect(field).to_owned(),
            None => entry.as_str().expect("a string").to_owned(),
        };
        list.iter().map(text).collect()
    };
    let ours = |names: Vec<&str>| -> BTreeSet<String> { names.into_iter().map(str::to_owned).collect() };
    assert_eq!(strings("licenses", "allow", None), ours(ALLOWED_LICENCES.to_vec()));
    assert_eq!(strings("bans", "deny", Some("crate")), ours(BANNED_CRATES.iter().map(|(name, _)| *name).collect()));
    assert_eq!(
        strings("advisories", "ignore", Some("id")),
        ours(IGNORED_ADVISORIES.iter().map(|(id, _)| *id).collect())
    );
}
