//! Twilio's text messages. Its calls, and what it asks of us later, are the stories of `tests/phone`.

use super::{
    Heard, Medium,
    Misfortune::{self, Busy, Garbage, Refused, WrongAddress},
    busy_by_header, json, not_http, numbered, same,
};
use crate::web::{Reply, Request};
use std::collections::BTreeMap;

const ACCOUNT: &str = "AC00000000000000000000000000000001";
const TOKEN: &str = "hunter2-twilio";
/// Both of them, base64.
const SIGN_IN: &str = "Basic QUMwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMTpodW50ZXIyLXR3aWxpbw==";
const FROM: &str = "+15550009";
const NUMBER: &str = "+155511100";

pub fn settings(base: &str) -> Vec<(&'static str, String)> {
    vec![
        ("NIGHTBELL_TWILIO__ACCOUNT_SID", ACCOUNT.to_owned()),
        ("NIGHTBELL_TWILIO__AUTH_TOKEN", TOKEN.to_owned()),
        ("NIGHTBELL_TWILIO__FROM", FROM.to_owned()),
        ("NIGHTBELL_TWILIO__BASE_URL", format!("{base}/twilio")),
    ]
}

pub const TWILIO: Medium = Medium {
    word: "sms",
    below: "twilio/2010-04-01/Accounts/AC00000000000000000000000000000001/Messages.json",
    contact: |_, n| format!("address: \"{NUMBER}{n}\""),
    hear,
    take: |_, _, _| json(201, r#"{"sid":"SM1","status":"queued","num_segments":"1","error_code":null}"#),
    refuse,
    busy,
    garbage: not_http,
    told,
    loud: &[Refused],
    late: [true, true],
};

fn refuse(misfortune: Misfortune, _: Heard) -> Option<Reply> {
    match misfortune {
        WrongAddress => {
            Some(json(400, r#"{"code":21211,"message":"The 'To' number is not a valid phone number.","status":400}"#))
        }
        Refused => Some(json(401, r#"{"code":20003,"message":"Authenticate","status":401}"#)),
        _ => None,
    }
}

fn busy() -> Reply {
    busy_by_header(r#"{"code":20429,"message":"Too Many Requests","status":429}"#)
}

fn told(misfortune: Misfortune) -> &'static str {
    match misfortune {
        WrongAddress => "this is not a telephone number, says Twilio (21211)",
        Refused => "Twilio does not know these credentials (20003)",
        Busy => "Too Many Requests (20429)",
        Garbage => "the connection was lost before an answer",
        _ => "queued",
    }
}

/// The fields of a form that knows no others; each comes once.
fn fields(request: &Request, required: &[&str], optional: &[&str]) -> Result<BTreeMap<String, String>, String> {
    same("the method", &request.method, "POST")?;
    same("who calls", request.header("authorization"), SIGN_IN)?;
    same("the type", request.header("content-type"), "application/x-www-form-urlencoded")?;
    let mut fields = BTreeMap::new();
    for (name, value) in url::form_urlencoded::parse(&request.body) {
        if !required.contains(&&*name) && !optional.contains(&&*name) {
            return Err(format!("{name:?} is not known"));
        }
        if fields.insert(name.clone().into_owned(), value.into_owned()).is_some() {
            return Err(format!("{name:?} comes twice"));
        }
    }
    match required.iter().find(|name| !fields.contains_key(**name)) {
        Some(missing) => Err(format!("{missing:?} is missing")),
        None => Ok(fields),
    }
}

fn hear(request: &Request, path: &str) -> Result<Heard, String> {
    same("the path", path, "")?;
    let fields = fields(request, &["To", "From", "Body"], &["ValidityPeriod", "StatusCallback"])?;
    if fields.get("StatusCallback").is_some_and(|address| !address.contains("/callbacks/twilio/status/")) {
        return Err(format!("no callback of ours: {fields:?}"));
    }
    let body = &fields["Body"];
    if body.is_empty() || body.chars().count() > 1_600 {
        return Err(format!("not a text: {body}"));
    }
    let pages = !["INFO", "OVER", "CALLED OFF"].iter().any(|word| body.starts_with(word));
    Ok(Heard::Message { person: numbered(&fields["To"], NUMBER)?, repeat: Some(body.contains("(again)")), pages })
}
