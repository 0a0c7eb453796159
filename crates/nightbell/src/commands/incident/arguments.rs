//! What `nightbell incident` takes.

use crate::{client::ServerArgs, commands::moment};
use clap::{Args, Subcommand, ValueEnum};
use jiff::Timestamp;

/// What `incident` takes.
#[derive(Debug, Args)]
pub struct Arguments {
    /// Where.
    #[command(flatten)]
    pub server: ServerArgs,
    /// What to do.
    #[command(subcommand)]
    pub action: Action,
}

/// What can be done with incidents.
#[derive(Debug, Subcommand)]
pub enum Action {
    /// Declare an incident: when in doubt, declare
    Declare(Declare),
    /// List incidents
    List {
        /// Closed ones too
        #[arg(long)]
        all: bool,
    },
    /// Show where an incident stands
    Show {
        /// inc-2026-05-02-checkout-down
        slug: String,
        /// With everything that happened
        #[arg(long)]
        timeline: bool,
    },
    /// Take a role, offer it to somebody, or give it back
    Role {
        /// inc-2026-05-02-checkout-down
        slug: String,
        /// ic, ops, comms or scribe
        role: String,
        /// What to do with the role
        #[arg(value_enum, default_value_t = Seat::Take)]
        action: Seat,
        /// To whom: @ann
        who: Option<String>,
    },
    /// Change the severity; lowering needs a reason
    Sev {
        /// inc-2026-05-02-checkout-down
        slug: String,
        /// sev1, sev2, …
        severity: String,
        /// Why
        #[arg(long, value_name = "TEXT")]
        reason: Option<String>,
    },
    /// Change the status word: investigating, identified, monitoring
    Status {
        /// inc-2026-05-02-checkout-down
        slug: String,
        /// The word
        status: String,
        /// Why it goes back
        #[arg(long, value_name = "TEXT")]
        reason: Option<String>,
    },
    /// Post an update and promise the next one
    Update(Update),
    /// Write a note on the timeline
    Note {
        /// inc-2026-05-02-checkout-down
        slug: String,
        /// What is worth keeping
        text: String,
    },
    /// Write a decision on the timeline
    Decide {
        /// inc-2026-05-02-checkout-down
        slug: String,
        /// What was decided
        text: String,
    },
    /// Say that a quick mitigation was tried, or what came of it
    Mitigate {
        /// inc-2026-05-02-checkout-down
        slug: String,
        /// The mitigation's key, as `incident show` lists it
        key: String,
        /// What happened
        #[arg(value_enum, default_value_t = Trial::Tried)]
        outcome: Trial,
    },
    /// Publish on the status page
    Publish {
        /// inc-2026-05-02-checkout-down
        slug: String,
        /// What the public reads.
        #[command(flatten)]
        public: PublicArgs,
    },
    /// It is over: customers are served again
    Resolve {
        /// inc-2026-05-02-checkout-down
        slug: String,
        /// How it ended, in a sentence
        text: String,
        /// What the public reads.
        #[command(flatten)]
        public: PublicArgs,
    },
    /// Nothing is owed any more
    Close {
        /// inc-2026-05-02-checkout-down
        slug: String,
    },
    /// It was a false alarm; it is kept
    Cancel {
        /// inc-2026-05-02-checkout-down
        slug: String,
        /// Why
        #[arg(long, value_name = "TEXT")]
        reason: String,
    },
}

/// What `incident declare` takes.
#[derive(Debug, Args)]
pub struct Declare {
    /// What customers notice, in a few words
    pub title: Option<String>,
    /// sev1, sev2, …; asked from the questions below when left out
    #[arg(long, value_name = "SEV")]
    pub severity: Option<String>,
    /// Many customers are affected
    #[arg(long)]
    pub many_affected: bool,
    /// Money or data is at risk
    #[arg(long)]
    pub money_at_risk: bool,
    /// There is a workaround
    #[arg(long)]
    pub workaround: bool,
    /// The service that is hit
    #[arg(long, value_name = "ID")]
    pub service: Option<String>,
    /// The alert it grew from
    #[arg(long, value_name = "ID")]
    pub alert: Option<String>,
}

/// What `incident update` takes.
#[derive(Debug, Args)]
pub struct Update {
    /// inc-2026-05-02-checkout-down
    pub slug: String,
    /// What is known, what is done, for people inside
    #[arg(long, value_name = "TEXT")]
    pub text: String,
    /// What is being done about it
    #[arg(long, value_name = "TEXT")]
    pub mitigation: Option<String>,
    /// The status word, if it changes
    #[arg(long, value_name = "WORD")]
    pub status: Option<String>,
    /// When the next update comes: 30m
    #[arg(long, value_name = "DURATION", conflicts_with = "next_at")]
    pub next_in: Option<String>,
    /// When the next update comes: 2026-05-02T15:07[Europe/Berlin]
    #[arg(long, value_name = "T", value_parser = moment)]
    pub next_at: Option<Timestamp>,
    /// Why the status goes back
    #[arg(long, value_name = "TEXT")]
    pub reason: Option<String>,
    /// What the public reads.
    #[command(flatten)]
    pub public: PublicArgs,
}

/// What the public reads.
#[derive(Debug, Clone, Default, Args)]
pub struct PublicArgs {
    /// The public text; without one nothing is published
    #[arg(long, value_name = "TEXT")]
    pub public: Option<String>,
    /// The public headline
    #[arg(long, value_name = "TEXT", requires = "public")]
    pub public_title: Option<String>,
    /// How a component is doing: checkout=major_outage; may be repeated
    #[arg(long = "component", value_name = "ID=STATUS", value_parser = component, requires = "public")]
    pub components: Vec<(String, String)>,
    /// Why the public status goes back
    #[arg(long, value_name = "TEXT", requires = "public")]
    pub public_reason: Option<String>,
    /// Publish in spite of the wording check, and why; it is kept
    #[arg(long, value_name = "TEXT", requires = "public")]
    pub override_reason: Option<String>,
}

fn component(text: &str) -> Result<(String, String), String> {
    let (id, status) = text.split_once('=').ok_or("write it like checkout=major_outage")?;
    // The word is typed with either dash; the API, like Statuspage, writes it with a low one.
    Ok((id.trim().to_owned(), status.trim().replace('-', "_")))
}

/// What can be done with a role.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Seat {
    /// I do it
    Take,
    /// Ask somebody; they accept or decline
    Offer,
    /// Accept what was offered to me
    Accept,
    /// Decline what was offered to me
    Decline,
    /// Give it back
    Release,
}

impl Seat {
    /// The API's word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Take => "take",
            Self::Offer => "offer",
            Self::Accept => "accept",
            Self::Decline => "decline",
            Self::Release => "release",
        }
    }
}

/// What came of a mitigation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Trial {
    /// It is being tried
    Tried,
    /// It worked
    Worked,
    /// It did not help
    Failed,
}

impl Trial {
    /// The API's word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Tried => "try",
            Self::Worked => "worked",
            Self::Failed => "failed",
        }
    }
}
