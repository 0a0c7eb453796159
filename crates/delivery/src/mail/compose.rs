//! A described mail as an Internet message (RFC 5322, MIME): text and HTML saying the same, headers encoded where they must be.

use crate::text::one_line;
use jiff::Timestamp;
use lettre::{
    Address, Message,
    message::{
        Mailbox, MultiPart,
        header::{HeaderName, HeaderValue},
    },
};
use nightbell_wire::outbound::mail::MailMessage;
use std::time::SystemTime;

/// Builds the message, or says in one sentence why it is none.
pub(super) fn compose(mail: &MailMessage, from: &Mailbox, now: Timestamp) -> Result<Message, String> {
    let to: Address = mail
        .to_address
        .trim()
        .parse()
        .map_err(|error| format!("what the contact method holds is not a mail address: {error}"))?;
    let name = Some(mail.to_name.trim().to_owned()).filter(|name| !name.is_empty());
    let mut builder = Message::builder()
        .from(from.clone())
        .to(Mailbox::new(name, to))
        .subject(mail.subject.as_str())
        .date(SystemTime::from(now))
        .message_id(Some(mail.message_id.clone()))
        .in_reply_to(mail.in_reply_to.clone())
        .references(mail.references.clone());
    for (name, value) in &mail.headers {
        let name =
            HeaderName::new_from_ascii((*name).to_owned()).map_err(|_| format!("{name:?} is not a header name"))?;
        builder = builder.raw_header(HeaderValue::new(name, one_line(value, 900)));
    }
    let body = MultiPart::alternative_plain_html(mail.text.clone(), mail.html.clone());
    builder.multipart(body).map_err(|error| format!("not a mail that can be sent: {error}"))
}
