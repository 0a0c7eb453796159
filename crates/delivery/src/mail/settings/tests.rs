//! What operators write, and what it means.

use super::*;

const FROM: &str = "Nightbell <nightbell@ops.example>";

#[test]
fn an_address_says_server_port_and_encryption() {
    for (url, host, port, encryption, signs_in) in [
        ("smtp://u:p@mail.example", "mail.example", 587, Encryption::Required, true),
        ("smtp://u:p@mail.example:2525", "mail.example", 2525, Encryption::Required, true),
        ("smtp://u:p@mail.example?tls=starttls", "mail.example", 587, Encryption::Required, true),
        ("smtp://u:p@mail.example?tls=none", "mail.example", 587, Encryption::None, true),
        ("smtp://mail.example", "mail.example", 25, Encryption::Opportunistic, false),
        ("smtp://mail.example/", "mail.example", 25, Encryption::Opportunistic, false),
        ("smtp://mail.example?tls=opportunistic", "mail.example", 25, Encryption::Opportunistic, false),
        ("smtp://mail.example?tls=required", "mail.example", 587, Encryption::Required, false),
        ("smtp://127.0.0.1:2525?tls=none", "127.0.0.1", 2525, Encryption::None, false),
        ("smtps://u:p@mail.example", "mail.example", 465, Encryption::Implicit, true),
        ("smtps://mail.example:8465", "mail.example", 8465, Encryption::Implicit, false),
        ("smtp+plain://localhost", "localhost", 25, Encryption::None, false),
        ("smtp+plain://u:p@[::1]:2525", "::1", 2525, Encryption::None, true),
        (" smtp://mail.example ", "mail.example", 25, Encryption::Opportunistic, false),
    ] {
        let got = MailSettings::parse(url, FROM).expect(url);
        assert_eq!(
            (got.host.as_str(), got.port, got.encryption, got.credentials.is_some()),
            (host, port, encryption, signs_in),
            "{url}"
        );
    }
}

#[test]
fn the_name_in_the_greeting_is_configurable() {
    for (url, from, hello) in [
        ("smtp://mail.example", FROM, "ops.example"),
        ("smtp://mail.example", "nightbell@pager.example", "pager.example"),
        ("smtp://mail.example?hello=host-7.example", FROM, "host-7.example"),
    ] {
        assert_eq!(MailSettings::parse(url, from).expect(url).hello, hello);
    }
}

#[test]
fn a_mistake_names_the_key_and_never_the_password() {
    for (url, from, key, said) in [
        ("", FROM, "url", "write it like"),
        ("mail.example:587", FROM, "url", "it names no host"),
        ("smtp:///x", FROM, "url", "it names no host"),
        ("http://u:s3cret@mail.example", FROM, "url", "smtp://, smtps:// or smtp+plain://"),
        ("smtp://u@mail.example", FROM, "url", "go together"),
        ("smtp://:s3cret@mail.example", FROM, "url", "go together"),
        ("smtp://u:s3cret@mail.example:99999", FROM, "url", "invalid port"),
        ("smtp://u:s3cret/x@mail.example", FROM, "url", "percent-encode"),
        ("smtp://u:s3cret@mail.example/queue", FROM, "url", "nothing may follow"),
        ("smtp://u:s3cret@mail.example?tls=maybe", FROM, "url", "one of required"),
        ("smtp://u:s3cret@mail.example?tls=opportunistic", FROM, "url", "strips STARTTLS"),
        ("smtps://u:s3cret@mail.example?tls=required", FROM, "url", "already says"),
        ("smtp+plain://mail.example?tls=none", FROM, "url", "already says"),
        ("smtp://mail.example?timeout=5", FROM, "url", "?timeout= is not known"),
        ("smtp://mail.example?hello=two%20words", FROM, "url", "not a host name"),
        ("smtp://mail.example?ca=/nonexistent/ca.pem", FROM, "url", "?ca=/nonexistent/ca.pem"),
        ("smtp://mail.example", "Nightbell", "from", "not a mail address"),
        ("smtp://mail.example", "", "from", "not a mail address"),
    ] {
        let error = MailSettings::parse(url, from).expect_err(url);
        let text = error.to_string();
        assert_eq!(error.key, key, "{url}");
        assert!(text.starts_with(&format!("[mail] {key}: ")) && text.contains(said), "{url}: {text}");
        assert!(!text.contains("s3cret"), "{text}");
    }
}

#[test]
fn a_file_without_a_certificate_is_no_authority() {
    let file = tempfile::NamedTempFile::new().expect("a file");
    let url = format!("smtp://mail.example?ca={}", file.path().display());
    assert!(MailSettings::parse(&url, FROM).expect_err("empty").why.contains("no PEM certificate"));
}

#[test]
fn encryption_that_is_promised_is_checked() {
    for (encryption, checked) in [
        (Encryption::None, false),
        (Encryption::Opportunistic, false),
        (Encryption::Required, true),
        (Encryption::Implicit, true),
    ] {
        assert_eq!(encryption.checks_certificate(), checked, "{encryption:?}");
    }
}

#[test]
fn percent_encoding_in_the_password_is_undone() {
    for (written, meant) in [("p", "p"), ("a%40b%3Ac%2Fd%25", "a@b:c/d%"), ("a+b&c=d", "a+b&c=d"), ("%C3%BC", "ü")] {
        assert_eq!(decoded(written), meant);
    }
}

#[test]
fn debug_shows_no_credentials() {
    let text = format!("{:?}", MailSettings::parse("smtp://someone:s3cret@mail.example", FROM).expect("settings"));
    assert!(text.contains("mail.example") && !text.contains("s3cret") && !text.contains("someone"), "{text}");
}
