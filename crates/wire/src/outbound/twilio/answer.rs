//! What Twilio's answer to a request means.

use crate::outbound::{Answer, Outcome, Wrong};
use serde_json::Value;

/// Codes that say the number will never take it, and what that means for the person.
const WRONG_NUMBERS: [(i64, &str); 9] = [
    (21211, "this is not a telephone number"),
    (21214, "this number cannot be reached"),
    (21217, "this is not a telephone number"),
    (21219, "a trial account calls verified numbers only, and this is none"),
    (21401, "this is not a telephone number"),
    (21407, "this number takes no text messages"),
    (21608, "a trial account writes to verified numbers only, and this is none"),
    (21610, "the person answered STOP to our number; START to it takes that back"),
    (21614, "this is not a mobile number"),
];
/// Codes that say that we are asked to wait, whatever the status.
const TOO_MANY: [i64; 2] = [20429, 14107];

/// What an answer means: taken, not now, or whose fault it is. Whatever is not known to be the number's fault is the account's, and another provider may
/// try.
pub fn classify(answer: &Answer) -> Outcome {
    let json = answer.json();
    if (200..=299).contains(&answer.status) {
        let text = |name: &str| json.get(name).and_then(Value::as_str).map(str::to_owned);
        let status = text("status").unwrap_or_else(|| "taken".to_owned());
        // Taken and refused in one answer: a number that is known to be unreachable.
        if let Some(code) = number(&json, "error_code").filter(|_| matches!(status.as_str(), "failed" | "undelivered"))
        {
            return refused(code, &json);
        }
        return Outcome::accepted(text("sid"), status);
    }
    match number(&json, "code") {
        Some(code) if TOO_MANY.contains(&code) => {
            Outcome::deferred(said(code, &json), answer.retry_after.map(crate::outbound::granted))
        }
        Some(code) if (400..=499).contains(&answer.status) && !matches!(answer.status, 408 | 425 | 429) => {
            refused(code, &json)
        }
        code => {
            let outcome = answer.by_status(Wrong::Provider, Wrong::Provider);
            match code {
                Some(code) => outcome.told(|detail| format!("{detail}: {}", said(code, &json))),
                None => outcome,
            }
        }
    }
}

fn refused(code: i64, json: &Value) -> Outcome {
    match WRONG_NUMBERS.iter().find(|(known, _)| *known == code) {
        Some((_, meaning)) => Outcome::wrong_address(format!(
            "{meaning}, says Twilio ({code}); this contact method is broken until it is changed"
        )),
        None if code == 20003 => {
            Outcome::wrong_provider(format!("Twilio does not know these credentials ({code}); check [twilio]"))
        }
        None => Outcome::wrong_provider(said(code, json)),
    }
}

fn said(code: i64, json: &Value) -> String {
    let words = json.get("message").or_else(|| json.get("error_message")).and_then(Value::as_str).unwrap_or("refused");
    format!("{words} ({code})")
}

/// A number, also one that came as text.
fn number(json: &Value, name: &str) -> Option<i64> {
    let value = json.get(name)?;
    value.as_i64().or_else(|| value.as_str()?.parse().ok())
}
