//! The form of a plan: read from what was typed, filled from a plan that is there, and the eight weeks it would make.

use super::super::{Eyes, typed::Typed};
use super::{lanes, turns};
use crate::views::{
    Choice, Field, Shell,
    oncall::plan::{LayerForm, PlanLook, PlanPage},
};
use jiff::civil::DateTime;
use nightbell_calendar::{
    Backup, HolidayRule, Holidays, Hours, HoursEdge, Layer, Member, NOBODY, Rotation, Schedule as Calendar, Slot,
    Turns, Weekday, fair::Proposal, limits::FAIR_TURNS_MAX, local,
};
use nightbell_engine::{
    domain::{ids::ScheduleId, org::Begin, refusal::Refusal},
    rota::PlanPreview,
};
use std::collections::BTreeMap;

/// Most layers of one form.
const LAYERS_MAX: usize = 8;
/// Turns that are spread fairly when nobody says how many: a quarter of weeks.
const FAIR_TURNS: usize = 13;
/// Changes that are listed; more are counted.
const CHANGES_MAX: usize = 12;
/// The days as they are typed.
pub(super) const DAYS: [(&str, Weekday); 7] = [
    ("mon", Weekday::Mon),
    ("tue", Weekday::Tue),
    ("wed", Weekday::Wed),
    ("thu", Weekday::Thu),
    ("fri", Weekday::Fri),
    ("sat", Weekday::Sat),
    ("sun", Weekday::Sun),
];

/// The plan that was typed.
///
/// # Errors
/// The first field that makes no sense, by its name in the form.
pub fn calendar(typed: &Typed) -> Result<Calendar, Refusal> {
    let zone = typed.word("zone");
    local::zone(zone).map_err(|e| Refusal::invalid("zone", format!("{e}.")))?;
    let layers = keys(typed).iter().map(|key| layer(typed, key)).collect::<Result<Vec<_>, _>>()?;
    let backup = if typed.word("backup") == "none" { Backup::None } else { Backup::NextInRotation };
    Ok(Calendar { time_zone: zone.to_owned(), layers, overrides: Vec::new(), backup })
}

/// The prefixes of the layers that were typed, in order.
fn keys(typed: &Typed) -> Vec<String> {
    (0..LAYERS_MAX).map(|n| format!("l{n}")).filter(|key| typed.has(&format!("{key}-people"))).collect()
}

fn layer(typed: &Typed, key: &str) -> Result<Layer, Refusal> {
    let name = |field: &str| format!("{key}-{field}");
    let wrong = |field: &str, words: &str| Refusal::invalid(&name(field), words.to_owned());
    let word = |field: &str| typed.word(&name(field)).to_owned();
    let slots =
        word("people").split([',', '\n']).map(str::trim).filter(|s| !s.is_empty()).map(slot).collect::<Vec<_>>();
    if slots.is_empty() {
        return Err(wrong("people", "Write who takes turns: alice, bob."));
    }
    let lengths = word("every").split(',').map(|text| text.trim().parse::<Rotation>()).collect::<Result<Vec<_>, _>>();
    let every = lengths.and_then(Turns::new).map_err(|e| wrong("every", &format!("{e}.")))?;
    let starts: DateTime =
        word("starts").parse().map_err(|_| wrong("starts", "Write a day and a time: 2026-05-04T09:00."))?;
    let lines = typed.text(&name("hours"));
    let lines = lines.lines().map(str::trim).filter(|line| !line.is_empty());
    let hours = lines.map(hours).collect::<Option<Vec<_>>>().ok_or_else(|| {
        wrong("hours", "Write days and times, one a line: mon tue wed thu fri 18:00-06:00, or fri 17:00-mon 09:00.")
    })?;
    let holidays =
        holidays(&word("holidays")).ok_or_else(|| wrong("holidays", "Write a country and off or only: DE off."))?;
    Ok(Layer { name: word("name"), members: slots, every, starts, hours, holidays })
}

/// `alice`, `bob+carol`, `nobody`; with or without `@`.
fn slot(text: &str) -> Slot {
    if text == NOBODY {
        return Slot::nobody();
    }
    let members =
        text.split('+').map(|handle| handle.trim().trim_start_matches('@')).filter(|handle| !handle.is_empty());
    Slot { members: members.map(Member::from).collect() }
}

