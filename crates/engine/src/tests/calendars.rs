//! Calendars out and in, the organisation as it was, why somebody was paged, and what happens when a phone is off.

use super::{World, refused, user, world::at};
use crate::{Fault, Unit, calendars, paging, proof, rota, views};
use jiff::SignedDuration;
use nightbell_domain::{
    access::{Permit, Read, Respond},
    ids::ScheduleId,
    paging::Off,
    record::Instant,
};
use nightbell_wire::ical;

fn schedule() -> ScheduleId {
    "payments-primary".parse().expect("a handle")
}

fn instant(text: &str) -> Instant {
    text.parse().expect("an instant")
}

/// Read and kept at once; a server does the first outside the writer.
fn import(unit: &mut Unit<'_>, by: &Permit<Respond>, text: &str, apply: bool) -> Result<calendars::Imported, Fault> {
    let turns = calendars::read_turns(&unit.directory, by, &schedule(), text, unit.now)?;
    calendars::import_turns(unit, by, &turns, apply)
}

fn read_absences(unit: &mut Unit<'_>, by: &Permit<Read>, source: &str, text: &str) -> Result<usize, Fault> {
    let busy = calendars::read_absences(&unit.directory, by.user(), source, text, unit.now)?;
    calendars::note_absences(unit, by, &busy)
}

fn feed(world: &mut World, secret: &crate::access::Secret) -> Option<String> {
    let (directory, settings, now) = (world.engine.directory(), world.engine.settings().clone(), world.now);
    let secret = secret.clone();
    world
        .engine
        .read(move |tx| {
            let Some(found) = calendars::open_feed(tx, &directory, &secret)? else { return Ok(None) };
            calendars::feed_text(tx, &directory, &settings, &found, now).map(Some)
        })
        .expect("read")
}

fn turns(text: &str) -> Vec<String> {
    let read = ical::read(text, &jiff::tz::TimeZone::UTC).expect("our own feed reads back");
    let all = ical::expand(&read, &jiff::tz::TimeZone::UTC, at(-60 * 86_400), at(400 * 86_400)).expect("expands");
    all.iter().map(|one| format!("{} {} {}", one.from, one.to, read.events[one.event].summary)).collect()
}

#[test]
fn inv_10_a_feed_shows_the_turns_and_closes_when_it_is_revoked() {
    let mut world = World::new();
    let by = world.caller("alice").permit::<Read>().expect("may read");
    let permit = by.clone();
    let (made, secret) = world.act(move |unit| calendars::create_feed(unit, &permit, Some(schedule())));
    let text = feed(&mut world, &secret).expect("opens");
    let directory = world.engine.directory();
    let first = directory.org.on_call(&schedule(), world.now).expect("worked out");
    let name = format!(
        "{} - payments-primary",
        directory.org.users[&first.primary.expect("somebody").as_str().parse().expect("a handle")].name
    );
    let now = world.now;
    let read = ical::read(&text, &jiff::tz::TimeZone::UTC).expect("reads");
    let running =
        ical::expand(&read, &jiff::tz::TimeZone::UTC, now, now + SignedDuration::from_secs(1)).expect("expands");
    assert!(running.iter().any(|one| read.events[one.event].summary == name), "{name} is not in {text}");
    assert_eq!(feed(&mut world, &secret).as_deref(), Some(text.as_str()), "asked again it is the same to the byte");
    let wrong = crate::access::Secret::from_text("nothing");
    assert_eq!(feed(&mut world, &wrong), None);
    let bob = world.caller("bob").permit::<Read>().expect("may read");
    assert!(world.unit(|unit| calendars::revoke_feed(unit, &bob, made.id)).is_err(), "somebody else's is nobody's");
    world.act(|unit| calendars::revoke_feed(unit, &by, made.id));
    assert_eq!(feed(&mut world, &secret), None);
}

