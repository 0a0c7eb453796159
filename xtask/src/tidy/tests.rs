//! What each check catches, and what it leaves alone. Every check has a case that bites.

use super::source::Kind;
use super::*;

fn source(path: &str, text: &str) -> Source {
    Source::parse(path, text).unwrap_or_else(|error| panic!("{path}: {error}\n{text}"))
}

fn problems(findings: &[Finding]) -> Vec<(usize, &str)> {
    findings.iter().map(|finding| (finding.line, finding.problem.as_str())).collect()
}

// ---- source ----

#[test]
fn tokens_know_code_strings_documentation_and_tests() {
    let text = "//! Head FIXME\n/// Said.\nfn a() { b(\"todo!\"); }\n#[cfg(test)]\nmod tests {\n    fn inner() {}\n}\n";
    let source = source("crates/x/src/lib.rs", text);
    let tokens = source.tokens();
    let kind = |word: &str| {
        tokens.iter().find(|token| token.text.contains(word)).map(|token| (token.kind, token.line, token.test))
    };
    assert_eq!(kind("Head"), Some((Kind::Documentation, 1, false)));
    assert_eq!(kind("Said"), Some((Kind::Documentation, 2, false)));
    assert_eq!(kind("todo!"), Some((Kind::Literal, 3, false)));
    assert_eq!(kind("inner"), Some((Kind::Code, 6, true)));
    assert_eq!(source.test_lines(), [(4, 7)]);
}

#[test]
fn paths_say_what_a_file_is() {
    let cases: &[(&str, Option<&str>, bool, bool)] = &[
        ("crates/domain/src/lib.rs", Some("domain"), true, false),
        ("crates/domain/src/alert/tests.rs", Some("domain"), false, true),
        ("crates/domain/src/text/slug_tests.rs", Some("domain"), false, true),
        ("crates/nightbell/tests/blackbox.rs", Some("nightbell"), false, true),
        ("crates/sim/examples/seeds.rs", Some("sim"), false, false),
        ("xtask/src/main.rs", Some("xtask"), true, false),
        ("tools/other.rs", None, false, false),
    ];
    for (path, krate, ships, test) in cases {
        let source = source(path, "");
        assert_eq!((source.krate(), source.ships(), source.is_test_file()), (*krate, *ships, *test), "{path}");
    }
}

// ---- edges ----