/// `mon tue 09:00-17:00`, or `fri 17:00-mon 09:00`.
fn hours(line: &str) -> Option<Hours> {
    let (begin, end) = line.split_once('-')?;
    let (begin, to) = (begin.trim(), end.trim().parse::<HoursEdge>().ok()?);
    if to.weekday.is_some() {
        return Some(Hours {
            days: Vec::new(),
            from: begin.parse().ok().filter(|from: &HoursEdge| from.weekday.is_some())?,
            to,
        });
    }
    let mut words: Vec<&str> = begin.split_whitespace().collect();
    let from: HoursEdge = words.pop()?.parse().ok()?;
    let day = |word: &&str| DAYS.iter().find(|(known, _)| known == word).map(|(_, day)| *day);
    let days = words.iter().map(day).collect::<Option<Vec<_>>>()?;
    (!days.is_empty()).then_some(Hours { days, from, to })
}

/// `DE off`, `DE only`, `DE`; the outer `None` is no sense.
fn holidays(text: &str) -> Option<Option<Holidays>> {
    let mut words = text.split_whitespace();
    let Some(country) = words.next() else { return Some(None) };
    let on = match words.next() {
        None | Some("off") => HolidayRule::Off,
        Some("only") => HolidayRule::Only,
        Some(_) => return None,
    };
    let country = country.to_ascii_uppercase();
    nightbell_calendar::holidays::countries().any(|known| known == country).then_some(())?;
    Some(Some(Holidays { country: Some(country), days: Vec::new(), on }))
}

/// What the form says of a plan that is there.
pub fn typed_of(calendar: &Calendar) -> Typed {
    let mut pairs = vec![
        ("zone".to_owned(), calendar.time_zone.clone()),
        ("backup".to_owned(), if calendar.backup == Backup::None { "none" } else { "next" }.to_owned()),
    ];
    for (n, layer) in calendar.layers.iter().enumerate() {
        let mut put = |field: &str, value: String| pairs.push((format!("l{n}-{field}"), value));
        put("name", layer.name.clone());
        put("people", layer.members.iter().map(slot_words).collect::<Vec<_>>().join(", "));
        put("every", layer.every.lengths().iter().map(ToString::to_string).collect::<Vec<_>>().join(", "));
        put("starts", layer.starts.strftime("%Y-%m-%dT%H:%M").to_string());
        put("hours", layer.hours.iter().map(hours_words).collect::<Vec<_>>().join("\n"));
        put("holidays", layer.holidays.as_ref().map_or_else(String::new, holiday_words));
    }
    Typed::new(pairs)
}

fn slot_words(slot: &Slot) -> String {
    if slot.is_nobody() {
        return NOBODY.to_owned();
    }
    slot.members.iter().map(Member::as_str).collect::<Vec<_>>().join("+")
}

fn hours_words(hours: &Hours) -> String {
    let days = hours.days.iter().filter_map(|day| DAYS.iter().find(|(_, known)| known == day)).map(|(word, _)| *word);
    let days = days.collect::<Vec<_>>().join(" ");
    if days.is_empty() { format!("{}-{}", hours.from, hours.to) } else { format!("{days} {}-{}", hours.from, hours.to) }
}

fn holiday_words(holidays: &Holidays) -> String {
    let rule = if holidays.on == HolidayRule::Only { "only" } else { "off" };
    format!("{} {rule}", holidays.country.as_deref().unwrap_or_default())
}

/// Whether the form can say all of a plan: days of one's own beside the public holidays it cannot, so such a plan is changed through the API.
pub fn can_say(calendar: &Calendar) -> bool {
    calendar.overrides.is_empty()
        && calendar.layers.len() <= LAYERS_MAX
        && calendar
            .layers
            .iter()
            .all(|layer| layer.holidays.as_ref().is_none_or(|h| h.days.is_empty() && h.country.is_some()))
}

/// A new plan before anything is typed: a week each, handed over on Mondays at nine.
pub fn blank(eyes: &Eyes<'_>) -> Typed {
    let monday = lanes::monday(eyes, eyes.now);
    let zone = eyes.zone.iana_name().unwrap_or("UTC").to_owned();
    let mut pairs = vec![("zone".to_owned(), zone)];
    pairs.extend(layer_pairs(0, &monday.at(9, 0, 0, 0).strftime("%Y-%m-%dT%H:%M").to_string()));
    Typed::new(pairs)
}

fn layer_pairs(n: usize, starts: &str) -> Vec<(String, String)> {
    let name = if n == 0 { "weekly".to_owned() } else { format!("layer {}", n + 1) };
    [("name", name.as_str()), ("people", ""), ("every", "1w"), ("starts", starts), ("hours", ""), ("holidays", "")]
        .into_iter()
        .map(|(field, value)| (format!("l{n}-{field}"), value.to_owned()))
        .collect()
}

