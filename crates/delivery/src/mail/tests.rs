//! One mail against a server that takes it, refuses it, stalls, drops the line, or lies about encryption.

use super::{
    test_server::{React, Rules, SmtpDouble, mail},
    *,
};
use crate::test_doubles::{IMPATIENT, PATIENT, SELF_SIGNED};
use base64::{Engine, engine::general_purpose::STANDARD};
use mail_parser::MimeHeaders;
use std::io::Write;

const NOW: Timestamp = Timestamp::constant(1_777_777_777, 0);
const STARTTLS: React = React::Say("250-double.example\r\n250-STARTTLS\r\n250 AUTH PLAIN LOGIN");
const AUTH: React = React::Say("250-double.example\r\n250 AUTH PLAIN LOGIN");

#[tokio::test]
async fn a_mail_arrives_as_it_was_described() {
    let server = SmtpDouble::obliging().await;
    let sent = mail();
    let outcome = server.settings("smtp", "").send(&sent, NOW, &Lease::endless()).await;
    let detail = "250 2.0.0 Ok: queued as 4XYZ".to_owned();
    assert_eq!(outcome, Outcome::Accepted { provider_id: Some("4XYZ".to_owned()), detail });
    assert_eq!(
        server.lines(),
        ["EHLO ops.example", "MAIL FROM:<nightbell@ops.example>", "RCPT TO:<zoe@team.example>", "DATA", "QUIT"]
    );
    let texts = server.texts();
    let got = mail_parser::MessageParser::default().parse(texts[0].as_bytes()).expect("a message");
    assert_eq!(got.subject(), Some(sent.subject.as_str()));
    let to = got.to().and_then(|to| to.first()).expect("a recipient");
    assert_eq!((to.name(), to.address()), (Some(sent.to_name.as_str()), Some("zoe@team.example")));
    let from = got.from().and_then(|from| from.first()).expect("a sender");
    assert_eq!((from.name(), from.address()), (Some("Nightbell"), Some("nightbell@ops.example")));
    assert_eq!(got.date().map(mail_parser::DateTime::to_timestamp), Some(NOW.as_second()));
    assert_eq!(got.message_id(), Some("ntf_1.1@ops.example"));
    assert_eq!(got.in_reply_to().as_text(), Some("page_1@ops.example"));
    assert_eq!(got.references().as_text(), Some("page_1@ops.example"));
    assert_eq!(got.header_raw("Auto-Submitted").map(str::trim), Some("auto-generated"));
    assert_eq!(got.header_raw("X-Nightbell-Urgency").map(str::trim), Some("high Bcc: everyone@team.example"));
    assert!(got.bcc().is_none(), "a header value cannot start a header");
    assert_eq!(got.body_text(0).map(|text| text.replace("\r\n", "\n")), Some(sent.text));
    assert_eq!(got.body_html(0).map(|html| html.trim_end().to_owned()), Some(sent.html));
    assert!(got.content_type().is_some_and(|kind| kind.subtype() == Some("alternative")));
    assert!(texts[0].is_ascii() && texts[0].lines().all(|line| line.len() <= 998));
}

#[tokio::test]
async fn replies_before_the_text_decide_and_nothing_is_sent() {
    let cases: [(Rules, &str, &str); 10] = [
        (
            &[("RCPT", React::Say("451 4.7.1 greylisted, try in 5 minutes"))],
            "deferred",
            "451 4.7.1 greylisted, try in 5 minutes",
        ),
        (&[("RCPT", React::Say("550-5.1.1 no such\r\n550 5.1.1 person"))], "rejected", "550 5.1.1 no such person"),
        (&[("CONNECT", React::Say("421 4.3.2 too busy"))], "deferred", "421 4.3.2 too busy"),
        (&[("CONNECT", React::Say("554 not you"))], "rejected", "554 not you"),
        (&[("MAIL", React::Say("452 4.3.1 disk full"))], "deferred", "452 4.3.1 disk full"),
        (&[("MAIL", React::Say("553 5.1.8 bad sender"))], "rejected", "553 5.1.8 bad sender"),
        (&[("DATA", React::Say("554 5.5.1 no valid recipients"))], "rejected", "554 5.5.1 no valid recipients"),
        (&[("CONNECT", React::Say("SSH-2.0-OpenSSH_9.2"))], "deferred", "cannot reach"),
        (&[("EHLO", React::Drop)], "deferred", "cannot reach"),
        (&[("RCPT", React::Drop)], "deferred", "cannot reach"),
    ];
    for (rules, kind, said) in cases {
        let server = SmtpDouble::with(rules).await;
        check(&server.settings("smtp", "").send(&mail(), NOW, &Lease::endless()).await, kind, said);
        assert_eq!(server.texts().len(), 0, "{said}");
    }
}

