//! Calendars beside the schedules: feeds that calendar programs read, and when people are away. Who is on call is not here: that is
//! configuration.

use crate::tx::{Row, StoreError, Tx, Value, sound};
use nightbell_domain::{
    ids::{AbsenceId, FeedId, ScheduleId, UserId},
    record::Instant,
};

pub(crate) const ADD_FEED: &str =
    "INSERT INTO calendar_feed (id, secret_hash, user_id, schedule, created_at) VALUES ($1, $2, $3, $4, $5)";
pub(crate) const FEED: &str = "SELECT id, user_id, schedule, created_at, last_used_at, revoked_at FROM calendar_feed \
     WHERE secret_hash = $1 AND revoked_at IS NULL";
pub(crate) const FEEDS_OF: &str = "SELECT id, user_id, schedule, created_at, last_used_at, revoked_at FROM calendar_feed \
     WHERE user_id = $1 AND revoked_at IS NULL ORDER BY id";
pub(crate) const USE_FEED: &str = "UPDATE calendar_feed SET last_used_at = $2 WHERE id = $1 AND revoked_at IS NULL";
pub(crate) const REVOKE_FEED: &str =
    "UPDATE calendar_feed SET revoked_at = $3 WHERE id = $1 AND user_id = $2 AND revoked_at IS NULL";
pub(crate) const REVOKE_FEEDS_OF: &str =
    "UPDATE calendar_feed SET revoked_at = $2 WHERE user_id = $1 AND revoked_at IS NULL";
pub(crate) const ADD_ABSENCE: &str =
    "INSERT INTO absence (id, user_id, source, begins_at, ends_at, noted_at) VALUES ($1, $2, $3, $4, $5, $6)";
/// In parts, each behind the last one of the part before, so that no number of absences hides another. What is over is forgotten after some weeks.
pub(crate) const ABSENCES_AHEAD: &str = "SELECT id, user_id, source, begins_at, ends_at, noted_at FROM absence \
     WHERE id > $1 AND ends_at > $2 AND begins_at < $3 ORDER BY id LIMIT $4";
pub(crate) const ABSENCES_OF: &str = "SELECT id, user_id, source, begins_at, ends_at, noted_at FROM absence \
     WHERE user_id = $1 AND ends_at > $2 AND begins_at < $3 LIMIT $4";
pub(crate) const COUNT_ABSENCES: &str = "SELECT COUNT(*) FROM absence WHERE user_id = $1 AND ends_at > $2";
pub(crate) const FORGET_ABSENCES: &str = "DELETE FROM absence WHERE user_id = $1 AND source = $2";
pub(crate) const FORGET_ABSENCE: &str = "DELETE FROM absence WHERE id = $1 AND user_id = $2";
pub(crate) const FORGET_ABSENCES_BEFORE: &str = "DELETE FROM absence WHERE ends_at < $1";

/// Absences read at once.
const PART: u32 = 1_000;

/// A feed without its secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Feed {
    /// Id.
    pub id: FeedId,
    /// Who made it; their own shifts, when no schedule is named.
    pub user: UserId,
    /// The schedule whose shifts it shows, whoever has them.
    pub schedule: Option<ScheduleId>,
    /// When it was made.
    pub created_at: Instant,
    /// When a calendar last read it, to the hour or so.
    pub last_used_at: Option<Instant>,
    /// Since when it opens nothing.
    pub revoked_at: Option<Instant>,
}

/// A person is away in `[from, to)`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Absence {
    /// Id.
    pub id: AbsenceId,
    /// Who.
    pub user: UserId,
    /// Where that is known from: `said`, or the name of a calendar that was read in.
    pub source: String,
    /// Inclusive.
    pub from: Instant,
    /// Exclusive.
    pub to: Instant,
    /// When it was written down.
    pub noted_at: Instant,
}

fn read_feed(row: &Row) -> Result<Feed, StoreError> {
    Ok(Feed {
        id: row.parse(0)?,
        user: row.parse(1)?,
        schedule: row.text_option(2)?.map(|_| row.parse(2)).transpose()?,
        created_at: row.instant(3)?,
        last_used_at: row.instant_option(4)?,
        revoked_at: row.instant_option(5)?,
    })
}

/// Keeps a new feed.
pub fn add_feed(tx: &mut dyn Tx, feed: &Feed, secret_hash: &[u8]) -> Result<(), StoreError> {
    let values: [Value; 5] = [
        feed.id.to_string().into(),
        secret_hash.to_vec().into(),
        feed.user.as_str().into(),
        feed.schedule.as_ref().map(ScheduleId::as_str).into(),
        feed.created_at.into(),
    ];
    tx.queue(ADD_FEED, values.into(), None)
}