/// A crate's name, and whether only its tests use it.
type Dependency = (&'static str, bool);

fn manifest(krate: &str, dependencies: &[Dependency]) -> edges::Manifest {
    let text: String = dependencies.iter().map(|(name, _)| format!("{name}.workspace = true\n")).collect();
    let dependencies = dependencies.iter().map(|(name, development)| ((*name).to_owned(), *development)).collect();
    edges::Manifest { krate: krate.to_owned(), file: format!("crates/{krate}/Cargo.toml"), text, dependencies }
}

#[test]
fn edges_not_in_the_table_are_found() {
    let (normal, development) = (false, true);
    let cases: &[(&str, &[Dependency], usize)] = &[
        ("engine", &[("nightbell-store", normal), ("nightbell-wire", normal), ("serde", normal)], 0),
        ("engine", &[], 0),
        ("engine", &[("nightbell-web", normal)], 1),
        ("status", &[("nightbell-domain", normal)], 1),
        ("calendar", &[("nightbell-domain", normal)], 1),
        ("web", &[("nightbell-store", normal)], 1),
        ("web", &[("nightbell-store", development)], 0),
        ("domain", &[("nightbell-store", development)], 1),
        ("domain", &[("tokio", normal)], 1),
        ("wire", &[("rusqlite", normal), ("reqwest", development)], 2),
        ("wire", &[("rand_chacha", development)], 0),
        ("wire", &[("rand_chacha", normal)], 1),
        ("engine", &[("rusqlite", normal), ("tokio", normal)], 2),
        ("web", &[("tokio", normal), ("reqwest", normal)], 1),
        ("xtask", &[("nightbell-domain", normal)], 1),
        ("web", &[("nightbell", normal)], 1),
        ("gossip", &[], 1),
    ];
    for (krate, dependencies, expected) in cases {
        let found = edges::check(&[manifest(krate, dependencies)]);
        assert_eq!(found.len(), *expected, "{krate} {dependencies:?}: {found:?}");
    }
    let found = edges::check(&[manifest("status", &[("serde", false), ("nightbell-engine", false)])]);
    assert_eq!(problems(&found), [(2, "`status` may not import `engine`; it may import public")]);
}

#[test]
fn the_table_has_no_circle() {
    // Crates stand in the table after everything they import, so no path can come back.
    for (index, (krate, imports)) in edges::MAY_IMPORT.iter().enumerate() {
        let before: Vec<&str> = edges::MAY_IMPORT.iter().take(index).map(|(name, _)| *name).collect();
        assert!(imports.iter().all(|import| before.contains(import)), "{krate}");
    }
}

// ---- purity ----

#[test]
fn impure_names_are_found() {
    let cases: &[(&str, usize)] = &[
        ("use std::collections::BTreeMap;", 0),
        ("use std::collections::HashMap;", 1),
        ("use std::collections::{BTreeMap, HashSet};", 1),
        ("fn f() { let m: std::collections::HashMap<u8, u8> = Default::default(); }", 1),
        ("use std::time::Instant;", 1),
        ("use std::time::Duration;", 0),
        ("type Instant = jiff::Timestamp; fn f(now: Instant) {}", 0),
        ("fn f() { std::thread::spawn(|| {}); }", 1),
        ("use std::{env, fmt};", 1),
        ("use std::{time::{Duration, Instant}};", 1),
        ("fn f() { let _ = vec![std::fs::read(\"x\")]; }", 1),
        ("/// Not a HashMap, nor std::env.\nfn f() { g(\"HashMap\"); }", 0),
        ("#[cfg(test)]\nmod tests { use std::collections::HashMap; }", 0),
    ];
    for (text, expected) in cases {
        let found = purity::check(&source("crates/domain/src/x.rs", text));
        assert_eq!(found.len(), *expected, "{text}: {found:?}");
    }
    let outside = [source("crates/engine/src/lib.rs", "use std::collections::HashMap;")];
    assert!(purity::outcome(&outside).findings.is_empty(), "only pure crates");
    let test_file = [source("crates/domain/src/x/tests.rs", "use std::fs;")];
    assert!(purity::outcome(&test_file).findings.is_empty(), "golden files are read from disk");
}

// ---- size ----

fn function(lines: usize) -> String {
    format!("fn f() {{\n{}}}\n", "    g();\n".repeat(lines - 2))
}

#[test]
fn long_functions_and_files_are_found() {
    let in_impl = |lines| format!("impl X {{\n{}}}\n", function(lines));
    let in_tests = |lines| format!("#[cfg(test)]\nmod tests {{\n{}}}\n", function(lines));
    let comments = |lines: usize| "// a line\n".repeat(lines);
    let cases: &[(String, usize, bool)] = &[
        (function(70), 0, false),
        (function(71), 1, false),
        (in_impl(71), 1, false),
        (format!("trait T {{\n{}}}\n", function(71)), 1, false),
        (in_tests(90), 0, false),
        (comments(400), 0, false),
        (comments(401), 0, true),
        (comments(600), 0, true),
        (comments(601), 1, false),
        (format!("{}{}", comments(400), in_tests(300)), 0, false),
    ];
    for (index, (text, expected, note)) in cases.iter().enumerate() {
        let measured = size::measure(&source("crates/x/src/lib.rs", text));
        assert_eq!(
            (measured.findings.len(), measured.note.is_some()),
            (*expected, *note),
            "case {index}: {:?}",
            measured.findings
        );
    }
    let measured = size::measure(&source("crates/x/src/lib.rs", &function(71)));
    assert_eq!(problems(&measured.findings), [(1, "function `f` has 71 lines, 70 are allowed")]);
}

// ---- headers ----

#[test]
fn modules_without_a_header_are_found() {
    let cases: &[(&str, bool)] = &[
        ("//! What it is.\nfn f() {}", true),
        ("\n//! What it is.", true),
        ("//!\nfn f() {}", false),
        ("// a comment\n//! What it is.", false),
        ("/// Of the item.\nfn f() {}", false),
        ("use std::fmt;\n", false),
        ("", false),
    ];
    for (text, good) in cases {
        assert_eq!(headers::check("x.rs", text).is_none(), *good, "{text:?}");
    }
}

// ---- leftovers ----

#[test]
fn leftovers_are_found() {
    let cases: &[(&str, &[usize])] = &[
        ("fn f() { todo!() }", &[1]),
        ("fn f() {\n    unimplemented!(\"later\")\n}", &[2]),
        ("fn f() { dbg!(1); }", &[1]),
        ("#[allow(dead_code)]\nfn f() {}", &[1]),
        ("#![allow(dead_code)]", &[1]),
        ("#[expect(dead_code, reason = \"r\")]\nfn f() {}", &[]),
        ("#[cfg(test)]\nmod tests {\n    #[test]\n    #[ignore]\n    fn f() {}\n}", &[4]),
        ("#[cfg(test)]\nmod tests {\n    fn f() { std::thread::sleep(d); }\n}", &[3]),
        ("#[cfg(test)]\nmod tests {\n    async fn f() { tokio::time::sleep(d).await; }\n}", &[3]),
        ("// FIXME later\nfn f() {}", &[1]),
        ("/// HACK around it.\nfn f() {}", &[1]),
        ("fn f() { g(); } /* XXX */", &[1]),
        ("fn f() { g(\"FIXME todo!() XXX\"); }", &[]),
        ("fn f() { g(\"a\nHACK\n\"); }", &[]),
        ("// XXXL is a size, hack is a word\nfn f() { todo(); }", &[]),
    ];
    for (text, expected) in cases {
        let found = leftovers::check(&source("crates/x/src/lib.rs", text));
        let lines: Vec<usize> = found.iter().map(|finding| finding.line).collect();
        assert_eq!(lines, *expected, "{text}: {found:?}");
    }
    let sleeping = "fn f() { std::thread::sleep(d); }";
    assert_eq!(leftovers::check(&source("crates/x/tests/a.rs", sleeping)).len(), 1);
    let css = [(1, "a { } /* FIXME */".to_owned()), (2, "b { }".to_owned())];
    assert_eq!(leftovers::words("x.css", css.into_iter()).len(), 1);
}

// ---- machine ----

#[test]
fn paths_of_one_machine_are_found() {
    let at = |folder: &str| format!("/{folder}");
    let cases: &[(String, usize)] = &[
        (format!("see {}main/x", at("work/")), 1),
        (format!("\"{}.cargo\"", at("root/")), 1),
        (format!("https://example.com{}x", at("work/")), 0),
        (format!("target{}x", at("work/")), 0),
        ("/tmp/other, /rootless, /workspace/".to_owned(), 0),
    ];
    for (text, expected) in cases {
        assert_eq!(machine::paths("README.md", text).len(), *expected, "{text}");
    }
}

#[test]
fn lock_files_name_no_host_but_cargos_own() {
    let npm = |host: &str| format!("  \"resolved\": \"https://{host}/x/-/x-1.0.0.tgz\",\n");
    let cases: &[(&str, String, usize)] = &[
        ("tests/browser/package-lock.json", "  \"integrity\": \"sha512-x\",\n".to_owned(), 0),
        ("tests/browser/package-lock.json", npm("npm.example.com"), 1),
        ("Cargo.lock", "source = \"registry+https://github.com/rust-lang/index\"".to_owned(), 0),
        ("Cargo.lock", "source = \"sparse+https://crates.example.com/\"".to_owned(), 1),
        ("README.md", npm("npm.example.com"), 0),
    ];
    for (path, text, expected) in cases {
        assert_eq!(machine::hosts(path, text).len(), *expected, "{path} {text}");
    }
}

// ---- sql ----

#[test]
fn sql_outside_the_store_is_found() {
    let cases: &[(&str, usize)] = &[
        ("const Q: &str = \"SELECT id FROM alerts\";", 1),
        ("const Q: &str = \"SELECT count(*)\";", 1),
        ("const Q: &str = r#\"INSERT INTO alerts (id) VALUES ($1)\"#;", 1),
        ("const Q: &str = \"\\n    UPDATE alerts\n SET state = $1\";", 1),
        ("const Q: &str = \"DELETE FROM alerts\";", 1),
        ("const Q: &str = \"PRAGMA journal_mode\";", 1),
        ("const Q: &str = \"BEGIN IMMEDIATE\";", 1),
        ("const T: &str = \"UPDATE 3: checkout is back\";", 0),
        ("const T: &str = \"SELECT a service\";", 0),
        ("/// SELECT id FROM alerts\nfn f() {}", 0),
    ];
    for (text, expected) in cases {
        let found = sql::check(&source("crates/web/src/x.rs", text));
        assert_eq!(found.len(), *expected, "{text}: {found:?}");
    }
    let inside = [source("crates/store/src/x.rs", "const Q: &str = \"SELECT id FROM alerts\";")];
    assert!(sql::outcome(&inside).findings.is_empty());
}

// ---- migrations ----

#[test]
fn migrations_must_be_twins_and_counted() {
    let cases: &[(&[&str], &[&str], usize)] = &[
        (&["V1__start.sql", "V2__pages.sql"], &["V1__start.sql", "V2__pages.sql"], 0),
        (&[], &[], 1),
        (&["V1__start.sql"], &[], 1),
        (&["V1__start.sql"], &["V1__begin.sql"], 2),
        (&["V1__start.sql", "V1__again.sql"], &["V1__start.sql", "V1__again.sql"], 2),
        (&["V1__start.sql", "V3__pages.sql"], &["V1__start.sql", "V3__pages.sql"], 2),
        (&["0001_start.sql"], &["0001_start.sql"], 2),
        (&["V1__Start.sql"], &["V1__Start.sql"], 2),
    ];
    for (sqlite, postgres, expected) in cases {
        let owned = |names: &[&str]| -> Vec<String> { names.iter().map(|name| (*name).to_owned()).collect() };
        let found = migrations::check(&owned(sqlite), &owned(postgres));
        assert_eq!(found.len(), *expected, "{sqlite:?} {postgres:?}: {found:?}");
    }
}

// ---- safe filter ----

#[test]
fn unescaped_templates_are_found() {
    let cases: &[(&str, usize)] = &[
        ("{{ title }}", 0),
        ("{{ body|safe }}", 1),
        ("{{ body | safe }}\n{{ body |safe}}", 2),
        ("{{ body|safer }}", 0),
        ("{{ body|escape(\"none\") }}", 1),
        ("{% autoescape false %}", 1),
        ("say |safe in prose", 0),
    ];
    for (text, expected) in cases {
        let found = safe_filter::check("crates/web/templates/x.html", text);
        assert_eq!(found.len(), *expected, "{text}: {found:?}");
    }
}

#[test]
fn types_nobody_agreed_to_trust_are_found() {
    let cases: &[(&str, &str, usize)] = &[
        ("crates/web/src/views/html.rs", "impl HtmlSafe for SafeHtml {}", 0),
        ("crates/web/src/views/html.rs", "impl HtmlSafe for String {}", 1),
        ("crates/web/src/views/other.rs", "impl askama::filters::HtmlSafe for SafeHtml {}", 1),
        ("crates/web/src/x.rs", "#[template(source = \"{{ a|safe }}\", ext = \"html\")]\nstruct X;", 1),
        ("crates/web/src/x.rs", "#[template(path = \"x.html\", escape = \"none\")]\nstruct X;", 1),
        ("crates/web/src/x.rs", "#[template(path = \"x.html\")]\nstruct X;", 0),
    ];
    for (path, text, expected) in cases {
        let found = safe_filter::check_rust(&source(path, text));
        assert_eq!(found.len(), *expected, "{path} {text}: {found:?}");
    }
}

// ---- vendored ----

#[test]
fn vendored_files_must_be_what_was_vendored() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (sha256, sha384) = crate::vendor::digests(b"good");
    let manifest = format!(
        "[[package]]\nname = \"one\"\nversion = \"1.0.0\"\nlicence = \"MIT\"\nlicence_file = \"licenses/one.txt\"\nintegrity = \"sha512-a\"\n\
         [[package.file]]\npath = \"a.js\"\nsha256 = \"{sha256}\"\nsha384 = \"{sha384}\"\n"
    );
    let listed = ["a.js".to_owned(), "licenses/one.txt".to_owned()];
    let extra = ["a.js".to_owned(), "b.js".to_owned(), "licenses/one.txt".to_owned()];
    let cases: &[(Option<&str>, &str, &[String], usize)] = &[
        (None, &manifest, &listed, 1),
        (Some("good"), &manifest, &listed, 0),
        (Some("evil"), &manifest, &listed, 1),
        (Some("good"), &manifest, &extra, 1),
        (Some("good"), &manifest, &listed[..1], 1),
        (Some("good"), "nonsense", &listed, 1),
    ];
    for (content, manifest, present, expected) in cases {
        if let Some(content) = content {
            std::fs::write(folder.path().join("a.js"), content).expect("written");
        }
        let found = vendored::check(manifest, present, folder.path());
        assert_eq!(found.len(), *expected, "{content:?} {present:?}: {found:?}");
    }
}

