//! What `cargo xtask bench schedules` drives: a thousand schedules, asked line by line over standard input.
//!
//! `year` answers the number of final shifts of all of them in a year, worked out anew from the stored form;
//! `ask N` answers N questions "who is on call at" to schedules that were made ready once. Whoever asks holds
//! the stopwatch: nothing here reads a clock.

use std::io::{BufRead, Write};

use jiff::civil::{DateTime, date};
use jiff::{SignedDuration, ToSpan};
use nightbell_calendar::{Instant, Override, Prepared, Rota, Schedule};

const SCHEDULES: usize = 1_000;
const WEEKS: i64 = 52;
/// Zones whose clocks change, on both sides of the equator.
const ZONES: [&str; 5] = ["Europe/Berlin", "America/New_York", "Australia/Sydney", "America/Santiago", "Europe/London"];

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

/// A team by the week, nights by the day, weekends by the week from Friday to Monday, and somebody else for a day
/// of every week.
fn schedule(number: usize) -> Result<Rota> {
    let zone = ZONES[number % ZONES.len()];
    let text = format!(
        r#"{{ "time_zone": "{zone}", "layers": [
            {{ "name": "team", "members": ["ann", "bob", "cy", "dan"], "every": "1w", "starts": "2026-01-05T09:00" }},
            {{ "name": "nights", "members": ["eve", "fay", "gus"], "every": "1d", "starts": "2026-01-05T12:00",
               "hours": [{{ "days": ["mon", "tue", "wed", "thu"], "from": "20:00", "to": "08:00" }}] }},
            {{ "name": "weekends", "members": ["hal", "ivy", "jo", "kim", "lea"], "every": "1w",
               "starts": "2026-01-05T12:00", "hours": [{{ "from": "fri 17:00", "to": "mon 09:00" }}] }} ] }}"#
    );
    let mut rota = Rota::of(serde_json::from_str::<Schedule>(&text)?);
    for week in 0..WEEKS {
        let day = date(2027, 1, 4).checked_add((week * 7 + i64::try_from(number % 7)?).days())?;
        let (from, to): (DateTime, DateTime) = (day.at(10, 30, 0, 0), day.tomorrow()?.at(6, 15, 0, 0));
        rota.overrides.push(Override::new("max", from, to));
    }
    Ok(rota)
}

fn main() -> Result<()> {
    let rotas = (0..SCHEDULES).map(schedule).collect::<Result<Vec<Rota>>>()?;
    let prepared = rotas.iter().map(Rota::prepare).collect::<std::result::Result<Vec<Prepared<'_>>, _>>()?;
    let (from, to): (Instant, Instant) = ("2027-01-01T00:00:00Z".parse()?, "2028-01-01T00:00:00Z".parse()?);
    let mut out = std::io::stdout().lock();
    for line in std::io::stdin().lock().lines() {
        let line = line?;
        let answer = match line.split_once(' ') {
            None if line == "year" => {
                let mut shifts = 0;
                for rota in &rotas {
                    shifts += rota.shifts(from, to)?.len();
                }
                shifts
            }
            Some(("ask", count)) => {
                let mut somebody = 0;
                for number in 0..count.parse::<i64>()? {
                    // Far from the last answer each time, so that nothing near is found again.
                    let at = from + SignedDuration::from_secs(number * 7_919_993 % (365 * 24 * 3600));
                    let one = &prepared[usize::try_from(number)? % prepared.len()];
                    somebody += usize::from(one.on_call(at).primary.is_some());
                }
                somebody
            }
            _ => return Err(format!("not a question: {line}").into()),
        };
        writeln!(out, "{answer}")?;
        out.flush()?;
    }
    Ok(())
}
