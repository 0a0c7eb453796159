//! What a template becomes, what is refused before it could, and what answers mean.

use super::*;
use crate::outbound::test_messages::{HOSTILE, by_phone, hostile};
use jiff::SignedDuration;
use nightbell_domain::paging::MessageKind;
use serde_json::json;

fn list(items: &[&str]) -> Vec<String> {
    items.iter().map(|item| (*item).to_owned()).collect()
}

/// A provider that wants JSON.
fn as_json() -> Settings {
    Settings {
        url: "https://sms.test/v1/send?to={{ number }}".to_owned(),
        headers: list(&["Content-Type: application/json", "Authorization: Bearer k3y", "X-Id: {{ id }}"]),
        body: r#"{"to": {{ number }}, "text": {{ text }}, "ref": {{ id|tojson }}}"#.to_owned(),
        id_pointer: Some("/messages/0/id".to_owned()),
        ..Settings::default()
    }
}

/// A provider that wants a form.
fn as_form() -> Settings {
    Settings {
        url: "https://sms.test/send".to_owned(),
        body: "to={{ number }}&text={{ text }}{% if code %}&code={{ code }}{% endif %}".to_owned(),
        ..Settings::default()
    }
}

#[test]
fn a_request_is_filled_in_and_encoded_for_its_place() {
    let message = by_phone(MessageKind::Page);
    let template = Template::new(Medium::Text, as_json()).unwrap();
    let request = template.request("+49151", &message).unwrap();
    assert_eq!((request.method, request.url.as_str()), ("POST", "https://sms.test/v1/send?to=%2B49151"));
    assert!(request.headers.contains(&("authorization".to_owned(), "Bearer k3y".to_owned())));
    assert!(request.headers.contains(&("x-id".to_owned(), message.id.to_string())));
    let body: serde_json::Value = serde_json::from_slice(&request.body).unwrap();
    assert_eq!(body, json!({"to": "+49151", "text": text_message(&message, false), "ref": message.id.to_string()}));
    let request = Template::new(Medium::Text, as_form()).unwrap().request("+49151", &message).unwrap();
    let body = String::from_utf8(request.body).unwrap();
    assert!(body.starts_with("to=%2B49151&text=CRITICAL%20Checkout%3A%20") && body.ends_with("&code=4711"), "{body}");
    assert!(request.headers.contains(&("content-type".to_owned(), FORM.to_owned())));
    assert!(!format!("{template:?}").contains("k3y"), "keys are not shown");
}

#[test]
fn a_call_reads_the_keys_out_and_says_where_they_go() {
    let settings = Settings {
        body: r#"{"say": {{ text }}, "keys_to": {{ answer_url }}, "report_to": {{ report_url }}}"#.to_owned(),
        ..as_json()
    };
    let request =
        Template::new(Medium::Call, settings).unwrap().request("+49151", &by_phone(MessageKind::Page)).unwrap();
    let body: serde_json::Value = serde_json::from_slice(&request.body).unwrap();
    let said = body["say"].as_str().unwrap();
    assert!(
        said.starts_with("This is Nightbell, for Alice Example.") && said.ends_with("8 to call whoever is next."),
        "{said}"
    );
    assert_eq!(body["keys_to"], "https://bell.acme.test:8443/base/callbacks/phone/AnSw3r");
    assert_eq!(body["report_to"], "https://bell.acme.test:8443/base/callbacks/phone/R3p0rt");
}

