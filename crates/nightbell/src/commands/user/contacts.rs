//! `nightbell user contacts`: the methods by which the person of the token is reached. An administrator may add one for somebody, who proves it.

use crate::{
    client::Client,
    commands::{body, text},
    failure::Failure,
    out::{self, Out},
};
use clap::{Args, Subcommand};
use serde_json::{Value, json};

/// What can be done with contact methods.
#[derive(Debug, Subcommand)]
pub enum Contacts {
    /// List them: where they lead, and when each last proved itself
    List,
    /// Add one; pages do not use it before it is proved
    Add(Add),
    /// Send a code by it: good for 10 minutes and 5 tries
    Code {
        /// The method
        method: String,
    },
    /// Enter the code that came by it; it is proved then
    Verify {
        /// The method
        method: String,
        /// The six digits
        code: String,
    },
    /// Send a test page by it, now
    Test {
        /// The method
        method: String,
    },
    /// Give it another name, or another address that is proved anew
    Edit(Edit),
    /// At most so many messages in a time; the first message about a page is never held back
    #[command(group = clap::ArgGroup::new("rule").required(true).multiple(true))]
    Limit {
        /// The method
        method: String,
        /// How many
        #[arg(long, value_name = "N", group = "rule", requires = "per")]
        count: Option<u32>,
        /// In which time: 10m
        #[arg(long, value_name = "TIME", group = "rule", requires = "count")]
        per: Option<String>,
        /// All of them
        #[arg(long, group = "rule", conflicts_with_all = ["count", "per"])]
        none: bool,
    },
    /// Remove it
    Remove {
        /// The method
        method: String,
        /// Although it is the last one that reaches you and you are on call soon
        #[arg(long)]
        anyway: bool,
    },
}

/// What `contacts add` takes.
#[derive(Debug, Args)]
pub struct Add {
    /// email, sms, voice, ntfy, telegram, slack, discord, mattermost, teams or webhook, if the server sends by it
    pub kind: String,
    /// Where it leads: me@example.com, +49 151 23456789
    pub address: String,
    /// What you call it
    #[arg(long, value_name = "NAME")]
    pub name: Option<String>,
    /// For somebody else, who proves it themselves: administrators
    #[arg(long, value_name = "WHO")]
    pub user: Option<String>,
}

/// What `contacts edit` takes.
#[derive(Debug, Args)]
#[command(group = clap::ArgGroup::new("change").required(true))]
pub struct Edit {
    /// The method
    pub method: String,
    /// Its new name
    #[arg(long, value_name = "NAME", group = "change")]
    pub name: Option<String>,
    /// Its new address
    #[arg(long, value_name = "ADDRESS", group = "change")]
    pub address: Option<String>,
    /// Although nothing reaches you until it is proved, and you are on call soon
    #[arg(long)]
    pub anyway: bool,
}

/// Runs it.
pub fn run(client: &Client, action: &Contacts, out: Out) -> Result<(), Failure> {
    match action {
        Contacts::List => list(client, out)?,
        Contacts::Add(input) => add(client, input, out)?,
        Contacts::Code { method } => {
            let sent = client.post(&["me", "contacts", method, "code"], &json!({}))?;
            out.item(&sent, |sent| {
                let (name, until) = (out::field(sent, "/contact"), out::cell(sent.pointer("/expires_at")));
                format!(
                    "{} It is good until {until}.\nNext: nightbell user contacts verify {name} CODE",
                    out::good("On its way.")
                )
            });
        }
        Contacts::Verify { method, code } => verify(client, method, code, out)?,
        Contacts::Test { method } => {
            let tested = client.post(&["me", "contacts", method, "test"], &json!({}))?;
            out.item(&tested, |tested| {
                let page = out::field(tested, "/page");
                format!("{} {page}\nAcknowledge it where it arrives: that proves the whole way.", out::good("Sent."))
            });
        }
        Contacts::Edit(edit) => {
            let anyway = edit.anyway.then_some(json!(true));
            let input = body([
                ("name", text(edit.name.as_ref())),
                ("address", text(edit.address.as_ref())),
                ("anyway", anyway),
            ]);
            let after = client.send("PATCH", &["me", "contacts", &edit.method], &input)?;
            out.item(&after, |after| line(after, "Changed."));
        }
        Contacts::Limit { method, count, per, none: _ } => {
            let rule = count.zip(per.as_ref()).map(|(count, per)| json!({ "count": count, "per": per }));
            let after = client.send("PUT", &["me", "contacts", method, "limit"], &json!(rule))?;
            out.item(&after, |after| line(after, "Changed."));
        }
        Contacts::Remove { method, anyway } => {
            let query: &[(&str, &str)] = if *anyway { &[("anyway", "true")] } else { &[] };
            let gone = client.send_with("DELETE", &["me", "contacts", method], query, &json!({}))?;
            out.item(&gone, |gone| {
                let reached = gone.get("reached").and_then(Value::as_bool) == Some(true);
                let after = if reached { "Others still reach you." } else { "Nothing reaches you any more." };
                format!("{} {after}", out::good("Removed."))
            });
        }
    }
    Ok(())
}

