//! Who is silent, and what becomes of what they were sending.

use super::*;

fn id(n: u128) -> NodeId {
    format!("node_{n:032x}").parse().expect("an id")
}

fn member(n: u128, beats: u64) -> Member {
    let at = Instant::UNIX_EPOCH;
    Member { id: id(n), name: format!("n{n}"), started_at: at, seen_at: at, beats }
}

/// Looks in order: the count of the other node at each, and whether it is silent then.
#[test]
fn inv_22_a_node_is_silent_when_its_count_stands_still_while_ours_moves() {
    for (name, counts, silent_at) in [
        ("it beats", &[1, 2, 3, 4, 5, 6, 7, 8, 9][..], None),
        ("it stops", &[1, 2, 2, 2, 2, 2, 2, 2][..], Some(6)),
        ("it is slow, but there", &[1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 3][..], None),
        ("never a beat", &[0, 0, 0, 0, 0, 0][..], Some(5)),
        ("its count went back: a restored database", &[9, 9, 9, 9, 1, 1, 1, 1, 1][..], None),
    ] {
        let mut watch = Watch::default();
        let found = counts.iter().position(|beats| !watch.look(id(1), &[member(1, 0), member(2, *beats)]).is_empty());
        assert_eq!(found, silent_at, "{name}");
    }
}

#[test]
fn inv_22_we_are_never_silent_to_ourselves_and_who_left_is_forgotten() {
    let mut watch = Watch::default();
    for _ in 0..20 {
        assert_eq!(watch.look(id(1), &[member(1, 7)]), []);
    }
    for _ in 0..SILENT_LOOKS {
        assert_eq!(watch.look(id(1), &[member(1, 7), member(2, 3)]), []);
    }
    assert_eq!(watch.look(id(1), &[member(1, 7)]), []);
    assert_eq!(watch.look(id(1), &[member(1, 7), member(2, 3)]), [], "it came back: counted from the beginning");
}
