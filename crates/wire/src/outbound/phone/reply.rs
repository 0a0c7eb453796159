//! What people write back: `4`, `4711 4`, `ack`, `resolve 4711`.

use super::CODE_CHARS;

/// What somebody who was paged by telephone can do, by a key or a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Act {
    /// 4.
    Acknowledge,
    /// 6.
    Resolve,
    /// 8: whoever is next is called now.
    Escalate,
}

impl Act {
    /// From a key of the telephone.
    pub fn from_digit(digit: &str) -> Option<Self> {
        Some(match digit.trim() {
            "4" => Self::Acknowledge,
            "6" => Self::Resolve,
            "8" => Self::Escalate,
            _ => return None,
        })
    }

    /// The word in the delivery log.
    pub fn word(self) -> &'static str {
        match self {
            Self::Acknowledge => "acknowledged",
            Self::Resolve => "resolved",
            Self::Escalate => "escalated",
        }
    }

    fn from_word(word: &str) -> Option<Self> {
        Some(match word {
            "ack" | "acked" | "acknowledge" | "acknowledged" => Self::Acknowledge,
            "resolve" | "resolved" => Self::Resolve,
            "escalate" | "escalated" | "next" => Self::Escalate,
            digit => return Self::from_digit(digit),
        })
    }
}

/// What an incoming text message asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reply {
    /// To do this, of the message with that code, or of the only one there is.
    Do {
        /// What.
        act: Act,
        /// Which.
        code: Option<String>,
    },
    /// STOP, START, HELP and their like: the provider answers them, and nobody else may.
    ForTheProvider,
    /// Nothing we know.
    Unclear,
}

/// The words that a provider answers itself.
const FOR_THE_PROVIDER: [&str; 14] = [
    "stop",
    "stopall",
    "unsubscribe",
    "cancel",
    "end",
    "quit",
    "revoke",
    "optout",
    "start",
    "yes",
    "unstop",
    "help",
    "info",
    "opt-out",
];
/// Nobody writes more than a code and a word; a longer text is not read as one.
const WORDS_MAX: usize = 3;

/// Reads what somebody wrote.
pub fn read_reply(body: &str) -> Reply {
    let lower = body.trim().to_lowercase();
    if FOR_THE_PROVIDER.contains(&lower.trim_end_matches(['.', '!'])) {
        return Reply::ForTheProvider;
    }
    let separates = |c: char| !(c.is_alphanumeric());
    let words: Vec<&str> = lower.split(separates).filter(|word| !word.is_empty()).collect();
    if words.len() > WORDS_MAX {
        return Reply::Unclear;
    }
    let is_code = |word: &&str| word.len() == CODE_CHARS && word.bytes().all(|byte| byte.is_ascii_digit());
    let codes: Vec<&str> = words.iter().copied().filter(is_code).collect();
    let acts: Vec<Option<Act>> = words.iter().filter(|word| !is_code(word)).map(|word| Act::from_word(word)).collect();
    match (acts.as_slice(), codes.as_slice()) {
        ([Some(act)], []) => Reply::Do { act: *act, code: None },
        ([Some(act)], [code]) => Reply::Do { act: *act, code: Some((*code).to_owned()) },
        _ => Reply::Unclear,
    }
}
