//! Contact methods: the ways to reach a person, one medium each. Says what an address is, not how it is sent (the `delivery` crate) nor
//! whether it was proved (the person's [`super::Personal`] settings, or an administrator's word in the files).

use crate::ids::ContactId;
use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

/// The medium of a contact method, and where it leads.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum ContactKind {
    /// Electronic mail.
    Email {
        /// The address, as given.
        address: String,
    },
    /// A signed POST (Standard Webhooks).
    Webhook {
        /// Where to.
        url: String,
    },
    /// A browser's push subscription (RFC 8030): a phone on which Nightbell is installed.
    Push {
        /// The push service's address of this browser.
        endpoint: String,
        /// Its P-256 public key, base64url.
        p256dh: String,
        /// Its authentication secret, base64url.
        auth: String,
    },
    /// A topic of an ntfy server.
    Ntfy {
        /// The topic; whoever knows it reads it.
        topic: String,
        /// The server, when it is not the installation's.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        server: Option<String>,
    },
    /// A chat of the installation's Telegram bot.
    Telegram {
        /// The chat's number.
        chat: String,
    },
    /// A direct message by the installation's Slack app.
    Slack {
        /// The member id: `U0123ABCD`.
        member: String,
    },
    /// A direct message by the installation's Discord bot.
    Discord {
        /// The user id, digits.
        user: String,
    },
    /// A direct message by the installation's Mattermost bot.
    Mattermost {
        /// The user id, or the name behind the `@`.
        user: String,
    },
    /// A Microsoft Teams workflow.
    Teams {
        /// The workflow's address; whoever knows it may post.
        url: String,
    },
    /// A text message.
    Sms {
        /// E.164: `+4915112345678`.
        number: String,
    },
    /// A telephone call.
    Voice {
        /// E.164: `+4915112345678`.
        number: String,
    },
}

