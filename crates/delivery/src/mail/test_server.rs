//! A double of a mail server: speaks SMTP line by line, answers as it is told, keeps what it heard.

use super::MailSettings;
use crate::test_doubles::{beside, self_signed_tls};
use nightbell_wire::outbound::mail::MailMessage;
use std::{
    net::SocketAddr,
    sync::{Arc, Mutex},
};
use tokio::{
    io::{AsyncBufReadExt, AsyncRead, AsyncWrite, AsyncWriteExt, BufReader},
    net::TcpListener,
};

/// How the double reacts to a command it was given a rule for.
#[derive(Clone, Copy)]
pub(crate) enum React {
    /// Says this line or these lines, without the last line end.
    Say(&'static str),
    /// Never answers.
    Hang,
    /// Closes the connection.
    Drop,
}

/// Rules by the first word: `CONNECT`, `EHLO`, `STARTTLS`, `AUTH`, `MAIL`, `RCPT`, `DATA`, `TEXT` (the dot after the text), `QUIT`.
pub(crate) type Rules = &'static [(&'static str, React)];

#[derive(Default)]
struct Heard {
    lines: Vec<String>,
    texts: Vec<String>,
}

/// The double. Offers STARTTLS (with a certificate nobody trusts) and AUTH only when a rule for `EHLO` says so.
pub(crate) struct SmtpDouble {
    pub(crate) address: SocketAddr,
    heard: Arc<Mutex<Heard>>,
}

/// How a stretch of dialogue ended.
enum End {
    Closed,
    StartTls,
}

impl SmtpDouble {
    /// Takes everything.
    pub(crate) async fn obliging() -> Self {
        Self::with(&[]).await
    }

    /// Follows the rules, and takes everything else.
    pub(crate) async fn with(rules: Rules) -> Self {
        Self::start(rules, false).await
    }

    /// Speaks TLS from the first byte.
    pub(crate) async fn implicit_tls(rules: Rules) -> Self {
        Self::start(rules, true).await
    }

    async fn start(rules: Rules, implicit: bool) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("bound");
        let heard = Arc::new(Mutex::new(Heard::default()));
        let log = heard.clone();
        beside(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let end = match implicit {
                    true => End::StartTls,
                    false => dialogue(&mut stream, rules, true, &log).await,
                };
                if let End::StartTls = end
                    && let Ok(mut encrypted) = self_signed_tls().accept(stream).await
                {
                    note(&log, "(encrypted)");
                    dialogue(&mut encrypted, rules, implicit, &log).await;
                }
            }
        });
        Self { address, heard }
    }

    /// Settings that lead here: `scheme://[user:pw@]127.0.0.1:port` plus the given end.
    pub(crate) fn settings(&self, scheme: &str, end: &str) -> MailSettings {
        let (user, query) = end.split_once('@').map_or(("", end), |(user, query)| (user, query));
        let at = if user.is_empty() { "" } else { "@" };
        let url = format!("{scheme}://{user}{at}{}{query}", self.address);
        MailSettings::parse(&url, "Nightbell <nightbell@ops.example>").expect("settings")
    }

    /// The first words of what clients said, in order.
    pub(crate) fn verbs(&self) -> Vec<String> {
        self.lines().iter().map(|line| verb(line)).collect()
    }

    /// The command lines clients sent, in order.
    pub(crate) fn lines(&self) -> Vec<String> {
        self.heard.lock().expect("no panic in the double").lines.clone()
    }

    /// The texts of the mails taken, dots undone.
    pub(crate) fn texts(&self) -> Vec<String> {
        self.heard.lock().expect("no panic in the double").texts.clone()
    }
}

fn note(log: &Mutex<Heard>, line: &str) {
    log.lock().expect("no panic in the double").lines.push(line.to_owned());
}

fn verb(line: &str) -> String {
    line.split([' ', ':']).next().unwrap_or_default().to_ascii_uppercase()
}

fn usual(verb: &str) -> &'static str {
    match verb {
        "CONNECT" => "220 double.example ESMTP",
        "EHLO" => "250-double.example\r\n250 8BITMIME",
        "STARTTLS" => "220 go ahead",
        "AUTH" => "235 2.7.0 welcome",
        "DATA" => "354 end with a dot",
        "TEXT" => "250 2.0.0 Ok: queued as 4XYZ",
        "QUIT" => "221 bye",
        _ => "250 2.1.0 Ok",
    }
}

async fn dialogue(
    stream: &mut (impl AsyncRead + AsyncWrite + Unpin),
    rules: Rules,
    greet: bool,
    log: &Mutex<Heard>,
) -> End {
    let mut stream = BufReader::new(stream);
    let mut verb_now = if greet { "CONNECT".to_owned() } else { String::new() };
    loop {
        if !verb_now.is_empty() {
            let rule = rules.iter().find(|(verb, _)| *verb == verb_now).map(|(_, react)| *react);
            let said = match rule.unwrap_or(React::Say(usual(&verb_now))) {
                React::Say(said) => said,
                React::Hang => std::future::pending().await,
                React::Drop => return End::Closed,
            };
            if stream.write_all(format!("{said}\r\n").as_bytes()).await.is_err() || stream.flush().await.is_err() {
                return End::Closed;
            }
            match verb_now.as_str() {
                "STARTTLS" if said.starts_with('2') => return End::StartTls,
                "DATA" if said.starts_with('3') => {
                    let Some(text) = text(&mut stream).await else { return End::Closed };
                    log.lock().expect("no panic in the double").texts.push(text);
                    verb_now = "TEXT".to_owned();
                    continue;
                }
                _ => {}
            }
        }
        let Some(line) = line(&mut stream).await else { return End::Closed };
        note(log, &line);
        verb_now = verb(&line);
    }
}

async fn line(stream: &mut (impl AsyncBufReadExt + Unpin)) -> Option<String> {
    let mut line = String::new();
    match stream.read_line(&mut line).await {
        Ok(read) if read > 0 => Some(line.trim_end_matches("\r\n").to_owned()),
        _ => None,
    }
}

async fn text(stream: &mut (impl AsyncBufReadExt + Unpin)) -> Option<String> {
    let mut text = String::new();
    loop {
        let next = line(stream).await?;
        if next == "." {
            return Some(text);
        }
        text.push_str(next.strip_prefix('.').unwrap_or(&next));
        text.push_str("\r\n");
    }
}

/// A mail like the ones sent, with everything awkward in it.
pub(crate) fn mail() -> MailMessage {
    MailMessage {
        to_name: "Zoë \"Z\" Ünal".to_owned(),
        to_address: "zoe@team.example".to_owned(),
        subject: "[ALERT] Überlauf: disk > 90% 💥".to_owned(),
        text: format!("Zoë, you are being paged.\n.\n.hidden\n{}\nlast line\n", "long ".repeat(400)),
        html: "<p>Zoë, you are being paged.</p>".to_owned(),
        headers: vec![
            ("Auto-Submitted", "auto-generated".to_owned()),
            ("X-Nightbell-Urgency", "high\r\nBcc: everyone@team.example".to_owned()),
        ],
        message_id: "<ntf_1.1@ops.example>".to_owned(),
        in_reply_to: "<page_1@ops.example>".to_owned(),
        references: "<page_1@ops.example>".to_owned(),
    }
}