/// The feed a secret opens; a revoked one opens nothing.
pub fn feed(tx: &mut dyn Tx, secret_hash: &[u8]) -> Result<Option<Feed>, StoreError> {
    tx.row(FEED, &[secret_hash.to_vec().into()])?.as_ref().map(read_feed).transpose()
}

/// A person's feeds that open something, oldest first.
pub fn feeds_of(tx: &mut dyn Tx, user: &UserId) -> Result<Vec<Feed>, StoreError> {
    Ok(sound(&tx.rows(FEEDS_OF, &[user.as_str().into()])?, "calendar feeds", read_feed))
}

/// Notes that a calendar read it.
pub fn use_feed(tx: &mut dyn Tx, id: FeedId, at: Instant) -> Result<(), StoreError> {
    tx.queue(USE_FEED, vec![id.to_string().into(), at.into()], None)
}

/// Closes a feed of a person; false when they have no such feed.
pub fn revoke_feed(tx: &mut dyn Tx, id: FeedId, of: &UserId, at: Instant) -> Result<bool, StoreError> {
    tx.run(REVOKE_FEED, &[id.to_string().into(), of.as_str().into(), at.into()]).map(|touched| touched == 1)
}

/// Closes every feed of a person: when they are removed.
pub fn revoke_feeds_of(tx: &mut dyn Tx, user: &UserId, at: Instant) -> Result<(), StoreError> {
    tx.queue(REVOKE_FEEDS_OF, vec![user.as_str().into(), at.into()], None)
}

fn read_absence(row: &Row) -> Result<Absence, StoreError> {
    Ok(Absence {
        id: row.parse(0)?,
        user: row.parse(1)?,
        source: row.text(2)?.to_owned(),
        from: row.instant(3)?,
        to: row.instant(4)?,
        noted_at: row.instant(5)?,
    })
}

/// Writes an absence down.
pub fn add_absence(tx: &mut dyn Tx, absence: &Absence) -> Result<(), StoreError> {
    let values: [Value; 6] = [
        absence.id.to_string().into(),
        absence.user.as_str().into(),
        absence.source.as_str().into(),
        absence.from.into(),
        absence.to.into(),
        absence.noted_at.into(),
    ];
    tx.queue(ADD_ABSENCE, values.into(), None)
}

/// Everybody's absences that meet `[from, to)`, those that end first before the others. However many there are: they are read in parts.
pub fn absences(tx: &mut dyn Tx, from: Instant, to: Instant) -> Result<Vec<Absence>, StoreError> {
    let (mut found, mut last) = (Vec::new(), String::new());
    loop {
        let rows = tx.rows(ABSENCES_AHEAD, &[last.as_str().into(), from.into(), to.into(), PART.into()])?;
        found.extend(sound(&rows, "absences", read_absence));
        match rows.last() {
            Some(row) if rows.len() >= PART as usize => last = row.text(0)?.to_owned(),
            _ => break,
        }
    }
    found.sort_by_key(in_order);
    Ok(found)
}

/// A person's absences that meet `[from, to)`, those that end first before the others. `count_max` is no page: it guards against more than a person
/// may have.
pub fn absences_of(
    tx: &mut dyn Tx,
    user: &UserId,
    from: Instant,
    to: Instant,
    count_max: u32,
) -> Result<Vec<Absence>, StoreError> {
    let values = [user.as_str().into(), from.into(), to.into(), count_max.into()];
    let mut found = sound(&tx.rows(ABSENCES_OF, &values)?, "absences", read_absence);
    found.sort_by_key(in_order);
    Ok(found)
}

fn in_order(absence: &Absence) -> (Instant, AbsenceId) {
    (absence.to, absence.id)
}

/// How many absences of a person end after an instant.
pub fn count_absences(tx: &mut dyn Tx, user: &UserId, after: Instant) -> Result<u64, StoreError> {
    let row = tx.row(COUNT_ABSENCES, &[user.as_str().into(), after.into()])?;
    row.map_or(Ok(0), |row| row.count(0))
}

/// Forgets everything a source said of a person: before it is read anew.
pub fn forget_absences(tx: &mut dyn Tx, user: &UserId, source: &str) -> Result<u64, StoreError> {
    tx.run(FORGET_ABSENCES, &[user.as_str().into(), source.into()])
}

/// Forgets one absence of a person; false when there is none.
pub fn forget_absence(tx: &mut dyn Tx, id: AbsenceId, of: &UserId) -> Result<bool, StoreError> {
    tx.run(FORGET_ABSENCE, &[id.to_string().into(), of.as_str().into()]).map(|touched| touched == 1)
}

/// Forgets absences that ended before an instant.
pub fn forget_absences_before(tx: &mut dyn Tx, before: Instant) -> Result<u64, StoreError> {
    tx.run(FORGET_ABSENCES_BEFORE, &[before.into()])
}
