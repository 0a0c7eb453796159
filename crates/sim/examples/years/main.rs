//! Makes two years of one organisation: millions of alerts, thousands of incidents with their timelines, public updates and postmortems, told
//! through the engine that ships, with the clock as an argument. What comes out is a data folder that `nightbell serve` starts on.
//!
//! `--into FOLDER`, with `--alerts N` (default 2000000), `--incidents N` (5000), `--days N` (730) and `--until INSTANT` (now). Same arguments, same
//! events. Is not: a world with faults (`seeds` has those). `cargo xtask bench years` calls it.
//!
//! Reading order: `town` (who lives there) · `agenda` (what happens when) · `life` (the loop, the pump, the people who take pages) · `alerts` ·
//! `care` (an incident from its declaration to its last action item) · `begin` (the first minutes).

mod agenda;
mod alerts;
mod begin;
mod care;
mod life;
mod town;

use jiff::{SignedDuration, Timestamp};
use life::Life;
use nightbell_engine::{Engine, Fault, domain::record::to_microsecond};
use nightbell_sim::Dice;
use nightbell_store::{Database, Sqlite};
use std::{
    path::{Path, PathBuf},
    process::ExitCode,
};

/// Things that happen in one transaction: a flush for each would take most of the time.
const TOGETHER: usize = 4_000;
/// Transactions after which the database is closed and opened again.
const CHAPTERS_OPEN: u32 = 20;
/// Every draw comes from it.
const SEED: u64 = 42;

/// What is wanted.
pub struct Wanted {
    into: PathBuf,
    /// How many alerts begin.
    pub alerts: u64,
    /// How many incidents are declared.
    pub incidents: u64,
    /// When the story begins.
    pub from: Timestamp,
    /// When it ends.
    pub until: Timestamp,
}

/// Now, unless the arguments say when: the only look at a clock.
#[expect(clippy::disallowed_methods, reason = "the end of the story is the one reading of the clock, at the edge")]
fn wanted() -> Result<Wanted, String> {
    const USE: &str = "use --into FOLDER [--alerts N] [--incidents N] [--days N] [--until INSTANT]";
    let (mut into, mut alerts, mut incidents, mut days, mut until) = (None, 2_000_000, 5_000, 730, Timestamp::now());
    let mut words = std::env::args().skip(1);
    while let Some(word) = words.next() {
        let value = words.next().ok_or_else(|| format!("{word} wants a value; {USE}"))?;
        let number = || value.parse::<u64>().map_err(|_| format!("{value:?} is not a number"));
        match word.as_str() {
            "--into" => into = Some(PathBuf::from(&value)),
            "--alerts" => alerts = number()?,
            "--incidents" => incidents = number()?,
            "--days" => days = number()?,
            "--until" => until = value.parse().map_err(|e| format!("{value:?} is not an instant: {e}"))?,
            _ => return Err(USE.to_owned()),
        }
    }
    let into = into.ok_or(USE)?;
    // As the engine reads its clock: alarms are stored to the microsecond.
    let until = to_microsecond(until);
    let span = SignedDuration::from_hours(24 * days.cast_signed());
    let from = until.checked_sub(span).map_err(|e| e.to_string())?;
    Ok(Wanted { into, alerts, incidents, from, until })
}

/// Opens the engine; each time with other randomness, all of it from the seed.
fn open(file: &Path, entropy: &mut Dice) -> Result<Engine, String> {
    let database: Box<dyn Database> = Box::new(Sqlite::open(file).map_err(|e| e.to_string())?);
    let own = Box::new(Dice::new(entropy.below(u64::MAX), "engine"));
    Engine::open(database, own, "http://127.0.0.1:8080").map_err(|e| e.to_string())
}

fn make(wanted: &Wanted) -> Result<(), String> {
    let data = wanted.into.join("data");
    std::fs::create_dir_all(&data).map_err(|e| format!("{}: {e}", data.display()))?;
    let file = data.join("nightbell.db");
    let mut entropy = Dice::new(SEED, "entropy");
    let mut engine = open(&file, &mut entropy)?;
    let keys = begin::begin(&mut engine, wanted.from).map_err(|e| e.to_string())?;
    let mut life = Life::new(wanted, SEED);
    let mut told_at = wanted.from;
    for chapter in 1_u32.. {
        let more = engine.execute(life.now(), |unit| life.chapter(unit, TOGETHER)).map_err(|e: Fault| e.to_string())?;
        if life.now().duration_since(told_at) >= SignedDuration::from_hours(24 * 73) || !more {
            told_at = life.now();
            println!("{told_at}: {:?}", life.counts);
        }
        if !more {
            break;
        }
        // The log is begun anew only while nobody writes, and here somebody always does: the last one out moves all of it.
        if chapter % CHAPTERS_OPEN == 0 {
            drop(engine);
            engine = open(&file, &mut entropy)?;
        }
    }
    drop(engine);
    let facts = serde_json::json!({
        "token": keys.token, "email": begin::EMAIL, "password": begin::PASSWORD,
        "organisation": town::yaml("RECEIVER"), "long": life.longest(),
        "alerts": life.counts.alerts, "incidents": life.counts.incidents, "pages": life.counts.pages,
    });
    // Written last: a folder without it is not whole.
    let facts = serde_json::to_string_pretty(&facts).map_err(|e| e.to_string())?;
    std::fs::write(wanted.into.join("years.json"), facts).map_err(|e| e.to_string())
}

fn main() -> ExitCode {
    match wanted().and_then(|wanted| make(&wanted)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            eprintln!("{problem}");
            ExitCode::FAILURE
        }
    }
}