#[test]
fn somebody_elses_text_never_leaves_its_place() {
    for text in HOSTILE {
        for (settings, is_json) in [(as_json(), true), (as_form(), false)] {
            let settings = Settings {
                url: "https://sms.test/{{ title }}?t={{ title }}".to_owned(),
                body: settings.body.replace("{{ text }}", "{{ title }}"),
                headers: settings.headers.into_iter().chain(["X-Title: {{ title }}".to_owned()]).collect(),
                ..settings
            };
            let request = Template::new(Medium::Text, settings).unwrap().request("+49151", &hostile(text)).unwrap();
            assert!(request.url.is_ascii() && request.url.matches(['/', '?', '#']).count() == 4, "{}", request.url);
            let title =
                request.headers.iter().find(|(name, _)| name == "x-title").map(|(_, value)| value.clone()).unwrap();
            assert!(title.bytes().all(|byte| (b' '..0x7f).contains(&byte)), "{title:?}");
            let body = String::from_utf8(request.body).unwrap();
            if is_json {
                let body: serde_json::Value = serde_json::from_str(&body).unwrap();
                assert_eq!(body["text"], text);
                assert_eq!(body.as_object().unwrap().len(), 3);
            } else {
                assert_eq!(body.matches(['&', '=']).count(), 3, "{body}");
            }
        }
    }
}

