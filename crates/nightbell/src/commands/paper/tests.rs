//! The card is golden, and nothing on it comes from outside unescaped.

use super::*;
use nightbell_engine::domain::org::Organisation;
use nightbell_wire::org_files::{self, SourceFile};

const EXAMPLE: &str = include_str!("../../../../engine/src/tests/organisation.yaml");
const RUNBOOK: &str = include_str!("../../../../engine/src/tests/runbook.md");

fn organisation(yaml: &str) -> Organisation {
    let files = [
        SourceFile { path: "organisation.yaml", content: yaml },
        SourceFile { path: "runbooks/stripe.md", content: RUNBOOK },
    ];
    let parsed = org_files::parse(&files, &mut |handle| format!("key-of-{handle}")).unwrap();
    let mut org = Organisation::default();
    for object in parsed.objects {
        org.put(object);
    }
    org
}

fn card(yaml: &str) -> Card {
    Card::of(&organisation(yaml), "https://nightbell.example.com", "2026-04-27T10:00:00Z".parse().unwrap(), 14)
}

#[test]
fn the_card_is_golden() {
    let text = text::print(&card(EXAMPLE));
    insta::assert_snapshot!("card", text);
    for line in text.lines() {
        assert!(line.chars().count() <= 80, "{line:?}");
    }
}

#[test]
fn the_page_is_golden() {
    insta::assert_snapshot!("page", html(&card(EXAMPLE)).unwrap());
}

#[test]
fn gaps_stand_out_and_strangers_are_named() {
    let gap = EXAMPLE.replace(
        "starts: \"2026-01-05T09:00\"",
        "starts: \"2026-01-05T09:00\", hours: [ { days: [mon, tue, wed, thu, fri], from: \"00:00\", to: \"24:00\" } ]",
    );
    let shown = card(&gap);
    let text = text::print(&shown);
    assert!(text.contains("*** NOBODY ***"), "{text}");
    assert!(html(&shown).unwrap().contains("NOBODY"));
    let first = &shown.rosters[0].turns;
    assert!(first.windows(2).all(|pair| pair[0].until == pair[1].from), "no minute is left out: {first:?}");
}

#[test]
fn what_comes_from_outside_stays_text() {
    let hostile = EXAMPLE.replace("name: Alice Example", "name: \"<script>alert(1)</script>\\u0007\\u001B[2J\"");
    let shown = card(&hostile);
    let page = html(&shown).unwrap();
    assert!(!page.contains("<script>") && page.contains("&#60;script&#62;"), "{page}");
    assert!(!text::print(&shown).chars().any(|c| c.is_control() && c != '\n'));
}
