//! What Twilio's status callbacks tell: the fields of a form, one line of the delivery log.

use crate::outbound::phone::Heard;

/// What Twilio's codes of text messages that did not arrive mean.
const CODES: [(&str, &str); 9] = [
    ("30003", "the telephone is off or out of reach"),
    ("30004", "the network blocks messages to it"),
    ("30005", "nobody has this number"),
    ("30006", "it is a landline, or its network takes no text messages"),
    ("30007", "the network took it for spam"),
    ("30008", "the network did not say why"),
    ("30034", "our number is not registered for this country"),
    ("30036", "it waited too long at Twilio"),
    ("21610", "the person answered STOP to our number"),
];

fn field<'f>(fields: &'f [(String, String)], name: &str) -> Option<&'f str> {
    fields.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str()).filter(|value| !value.is_empty())
}

/// What a form says of a text message; `None` when it is about none.
pub fn text_heard(fields: &[(String, String)]) -> Option<Heard> {
    let status = field(fields, "MessageStatus").or_else(|| field(fields, "SmsStatus"))?;
    Some(match status {
        "undelivered" | "failed" | "canceled" => Heard::failed(status, why(fields)),
        known @ ("queued"
        | "sending"
        | "sent"
        | "delivered"
        | "accepted"
        | "scheduled"
        | "read"
        | "partially_delivered") => Heard::of(known),
        _ => return None,
    })
}

fn why(fields: &[(String, String)]) -> String {
    let Some(code) = field(fields, "ErrorCode") else { return String::new() };
    match CODES.iter().find(|(known, _)| *known == code) {
        Some((_, meaning)) => format!("{meaning} ({code})"),
        None if code.len() <= 8 && code.bytes().all(|byte| byte.is_ascii_digit()) => format!("Twilio's code {code}"),
        None => String::new(),
    }
}

/// What a form says of a call; `None` when it is about none.
pub fn call_heard(fields: &[(String, String)]) -> Option<Heard> {
    let machine = field(fields, "AnsweredBy").is_some_and(|by| by.starts_with("machine") || by == "fax");
    Some(match field(fields, "CallStatus")? {
        _ if machine => Heard::failed("machine", "a mailbox or a fax answered"),
        "busy" => Heard::failed("busy", ""),
        "no-answer" => Heard::failed("no-answer", ""),
        "failed" => Heard::failed("failed", "the call could not be placed"),
        "canceled" => Heard::failed("canceled", ""),
        "in-progress" => Heard::of("answered"),
        "completed" => Heard { detail: lasted(fields), ..Heard::of("completed") },
        known @ ("queued" | "initiated" | "ringing") => Heard::of(known),
        _ => return None,
    })
}

fn lasted(fields: &[(String, String)]) -> String {
    let seconds = field(fields, "CallDuration").and_then(|text| text.parse::<u32>().ok());
    seconds.map_or_else(String::new, |seconds| format!("after {seconds} s"))
}
