//! What goes by telephone, whoever carries it: the words of a text message and of a call, what people answer, and the tokens of the callbacks.
//!
//! Is not a provider: those are [`super::twilio`] and [`super::template`]. Called by both, by the engine (tokens, codes) and by `web`'s callbacks.

mod gsm;
mod reply;
mod speech;
mod text;
mod token;

pub use gsm::{plain, segments};
pub use reply::{Act, Reply, read_reply};
pub use speech::{DONE, call, clean, confirmed, is_answerable, menu};
pub use text::text_message;
pub use token::{CODE_CHARS, CallbackLink, Purpose, reply_code};

/// What a provider tells about a message it took: one line of the delivery log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Heard {
    /// One word: `delivered`, `busy`, …; told once for each attempt.
    pub what: String,
    /// The rest of the sentence; may be empty.
    pub detail: String,
    /// Whether it will not arrive: the person's next method is wanted.
    pub failed: bool,
}

impl Heard {
    /// Something on the way.
    pub fn of(what: &str) -> Self {
        Self { what: what.to_owned(), detail: String::new(), failed: false }
    }

    /// It will not arrive.
    pub fn failed(what: &str, detail: impl Into<String>) -> Self {
        Self { what: what.to_owned(), detail: detail.into(), failed: true }
    }
}

#[cfg(test)]
mod tests;
