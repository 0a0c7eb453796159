//! The offline check of any Markdown file.

use super::*;
use crate::failure::Code;

#[test]
fn findings_name_file_and_line() {
    let markdown = "# Postmortem: 2026-05-02 Checkout Outage\n\n## Summary\n\nTODO\n";
    let findings = check(Path::new("pm.md"), markdown, ROOT_CAUSE_LABEL);
    assert!(
        findings.iter().any(|f| f["line"] == 5 && f["path"] == "pm.md" && f["rule"] == "complete"),
        "{findings:#?}"
    );
    assert!(findings.iter().all(|f| !f["fix"].as_str().unwrap().is_empty()), "every finding says the fix");
    assert!(findings.is_sorted_by_key(|f| f["line"].as_u64()));
}

#[test]
fn blame_is_found_without_knowing_anybody() {
    let findings =
        check(Path::new("pm.md"), "The outage was caused by human error and carelessness.\n", ROOT_CAUSE_LABEL);
    assert!(findings.iter().any(|f| f["rule"] == "blameless" && f["line"] == 1), "{findings:#?}");
}

#[test]
fn a_file_that_is_not_there_is_not_a_finding() {
    let failure = lint(&[PathBuf::from("no-such-file.md")], ROOT_CAUSE_LABEL, Out { json: true }).unwrap_err();
    assert_eq!(failure.code, Code::Unreachable);
    assert!(failure.message.starts_with("no-such-file.md: cannot read it"), "{failure}");
}
