//! The data: whether it opens, what is overdue, how old the newest backup is, whether it was restored lately.

use super::{Level, Look};
use crate::{config::Config, failure::Failure, out};
use jiff::SignedDuration;
use nightbell_engine::{
    Directory,
    domain::record::Instant,
    link_key_renewals,
    portable::{self, LastBackup, Recheck},
    watch::{self, LATE_AFTER, Late},
};
use nightbell_store::paging;

/// A backup older than this is old.
const BACKUP_OLD_AFTER: SignedDuration = SignedDuration::from_hours(7 * 24);
/// For so long after a restore its list is shown.
const RESTORED_SHOWN_FOR: SignedDuration = SignedDuration::from_hours(7 * 24);

/// What was seen.
pub struct Seen {
    pub looks: Vec<Look>,
    pub directory: Directory,
    pub restored: Option<Recheck>,
}

/// Every look at the data.
pub fn look(config: &Config, now: Instant) -> Result<Seen, Failure> {
    let (directory, overdue, ringing, backup, restored, renewed) = config.place.read(|tx| {
        Ok((
            Directory::load(tx)?,
            watch::late(tx, now, LATE_AFTER)?,
            paging::open(tx, 1_000)?.iter().filter(|page| page.is_waiting()).count(),
            portable::last_backup(tx)?,
            portable::restored(tx)?,
            link_key_renewals(tx)?.pop(),
        ))
    })?;
    let org = &directory.org;
    let counted = |count: usize, noun: &str| out::counted(count as u64, noun);
    let organisation = format!(
        "opens: {}, {}, {}, {}; {} waiting for somebody",
        counted(org.users.len(), "user"),
        counted(org.schedules.len(), "schedule"),
        counted(org.policies.len(), "policy"),
        counted(org.services.len(), "service"),
        counted(ringing, "page"),
    );
    let mut looks = vec![Look::good("data", organisation), late(&overdue), backed_up(backup.as_ref(), now)];
    looks.extend(renewed.map(|renewal| {
        let on = renewal.at.strftime("%Y-%m-%d %H:%M UTC");
        Look::good("link key", format!("renewed on {on} by @{}; older links open nothing", renewal.by))
    }));
    let restored = restored.filter(|list| now.duration_since(list.restored_at) < RESTORED_SHOWN_FOR);
    if let Some(list) = &restored {
        looks.push(Look::bad(
            "restored",
            Level::Warning,
            format!("Restored from a backup on {}.", list.restored_at.strftime("%Y-%m-%d %H:%M UTC")),
            "What came in after the backup is not there.",
            "Go through the list below.",
        ));
    }
    Ok(Seen { looks, directory, restored })
}

pub(super) fn late(overdue: &[Late]) -> Look {
    if overdue.is_empty() {
        return Look::good("overdue", "nothing is overdue");
    }
    Look::bad(
        "overdue",
        Level::Problem,
        format!("Overdue by more than {} s: {}.", LATE_AFTER.as_secs(), watch::in_words(overdue)),
        "What should have happened then did not: somebody who should be awake may sleep.",
        "If no server runs, start it: nightbell serve. If one runs, look at its log, then start it anew.",
    )
}

pub(super) fn backed_up(backup: Option<&LastBackup>, now: Instant) -> Look {
    let fix = "nightbell backup FILE, daily, and copy the file to another machine.";
    let means = "If this disk is lost, the organisation and everything that is open are lost with it.";
    let Some(backup) = backup else {
        return Look::bad("backup", Level::Warning, "No backup was ever made by `nightbell backup`.", means, fix);
    };
    let age = now.duration_since(backup.made_at);
    let made = backup.made_at.strftime("%Y-%m-%d %H:%M UTC");
    if age > BACKUP_OLD_AFTER {
        let what = format!("The newest backup is of {made}, {} days ago.", age.as_hours() / 24);
        return Look::bad("backup", Level::Warning, what, means, fix);
    }
    Look::good("backup", format!("{made}, {}", backup.file))
}
