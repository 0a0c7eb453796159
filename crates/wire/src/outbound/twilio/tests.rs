//! Requests, answers, callbacks and signatures, as tables.

use super::*;
use crate::outbound::{
    Answer, Outcome, Wrong,
    phone::Heard,
    test_messages::{HOSTILE, by_phone, checkout, hostile},
};
use jiff::SignedDuration;
use nightbell_domain::paging::MessageKind;

fn account() -> Account {
    Account {
        account_sid: "AC1".to_owned(),
        user: "AC1".to_owned(),
        secret: "authtok".to_owned(),
        from: "+15550009".to_owned(),
        voice_from: None,
        base_url: BASE_URL.to_owned(),
        detects_machines: false,
    }
}

/// The fields of a form, in order.
fn fields(request: &HttpRequest) -> Vec<(String, String)> {
    let decode = |text: &str| {
        let mut bytes = Vec::new();
        let mut rest = text.as_bytes();
        while let Some((first, after)) = rest.split_first() {
            let (byte, after) = match first {
                b'+' => (b' ', after),
                b'%' => (u8::from_str_radix(std::str::from_utf8(&after[..2]).unwrap(), 16).unwrap(), &after[2..]),
                other => (*other, after),
            };
            bytes.push(byte);
            rest = after;
        }
        String::from_utf8(bytes).unwrap()
    };
    let body = std::str::from_utf8(&request.body).unwrap();
    body.split('&')
        .map(|pair| pair.split_once('=').unwrap())
        .map(|(name, value)| (decode(name), decode(value)))
        .collect()
}