/// The same form with one layer more, or without one.
pub fn stepped(typed: &Typed, step: &str) -> Typed {
    let keys = keys(typed);
    let dropped = step.strip_prefix("drop-");
    let kept: Vec<&String> = keys.iter().filter(|key| Some(key.as_str()) != dropped).collect();
    let starts = typed.word("l0-starts").to_owned();
    let mut pairs: Vec<(String, String)> = ["id", "team", "zone", "backup", "begin", "at", "although"]
        .into_iter()
        .filter(|name| typed.has(name))
        .map(|name| (name.to_owned(), typed.text(name)))
        .collect();
    for (n, key) in kept.iter().enumerate() {
        for field in ["name", "people", "every", "starts", "hours", "holidays", "turns"] {
            pairs.push((format!("l{n}-{field}"), typed.text(&format!("{key}-{field}"))));
        }
    }
    if step == "add" && kept.len() < LAYERS_MAX {
        pairs.extend(layer_pairs(kept.len(), &starts));
    }
    Typed::new(pairs)
}

/// Which layer a press asks to spread fairly, and how many turns of it.
///
/// # Errors
/// There is no such layer; the number is none.
pub fn fair(typed: &Typed, step: &str) -> Result<(usize, usize), Refusal> {
    let key = step.strip_prefix("fair-").unwrap_or_default();
    let at = keys(typed).iter().position(|known| known == key);
    let layer = at.ok_or_else(|| Refusal::not_found("layer", key.chars().take(8).collect::<String>()))?;
    let name = format!("{key}-turns");
    let turns = match typed.word(&name) {
        "" => Some(FAIR_TURNS),
        word => word.parse().ok().filter(|turns| (1..=FAIR_TURNS_MAX).contains(turns)),
    };
    let turns = turns.ok_or_else(|| Refusal::invalid(&name, format!("Write a number from 1 to {FAIR_TURNS_MAX}.")))?;
    Ok((layer, turns))
}

/// The same form with the turns of a layer as proposed, from when the proposal begins; and what it says, for people.
pub fn spread(eyes: &Eyes<'_>, typed: &Typed, layer: usize, proposal: &Proposal) -> (Typed, String) {
    let keys = keys(typed);
    let people = proposal.members.iter().map(slot_words).collect::<Vec<_>>();
    let mut pairs =
        vec![("begin".to_owned(), "at".to_owned()), ("at".to_owned(), super::typed_instant(eyes, proposal.from))];
    pairs.extend(keys.get(layer).map(|key| (format!("{key}-people"), people.join(", "))));
    pairs.extend(typed.with_prefix("").map(|(name, value)| (name.to_owned(), value.to_owned())));
    let mut counts: BTreeMap<&str, u64> = BTreeMap::new();
    people.iter().for_each(|slot| *counts.entry(slot).or_default() += 1);
    let name = |slot: &str| slot.parse().map_or_else(|_| slot.to_owned(), |user| eyes.name(&user));
    let shares: Vec<String> = counts.iter().map(|(slot, n)| format!("{} {n}", name(slot))).collect();
    let when = |at: jiff::Timestamp| at.to_zoned(eyes.zone.clone()).strftime("%a %-d %b %H:%M").to_string();
    let said = format!(
        "The turns from {} to {} go to whoever has carried least by then and is not away: {}. Nothing is stored yet.",
        when(proposal.from),
        when(proposal.to),
        shares.join(", ")
    );
    (Typed::new(pairs), said)
}

/// When the change begins, as chosen.
///
/// # Errors
/// An instant of one's own that is none.
pub fn begin(eyes: &Eyes<'_>, typed: &Typed) -> Result<Begin, Refusal> {
    match typed.word("begin") {
        "after-current-shift" => Ok(Begin::AfterCurrentShift),
        "after-full-rotation" => Ok(Begin::AfterFullRotation),
        "at" => {
            let civil = typed.word("at").parse::<DateTime>().ok();
            let at = civil.and_then(|civil| local::instant(&eyes.zone, civil).ok());
            at.map(Begin::At).ok_or_else(|| Refusal::invalid("at", "Write a day and a time: 2026-05-04T09:00."))
        }
        _ => Ok(Begin::Now),
    }
}