// ---- sql ----

#[test]
fn tests_and_named_files_may_speak_sql() {
    for (path, expected) in [
        ("crates/engine/src/tests/portable.rs", true),
        ("crates/nightbell/tests/operations.rs", true),
        ("crates/web/src/markdown/tests.rs", true),
        ("crates/sim/src/sabotage.rs", true),
        ("crates/engine/src/paging/settle.rs", false),
        ("crates/sim/src/oracle.rs", false),
        ("crates/web/src/contests.rs", false),
    ] {
        assert_eq!(sql::is_exempt(path), expected, "{path}");
    }
}

// ---- invariants ----

#[test]
fn invariants_without_a_test_or_a_promise_are_found() {
    let code = "#[test]\nfn inv_01_inv_02_accepted_is_durable() {}\n    pub fn inv_03_case(db: &mut D) {\n// fn of inv_04\nlet inv_05_x = 1;\n\
                async fn inv_06_web() {";
    let tests = invariants::named_tests([code].into_iter());
    assert_eq!(tests.iter().collect::<Vec<_>>(), ["inv_01_inv_02_accepted_is_durable", "inv_03_case", "inv_06_web"]);
    for (name, expected) in [
        ("inv_01_05_x", [1, 5].as_slice()),
        ("inv_01_to_04_to_be", &[1, 2, 3, 4]),
        ("inv_05_inv_22_x", &[5, 22]),
        ("inv_03_x_30_s", &[3]),
    ] {
        assert_eq!(invariants::proves(name).into_iter().collect::<Vec<_>>(), expected, "{name}");
    }
    let row = |id: u32, test: &str| format!("| INV-{id:02} | kept | `{test}` |\n");
    let all: std::collections::BTreeSet<String> = (1..=24).map(|n| format!("inv_{n:02}_holds")).collect();
    let promises: String = (1..=24).map(|n| row(n, &format!("inv_{n:02}_holds"))).collect();
    assert_eq!(invariants::findings(&all, &promises), []);
    let mut fewer = all.clone();
    fewer.remove("inv_07_holds");
    let problems = |found: Vec<crate::repo::Finding>| found.into_iter().map(|f| f.problem).collect::<Vec<_>>();
    assert_eq!(
        problems(invariants::findings(&fewer, &promises)),
        ["no test is named after INV-07", "no test is called inv_07_holds"]
    );
    let untold = promises.replace("`inv_20_holds`", "a test");
    assert_eq!(problems(invariants::findings(&all, &untold)), ["INV-20 is not told with a test"]);
}

// ---- the whole ----

#[test]
fn the_real_tree_can_be_read() {
    let repo = Repo::open().expect("a working copy");
    let (sources, _) = read_sources(&repo);
    assert!(sources.iter().any(|source| source.path == "xtask/src/tidy.rs"));
    assert!(edges::outcome(&repo).expect("cargo metadata").looked_at.starts_with("12 crates"));
}