fn owned(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

#[test]
fn a_text_is_sent_as_twilio_wants_it() {
    let request = account().text("+15550001", &by_phone(MessageKind::Page));
    assert_eq!(request.method, "POST");
    assert_eq!(request.url, "https://api.twilio.com/2010-04-01/Accounts/AC1/Messages.json");
    // base64("AC1:authtok")
    assert!(request.headers.contains(&("authorization".to_owned(), "Basic QUMxOmF1dGh0b2s=".to_owned())));
    assert!(request.headers.contains(&("content-type".to_owned(), "application/x-www-form-urlencoded".to_owned())));
    let sent = fields(&request);
    let expected = [
        ("To", "+15550001"),
        ("From", "+15550009"),
        ("Body", &text_message(&by_phone(MessageKind::Page), true)),
        ("ValidityPeriod", "900"),
        ("StatusCallback", "https://bell.acme.test:8443/base/callbacks/twilio/status/R3p0rt"),
    ];
    assert_eq!(sent, owned(&expected));
    let service = Account { from: "MG2".to_owned(), ..account() };
    let sent = fields(&service.text("+15550001", &checkout(MessageKind::Page)));
    assert!(sent.contains(&("MessagingServiceSid".to_owned(), "MG2".to_owned())), "{sent:?}");
    assert!(
        !sent.iter().any(|(name, value)| name == "StatusCallback" || name == "From" || value.contains("Reply")),
        "{sent:?}"
    );
}

#[test]
fn a_call_asks_us_what_to_say_when_it_is_taken() {
    let sent = fields(&account().call("+15550001", &by_phone(MessageKind::Page)).unwrap());
    let ours = "https://bell.acme.test:8443/base/callbacks/twilio";
    let (voice, status) = (format!("{ours}/voice/AnSw3r"), format!("{ours}/status/R3p0rt"));
    let expected = [
        ("To", "+15550001"),
        ("From", "+15550009"),
        ("Timeout", "25"),
        ("TimeLimit", "180"),
        ("Url", &voice),
        ("Method", "POST"),
        ("StatusCallback", &status),
        ("StatusCallbackMethod", "POST"),
        ("StatusCallbackEvent", "answered"),
        ("StatusCallbackEvent", "completed"),
    ];
    assert_eq!(sent, owned(&expected));
    let detecting = Account { detects_machines: true, ..account() };
    let sent = fields(&detecting.call("+1", &by_phone(MessageKind::Resolved)).unwrap());
    assert!(sent.contains(&("MachineDetection".to_owned(), "Enable".to_owned())));
    assert!(sent.iter().any(|(name, value)| name == "Twiml" && value.contains("It is over.")), "{sent:?}");
    assert!(!sent.iter().any(|(name, _)| name == "Url"), "one of Url and Twiml");
    let service = Account { from: "MG2".to_owned(), ..account() };
    assert!(service.call("+1", &by_phone(MessageKind::Page)).unwrap_err().contains("voice_from"));
    let both = Account { voice_from: Some("+15550008".to_owned()), ..service };
    let sent = fields(&both.call("+1", &by_phone(MessageKind::Page)).unwrap());
    assert!(sent.contains(&("From".to_owned(), "+15550008".to_owned())));
}

#[test]
fn every_answer_has_one_meaning() {
    let wrong =
        |wrong| move |outcome: &Outcome| matches!(outcome, Outcome::Rejected { wrong: found, .. } if *found == wrong);
    let later = |seconds: Option<i64>| {
        let asked = seconds.map(SignedDuration::from_secs);
        move |outcome: &Outcome| matches!(outcome, Outcome::Deferred { retry_after, .. } if *retry_after == asked)
    };
    type Meaning = Box<dyn Fn(&Outcome) -> bool>;
    let rows: [(u16, Option<i64>, &str, Meaning, &str); 18] = [
        (
            201,
            None,
            r#"{"sid":"SM1","status":"queued","error_code":null}"#,
            Box::new(|o| matches!(o, Outcome::Accepted { provider_id: Some(id), .. } if id == "SM1")),
            "queued",
        ),
        (200, None, "not json", Box::new(|o| matches!(o, Outcome::Accepted { provider_id: None, .. })), "taken"),
        (201, None, r#"{"sid":"SM1","status":"failed","error_code":21610}"#, Box::new(wrong(Wrong::Address)), "STOP"),
        (
            400,
            None,
            r#"{"code":21211,"message":"Invalid 'To'"}"#,
            Box::new(wrong(Wrong::Address)),
            "contact method is broken",
        ),
        (400, None, r#"{"code":21610,"message":"x"}"#, Box::new(wrong(Wrong::Address)), "START"),
        (400, None, r#"{"code":21614,"message":"x"}"#, Box::new(wrong(Wrong::Address)), "mobile"),
        (403, None, r#"{"code":21608,"message":"x"}"#, Box::new(wrong(Wrong::Address)), "trial"),
        (400, None, r#"{"code":"21211","message":"x"}"#, Box::new(wrong(Wrong::Address)), "21211"),
        (
            401,
            None,
            r#"{"code":20003,"message":"Authenticate"}"#,
            Box::new(wrong(Wrong::Provider)),
            "credentials (20003)",
        ),
        (401, None, "", Box::new(wrong(Wrong::Provider)), "HTTP 401"),
        (
            403,
            None,
            r#"{"code":20005,"message":"Account not active"}"#,
            Box::new(wrong(Wrong::Provider)),
            "Account not active (20005)",
        ),
        (
            400,
            None,
            r#"{"code":21606,"message":"The From number is not valid"}"#,
            Box::new(wrong(Wrong::Provider)),
            "From",
        ),
        (404, None, r#"{"code":20404,"message":"not found"}"#, Box::new(wrong(Wrong::Provider)), "20404"),
        (429, Some(7), r#"{"code":20429,"message":"Too Many Requests"}"#, Box::new(later(Some(7))), "Too Many"),
        (429, Some(900), "", Box::new(later(Some(120))), "HTTP 429"),
        (400, None, r#"{"code":14107,"message":"rate"}"#, Box::new(later(None)), "rate"),
        (500, None, r#"{"code":20500,"message":"Internal"}"#, Box::new(later(None)), "Internal (20500)"),
        (503, Some(3), "<html>", Box::new(later(Some(3))), "HTTP 503"),
    ];
    for (status, retry_after, body, meaning, words) in rows {
        let retry_after = retry_after.map(SignedDuration::from_secs);
        let outcome = classify(&Answer { status, retry_after, body: body.as_bytes().to_vec() });
        assert!(meaning(&outcome) && outcome.detail().contains(words), "{status} {body}: {outcome:?}");
    }
}

#[test]
fn what_a_callback_tells_is_one_line_of_the_log() {
    let line =
        |what: &str, detail: &str, failed| Some(Heard { what: what.to_owned(), detail: detail.to_owned(), failed });
    for (pairs, expected) in [
        (&[("MessageStatus", "queued")][..], line("queued", "", false)),
        (&[("MessageStatus", "delivered")][..], line("delivered", "", false)),
        (&[("SmsStatus", "sent")][..], line("sent", "", false)),
        (
            &[("MessageStatus", "undelivered"), ("ErrorCode", "30003")][..],
            line("undelivered", "the telephone is off or out of reach (30003)", true),
        ),
        (&[("MessageStatus", "failed"), ("ErrorCode", "30999")][..], line("failed", "Twilio's code 30999", true)),
        (&[("MessageStatus", "failed"), ("ErrorCode", "<script>")][..], line("failed", "", true)),
        (&[("MessageStatus", "exploded")][..], None),
        (&[][..], None),
    ] {
        assert_eq!(text_heard(&owned(pairs)), expected, "{pairs:?}");
    }
    for (pairs, expected) in [
        (&[("CallStatus", "ringing")][..], line("ringing", "", false)),
        (&[("CallStatus", "in-progress")][..], line("answered", "", false)),
        (&[("CallStatus", "completed"), ("CallDuration", "31")][..], line("completed", "after 31 s", false)),
        (&[("CallStatus", "busy")][..], line("busy", "", true)),
        (&[("CallStatus", "no-answer")][..], line("no-answer", "", true)),
        (&[("CallStatus", "failed")][..], line("failed", "the call could not be placed", true)),
        (
            &[("CallStatus", "completed"), ("AnsweredBy", "machine_start")][..],
            line("machine", "a mailbox or a fax answered", true),
        ),
        (&[("CallStatus", "in-progress"), ("AnsweredBy", "human")][..], line("answered", "", false)),
        (&[("CallStatus", "x")][..], None),
    ] {
        assert_eq!(call_heard(&owned(pairs)), expected, "{pairs:?}");
    }
}

#[test]
fn only_twilio_can_sign() {
    let posted = owned(&[("From", "+1555"), ("CallSid", "CA1"), ("Digits", "4")]);
    let (url, right) = ("https://x.test/twilio/ack?i=1", "c0ahKO7TsdtcV/Vm7KYrtz1BJQE=");
    assert!(is_signed("authtok", url, &posted, right), "the vector of the specification");
    assert!(is_signed("authtok", "https://x.test:443/twilio/ack?i=1", &posted, right), "with the default port");
    for (token, url, fields, signature) in [
        ("authtoc", url, posted.clone(), right),
        ("authtok", "https://x.test/twilio/ack?i=2", posted.clone(), right),
        ("authtok", "http://x.test/twilio/ack?i=1", posted.clone(), right),
        ("authtok", "https://x.test:8443/twilio/ack?i=1", posted.clone(), right),
        ("authtok", url, owned(&[("From", "+1555"), ("CallSid", "CA1"), ("Digits", "6")]), right),
        ("authtok", url, owned(&[("CallSid", "CA1"), ("Digits", "4")]), right),
        ("authtok", url, posted.clone(), "c0ahKO7TsdtcV/Vm7KYrtz1BJQA="),
        ("authtok", url, posted.clone(), ""),
        ("authtok", url, posted, "not base64!"),
    ] {
        assert!(!is_signed(token, url, &fields, signature), "{token} {url} {fields:?} {signature}");
    }
}

#[test]
fn twiml_holds_words_and_nothing_that_acts() {
    let asked = twiml::asked("It's <down> & out.", "Press 4.", "https://x.test/g?a=1&b=2");
    assert_eq!(asked.matches("<Gather ").count(), 2, "said once more: {asked}");
    assert!(asked.contains("action=\"https://x.test/g?a=1&amp;b=2\"") && asked.contains("numDigits=\"1\""), "{asked}");
    assert!(
        asked.contains("It&apos;s &lt;down&gt; &amp; out. Press 4.") && asked.ends_with("<Hangup/></Response>"),
        "{asked}"
    );
    assert!(asked.find("No input. Goodbye.").unwrap() > asked.rfind("</Gather>").unwrap());
    assert_eq!(twiml::nothing(), "<?xml version=\"1.0\" encoding=\"UTF-8\"?><Response></Response>");
    for text in HOSTILE {
        for document in [
            twiml::told(&phone::call(&hostile(text))),
            twiml::message(text),
            twiml::ended(text),
            twiml::asked(text, text, text),
        ] {
            let names: std::collections::BTreeSet<&str> = document
                .split('<')
                .skip(1)
                .map(|tag| tag.trim_start_matches('/').split([' ', '>', '/']).next().unwrap())
                .collect();
            let known = ["?xml", "Response", "Gather", "Say", "Message", "Hangup", "Pause"];
            assert!(names.iter().all(|name| known.contains(name)), "{names:?} in {document}");
            assert!(!document.chars().any(|c| c.is_control() && c != '\n'), "{document:?}");
        }
    }
}
