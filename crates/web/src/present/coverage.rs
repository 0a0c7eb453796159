//! The proof of reach in words: the verdict, every hole with the one place where it is mended, every way that was looked at.

use super::{Eyes, capital, count};
use crate::views::{
    Empty, Filter, Link, Shell,
    coverage::{CoveragePage, HoleRow, WayRow},
    reach::Standing,
};
use jiff::{SignedDuration, Timestamp};
use nightbell_engine::{
    domain::{
        ids::UserId,
        org::{ConfigKind, Urgency},
        text::duration::human_duration,
    },
    proof::{self, Hole, Proof, STAGES_DAYS},
};

/// Weeks a reader may choose from.
pub const WEEKS: [i64; 4] = [1, 4, 8, 26];
/// Holes that are listed; the others are counted.
const LISTED_MAX: usize = 100;

/// Fills `/oncall/coverage`. `to`: how far was looked.
pub fn page(eyes: &Eyes<'_>, shell: Shell, asked: i64, to: Timestamp, proof: &Proof) -> CoveragePage {
    let choice = |weeks: i64| Filter {
        href: format!("/oncall/coverage?weeks={weeks}"),
        label: count(weeks.unsigned_abs(), "week"),
        count: String::new(),
        current: weeks == asked,
    };
    let over = proof.holes.len().saturating_sub(LISTED_MAX);
    let standing = standing(proof.holes.iter());
    let (verdict, meaning) = verdict(asked, proof, standing);
    CoveragePage {
        shell,
        weeks: WEEKS.into_iter().map(choice).collect(),
        asked,
        standing,
        verdict,
        meaning,
        holes: proof.holes.iter().take(LISTED_MAX).map(|hole| row(eyes, to, hole)).collect(),
        more: if over == 0 { String::new() } else { format!("And {over} more, later.") },
        ways: proof.ways.iter().map(|known| way(proof, known)).collect(),
        proven_days: proof::PROVEN_WITHIN.as_hours() / 24,
        empty: Empty::new("There is no service yet, so no page goes anywhere.", "/services", "See the services"),
    }
}

/// Two people everywhere; one alone somewhere; nobody somewhere.
fn standing<'h>(holes: impl Iterator<Item = &'h Hole>) -> Standing {
    let rank = |hole: &Hole| if hole.is_deaf() { Standing::Unreached } else { Standing::Unproved };
    holes.map(rank).min().unwrap_or(Standing::Proved)
}

fn many(n: usize) -> u64 {
    u64::try_from(n).unwrap_or(u64::MAX)
}

fn verdict(asked: i64, proof: &Proof, standing: Standing) -> (String, String) {
    let weeks = count(asked.unsigned_abs(), "week");
    let deaf = proof.holes.iter().filter(|hole| hole.is_deaf()).count();
    let (deaf, alone) = (count(many(deaf), "span"), count(many(proof.holes.len() - deaf), "span"));
    match standing {
        Standing::Proved => (
            format!("Yes: two people are reached at every minute of the next {weeks}."),
            format!("On every one of {} a page can take.", count(many(proof.ways.len()), "way")),
        ),
        Standing::Unproved => (
            format!("Nearly: in {alone} of the next {weeks} one person alone is reached."),
            "When they sleep through it, nobody else is called.".to_owned(),
        ),
        Standing::Unreached => (
            format!("No: in {deaf} of the next {weeks} a page reaches nobody."),
            match alone.as_str() {
                "0 spans" => "A page that comes then is heard by nobody it was meant for.".to_owned(),
                alone => format!("In {alone} more it reaches one person alone."),
            },
        ),
    }
}

fn way(proof: &Proof, known: &proof::Way) -> WayRow {
    let of_way = |hole: &&Hole| hole.place == known.place && hole.urgency == known.urgency;
    let holes: Vec<&Hole> = proof.holes.iter().filter(of_way).collect();
    let standing = standing(holes.iter().copied());
    let deaf = holes.iter().filter(|hole| hole.is_deaf()).count();
    WayRow {
        place: place(&known.place.to_string(), known.urgency),
        led_by: known.led_by.join(", "),
        standing,
        word: match standing {
            Standing::Proved => "covered".to_owned(),
            Standing::Unproved => format!("one person alone in {}", count(many(holes.len()), "span")),
            Standing::Unreached => format!("nobody in {}", count(many(deaf), "span")),
        },
    }
}

fn place(place: &str, urgency: Urgency) -> String {
    let name = capital(place);
    if urgency == Urgency::Low { format!("{name} (low urgency)") } else { name }
}

fn row(eyes: &Eyes<'_>, end: Timestamp, hole: &Hole) -> HoleRow {
    let lead = hole.from.duration_since(eyes.now);
    let days = STAGES_DAYS.into_iter().rev().find(|days| lead <= SignedDuration::from_hours(i64::from(*days) * 24));
    let name = |user: &UserId| eyes.name(user);
    HoleRow {
        place: place(&hole.place.to_string(), hole.urgency),
        deaf: hole.is_deaf(),
        who: match hole.reached.as_slice() {
            [] => "Reaches nobody".to_owned(),
            [one] => format!("Reaches {} alone", name(one)),
            several => {
                format!("Reaches one person alone: {}", several.iter().map(name).collect::<Vec<_>>().join(", then "))
            }
        },
        from: (hole.from > eyes.now).then(|| eyes.when(hole.from)),
        to: (hole.to < end).then(|| eyes.when(hole.to)),
        long: human_duration(hole.to.duration_since(hole.from)),
        ahead: match days {
            Some(days) if hole.from > eyes.now => format!("begins within {}", count(u64::from(days), "day")),
            _ => String::new(),
        },
        exactly: hole.span(),
        missing: hole.missing.iter().map(|one| format!("{}: {}", capital(&one.step), one.why)).collect(),
        fix: hole.fix().to_owned(),
        mend: hole.missing.iter().find_map(|one| mend(eyes, hole, one.spot.as_ref()?)),
        led_by: hole.led_by.join(", "),
    }
}

/// Where the reader mends it: the span is filled in already, where it is a span that is missing.
fn mend(eyes: &Eyes<'_>, hole: &Hole, spot: &proof::Spot) -> Option<Link> {
    let id = &spot.id;
    match spot.kind {
        ConfigKind::Schedule | ConfigKind::Cover if eyes.may_respond() => {
            let href = format!("/oncall/{id}/override?from={}&to={}", hole.from, hole.to);
            Some(Link::new(href, "Put somebody on call"))
        }
        ConfigKind::User | ConfigKind::Personal if *id == eyes.me.to_string() => {
            Some(Link::new("/settings/reach", "How I am reached"))
        }
        ConfigKind::User | ConfigKind::Personal if eyes.is_admin() => {
            Some(Link::new(format!("/settings/people#person-{id}"), "How they are reached"))
        }
        ConfigKind::Policy => Some(Link::new(format!("/oncall/policies/{id}"), "See the policy")),
        _ => None,
    }
}
