//! Files that mean harm: refused or read, never a panic, never without end.

use super::{EXAMPLE, read, shown};
use crate::org_files::FILE_BYTES_MAX;
use proptest::prelude::*;

#[test]
fn bombs_are_refused() {
    let aliases = (1..30).fold("version: 1\nx0: &x0 [a, a, a, a, a, a, a, a, a, a]\n".to_owned(), |file, n| {
        let uses = vec![format!("*x{}", n - 1); 10].join(", ");
        file + &format!("x{n}: &x{n} [{uses}]\n")
    });
    let deep_flow = format!("version: 1\nusers: {}{}", "[".repeat(5_000), "]".repeat(5_000));
    let deep_block = (0..2_000).fold("version: 1\n".to_owned(), |file, n| file + &" ".repeat(n) + "a:\n");
    let many = format!("version: 1\nusers:\n{}", "- a\n".repeat(300_000));
    for bomb in [aliases, deep_flow, deep_block, many] {
        let problems = read(&[("bomb.yaml", &bomb)]).expect_err("a bomb");
        assert_eq!(problems.len(), 1, "{}", shown(&problems));
        assert!(shown(&problems).len() < 500, "{}", shown(&problems));
    }
    let large = format!("version: 1\n# {}", "x".repeat(FILE_BYTES_MAX));
    let problems = read(&[("large.yaml", &large)]).expect_err("too large");
    assert_eq!(
        shown(&problems),
        "large.yaml: the file has 4194317 bytes; at most 4194304 are read, so split it into several files"
    );
    assert!(read(&[("large.md", &large)]).is_err());
}

#[test]
fn anchors_are_fine() {
    let file = "version: 1\nteams:\n  - { id: a, members: &all [x, y] }\n  - { id: b, members: *all }\n";
    let parsed = read(&[("o.yaml", file)]).unwrap_or_else(|p| panic!("{}", shown(&p)));
    assert_eq!(parsed.objects.len(), 2);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn any_text_is_read_or_refused(text in "(?s).{0,200}", ending in prop::sample::select(vec!["yaml", "md"])) {
        let _ = read(&[(&format!("f.{ending}"), &text)]).map_err(|p| shown(&p));
    }

    #[test]
    fn the_example_with_damage_is_read_or_refused(
        at in 0..EXAMPLE.len(),
        cut in 0_usize..40,
        put in prop::sample::select(vec!["", "\n", "  ", "- ", ": ", "[", "}", "\"", "&a ", "*a", "<<: ", "!!int ", "null", "99999999999999999999", "\u{0}", "é", "---\n", "| ", "\t", ".nan", "2026-01-05"]),
    ) {
        let at = (0..=at).rev().find(|n| EXAMPLE.is_char_boundary(*n)).unwrap_or(0);
        let end = (at + cut..=EXAMPLE.len()).find(|n| EXAMPLE.is_char_boundary(*n)).unwrap_or(EXAMPLE.len());
        let damaged = format!("{}{put}{}", &EXAMPLE[..at], &EXAMPLE[end..]);
        if let Err(problems) = read(&[("o.yaml", &damaged)]) {
            prop_assert!(!problems.is_empty());
            let lines = damaged.lines().count() + 1;
            prop_assert!(problems.iter().all(|p| p.line.is_none_or(|line| (1..=lines).contains(&line))), "{}", shown(&problems));
        }
    }
}