#[test]
fn inv_12_what_is_past_in_a_feed_is_what_was_and_a_change_raises_the_sequence() {
    let mut world = World::new();
    let by = world.caller("alice").permit::<Read>().expect("may read");
    let (_, secret) = world.act(|unit| calendars::create_feed(unit, &by, Some(schedule())));
    let before = feed(&mut world, &secret).expect("opens");
    world.now = at(14 * 86_400);
    let yaml = super::world::ORGANISATION.replace("members: [alice, bob], every: 1w", "members: [carol], every: 1w");
    world.apply(&yaml, false).expect("stored").expect("fits together");
    let after = feed(&mut world, &secret).expect("opens");
    let was = |text: &str| -> Vec<String> {
        let begun = world.now;
        turns(text).into_iter().filter(|turn| turn.split(' ').nth(1).is_some_and(|to| instant(to) <= begun)).collect()
    };
    assert!(!was(&before).is_empty());
    let kept = was(&after);
    assert!(was(&before).iter().all(|turn| kept.contains(turn)), "{:?}\n{kept:?}", was(&before));
    assert!(turns(&after).last().is_some_and(|turn| turn.contains("Carol")), "{:?}", turns(&after).last());
    assert!(before.contains("SEQUENCE:1\r\n") && after.contains("SEQUENCE:2\r\n"), "{after}");
    // The same of who was on call at an instant.
    let (now, directory) = (world.now, world.engine.directory());
    let then = at(0);
    let past = world.engine.read(|tx| views::as_of(tx, then, now)).expect("read").expect("in the past");
    assert_ne!(past.org.on_call(&schedule(), then), directory.org.on_call(&schedule(), then));
    assert!(world.engine.read(|tx| views::as_of(tx, now, now)).expect("read").is_none(), "the present is no past");
}

fn calendar(events: &[(&str, &str, &str)]) -> String {
    let event = |(who, start, length): &(&str, &str, &str)| {
        format!("BEGIN:VEVENT\nSUMMARY:{who}\nDTSTART{start}\nDURATION:{length}\nEND:VEVENT\n")
    };
    format!("BEGIN:VCALENDAR\n{}END:VCALENDAR\n", events.iter().map(event).collect::<String>())
}

#[test]
fn a_calendar_is_read_in_as_turns_and_read_again_replaces_what_it_said() {
    let mut world = World::new();
    let by = world.permit("erin");
    let day = |n: i64| at(n * 86_400).strftime(":%Y%m%dT080000Z").to_string();
    let text = calendar(&[
        ("@frank", &day(20), "P1D"),
        ("Carol Example", &day(21), "PT8H"),
        ("bob@example.com (late)", &day(22), "PT8H"),
    ]);
    let plan = world.act(|unit| import(unit, &by, &text, false));
    assert_eq!(plan.spans.iter().map(|one| one.user.as_str()).collect::<Vec<_>>(), ["frank", "carol", "bob"]);
    let frank_at = plan.spans[0].from;
    let who = |world: &World| {
        let found = world.engine.directory().org.on_call(&schedule(), frank_at).expect("worked out");
        found.primary.map(|member| member.to_string())
    };
    assert_ne!(who(&world).as_deref(), Some("frank"), "a plan changes nothing");
    world.act(|unit| import(unit, &by, &text, true));
    assert_eq!(who(&world).as_deref(), Some("frank"));
    let again = calendar(&[("erin", &day(20), "P1D")]);
    let done = world.act(|unit| import(unit, &by, &again, true));
    assert_eq!((done.replaced, who(&world).as_deref()), (3, Some("erin")));
    let unknown = calendar(&[("nobody I know", &day(20), "P1D")]);
    let refused = world.unit(|unit| import(unit, &by, &unknown, true));
    assert!(format!("{refused:?}").contains("line 3"), "{refused:?}");
    let frank = world.permit("frank");
    assert!(world.unit(|unit| import(unit, &frank, &text, true)).is_err(), "not for others");
}

#[test]
fn who_is_away_is_not_counted_on_and_stays_on_call() {
    let mut world = World::new();
    let by = world.caller("alice").permit::<Read>().expect("may read");
    let text = calendar(&[
        ("Holidays", &at(30 * 86_400).strftime(";VALUE=DATE:%Y%m%d").to_string(), "P7D"),
        ("Lunch", &at(2 * 86_400).strftime(":%Y%m%dT120000Z").to_string(), "PT1H"),
    ]);
    assert_eq!(world.act(|unit| read_absences(unit, &by, "mine", &text)), 1, "a lunch is no absence");
    assert_eq!(world.act(|unit| read_absences(unit, &by, "mine", &text)), 1, "read again it is one still");
    let (now, directory) = (world.now, world.engine.directory());
    let (known, found) = world
        .engine
        .read(|tx| {
            Ok((
                proof::Known::of_server(tx, now, proof::unsendable(true))?,
                calendars::absences_of(tx, &user("alice"), now, at(100 * 86_400))?,
            ))
        })
        .expect("read");
    assert_eq!((known.absences.len(), found.len()), (1, 1));
    let shifts = directory.org.rota(&schedule()).expect("a rota").shifts(found[0].from, found[0].to).expect("shifts");
    assert!(shifts.iter().any(|shift| shift.primary.as_str() == "alice"), "nobody is taken off call");
    let without = proof::prove(&directory.org, &proof::Known::default(), found[0].from, found[0].to);
    let with = proof::prove(&directory.org, &known, found[0].from, found[0].to);
    let told = |proof: &proof::Proof| proof.holes.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n");
    assert!(!told(&without).contains("away") && told(&with).contains("@alice is away until"), "{}", told(&with));
    world.act(|unit| calendars::forget_absence(unit, &by, found[0].id));
}