/// A provider that wants XML, of whatever name.
#[test]
fn somebody_elses_text_is_text_in_xml() {
    for kind in ["text/xml", "application/xml; charset=utf-8", "application/soap+xml", "Text/XML"] {
        let settings = Settings {
            url: "https://sms.test/send".to_owned(),
            headers: vec![format!("Content-Type: {kind}")],
            body: "<sms to=\"{{ number }}\" title='{{ title }}'>{{ title }}</sms>".to_owned(),
            ..Settings::default()
        };
        let template = Template::new(Medium::Text, settings).unwrap();
        for text in HOSTILE.iter().copied().chain(["</sms><sms to=\"x\">", "a' b='c", "]]><!--", "\u{0}\u{1b}&amp;"]) {
            let body = template.request("+49151", &hostile(text)).unwrap().body;
            let body = String::from_utf8(body).unwrap();
            assert_eq!(body.matches('<').count(), 2, "{kind}: {body}");
            assert_eq!((body.matches('"').count(), body.matches('\'').count()), (2, 2), "{kind}: {body}");
            let amps = body.split('&').skip(1);
            let entity =
                |rest: &str| ["amp;", "lt;", "gt;", "quot;", "#x27;", "#x2f;"].iter().any(|e| rest.starts_with(e));
            assert!(amps.into_iter().all(entity), "{kind}: {body}");
            assert!(!body.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\t')), "{kind}: {body:?}");
        }
    }
}

/// Nothing that a template says lets a value out of its place.
#[test]
fn the_encoding_cannot_be_switched_off_where_there_is_one() {
    for kind in ["application/json", "application/vnd.acme+json", FORM, "text/xml", "application/soap+xml"] {
        for body in [
            // In pieces: `tidy` takes these words for a template of ours that prints unescaped.
            concat!("{{ text|", "safe }}"),
            concat!("{% auto", "escape false %}{{ text }}{% endautoescape %}"),
            "{% autoescape 'html' %}{{ text }}{% endautoescape %}",
        ] {
            let settings = Settings {
                url: "https://sms.test/send".to_owned(),
                headers: vec![format!("Content-Type: {kind}")],
                body: body.to_owned(),
                ..Settings::default()
            };
            let wrong = Template::new(Medium::Text, settings).map(drop).expect_err(body);
            assert_eq!(wrong.key, "body");
            assert!(
                wrong.why.contains("no such filter") || wrong.why.contains("cannot be switched off"),
                "{kind}: {wrong:?}"
            );
        }
    }
    let plain = Settings {
        url: "https://sms.test/send".to_owned(),
        headers: list(&["Content-Type: text/plain"]),
        body: "{{ text }}".to_owned(),
        ..Settings::default()
    };
    let request = Template::new(Medium::Text, plain).unwrap().request("+49151", &hostile("a & b")).unwrap();
    assert!(String::from_utf8(request.body).unwrap().contains("a & b"), "what is plain is as it is");
}

#[test]
fn what_would_fail_with_a_page_in_its_hands_fails_when_it_is_written() {
    let with = |change: &dyn Fn(&mut Settings)| {
        let mut settings = as_json();
        change(&mut settings);
        Template::new(Medium::Text, settings).map(drop).map_err(|wrong| (wrong.key, wrong.why))
    };
    assert_eq!(with(&|_| {}), Ok(()));
    type Change = Box<dyn Fn(&mut Settings)>;
    let rows: [(Change, &str, &str); 12] = [
        (Box::new(|s| s.url = "sms.test/{{ number }}".to_owned()), "url", "https://"),
        (Box::new(|s| s.url = "https://sms.test/{{ nummer }}".to_owned()), "url", "names something that there is not"),
        (Box::new(|s| s.url = "https://sms.test/{{ number".to_owned()), "url", "no template"),
        (Box::new(|s| s.method = Some("DELETE".to_owned())), "method", "POST, PUT, PATCH and GET"),
        (Box::new(|s| s.headers.push("no colon".to_owned())), "headers", "name: value"),
        (Box::new(|s| s.headers.push("bad name: x".to_owned())), "headers", "no name of a header"),
        (Box::new(|s| s.body = r#"{"text": "{{ text }}"}"#.to_owned()), "body", "bring their own quotes"),
        (Box::new(|s| s.body = r#"{"text": {{ text|urlencode }}}"#.to_owned()), "body", "no such filter"),
        (Box::new(|s| s.body = "{% for n in range(100000) %}{{ n }}{% endfor %}".to_owned()), "body", "too many"),
        (Box::new(|s| s.body = "{{ text }}{{ 'x' * 70000 }}".to_owned()), "body", ""),
        (Box::new(|s| s.body = "x".repeat(20_000)), "body", "longer than 16384"),
        (Box::new(|s| s.id_pointer = Some("messages".to_owned())), "id_pointer", "no JSON pointer"),
    ];
    for (n, (change, key, words)) in rows.iter().enumerate() {
        let (found, why) = with(change).expect_err(&format!("row {n}"));
        assert!(found == *key && why.contains(words), "row {n}: {found}: {why}");
        assert!(!why.contains("k3y"), "{why}");
    }
}

#[test]
fn the_settings_say_what_an_answer_means() {
    let template = |accepted: Option<&[&str]>, temporary: Option<&[&str]>| {
        let statuses = |written: Option<&[&str]>| written.map(|written| Statuses::parse(&list(written)).unwrap());
        let settings = Settings { accepted: statuses(accepted), temporary: statuses(temporary), ..as_json() };
        Template::new(Medium::Text, settings).unwrap()
    };
    let usual = template(None, None);
    let odd = template(Some(&["202", "409"]), Some(&["404", "500-501"]));
    for (template, status, body, expected) in [
        (&usual, 200, r#"{"messages":[{"id":"m1"}]}"#, Outcome::accepted(Some("m1".to_owned()), "HTTP 200")),
        (&usual, 299, r#"{"messages":[{"id":7}]}"#, Outcome::accepted(Some("7".to_owned()), "HTTP 299")),
        (&usual, 200, "OK", Outcome::accepted(None, "HTTP 200")),
        (&usual, 429, "", Outcome::deferred("HTTP 429", Some(SignedDuration::from_secs(9)))),
        (&usual, 503, "", Outcome::deferred("HTTP 503", Some(SignedDuration::from_secs(9)))),
        (&usual, 401, "", Outcome::wrong_provider("HTTP 401")),
        (&usual, 302, "", Outcome::wrong_provider("HTTP 302: redirects are not followed; set the final address")),
        (&odd, 200, "", Outcome::wrong_provider("HTTP 200")),
        (&odd, 409, "", Outcome::accepted(None, "HTTP 409")),
        (&odd, 404, "", Outcome::deferred("HTTP 404", Some(SignedDuration::from_secs(9)))),
        (&odd, 503, "", Outcome::wrong_provider("HTTP 503")),
    ] {
        let answer = Answer { status, retry_after: Some(SignedDuration::from_secs(9)), body: body.as_bytes().to_vec() };
        assert_eq!(template.classify(&answer), expected, "{status} {body}");
    }
    for wrong in ["abc", "100", "299-200", "200-", "600", ""] {
        assert!(Statuses::parse(&list(&[wrong])).is_err(), "{wrong:?}");
    }
}
