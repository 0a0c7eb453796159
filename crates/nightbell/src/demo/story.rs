//! The checkout outage of the playbook, as data: when, who, what. Nothing here is done; `stage` does it with real requests.
//!
//! Here: what a beat is. The beats: [`outage`].

mod outage;

pub use outage::{LEARNING, RESPONSE, WOKEN};

/// Who acts in a beat.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Who {
    /// The monitoring.
    Alertmanager,
    /// Nightbell itself: a clock rings.
    Nightbell,
    /// On call for Payments.
    Alice,
    /// Backup.
    Bob,
    /// Comms.
    Carol,
    /// Incident Commander.
    Dana,
}

impl Who {
    /// The people, in the order of the organisation's file.
    pub const PEOPLE: [Self; 4] = [Self::Alice, Self::Bob, Self::Carol, Self::Dana];

    /// The name shown.
    pub fn name(self) -> &'static str {
        match self {
            Self::Alertmanager => "Alertmanager",
            Self::Nightbell => "Nightbell",
            Self::Alice => "Alice",
            Self::Bob => "Bob",
            Self::Carol => "Carol",
            Self::Dana => "Dana",
        }
    }

    /// The handle in the organisation's file; the machines have none.
    pub fn handle(self) -> &'static str {
        match self {
            Self::Alertmanager | Self::Nightbell => "",
            Self::Alice => "alice",
            Self::Bob => "bob",
            Self::Carol => "carol",
            Self::Dana => "dana",
        }
    }
}

/// What is done in a beat. Bodies are JSON; `{date+7}` in them is the date in seven days.
#[derive(Debug, Clone, Copy)]
pub enum Act {
    /// Alertmanager posts its webhook.
    Alert {
        /// The alert is over.
        resolved: bool,
    },
    /// The person is sent a mail whose subject begins like this; its first lines are shown.
    Letter(&'static str),
    /// The same, and only the subject is shown.
    Mail(&'static str),
    /// The link in that mail is opened; nothing is pressed.
    Open,
    /// Acknowledge is pressed on the page behind the link.
    Acknowledge,
    /// The incident is declared from the page behind the link.
    Declare {
        /// What is broken.
        title: &'static str,
        /// How bad it is.
        severity: &'static str,
    },
    /// A request in the room: the path below the incident, and the body.
    Room(&'static str, &'static str),
    /// The same, and what the room and the public read afterwards is shown.
    Speak(&'static str, &'static str),
    /// A request that must be refused, with that code.
    Refused(&'static str, &'static str, &'static str),
    /// The hypothesis that begins like this turned out wrong.
    Refute(&'static str, &'static str),
    /// A clock of the playbook says this in the room.
    Clock(&'static str),
    /// When the drafted postmortem is due.
    Due,
    /// The postmortem is filled in: the text under "Root cause".
    Write {
        /// The text.
        root_cause: &'static str,
        /// The blame check finds something in it.
        blames: bool,
    },
}

/// Where to look while it happens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Look {
    /// The inbox of the mail catcher.
    Inbox,
    /// The incident's room.
    Room,
    /// The public page.
    Status,
    /// The postmortem.
    Postmortem,
}

/// One beat of the story.
#[derive(Debug, Clone, Copy)]
pub struct Beat {
    /// Seconds after the alert.
    pub after_s: i64,
    /// Who.
    pub who: Who,
    /// What happens, for the reader.
    pub text: &'static str,
    /// What is done.
    pub act: Act,
    /// Where to look.
    pub look: Look,
    /// It only happens when the story's own time passes: its clock takes longer than anybody watches.
    pub by_the_clock: bool,
}
