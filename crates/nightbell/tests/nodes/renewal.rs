//! The key of links is made anew while a node sleeps: it wakes up with the old one, and ends before it opens anything with it.

use super::{double::Double, town::Town, wait::SOON};

#[test]
fn a_node_that_slept_while_the_key_of_links_was_renewed_ends_loudly_when_it_wakes() {
    let double = Double::obliging();
    let mut town = Town::new(&double.url(), 1);
    let mut node = town.node();
    let url = town.url();
    let renew = ["token", "renew-links", "--database", &url, "--json"];
    let refused = town.command().args(renew).output().expect("the binary runs");
    let said = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(!refused.status.success() && said.contains("Stop every server"), "it runs: {said}");
    node.process.signal("STOP");
    town.run(&renew);
    node.process.signal("CONT");
    let ended = node.process.ended(SOON);
    let said = node.process.output();
    assert!(!ended.success() && said.contains("THE KEY OF LINKS WAS RENEWED"), "{ended}: {said}");
    let mut again = town.node();
    again.process.terminate();
    assert_eq!(again.process.ended(SOON).code(), Some(0), "{}", again.process.output());
    town.must_not_have_said_the_password(&[said, again.process.output()]);
}