#[test]
fn what_was_read_is_kept_as_things_stand_when_it_is_kept() {
    let mut world = World::new();
    let by = world.permit("erin");
    let text = calendar(&[
        ("@frank", &at(3_600).strftime(":%Y%m%dT%H%M%SZ").to_string(), "PT1H"),
        ("@bob", &at(20 * 86_400).strftime(":%Y%m%dT%H%M%SZ").to_string(), "P1D"),
    ]);
    let turns = calendars::read_turns(&world.engine.directory(), &by, &schedule(), &text, world.now).expect("reads");
    // By the time the writer has room the first turn is over.
    world.now = at(3 * 3_600);
    let done = world.act(|unit| calendars::import_turns(unit, &by, &turns, true));
    assert_eq!(done.spans.iter().map(|one| one.user.as_str()).collect::<Vec<_>>(), ["bob"]);
    assert!(turns.bytes() > 200);
    let frank = world.permit("frank");
    assert!(
        world.unit(|unit| calendars::import_turns(unit, &frank, &turns, true)).is_err(),
        "the right is asked for again"
    );
}

#[test]
fn absences_of_one_person_are_capped_and_those_of_others_are_not_hidden() {
    let mut world = World::new();
    let by = |world: &World, who: &str| world.caller(who).permit::<Read>().expect("may read");
    let (alice, bob) = (by(&world, "alice"), by(&world, "bob"));
    let days = |first: i64, count: i64| -> String {
        let days: Vec<String> =
            (0..count).map(|n| at((first + n / 4) * 86_400 + n % 4).strftime(":%Y%m%dT%H%M%SZ").to_string()).collect();
        calendar(&days.iter().map(|day| ("away", day.as_str(), "PT9H")).collect::<Vec<_>>())
    };
    let most = i64::try_from(calendars::ABSENCES_MAX).expect("small");
    world.act(|unit| read_absences(unit, &alice, "work", &days(1, most)));
    let refusal = refused(world.unit(|unit| calendars::say_absence(unit, &alice, at(86_400), at(2 * 86_400))));
    assert_eq!(refusal.code, "too-many-absences");
    assert!(refusal.message.contains(&format!("At most {most} absences of one person")), "{}", refusal.message);
    let refusal = refused(world.unit(|unit| read_absences(unit, &alice, "more", &days(1, 1))));
    assert_eq!(refusal.code, "too-many-absences");
    let refusal = refused(world.unit(|unit| read_absences(unit, &alice, "work", &days(1, most + 1))));
    assert_eq!(refusal.field.as_deref(), Some("ics"));
    assert_eq!(world.act(|unit| read_absences(unit, &alice, "work", &days(1, most))), calendars::ABSENCES_MAX, "anew");
    // Bob's, which end after all of hers, are seen.
    world.act(|unit| calendars::say_absence(unit, &bob, at(300 * 86_400), at(301 * 86_400)));
    let now = world.now;
    let known = world.engine.read(|tx| proof::Known::of_server(tx, now, proof::unsendable(true))).expect("read");
    assert_eq!(known.absences.len(), calendars::ABSENCES_MAX + 1);
    assert!(known.absences.iter().any(|away| away.user == user("bob")));
}

#[test]
fn a_hole_is_told_once_at_seven_two_and_one_days_and_when_it_is_there() {
    let mut world = World::new();
    let by = world.caller("bob").permit::<Read>().expect("may read");
    let (from, to) = (at(10 * 86_400), at(11 * 86_400));
    world.act(|unit| calendars::say_absence(unit, &by, from, to));
    let mut told = Vec::new();
    for hour in 0..11 * 24 {
        world.now = at(hour * 3_600);
        let (now, directory) = (world.now, world.engine.directory());
        let holes = world.engine.read(|tx| proof::ahead(tx, &directory, now, proof::unsendable(true))).expect("read");
        let holes: Vec<_> =
            holes.into_iter().filter(|hole| hole.missing.iter().any(|one| one.why.contains("@bob is away"))).collect();
        if world.act(|unit| proof::warn(unit, &holes)) > 0 {
            told.push(hour);
        }
    }
    assert_eq!(told, [3 * 24, 8 * 24, 9 * 24, 10 * 24]);
    world.run_until(11 * 86_400);
    let sent = world.sent();
    assert!(sent.len() >= 2 && sent.iter().all(|line| line.contains(" notice ")), "{sent:?}");
}

