use super::*;
use crate::outbound::test_messages::{HOSTILE, at, checkout, hostile, storm};

const TO: &str = "alice@example.com";

pub(super) fn whole(mail: &MailMessage) -> String {
    let mut out = format!("To: {} <{}>\nSubject: {}\n", mail.to_name, mail.to_address, mail.subject);
    out.push_str(&format!(
        "Message-ID: {}\nIn-Reply-To: {}\nReferences: {}\n",
        mail.message_id, mail.in_reply_to, mail.references
    ));
    for (name, value) in &mail.headers {
        out.push_str(&format!("{name}: {value}\n"));
    }
    format!("{out}\n--- text\n{}\n--- html\n{}", mail.text, mail.html)
}

#[test]
fn the_mails_of_the_checkout_outage() {
    insta::assert_snapshot!("page", whole(&page_mail(&checkout(MessageKind::Page), TO)));
    insta::assert_snapshot!("resolved", whole(&page_mail(&checkout(MessageKind::Resolved), TO)));
    insta::assert_snapshot!("storm", whole(&page_mail(&storm(MessageKind::Page), TO)));
    insta::assert_snapshot!("storm_is_over", whole(&page_mail(&storm(MessageKind::Resolved), TO)));
    insta::assert_snapshot!("notice", whole(&page_mail(&checkout(MessageKind::Notice), TO)));
    insta::assert_snapshot!("cancelled", whole(&page_mail(&checkout(MessageKind::Cancelled), TO)));
    let bare = Message {
        alert: None,
        incident: None,
        service: None,
        runbook_url: None,
        next: None,
        repeat: true,
        body: String::new(),
        ..checkout(MessageKind::Page)
    };
    insta::assert_snapshot!("bare", whole(&page_mail(&bare, TO)));
}

#[test]
fn hostile_text_starts_no_header_no_line_of_ours_and_no_markup() {
    for nasty in HOSTILE {
        let message = hostile(nasty);
        let mail = page_mail(&message, nasty);
        let mut values =
            vec![&mail.to_name, &mail.to_address, &mail.subject, &mail.message_id, &mail.in_reply_to, &mail.references];
        values.extend(mail.headers.iter().map(|(_, value)| value));
        for value in values {
            assert!(!value.chars().any(|c| c.is_control() || matches!(c, '\u{2028}' | '\u{202E}')), "{value:?}");
        }
        assert!(mail.subject.starts_with("[ALERT] "), "{}", mail.subject);
        assert_eq!(mail.text.lines().filter(|line| line.starts_with("Acknowledge:")).count(), 1, "{}", mail.text);
        assert!(
            !mail.text.lines().any(|line| line.starts_with("https://evil") || line.starts_with("Bcc:")),
            "{}",
            mail.text
        );
        assert!(!mail.text.chars().any(|c| c != '\n' && (c.is_control() || c == '\u{202E}')), "{:?}", mail.text);
        for tag in ["<script", "<img", "<a href=\"javascript", "<!channel"] {
            assert!(!mail.html.contains(tag), "{tag} in {}", mail.html);
        }
        let links: Vec<&str> = mail
            .html
            .match_indices("href=\"")
            .map(|(at, _)| mail.html[at + 6..].split('"').next().unwrap_or_default())
            .collect();
        assert_eq!(links, [message.ack_url.as_str(), message.url.as_str()]);
    }
}

#[test]
fn a_runbook_address_cannot_leave_its_attribute() {
    let mut message = checkout(MessageKind::Page);
    message.runbook_url = Some("https://x.test/\"onmouseover=\"alert(1)".to_owned());
    let mail = page_mail(&message, TO);
    assert!(mail.html.contains("href=\"https://x.test/&quot;onmouseover=&quot;alert(1)\""), "{}", mail.html);
}

#[test]
fn long_alerts_are_cut_and_the_links_stay() {
    let mut message = checkout(MessageKind::Page);
    message.title = "x".repeat(1_024);
    message.body = "line\n".repeat(10_000);
    let mail = page_mail(&message, TO);
    assert_eq!(mail.subject.chars().count(), SUBJECT_CHARS_MAX);
    assert!(mail.text.len() < 12_000, "{} bytes", mail.text.len());
    assert!(mail.text.contains(&message.ack_url) && mail.html.contains(&message.ack_url));
}

#[test]
fn inv_06_every_attempt_has_the_same_id_in_one_thread() {
    let first = page_mail(&Message { attempt: 1, ..checkout(MessageKind::Page) }, TO);
    let second = page_mail(&checkout(MessageKind::Page), TO);
    assert_eq!(first.message_id, second.message_id, "mail boxes know a second copy by it");
    assert_eq!(first.references, page_mail(&checkout(MessageKind::Resolved), TO).references);
}

#[test]
fn hosts_come_from_the_public_url() {
    #[track_caller]
    fn check(url: &str, expected: &str) {
        assert_eq!(host(url), expected, "{url:?}");
    }
    check("https://bell.acme.test:8443/base", "bell.acme.test");
    check("http://user:pw@Bell.test?x#y", "bell.test");
    check("http://127.0.0.1:8080", "127.0.0.1");
    check("http://[::1]:8080", "nightbell.invalid");
    check("", "nightbell.invalid");
    check("https://a>\r\nBcc: x", "nightbell.invalid");
}

#[test]
fn times_are_the_persons_own_with_utc_beside() {
    #[track_caller]
    fn check(instant: &str, zone: &str, expected: &str) {
        assert_eq!(when::both(at(instant), zone), expected, "{instant} {zone}");
    }
    check("2026-05-02T01:07:59Z", "Europe/Berlin", "Sat 2026-05-02 03:07 CEST (01:07 UTC)");
    check("2026-05-02T01:07:00Z", "America/Los_Angeles", "Fri 2026-05-01 18:07 PDT (2026-05-02 01:07 UTC)");
    check("2026-12-31T23:30:00Z", "Asia/Kathmandu", "Fri 2027-01-01 05:15 +0545 (2026-12-31 23:30 UTC)");
    check("2026-05-02T01:07:00Z", "Etc/UTC", "Sat 2026-05-02 01:07 UTC");
    check("2026-05-02T01:07:00Z", "Mars/Olympus", "Sat 2026-05-02 01:07 UTC");
    // The repeated hour of the end of summer time: the abbreviation tells the two apart.
    check("2026-10-25T00:30:00Z", "Europe/Berlin", "Sun 2026-10-25 02:30 CEST (00:30 UTC)");
    check("2026-10-25T01:30:00Z", "Europe/Berlin", "Sun 2026-10-25 02:30 CET (01:30 UTC)");
}