#[tokio::test]
async fn replies_to_the_text_decide_and_silence_leaves_it_unknown() {
    let cases: [(Rules, &str, &str); 5] = [
        (&[("TEXT", React::Say("451 4.3.0 queue trouble"))], "deferred", "451 4.3.0 queue trouble"),
        (&[("TEXT", React::Say("554 5.7.1 looks like spam"))], "rejected", "554 5.7.1 looks like spam"),
        (&[("TEXT", React::Say("what?"))], "unknown", "may or may not have taken it"),
        (&[("TEXT", React::Drop)], "unknown", "the connection was lost after the text"),
        (&[("TEXT", React::Hang)], "unknown", "gave no answer within 1 s after the text was sent"),
    ];
    for (rules, kind, said) in cases {
        let server = SmtpDouble::with(rules).await;
        let settings = server.settings("smtp", "");
        let settings = if kind == "unknown" { settings.with_timeout(PATIENT) } else { settings };
        check(&settings.send(&mail(), NOW, &Lease::endless()).await, kind, said);
        assert_eq!(server.texts().len(), 1, "{said}");
    }
}

#[tokio::test]
async fn a_tarpit_defers_while_nothing_was_sent() {
    let cases: [Rules; 5] = [
        &[("CONNECT", React::Hang)],
        &[("EHLO", React::Hang)],
        &[("MAIL", React::Hang)],
        &[("RCPT", React::Hang)],
        &[("DATA", React::Hang)],
    ];
    for rules in cases {
        let server = SmtpDouble::with(rules).await;
        let outcome = server.settings("smtp", "").with_timeout(IMPATIENT).send(&mail(), NOW, &Lease::endless()).await;
        check(&outcome, "deferred", &format!("mail server {} gave no answer within 0.2 s", server.address));
        assert_eq!(server.texts().len(), 0);
    }
}

#[tokio::test]
async fn a_bad_goodbye_does_not_undo_an_accepted_mail() {
    let cases: [Rules; 3] = [&[("QUIT", React::Hang)], &[("QUIT", React::Drop)], &[("QUIT", React::Say("500 what"))]];
    for rules in cases {
        let server = SmtpDouble::with(rules).await;
        check(&server.settings("smtp", "").send(&mail(), NOW, &Lease::endless()).await, "accepted", "250 2.0.0 Ok");
    }
}

#[tokio::test]
async fn a_closed_port_defers() {
    let server = SmtpDouble::obliging().await;
    let mut settings = server.settings("smtp", "");
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    settings.port = listener.local_addr().expect("bound").port();
    drop(listener);
    check(&settings.send(&mail(), NOW, &Lease::endless()).await, "deferred", "Connection refused");
}

#[tokio::test]
async fn stripped_starttls_gets_neither_password_nor_mail() {
    for (end, rules) in [("u:pw@", &[("EHLO", AUTH)][..]), ("?tls=required", &[]), ("?tls=starttls", &[])] {
        let server = SmtpDouble::with(rules).await;
        check(
            &server.settings("smtp", end).send(&mail(), NOW, &Lease::endless()).await,
            "rejected",
            "does not offer STARTTLS",
        );
        assert_eq!(server.verbs(), ["EHLO"], "{end}");
    }
}

#[tokio::test]
async fn an_unknown_certificate_gets_neither_password_nor_mail() {
    let server = SmtpDouble::with(&[("EHLO", STARTTLS)]).await;
    check(
        &server.settings("smtp", "u:pw@").send(&mail(), NOW, &Lease::endless()).await,
        "deferred",
        "invalid peer certificate",
    );
    assert_eq!(server.verbs(), ["EHLO", "STARTTLS"]);
    let server = SmtpDouble::implicit_tls(&[]).await;
    check(
        &server.settings("smtps", "u:pw@").send(&mail(), NOW, &Lease::endless()).await,
        "deferred",
        "invalid peer certificate",
    );
    assert_eq!(server.verbs(), Vec::<String>::new());
}

#[tokio::test]
async fn an_authority_in_a_file_is_trusted() {
    let mut file = tempfile::NamedTempFile::new().expect("a file");
    file.write_all(SELF_SIGNED.as_bytes()).expect("written");
    let ca = format!("u%40x:p%2Fw+%26=@?ca={}", file.path().display());
    let plain = STANDARD.encode("\0u@x\0p/w+&=");
    let server = SmtpDouble::with(&[("EHLO", STARTTLS)]).await;
    check(&server.settings("smtp", &ca).send(&mail(), NOW, &Lease::endless()).await, "accepted", "250");
    assert_eq!(server.verbs(), ["EHLO", "STARTTLS", "(ENCRYPTED)", "EHLO", "AUTH", "MAIL", "RCPT", "DATA", "QUIT"]);
    assert_eq!(server.lines()[4], format!("AUTH PLAIN {plain}"));
    let server = SmtpDouble::implicit_tls(&[("EHLO", AUTH)]).await;
    check(&server.settings("smtps", &ca).send(&mail(), NOW, &Lease::endless()).await, "accepted", "250");
    assert_eq!(server.verbs(), ["(ENCRYPTED)", "EHLO", "AUTH", "MAIL", "RCPT", "DATA", "QUIT"]);
}