/// What the page is filled from.
pub struct Filled<'a> {
    /// What was typed.
    pub typed: &'a Typed,
    /// The schedule that is changed.
    pub id: Option<&'a ScheduleId>,
    /// What it would be.
    pub preview: Option<&'a PlanPreview>,
    /// Why not.
    pub refused: Option<&'a Refusal>,
}

/// Fills the form.
pub fn page(eyes: &Eyes<'_>, shell: Shell, filled: &Filled<'_>) -> PlanPage {
    let typed = filled.typed;
    let field = |name: &str| {
        let wrong = filled.refused.filter(|refusal| refusal.field.as_deref() == Some(name));
        wrong.map_or_else(|| Field::new(typed.text(name)), |refusal| Field::refused(typed.text(name), &refusal.message))
    };
    let keys = keys(typed);
    let layers = keys.iter().enumerate().map(|(n, key)| LayerForm {
        key: key.clone(),
        title: format!("Layer {}", n + 1),
        name: field(&format!("{key}-name")),
        people: field(&format!("{key}-people")),
        every: field(&format!("{key}-every")),
        starts: field(&format!("{key}-starts")),
        hours: field(&format!("{key}-hours")),
        holidays: field(&format!("{key}-holidays")),
        turns: {
            let turns = field(&format!("{key}-turns"));
            if turns.value.is_empty() { Field { value: FAIR_TURNS.to_string(), ..turns } } else { turns }
        },
        removable: keys.len() > 1,
    });
    let team = typed.word("team");
    let teams = std::iter::once(Choice::new("", "none", team.is_empty())).chain(
        eyes.org.teams.values().map(|t| Choice::new(t.id.as_str(), super::line(&t.name), t.id.as_str() == team)),
    );
    let unreachable = filled.preview.is_some_and(|preview| !preview.unreachable.is_empty());
    let stated = filled.refused.is_some_and(|refusal| refusal.field.as_deref() == Some("although"));
    let chosen = if typed.word("begin").is_empty() { "now" } else { typed.word("begin") };
    PlanPage {
        shell,
        action: filled.id.map_or_else(|| "/oncall/new".to_owned(), |id| format!("/oncall/{id}/edit")),
        id: filled.id.map(ToString::to_string).unwrap_or_default(),
        handle: field("id"),
        teams: teams.collect(),
        zone: field("zone"),
        zones: zones(eyes),
        backup: vec![
            Choice::new("next", "The next in the rotation", typed.word("backup") != "none"),
            Choice::new("none", "Nobody", typed.word("backup") == "none"),
        ],
        layers: layers.collect(),
        begins: begins(chosen),
        begin_error: filled.refused.filter(|r| r.field.is_none()).map(|refusal| refusal.message.clone()),
        at: field("at"),
        although: (unreachable || stated).then(|| field("although")),
        preview: filled.preview.and_then(|preview| look(eyes, preview)),
        people: eyes.org.users.keys().map(ToString::to_string).collect::<Vec<_>>().join(", "),
    }
}

fn begins(chosen: &str) -> Vec<Choice> {
    [
        ("now", "Now"),
        ("after-current-shift", "When whoever is on call hands over"),
        ("after-full-rotation", "When the rotation begins anew"),
        ("at", "At the time below"),
    ]
    .into_iter()
    .map(|(value, label)| Choice::new(value, label, value == chosen))
    .collect()
}

/// Zones that are in use here; any other can be typed.
pub(super) fn zones(eyes: &Eyes<'_>) -> Vec<String> {
    let mut zones: Vec<String> = eyes.org.users.values().map(|user| user.time_zone.clone()).collect();
    zones.extend(eyes.org.schedules.values().map(|schedule| schedule.calendar.time_zone.clone()));
    zones.push("UTC".to_owned());
    zones.sort();
    zones.dedup();
    zones
}

fn look(eyes: &Eyes<'_>, preview: &PlanPreview) -> Option<PlanLook> {
    let changes = preview.changes.iter().take(CHANGES_MAX).map(|change| turns::change_row(eyes, change));
    Some(PlanLook {
        from: eyes.when(preview.from),
        lanes: lanes::preview(eyes, &preview.rota).ok()?,
        changes: changes.collect(),
        more: preview.changes.len().saturating_sub(CHANGES_MAX),
        gaps: preview
            .gaps
            .iter()
            .filter(|gap| gap.to > preview.from)
            .take(CHANGES_MAX)
            .map(|gap| (eyes.when(gap.from.max(preview.from)), eyes.when(gap.to)))
            .collect(),
        unreachable: preview.unreachable.iter().map(|user| eyes.name(user)).collect(),
    })
}
