//! Web push: the push service of a browser's maker. A phone cannot stand in the organisation's file: its owner sets it up, proves by the code that came
//! to it that it rings, and says that it rings first. What the messages say is read by the stories of `tests/push`; here it is who sent them, and how.

use super::{
    ALL, Heard, Medium,
    Misfortune::{self, Busy, Drops, Garbage, Refused, WrongAddress},
    busy_by_header, not_http, numbered, same,
};
use crate::{
    double::Taken,
    house::Server,
    person::{Person, attribute},
    phone::Phone,
    wait::{SOON, until},
    web::{Reply, Request},
};
use std::{collections::BTreeMap, sync::Mutex};

const PHONE: &str = "hunter2-phone";
/// The codes that came before anything rang, by person.
static CODES: Mutex<BTreeMap<usize, Taken>> = Mutex::new(BTreeMap::new());

pub const PUSH: Medium = Medium {
    word: "push",
    below: "push",
    contact: |_, _| String::new(),
    hear,
    take: |_, _, _| Reply::status(201),
    refuse: |misfortune, _| match misfortune {
        WrongAddress => Some(Reply::status(410)),
        Refused => Some(Reply::with(403, "", "invalid JWT provided")),
        _ => None,
    },
    busy: || busy_by_header(""),
    garbage: not_http,
    told,
    loud: &[Refused],
    late: [true, true],
};

fn told(misfortune: Misfortune) -> &'static str {
    match misfortune {
        WrongAddress => "HTTP 410: the browser has ended this subscription",
        Refused => "HTTP 403: the push service does not take our signature",
        Busy => "HTTP 429",
        Garbage | Drops => "the connection was lost before an answer",
        _ => "HTTP 201",
    }
}

fn hear(request: &Request, path: &str) -> Result<Heard, String> {
    same("the method", &request.method, "POST")?;
    same("the encoding", request.header("content-encoding"), "aes128gcm")?;
    same("the type", request.header("content-type"), "application/octet-stream")?;
    let signed = request.header("authorization");
    if !(signed.starts_with("vapid t=") && signed.contains("k=")) || request.body.len() > 4_096 {
        return Err(format!("nobody signed it, or it is too long: {signed} {} bytes", request.body.len()));
    }
    if request.header("topic").len() > 32 {
        return Err(format!("a topic of more than 32 characters: {}", request.header("topic")));
    }
    let person = numbered(path, &format!("/{PHONE}"))?;
    let mut codes = CODES.lock().expect("no double panicked");
    if let std::collections::btree_map::Entry::Vacant(first) = codes.entry(person) {
        let headers = vec![("authorization".to_owned(), signed.to_owned())];
        first.insert(Taken { path: path.to_owned(), headers, body: request.body.clone() });
        return Ok(Heard::Message { person, repeat: None, pages: false });
    }
    let pages = match (request.header("urgency"), request.header("ttl")) {
        ("high", "3600") => true,
        ("normal", "43200") => false,
        other => return Err(format!("neither a page nor its end: {other:?}")),
    };
    // Whether it says that it may be a second copy only the phone can read.
    Ok(Heard::Message { person, repeat: None, pages })
}

/// Everybody sets up their phone, proves it, and says that it rings first.
pub fn set_up(server: &Server, base: &str) {
    let phone = Phone::new();
    for (n, misfortune) in ALL.iter().enumerate() {
        let name = super::name(&PUSH, *misfortune);
        let owner = Person::invited(server, &name);
        let endpoint = format!("{base}/push/{PHONE}{n}");
        let fields =
            [("endpoint", endpoint.as_str()), ("p256dh", &phone.p256dh), ("auth", &phone.auth), ("name", "first")];
        let answer = owner.send("/settings/reach", "/settings/reach/push", &fields);
        assert_eq!(answer.status, 303, "{}", answer.text());
        let key = attribute(&owner.see("/settings/reach"), "data-push-key=\"");
        let sent =
            until("a code comes to the phone", SOON, || CODES.lock().expect("no double panicked").get(&n).cloned());
        let (code, _) = phone.read(&sent, &key);
        let fields = [("code", code["code"].as_str().expect("a code")), ("endpoint", endpoint.as_str())];
        let answer = owner.post("/settings/reach/push/rang", &fields);
        assert_eq!(answer.status, 200, "{}", answer.text());
        // The phone at once, and long after it the other method.
        let order = [("high-first", "0"), ("high-second", "1200"), ("low-first", "0"), ("low-second", "1200")];
        let answer = owner.send("/settings/reach", "/settings/reach/rules", &order);
        assert_eq!(answer.status, 303, "{}", answer.text());
    }
}
