//! `/settings/people`: how everybody is reached, those first of whom that is not known. How, not where: addresses are their owners'.

use super::{Eyes, Said, choices, count, medium, standing, state, turn};
use crate::views::{
    Shell, Tag, Tone,
    reach::{PeoplePage, PersonRow, Standing},
};
use nightbell_engine::{
    domain::ids::UserId,
    people::{Method, Reach},
    proof::PROVEN_WITHIN,
};
use std::collections::BTreeSet;

/// Fills `/settings/people`. `invited`: a link just made for somebody; `refused`: the method that could not be added for somebody.
pub fn people(
    eyes: &Eyes<'_>,
    shell: Shell,
    media: &BTreeSet<&'static str>,
    everybody: &[Reach],
    invited: Option<(String, String)>,
    refused: Option<(&UserId, &Said)>,
) -> PeoplePage {
    let mut people: Vec<(Standing, &Reach)> =
        everybody.iter().map(|reach| (standing::of(reach, media, eyes.now), reach)).collect();
    // Among equals whoever is on call next; without any turn is later than every turn.
    people.sort_by_key(|(standing, reach)| {
        let turn = reach.next_turn.as_ref().map(|turn| turn.from);
        (*standing, turn.is_none(), turn)
    });
    PeoplePage {
        shell,
        lead: lead(&people),
        people: people.iter().map(|(standing, reach)| person(eyes, media, reach, *standing, refused)).collect(),
        invited,
        media: choices(media, ""),
    }
}

/// `4 of 5 people are reached; 2 of them proved it within 35 days.`
fn lead(people: &[(Standing, &Reach)]) -> String {
    let as_well = |least: Standing| people.iter().filter(|(standing, _)| *standing >= least).count();
    let (reached, proved) = (as_well(Standing::Unproved), as_well(Standing::Proved));
    let all = count(u64::try_from(people.len()).unwrap_or(u64::MAX), "person").replace("persons", "people");
    let days = PROVEN_WITHIN.as_hours() / 24;
    let proved = match proved {
        0 => "nobody".to_owned(),
        n if n == reached => "all of them".to_owned(),
        n => format!("{n} of them"),
    };
    format!("{reached} of {all} are reached; {proved} proved it within {days} days.")
}

fn person(
    eyes: &Eyes<'_>,
    media: &BTreeSet<&'static str>,
    reach: &Reach,
    standing: Standing,
    refused: Option<(&UserId, &Said)>,
) -> PersonRow {
    let tag = match standing {
        Standing::Unreached => Tag::new(Tone::Act, standing.glyph(), "not reached"),
        Standing::Unproved => Tag::new(Tone::Due, standing.glyph(), "not proved lately"),
        Standing::Proved => Tag::new(Tone::Ok, standing.glyph(), "reached"),
    };
    let said = refused.filter(|(user, _)| **user == reach.person.id).map(|(_, said)| said);
    let name = |method: &Method| format!("{} · {}", medium(method.contact.kind.word()), method.contact.id);
    PersonRow {
        id: reach.person.id.to_string(),
        name: reach.person.name.clone(),
        state: tag,
        turn: turn(eyes, reach.next_turn.as_ref(), "Is"),
        methods: reach.methods.iter().map(|method| (name(method), state(method, media))).collect(),
        address: Said::field(said, "address", &["address"], ""),
    }
}
