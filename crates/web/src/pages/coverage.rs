//! `GET /oncall/coverage`: whether every way a page can take reaches two different people at every minute of the next weeks, and where not.

use crate::{
    gate::Signed,
    present::{
        count,
        eyes::{Eyes, Reading},
    },
    respond::{self, PageResult},
    state::AppState,
    views::{Choice, Empty, Nav, Shell, When},
};
use askama::Template;
use axum::{
    Router,
    extract::{Query, State},
    routing::get,
};
use jiff::SignedDuration;
use nightbell_engine::{
    domain::{access::Read, ids::UserId, org::Urgency, text::duration::human_duration},
    proof::{self, Hole, Known, Proof, STAGES_DAYS},
};
use serde::Deserialize;

/// Weeks a reader may choose from.
const WEEKS: [i64; 4] = [1, 4, 8, 26];
/// Holes that are listed; the others are counted.
const LISTED_MAX: usize = 100;

/// The address.
pub fn router() -> Router<AppState> {
    Router::new().route("/oncall/coverage", get(show))
}

/// The page.
#[derive(Template)]
#[template(
    ext = "html",
    source = r#"{%- extends "base.html" -%}
{%- import "macros.html" as m -%}
{% block content %}
<p class="crumbs"><a href="/oncall">On call</a></p>
<div class="head"><h1>Is every minute covered?</h1></div>
<form method="get" action="/oncall/coverage" class="row ask card">{{ m::pick("coverage-weeks", "Look ahead", "weeks", weeks, None::<String>) }}<button class="primary">Look</button></form>
{% if ways.is_empty() %}{{ empty }}{% else %}
<p class="{% if holes.is_empty() %}lead{% else %}flash act{% endif %}">{% if !holes.is_empty() %}<strong><span aria-hidden="true">▲</span> Not covered:</strong> {% endif %}{{ verdict }}</p>
{% if !holes.is_empty() %}<section class="card stack" aria-labelledby="holes-title"><h2 id="holes-title">Where a page reaches too few</h2>
<ul class="plain">{% for h in holes %}<li class="stack-s split"><p><strong class="{% if h.deaf %}act{% else %}due{% endif %}"><span aria-hidden="true">{% if h.deaf %}▲{% else %}◐{% endif %}</span> {{ h.who }}</strong> <span class="soft">{{ h.place }}</span></p><p>{{ m::clock(h.from) }} to {{ m::clock(h.to) }} <span class="faint">({{ h.long }}{% if !h.ahead.is_empty() %}, {{ h.ahead }}{% endif %}; {{ h.span }})</span></p><ul>{% for w in h.missing %}<li class="soft">{{ w }}</li>{% endfor %}</ul><p>What to do: {{ h.fix }}</p><p class="faint">Pages come this way from {{ h.led_by }}.</p></li>{% endfor %}</ul>{% if !more.is_empty() %}<p class="soft">{{ more }}</p>{% endif %}</section>{% endif %}
<section class="card stack" aria-labelledby="ways-title"><h2 id="ways-title">What was looked at</h2>
<ul class="plain">{% for w in ways %}<li class="split"><p>{% if w.whole %}<span class="ok"><span aria-hidden="true">●</span> covered</span>{% else %}<strong class="act"><span aria-hidden="true">▲</span> {{ w.holes }}</strong>{% endif %} <strong>{{ w.place }}</strong></p><p class="faint">{{ w.led_by }}</p></li>{% endfor %}</ul>
<p class="soft">A person counts who has a verified way to be reached that this server can send by and that proved itself within {{ proven_days }} days, and who is not away. The same from a terminal: <code>nightbell check --weeks {{ asked }}</code>.</p></section>
{% endif %}
{% endblock %}"#
)]
struct CoveragePage {
    shell: Shell,
    weeks: Vec<Choice>,
    asked: i64,
    verdict: String,
    holes: Vec<HoleRow>,
    more: String,
    ways: Vec<WayRow>,
    proven_days: i64,
    empty: Empty,
}

