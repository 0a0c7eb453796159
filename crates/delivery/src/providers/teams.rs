//! Microsoft Teams: the workflow behind an address of the person's own. Nothing of it is the installation's, so it needs no settings.

use super::Way;
use nightbell_domain::paging::Message;
use nightbell_wire::outbound::{Outcome, Wrong, teams};

/// One attempt.
pub(super) async fn send(way: Way<'_>, url: &str, message: &Message) -> Outcome {
    way.send(&teams::request(url, message), Wrong::Address, &[url], teams::classify).await
}
