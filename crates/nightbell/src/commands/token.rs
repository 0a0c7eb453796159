//! `nightbell token`: API tokens, and the key of links. A new token is shown once.

use super::PlaceArgs;
use crate::{
    data::Place,
    failure::Failure,
    out::{self, Out},
};
use clap::{Args, Subcommand};
use nightbell_engine::{
    Others,
    access::{self, Token},
    domain::{
        access::{Caller, Via},
        ids::TokenId,
        org::AccessRole,
    },
    nodes::{self, Member},
    renew_link_key,
};
use serde_json::{Value, json};
use std::time::Duration;

/// Whoever runs gives several signs of life within that time.
const LOOK_FOR: Duration = Duration::from_secs(2);

/// What `token` takes.
#[derive(Debug, Args)]
pub struct Arguments {
    /// Where.
    #[command(flatten)]
    pub place: PlaceArgs,
    /// What to do.
    #[command(subcommand)]
    pub action: Action,
}

/// What can be done with tokens.
#[derive(Debug, Subcommand)]
pub enum Action {
    /// Make one; it is shown this once
    Create {
        /// What it is for
        name: String,
        /// The most it may do
        #[arg(long, value_name = "ROLE", default_value = "responder", value_parser = ["viewer", "responder", "manager", "admin"])]
        scope: String,
    },
    /// List them, without their secrets
    List,
    /// End one
    Revoke {
        /// The token's id
        id: String,
    },
    /// End every link that was sent, with a new key for links (needs --data or --database, and that no server runs)
    RenewLinks,
}

/// Runs it.
///
/// # Errors
/// Not reached, or refused.
pub fn run(arguments: &Arguments, out: Out) -> Result<(), Failure> {
    match &arguments.action {
        Action::Create { name, scope } => {
            let made = match arguments.place.opened()? {
                Some(place) => {
                    let scope = access::role_of_word(scope).unwrap_or(AccessRole::Viewer);
                    let (token, secret) =
                        place.execute(|unit, caller| access::create_token(unit, caller, name, scope))?;
                    json!({ "id": token.id, "token": secret.expose() })
                }
                None => arguments.place.server.client()?.post(&["tokens"], &json!({ "name": name, "scope": scope }))?,
            };
            out.item(&made, |made| format!("{}\nKeep it now: it is not shown again.", out::field(made, "/token")));
        }
        Action::List => {
            let items = match arguments.place.opened()? {
                Some(place) => listed(&place)?,
                None => arguments.place.server.client()?.list(&["tokens"], &[], 10_000)?,
            };
            let columns = [
                ("id", "/id"),
                ("user", "/user"),
                ("name", "/name"),
                ("scope", "/scope"),
                ("made", "/created_at"),
                ("last used", "/last_used_at"),
                ("revoked", "/revoked_at"),
            ];
            out.list(&items, &columns, "There is no token.");
        }
        Action::Revoke { id } => {
            match arguments.place.opened()? {
                Some(place) => {
                    let id: TokenId = id.parse().map_err(|e| Failure::usage(format!("{id}: {e}")))?;
                    place.execute(|unit, caller| access::revoke_token(unit, caller, id))?;
                }
                None => drop(arguments.place.server.client()?.send("DELETE", &["tokens", id], &json!({}))?),
            }
            out.item(&json!({ "id": id }), |_| format!("{} The token opens nothing any more.", out::good("Revoked.")));
        }
        Action::RenewLinks => renew_links(arguments, out)?,
    }
    Ok(())
}

fn renew_links(arguments: &Arguments, out: Out) -> Result<(), Failure> {
    let place = arguments.place.opened()?.ok_or_else(|| {
        Failure::usage("A running server goes on with the key it has. Stop it, and say where its data is: --data DIR or --database URL.")
    })?;
    place.directory()?;
    let lock = place.lock().map_err(|failure| {
        let text = format!("{failure}\nIt would go on with the old key. Nothing was changed. Stop it, repeat this, then start it again.");
        Failure { message: text, ..failure }
    })?;
    let seen = if lock.is_some() { Vec::new() } else { seen_for_a_while(&place)? };
    let others = if lock.is_some() { Others::NoneCan } else { Others::Seen(&seen) };
    let renewed = place.execute(|unit, caller| renew_link_key(unit, &caller.permit()?, others))?;
    out.item(&json!({ "renewed_at": renewed.at, "by": renewed.by }), |_| {
        format!(
            "{} No link that was sent opens anything any more. Who is being paged signs in instead, or takes the next message.\n\
             Webhooks are signed by new secrets: nightbell user secrets ID.\n\
             Readers of status pages stay subscribed: the way out in mails they have is dead, in the next one it works.\nNext: nightbell serve {}",
            out::good("Renewed."),
            place.flag()
        )
    });
    Ok(())
}

/// Who stood in the roll before whoever runs has given another sign of life.
#[expect(
    clippy::disallowed_methods,
    reason = "a command at a terminal that waits for signs of life; nothing is due in it"
)]
fn seen_for_a_while(place: &Place) -> Result<Vec<Member>, Failure> {
    let seen = place.read(nodes::roll)?;
    if !seen.is_empty() {
        std::thread::sleep(LOOK_FOR);
    }
    Ok(seen)
}

fn listed(place: &Place) -> Result<Vec<Value>, Failure> {
    let directory = place.directory()?;
    let user = crate::data::first_administrator(&directory).ok_or_else(|| place.no_administrator())?;
    let caller = Caller::new(user, AccessRole::Admin, Via::Terminal);
    let tokens = place.read(|tx| access::tokens(tx, &caller))?;
    Ok(tokens.iter().map(row).collect())
}

fn row(token: &Token) -> Value {
    json!({
        "id": token.id,
        "user": token.user,
        "name": token.name,
        "scope": token.scope,
        "created_at": token.created_at,
        "last_used_at": token.last_used_at,
        "revoked_at": token.revoked_at,
    })
}