#[tokio::test]
async fn without_a_password_encryption_is_used_when_offered() {
    let server = SmtpDouble::with(&[("EHLO", STARTTLS)]).await;
    check(&server.settings("smtp", "").send(&mail(), NOW, &Lease::endless()).await, "accepted", "250");
    assert_eq!(server.verbs(), ["EHLO", "STARTTLS", "(ENCRYPTED)", "EHLO", "MAIL", "RCPT", "DATA", "QUIT"]);
    let server = SmtpDouble::with(&[("EHLO", STARTTLS)]).await;
    check(&server.settings("smtp+plain", "").send(&mail(), NOW, &Lease::endless()).await, "accepted", "250");
    assert_eq!(server.verbs(), ["EHLO", "MAIL", "RCPT", "DATA", "QUIT"]);
}

#[tokio::test]
async fn a_refused_sign_in_is_told() {
    let cases: [(Rules, &str, &str); 3] = [
        (&[("EHLO", AUTH), ("AUTH", React::Say("535 5.7.8 bad credentials"))], "rejected", "535 5.7.8 bad credentials"),
        (&[("EHLO", AUTH), ("AUTH", React::Say("454 4.7.0 later"))], "deferred", "454 4.7.0 later"),
        (&[], "rejected", "No compatible authentication mechanism"),
    ];
    for (rules, kind, said) in cases {
        let server = SmtpDouble::with(rules).await;
        let outcome = server.settings("smtp+plain", "u:s3cret@").send(&mail(), NOW, &Lease::endless()).await;
        check(&outcome, kind, said);
        assert!(!outcome.detail().contains("s3cret"));
    }
}

#[tokio::test]
async fn an_address_that_is_none_never_leaves() {
    for address in [
        "",
        "zoe",
        "zoe@",
        "@team.example",
        "zoe@team.example, all@team.example",
        "zoe@team.example>\r\nRCPT TO:<x@y.example",
    ] {
        let server = SmtpDouble::obliging().await;
        let mail = MailMessage { to_address: address.to_owned(), ..mail() };
        check(
            &server.settings("smtp", "").send(&mail, NOW, &Lease::endless()).await,
            "rejected",
            "is not a mail address",
        );
        assert_eq!(server.lines(), Vec::<String>::new(), "{address:?}");
    }
    let server = SmtpDouble::obliging().await;
    let mail = MailMessage { to_address: "zoë@team.example".to_owned(), ..mail() };
    check(&server.settings("smtp", "").send(&mail, NOW, &Lease::endless()).await, "rejected", "SMTPUTF8");
}

/// The kind of an outcome and a piece of its sentence.
fn check(outcome: &Outcome, kind: &str, said: &str) {
    let found = match outcome {
        Outcome::Accepted { .. } => "accepted",
        Outcome::Deferred { .. } => "deferred",
        Outcome::Rejected { .. } => "rejected",
        Outcome::Unknown { .. } => "unknown",
    };
    assert_eq!(found, kind, "{outcome:?}");
    assert!(outcome.detail().contains(said), "{said:?} is not in {outcome:?}");
}

/// A lease that ended.
fn over() -> Lease {
    Lease::new(Instant::now(), Duration::ZERO, NOW, std::sync::Arc::new(|| NOW))
}

#[tokio::test]
async fn inv_22_the_text_is_not_given_after_the_end_of_the_lease() {
    let server = SmtpDouble::obliging().await;
    check(&server.settings("smtp", "").send(&mail(), NOW, &over()).await, "deferred", "this process was held up");
    assert_eq!(server.texts().len(), 0);
}

#[tokio::test]
async fn what_servers_repeat_is_told_without_addresses_and_passwords() {
    const CASES: [(Rules, &str); 3] = [
        (
            &[("EHLO", AUTH), ("RCPT", React::Say("550 5.1.1 <Zoe@Team.example>: no such user"))],
            "550 5.1.1 <[hidden]>: no such user",
        ),
        (&[("EHLO", AUTH), ("AUTH", React::Say("535 user@x, s3cret: no"))], "535 [hidden], [hidden]: no"),
        (&[("EHLO", AUTH), ("AUTH", React::Say("500 AUTH PLAIN AHVzZXJAeABzM2NyZXQ=?"))], "500 AUTH PLAIN [hidden]?"),
    ];
    for (rules, said) in CASES {
        let server = SmtpDouble::with(rules).await;
        let outcome = server.settings("smtp+plain", "user%40x:s3cret@").send(&mail(), NOW, &Lease::endless()).await;
        check(&outcome, "rejected", said);
    }
}

#[tokio::test]
async fn a_server_without_an_address_defers() {
    let settings = MailSettings::parse("smtp+plain://nobody.invalid", "nightbell@ops.example").expect("settings");
    check(
        &settings.send(&mail(), NOW, &Lease::endless()).await,
        "deferred",
        "cannot resolve mail server nobody.invalid:25",
    );
}