struct HoleRow {
    place: String,
    /// Nobody at all.
    deaf: bool,
    who: String,
    from: When,
    to: When,
    long: String,
    /// `begins within 2 days`; may be empty.
    ahead: String,
    span: String,
    missing: Vec<String>,
    fix: String,
    led_by: String,
}

struct WayRow {
    place: String,
    led_by: String,
    whole: bool,
    holes: String,
}

#[derive(Deserialize)]
struct Wanted {
    #[serde(default)]
    weeks: String,
}

async fn show(State(state): State<AppState>, who: Signed<Read>, Query(wanted): Query<Wanted>) -> PageResult {
    let shell = respond::frame(&state, &who, Nav::Oncall, "Coverage", None).await?;
    let reading = Reading::of(&who);
    let unsendable = state.unsendable();
    let asked = wanted.weeks.parse().ok().filter(|weeks| WEEKS.contains(weeks)).unwrap_or(8);
    let view = state
        .read(move |tx, now, directory| {
            let known = Known::of_server(tx, now, unsendable)?;
            let to = now.saturating_add(SignedDuration::from_hours(asked * 7 * 24)).unwrap_or(now);
            let proof = proof::prove(&directory.org, &known, now, to);
            Ok(page(&reading.at(now, &directory.org), shell, asked, &proof))
        })
        .await?;
    Ok(respond::page(&state, &view))
}

fn page(eyes: &Eyes<'_>, shell: Shell, asked: i64, proof: &Proof) -> CoveragePage {
    let many = |n: usize| u64::try_from(n).unwrap_or(u64::MAX);
    let choice = |weeks: i64| Choice::new(weeks.to_string(), count(weeks.unsigned_abs(), "week"), weeks == asked);
    let verdict = if proof.holes.is_empty() {
        format!(
            "Every one of {} reaches two different people at every minute of the next {}.",
            count(many(proof.ways.len()), "way"),
            count(asked.unsigned_abs(), "week")
        )
    } else {
        format!(
            "{} in the next {} in which a page reaches nobody, or one person alone.",
            count(many(proof.holes.len()), "span"),
            count(asked.unsigned_abs(), "week")
        )
    };
    let over = proof.holes.len().saturating_sub(LISTED_MAX);
    let way = |way: &proof::Way| {
        let holes = proof.holes.iter().filter(|hole| hole.place == way.place && hole.urgency == way.urgency).count();
        WayRow {
            place: place(&way.place.to_string(), way.urgency),
            led_by: way.led_by.join(", "),
            whole: holes == 0,
            holes: count(many(holes), "hole"),
        }
    };
    CoveragePage {
        shell,
        weeks: WEEKS.into_iter().map(choice).collect(),
        asked,
        verdict,
        holes: proof.holes.iter().take(LISTED_MAX).map(|hole| row(eyes, hole)).collect(),
        more: if over == 0 { String::new() } else { format!("And {over} more, later.") },
        ways: proof.ways.iter().map(way).collect(),
        proven_days: proof::PROVEN_WITHIN.as_hours() / 24,
        empty: Empty::new("There is no service yet, so no page goes anywhere.", "/services", "See the services"),
    }
}

fn place(place: &str, urgency: Urgency) -> String {
    let name = super::super::present::capital(place);
    if urgency == Urgency::Low { format!("{name} (low urgency)") } else { name }
}

fn row(eyes: &Eyes<'_>, hole: &Hole) -> HoleRow {
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
        from: eyes.when(hole.from),
        to: eyes.when(hole.to),
        long: human_duration(hole.to.duration_since(hole.from)),
        ahead: match days {
            _ if hole.from <= eyes.now => "now".to_owned(),
            Some(days) => format!("begins within {}", count(u64::from(days), "day")),
            None => String::new(),
        },
        span: hole.span(),
        missing: hole.missing.iter().map(|one| format!("{}: {}", one.step, one.why)).collect(),
        fix: hole.fix().to_owned(),
        led_by: hole.led_by.join(", "),
    }
}

#[cfg(test)]
mod tests;