impl ContactKind {
    /// Every word, in the order in which people choose: what needs nobody's account first.
    pub const WORDS: [&'static str; 11] =
        ["push", "voice", "sms", "email", "ntfy", "telegram", "slack", "discord", "mattermost", "teams", "webhook"];

    /// The word in files, pages and metrics.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Email { .. } => "email",
            Self::Webhook { .. } => "webhook",
            Self::Push { .. } => "push",
            Self::Ntfy { .. } => "ntfy",
            Self::Telegram { .. } => "telegram",
            Self::Slack { .. } => "slack",
            Self::Discord { .. } => "discord",
            Self::Mattermost { .. } => "mattermost",
            Self::Teams { .. } => "teams",
            Self::Sms { .. } => "sms",
            Self::Voice { .. } => "voice",
        }
    }

    /// The address alone, whatever the medium calls it.
    pub fn address(&self) -> &str {
        match self {
            Self::Email { address } => address,
            Self::Webhook { url } | Self::Teams { url } => url,
            Self::Push { endpoint, .. } => endpoint,
            Self::Ntfy { topic, .. } => topic,
            Self::Telegram { chat } => chat,
            Self::Slack { member } => member,
            Self::Discord { user } | Self::Mattermost { user } => user,
            Self::Sms { number } | Self::Voice { number } => number,
        }
    }

    /// Whether whoever reads the address could use it: it is shown to its owner and to administrators, shortened.
    pub fn is_secret(&self) -> bool {
        matches!(self, Self::Webhook { .. } | Self::Push { .. } | Self::Ntfy { .. } | Self::Teams { .. })
    }

    /// When it is used by a person who set no rules, counted from the moment the page reached them (before the ladder is moved forward to its
    /// first rung): what rings a phone without costing anybody first, then what wakes harder, then what is read last.
    pub fn default_after(&self) -> SignedDuration {
        match self {
            Self::Voice { .. } => SignedDuration::from_mins(1),
            Self::Sms { .. } => SignedDuration::from_mins(3),
            Self::Email { .. } => SignedDuration::from_mins(5),
            Self::Push { .. }
            | Self::Webhook { .. }
            | Self::Ntfy { .. }
            | Self::Telegram { .. }
            | Self::Slack { .. }
            | Self::Discord { .. }
            | Self::Mattermost { .. }
            | Self::Teams { .. } => SignedDuration::ZERO,
        }
    }

    /// Whether it is read when there is time: mail and chat. What low urgency goes to when a person set nothing.
    pub fn is_calm(&self) -> bool {
        matches!(
            self,
            Self::Email { .. }
                | Self::Telegram { .. }
                | Self::Slack { .. }
                | Self::Discord { .. }
                | Self::Mattermost { .. }
                | Self::Teams { .. }
        )
    }

    /// From a word and an address as a person types them. A push subscription has three parts and comes from a browser alone.
    ///
    /// # Errors
    /// The sentence that stands beside the field.
    pub fn from_parts(word: &str, address: &str) -> Result<Self, String> {
        let given = address.trim();
        let address = || given.to_owned();
        let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
        if given.is_empty() {
            return Err(format!("A contact of kind {word} needs an address."));
        }
        if given.chars().any(|c| c.is_whitespace() || c.is_control()) && !matches!(word, "sms" | "voice") {
            return Err("An address has no blanks in it.".to_owned());
        }
        match word {
            "email" if !given.contains('@') => {
                Err(format!("{given:?} is not a mail address; write one like alice@example.com."))
            }
            "email" => Ok(Self::Email { address: address() }),
            "webhook" => Ok(Self::Webhook { url: url(given)? }),
            "teams" => Ok(Self::Teams { url: url(given)? }),
            "ntfy" => Self::ntfy(given),
            "telegram" if !digits(given.strip_prefix('-').unwrap_or(given)) => Err(format!(
                "{given:?} is not a Telegram chat: it is a number; the bot tells it when you write /start."
            )),
            "telegram" => Ok(Self::Telegram { chat: address() }),
            // Not a channel: whoever reads its messages could act as the one they are for.
            "slack"
                if !given.starts_with(['U', 'W'])
                    || !given.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit()) =>
            {
                Err(format!("{given:?} is not a Slack member id; copy it from your Slack profile: U0123ABCD."))
            }
            "slack" => Ok(Self::Slack { member: address() }),
            "discord" if !digits(given) => {
                Err(format!("{given:?} is not a Discord user id: it is digits only (Copy User ID in your profile)."))
            }
            "discord" => Ok(Self::Discord { user: address() }),
            "mattermost" => Ok(Self::Mattermost { user: given.trim_start_matches('@').to_owned() }),
            "sms" => Ok(Self::Sms { number: number(given)? }),
            "voice" => Ok(Self::Voice { number: number(given)? }),
            "push" => Err("Push is set up by the browser of the phone itself, under Settings.".to_owned()),
            _ => Err(format!("{word:?} is not a medium; there are {}.", Self::WORDS.join(", "))),
        }
    }

    /// `topic`, or the whole address of a topic on another server.
    fn ntfy(given: &str) -> Result<Self, String> {
        let (server, topic) = match given.rsplit_once('/') {
            Some((server, topic)) => (Some(url(server)?), topic),
            None => (None, given),
        };
        let sound = (1..=64).contains(&topic.len())
            && topic.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'));
        if !sound {
            return Err(format!("{topic:?} is not an ntfy topic: up to 64 letters, digits, - and _."));
        }
        Ok(Self::Ntfy { topic: topic.to_owned(), server })
    }
}

fn url(given: &str) -> Result<String, String> {
    let host = given.strip_prefix("https://").or_else(|| given.strip_prefix("http://"));
    match host {
        Some(host) if !host.is_empty() && !host.starts_with('/') => Ok(given.to_owned()),
        _ => Err(format!("{given:?} is not an address; write one like https://example.com/hook.")),
    }
}

/// E.164, however it was grouped when it was typed.
fn number(given: &str) -> Result<String, String> {
    let plain: String = given.chars().filter(|c| !matches!(c, ' ' | '-' | '(' | ')' | '.' | '/')).collect();
    let digits = plain.strip_prefix('+').unwrap_or_default();
    let sound =
        (7..=15).contains(&digits.len()) && !digits.starts_with('0') && digits.bytes().all(|b| b.is_ascii_digit());
    if sound {
        Ok(plain)
    } else {
        Err(format!("{given:?} is not an international number; write it with its country: +49 151 12345678."))
    }
}

/// A way to reach a user.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contact {
    /// Handle, unique within the user.
    pub id: ContactId,
    /// Medium and address.
    #[serde(flatten)]
    pub kind: ContactKind,
    /// Whether it was proved to reach the person. Only verified methods are used.
    pub verified: bool,
}
