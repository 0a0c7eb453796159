//! Mails to subscribers of a status page: the question whether they want any, and one public update. Bulk mail as receivers expect it: one recipient,
//! a one-press way out (RFC 8058), a list id, no answer wanted.
//!
//! Is not told anything that is not in the public model: what is handed in was published (INV-19). Its words are hostile like everybody's.

use super::{MailMessage, SUBJECT_CHARS_MAX, host, html, when};
use nightbell_domain::{ids::SubscriberId, record::Instant, signal::cut, text::clean::one_line};

/// Longest text of an update in a mail, in characters; the rest is behind the link.
const TEXT_CHARS_MAX: usize = 4_000;

/// What every mail to a subscriber needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Envelope {
    /// To whom.
    pub subscriber: SubscriberId,
    /// Its address.
    pub email: String,
    /// What the mail is about: with the subscriber the same for ever, so that a copy made on the way can be told from a second mail.
    pub about: String,
    /// The status page's name and slug.
    pub page: (String, String),
    /// `https://nightbell.example.com`, no trailing slash.
    pub public_url: String,
    /// The token of the way out.
    pub unsubscribe_token: String,
}

/// One public update.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Update {
    /// The notice's public id.
    pub notice: String,
    /// Its headline.
    pub title: String,
    /// Where it stands: `Investigating`.
    pub status: String,
    /// What was published.
    pub text: String,
    /// When.
    pub at: Instant,
    /// When the next update was promised for.
    pub next_update_at: Option<Instant>,
    /// Names of the components concerned.
    pub components: Vec<String>,
    /// The page's zone.
    pub time_zone: String,
    /// Earlier updates this mail stands for as well.
    pub folded: u32,
}

/// One paragraph.
enum Part {
    Heading(String),
    /// Lines, first of them strong.
    Text(Option<String>, Vec<String>),
    /// What is there, and its address.
    Link(&'static str, String),
}

/// The mail of one update.
pub fn update_mail(to: &Envelope, update: &Update) -> MailMessage {
    let said = format!("{}, {}", update.status, when::both(update.at, &update.time_zone));
    let text = cut(&update.text, TEXT_CHARS_MAX);
    let mut parts = vec![
        Part::Heading(update.title.clone()),
        Part::Text(Some(said), text.lines().map(one_line).filter(|line| !line.is_empty()).collect()),
    ];
    if !update.components.is_empty() {
        parts.push(Part::Text(None, vec![format!("Affects: {}", update.components.join(", "))]));
    }
    if let Some(next) = update.next_update_at {
        let next = when::both(next, &update.time_zone);
        parts.push(Part::Text(None, vec![format!("The next update is promised by {next}.")]));
    }
    if update.folded > 0 {
        let plural = if update.folded == 1 { " was" } else { "s were" };
        let line = format!("{} earlier update{plural} not mailed: this one is newer.", update.folded);
        parts.push(Part::Text(None, vec![line]));
    }
    parts.push(Part::Link("Everything that was said", format!("{}/notices/{}", to.home(), id_part(&update.notice))));
    parts.push(Part::Link("All of the status page", to.home()));
    let why = format!("You get this because you asked {} for it.", to.page.0);
    let subject = format!("[{}] {}: {}", to.page.0, update.status, update.title);
    let thread = format!("<{}@{}>", id_part(&update.notice), host(&to.public_url));
    to.mail(&subject, parts, &why, thread)
}

/// The mail that asks whether somebody wants mail. `token` says yes, in a press on the page it opens.
pub fn question_mail(to: &Envelope, token: &str) -> MailMessage {
    let name = &to.page.0;
    let parts = vec![
        Part::Heading(format!("Do you want mail from {name}?")),
        Part::Text(None, vec![format!("Somebody, most likely you, typed this address on {name}, to be told when something is wrong.")]),
        Part::Link("Yes, send me updates", format!("{}/confirm/{token}", to.home())),
        Part::Text(None, vec!["The link opens a page with a button and works for two days. If it was not you, do nothing: nothing more is sent.".to_owned()]),
    ];
    let thread = format!("<{}@{}>", to.subscriber, host(&to.public_url));
    to.mail(&format!("[{name}] Do you want updates by mail?"), parts, "Or say no at once:", thread)
}

impl Envelope {
    fn home(&self) -> String {
        format!("{}/status/{}", self.public_url, id_part(&self.page.1))
    }

    fn mail(&self, subject: &str, mut parts: Vec<Part>, why: &str, thread: String) -> MailMessage {
        let out = format!("{}/unsubscribe/{}", self.home(), self.unsubscribe_token);
        parts.push(Part::Text(None, vec![why.to_owned()]));
        parts.push(Part::Link("Unsubscribe", out.clone()));
        let host = host(&self.public_url);
        let name: String = one_line(&self.page.0).chars().filter(|c| !"<>\"".contains(*c)).collect();
        let headers = vec![
            ("List-Id", format!("\"{name}\" <{}.status.{host}>", id_part(&self.page.1))),
            ("List-Unsubscribe", format!("<{out}>")),
            ("List-Unsubscribe-Post", "List-Unsubscribe=One-Click".to_owned()),
            ("Precedence", "bulk".to_owned()),
            ("Auto-Submitted", "auto-generated".to_owned()),
            ("X-Auto-Response-Suppress", "All".to_owned()),
        ];
        MailMessage {
            to_name: String::new(),
            to_address: one_line(&self.email),
            subject: cut(&one_line(subject), SUBJECT_CHARS_MAX),
            text: text(&parts),
            html: markup(&parts),
            headers,
            message_id: format!("<{}.{}@{host}>", id_part(&self.about), self.subscriber),
            in_reply_to: thread.clone(),
            references: thread,
        }
    }
}

/// A public id or slug, fit for an address, the left side of a message id and a list id.
fn id_part(text: &str) -> String {
    text.chars().filter(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.')).collect()
}

fn text(parts: &[Part]) -> String {
    let paragraph = |part: &Part| match part {
        Part::Heading(heading) => format!("{}\n", one_line(heading)),
        Part::Text(first, lines) => {
            first.iter().chain(lines).map(|line| format!("{}\n", one_line(line))).collect::<String>()
        }
        Part::Link(what, url) => format!("{what}:\n{}\n", one_line(url)),
    };
    parts.iter().map(paragraph).collect::<Vec<_>>().join("\n")
}

fn markup(parts: &[Part]) -> String {
    let mut out = String::from(html::OPENING);
    for part in parts {
        match part {
            Part::Heading(heading) => {
                out.push_str(&format!("<h1 style=\"font-size:22px\">{}</h1>\n", html::escape(&one_line(heading))));
            }
            Part::Text(first, lines) => {
                let first = first.iter().map(|line| format!("<strong>{}</strong>", html::escape(&one_line(line))));
                let all: Vec<String> = first.chain(lines.iter().map(|line| html::escape(&one_line(line)))).collect();
                out.push_str(&format!("<p>{}</p>\n", all.join("<br>\n")));
            }
            Part::Link(what, url) => out.push_str(&format!("<p>{}</p>\n", html::link(&one_line(url), what, ""))),
        }
    }
    out.push_str("</body></html>\n");
    out
}

#[cfg(test)]
mod tests;
