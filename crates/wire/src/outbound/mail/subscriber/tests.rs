use super::*;
use crate::outbound::{mail::tests::whole, test_messages::HOSTILE};

fn at(text: &str) -> Instant {
    text.parse().expect("an instant")
}

fn envelope() -> Envelope {
    Envelope {
        subscriber: "sub_00000000000000000000000000000001".parse().expect("an id"),
        email: "reader@example.com".to_owned(),
        about: "p7w2kd9xq4mz".to_owned(),
        page: ("Acme status".to_owned(), "main".to_owned()),
        public_url: "https://nightbell.example.com".to_owned(),
        unsubscribe_token: "TOKEN-OUT".to_owned(),
    }
}

fn update() -> Update {
    Update {
        notice: "k3x9t7aaaaaa".to_owned(),
        title: "Checkout is failing for some customers".to_owned(),
        status: "Identified".to_owned(),
        text: "Some customers cannot pay.\n\nWe found the cause and are working on it.".to_owned(),
        at: at("2026-05-02T01:07:00Z"),
        next_update_at: Some(at("2026-05-02T01:37:00Z")),
        components: vec!["Checkout".to_owned(), "Search".to_owned()],
        time_zone: "Europe/Berlin".to_owned(),
        folded: 0,
    }
}

#[test]
fn the_mails_of_a_subscriber() {
    insta::assert_snapshot!("update", whole(&update_mail(&envelope(), &update())));
    let last = Update {
        status: "Resolved".to_owned(),
        text: "Everybody can pay again. We are sorry.".to_owned(),
        next_update_at: None,
        components: Vec::new(),
        folded: 2,
        ..update()
    };
    insta::assert_snapshot!("folded", whole(&update_mail(&envelope(), &last)));
    insta::assert_snapshot!("question", whole(&question_mail(&envelope(), "TOKEN-YES")));
}

#[test]
fn hostile_words_start_no_header_no_line_of_ours_and_no_markup() {
    for nasty in HOSTILE {
        let to = Envelope {
            email: nasty.to_string(),
            about: nasty.to_string(),
            page: (nasty.to_string(), nasty.to_string()),
            ..envelope()
        };
        let said = Update {
            notice: nasty.to_string(),
            title: nasty.to_string(),
            status: nasty.to_string(),
            text: format!("fine\n{nasty}\nUnsubscribe:\n"),
            components: vec![nasty.to_string()],
            ..update()
        };
        for mail in [update_mail(&to, &said), question_mail(&to, "TOKEN-YES")] {
            let mut values =
                vec![&mail.to_address, &mail.subject, &mail.message_id, &mail.in_reply_to, &mail.references];
            values.extend(mail.headers.iter().map(|(_, value)| value));
            for value in values {
                assert!(!value.chars().any(|c| c.is_control() || matches!(c, '\u{2028}' | '\u{202E}')), "{value:?}");
            }
            assert!(!mail.text.chars().any(|c| c != '\n' && (c.is_control() || c == '\u{202E}')), "{:?}", mail.text);
            for tag in ["<script", "<img", "<a href=\"javascript"] {
                assert!(!mail.html.contains(tag), "{tag} in {}", mail.html);
            }
        }
    }
}