fn list(client: &Client, out: Out) -> Result<(), Failure> {
    let mut items = client.list(&["me", "contacts"], &[], 10_000)?;
    if !out.json {
        for item in &mut items {
            let state = json!(state(item));
            item.as_object_mut().map(|item| item.insert("state".to_owned(), state));
        }
    }
    let columns = [("name", "/name"), ("kind", "/kind"), ("address", "/address"), ("state", "/state")];
    out.list(&items, &columns, "Nothing reaches you. Add a method: nightbell user contacts add email me@example.com");
    Ok(())
}

fn add(client: &Client, input: &Add, out: Out) -> Result<(), Failure> {
    let made = body([
        ("kind", Some(json!(input.kind))),
        ("address", Some(json!(input.address))),
        ("name", text(input.name.as_ref())),
    ]);
    let user = input.user.as_ref().map(|user| user.trim_start_matches('@'));
    let added = match user {
        Some(user) => client.post(&["users", user, "contacts"], &made)?,
        None => client.post(&["me", "contacts"], &made)?,
    };
    let mut shown = added;
    // The id where every other created thing has it.
    let id = shown.get("name").cloned().unwrap_or_default();
    shown.as_object_mut().map(|object| object.insert("id".to_owned(), id));
    out.item(&shown, |added| match user {
        Some(user) => {
            format!("{}\n@{} proves it in Settings, or with a code.", line(added, "Added."), out::harmless(user))
        }
        None => format!("{}\nNext: nightbell user contacts code {}", line(added, "Added."), out::field(added, "/name")),
    });
    Ok(())
}

fn verify(client: &Client, method: &str, code: &str, out: Out) -> Result<(), Failure> {
    let entered = client.post(&["me", "contacts", method, "verify"], &json!({ "code": code }))?;
    if entered.get("proved").and_then(Value::as_bool) == Some(true) {
        out.item(&entered, |_| format!("{} Pages use it from now on.", out::good("Proved.")));
        return Ok(());
    }
    if out.json {
        out::print_json(&entered);
    }
    let next = match entered.get("tries_left").and_then(Value::as_u64).unwrap_or_default() {
        0 => format!("Ask for another: nightbell user contacts code {method}"),
        1 => "One try is left.".to_owned(),
        left => format!("{left} tries are left."),
    };
    Err(Failure::findings(format!("{} {next}", out::field(&entered, "/why"))))
}

/// How a method stands, in words: the worst first.
pub(super) fn state(method: &Value) -> String {
    let said = |key: &str| method.get(key).filter(|value| !value.is_null());
    if method.get("verified").and_then(Value::as_bool) != Some(true) {
        return "not proved: pages do not use it".to_owned();
    }
    if method.get("sendable").and_then(Value::as_bool) == Some(false) {
        return "this server does not send by it".to_owned();
    }
    if let Some(why) = said("broken") {
        return format!("the last message failed: {}", out::cell(Some(why)));
    }
    if let Some(at) = said("test_missed_at") {
        return format!("the test page of {} was not acknowledged", out::cell(Some(at)));
    }
    match said("proven_at") {
        Some(at) => format!("proved {} ({})", out::cell(Some(at)), out::cell(said("proven_by"))),
        None => "verified, never proved".to_owned(),
    }
}

fn line(method: &Value, done: &str) -> String {
    format!("{} {} ({}): {}", out::good(done), out::field(method, "/name"), out::field(method, "/kind"), state(method))
}
