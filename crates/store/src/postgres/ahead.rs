//! What many requests ask first, asked at once: the alerts with their keys. A question costs a round trip under the lock that every node waits
//! for; one question for a whole batch costs hardly more than one for each.

use super::statements::Statements;
use crate::{
    known::OfKey,
    tx::{Row, StoreError, Tx, Value},
};
use nightbell_domain::ids::IntegrationId;

/// For how many alerts units of work are looked at before the first of them runs. What is urgent and comes meanwhile waits for these, a few
/// milliseconds.
pub(super) const ALERTS_MAX: usize = 64;
/// Most keys asked for at once; the others are asked for one by one.
const KEYS_MAX: usize = 1_024;

/// For each key of a list `[[integration, key], …]` the open alert as `signal::OPEN_SAYS` answers, and the body of the newest resolved one.
const OF_KEYS: &str = "SELECT k.n, a.open, a.id, a.began_at, a.version, a.said, a.body \
     FROM json_array_elements(CAST(CAST($1 AS TEXT) AS JSON)) WITH ORDINALITY AS k (pair, n) CROSS JOIN LATERAL (\
     SELECT 1 AS open, id, began_at, version, said, NULL AS body FROM alert \
     WHERE integration = k.pair ->> 0 AND dedup_key = k.pair ->> 1 AND status <> 'resolved' \
     UNION ALL SELECT 0, NULL, NULL, NULL, NULL, newest.body FROM (SELECT body FROM alert \
     WHERE integration = k.pair ->> 0 AND dedup_key = k.pair ->> 1 AND status = 'resolved' ORDER BY id DESC LIMIT 1) AS newest) AS a";

/// Asks, and learns what is answered. What is known already is not asked again: this transaction may have written it.
pub(super) fn ask(tx: &mut Statements<'_>, keys: &[(&IntegrationId, &str)]) -> Result<(), StoreError> {
    let Some(known) = tx.known_alerts() else { return Ok(()) };
    let mut wanted: Vec<(&IntegrationId, &str)> = keys.to_vec();
    wanted.sort_unstable();
    wanted.dedup();
    // JSON in PostgreSQL cannot hold NUL; text neither, so such a key is stored in other characters.
    wanted.retain(|(integration, key)| !key.contains('\0') && known.of(integration, key).is_none());
    wanted.truncate(KEYS_MAX);
    // One alone is asked for when it is wanted.
    if wanted.len() < 2 {
        return Ok(());
    }
    let pairs: Vec<[&str; 2]> = wanted.iter().map(|(integration, key)| [integration.as_str(), *key]).collect();
    let pairs = serde_json::to_string(&pairs).map_err(|e| StoreError::Corrupt(e.to_string()))?;
    let mut found = vec![OfKey { open: Some(None), last: Some(None) }; wanted.len()];
    for row in tx.rows(OF_KEYS, &[pairs.into()])? {
        let n = usize::try_from(row.count(0)?).unwrap_or(0);
        let Some(of_key) = n.checked_sub(1).and_then(|n| found.get_mut(n)) else { continue };
        let open = row.int(1)? != 0;
        let mut values = row.0.into_iter().skip(2);
        let says: Vec<Value> = values.by_ref().take(4).collect();
        if open {
            of_key.open = Some(Some(Row(says)));
        } else {
            of_key.last = Some(Some(Row(values.collect())));
        }
    }
    if let Some(known) = tx.known_alerts() {
        for ((integration, key), of_key) in wanted.into_iter().zip(found) {
            known.learn(integration, key, of_key);
        }
    }
    Ok(())
}