#[test]
fn why_somebody_was_paged_or_not_is_told_of_any_past_alert() {
    let mut world = World::new();
    let alert = world.trigger("db");
    world.run_until(40);
    let alice = world.permit("alice");
    let page = alert.page.expect("it pages");
    world.act(|unit| paging::acknowledge(unit, &alice, page));
    world.run_until(600);
    let _ = world.sent();
    let (now, directory) = (world.now, world.engine.directory());
    let mut text = String::new();
    for who in ["alice", "bob", "carol", "erin"] {
        let why = world.engine.read(|tx| views::why(tx, &directory, alert.id, &user(who), now)).expect("told");
        let told = why.sentences.join("\n");
        assert!(
            who != "bob" || include_str!("../../../../docs/explain.md").contains(&told),
            "docs/explain.md says otherwise:\n{told}"
        );
        text += &format!("## {who}: {}\n{}\n", if why.paged { "paged" } else { "not paged" }, why.sentences.join("\n"));
    }
    insta::assert_snapshot!(text);
}

#[test]
fn a_swap_is_named_as_the_reason_why_somebody_else_was_paged() {
    let mut world = World::new();
    let alice = world.permit("alice");
    let span = rota::Arrange {
        schedule: schedule(),
        user: user("frank"),
        kind: nightbell_calendar::OverrideKind::Replace,
        from: at(60),
        to: at(86_400),
        instead_of: None,
        note: String::new(),
        although: None,
    };
    world.act(|unit| rota::add_override(unit, &alice, span.clone()));
    world.run_until(3_600);
    let alert = world.trigger("db");
    world.run_until(3_610);
    let _ = world.sent();
    let (now, directory) = (world.now, world.engine.directory());
    let why = world.engine.read(|tx| views::why(tx, &directory, alert.id, &user("alice"), now)).expect("told");
    let told = why.sentences.join("\n");
    assert!(!why.paged && told.contains("rang @frank") && told.contains("an override, agreed 2026-"), "{told}");
}

#[test]
fn a_phone_that_is_off_brings_the_next_method_and_then_the_next_step_forward() {
    let world = World::new();
    let directory = world.engine.directory();
    let subject = paging::ExplainSubject::Service("checkout".parse().expect("a handle"));
    let turns = paging::Turns::new();
    let told = |off: &str| -> Vec<String> {
        let off = Off::read(off.split(',')).expect("handles");
        let found = paging::explain_without(&directory, &turns, &subject, at(0), &off).expect("explained");
        found
            .lines
            .iter()
            .map(|line| {
                let after = line.at.duration_since(at(0)).as_secs();
                let who = line.user.as_ref().map_or("-", |user| user.as_str());
                let by = line.contact.as_ref().map_or("-", |contact| contact.as_str());
                format!("{after} {who}/{by} {}: {}", line.step, line.why)
            })
            .collect()
    };
    let plain = paging::explain(&directory, &turns, &subject, at(0)).expect("explained").lines.len();
    assert_eq!(told("").len(), plain);
    let cases = [("nothing", ""), ("a method", "alice/hook"), ("a person", "alice"), ("both", "@alice,bob")];
    let text = cases.map(|(what, off)| format!("## {what}\n{}", told(off).join("\n"))).join("\n");
    insta::assert_snapshot!(text);
    assert!(Off::read(["UPPER CASE"]).is_err());
}

#[test]
fn the_calendar_in_the_documentation_reads() {
    let page = include_str!("../../../../docs/calendars.md");
    let begin = page.find("BEGIN:VCALENDAR").expect("an example");
    let end = page.find("END:VCALENDAR").expect("its end");
    let zone = jiff::tz::TimeZone::UTC;
    let read = ical::read(&page[begin..end + "END:VCALENDAR".len()], &zone).expect("the example reads");
    let all =
        ical::expand(&read, &zone, instant("2030-01-01T00:00:00Z"), instant("2031-01-01T00:00:00Z")).expect("expands");
    assert_eq!((read.events[0].summary.as_str(), all.len()), ("alice", 9));
}
