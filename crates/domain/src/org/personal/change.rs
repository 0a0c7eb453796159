//! How people change their own settings: every change is a function of the person as they are to their settings as they will be, or a refusal that
//! stands beside the field. Is not: whether somebody may go without any method (the engine asks who is on call), nor what is sent.

use super::{AtMost, Personal, Proved, QuietHours};
use crate::{
    ids::ContactId,
    limits,
    org::{Contact, ContactKind, NotificationRules, User},
    record::Instant,
    refusal::Refusal,
    text::duration::spelled_duration,
};
use jiff::SignedDuration;

impl Personal {
    /// A new way to reach them; not used before it is proved.
    ///
    /// # Errors
    /// The handle or the address is taken, or there are too many.
    pub fn add(mut self, user: &User, id: ContactId, kind: ContactKind) -> Result<Self, Refusal> {
        let person = self.over(user);
        if person.contacts.len() >= limits::CONTACTS_MAX {
            let message = format!(
                "{} ways to reach one person are enough. Remove one that is not needed any more first.",
                limits::CONTACTS_MAX
            );
            return Err(Refusal::conflict("too-many-contacts", message));
        }
        is_free(&person, &id)?;
        is_new(&person, &kind)?;
        self.contacts.push(Contact { id, kind, verified: false });
        Ok(self)
    }

    /// The same method leads elsewhere: the proof is lost with the address. One of the files is replaced by their own.
    ///
    /// # Errors
    /// No such method, or another one has the address.
    pub fn readdress(mut self, user: &User, id: &ContactId, kind: ContactKind) -> Result<Self, Refusal> {
        let person = self.over(user);
        let known = contact(&person, id)?;
        if known.kind == kind {
            return Ok(self);
        }
        if known.kind.word() != kind.word() {
            let message = format!(
                "{id} is of kind {}; add another method for {}, then remove this one.",
                known.kind.word(),
                kind.word()
            );
            return Err(Refusal::invalid("address", message));
        }
        is_new(&person, &kind)?;
        let changed = Contact { id: id.clone(), kind, verified: false };
        match self.contacts.iter_mut().find(|own| own.id == *id) {
            Some(own) => *own = changed,
            None => self.contacts.push(changed),
        }
        Ok(self)
    }

    /// Another handle for their own method; their rules follow.
    ///
    /// # Errors
    /// No such method, one of the files, or the handle is taken.
    pub fn rename(mut self, user: &User, id: &ContactId, to: ContactId) -> Result<Self, Refusal> {
        let person = self.over(user);
        contact(&person, id)?;
        if *id == to {
            return Ok(self);
        }
        is_free(&person, &to)?;
        let of_files = user.contacts.iter().any(|known| known.id == *id);
        let own = self.contacts.iter_mut().find(|own| own.id == *id).filter(|_| !of_files);
        own.ok_or_else(|| stands_in_files(id, "renamed"))?.id = to.clone();
        if let Some(rules) = &mut self.rules {
            for rule in rules.high.iter_mut().chain(&mut rules.low).filter(|rule| rule.via == *id) {
                rule.via = to.clone();
            }
        }
        if let Some(at_most) = self.at_most.remove(id) {
            self.at_most.insert(to, at_most);
        }
        Ok(self)
    }

    /// Their own method goes, and what their rules said of it. One that replaced a method of the files gives that back.
    ///
    /// # Errors
    /// No such method, or one of the files.
    pub fn remove(mut self, user: &User, id: &ContactId) -> Result<Self, Refusal> {
        contact(&self.over(user), id)?;
        let before = self.contacts.len();
        self.contacts.retain(|own| own.id != *id);
        if self.contacts.len() == before {
            return Err(stands_in_files(id, "removed"));
        }
        if user.contacts.iter().all(|known| known.id != *id) {
            self.at_most.remove(id);
            if let Some(rules) = &mut self.rules {
                rules.high.retain(|rule| rule.via != *id);
                rules.low.retain(|rule| rule.via != *id);
            }
        }
        Ok(self)
    }

    /// Their own rules, or `None`: those of the files, or the default ladder.
    ///
    /// # Errors
    /// A rule names a method they do not have, waits too long, or there are too many.
    pub fn with_rules(mut self, user: &User, rules: Option<NotificationRules>) -> Result<Self, Refusal> {
        let person = self.over(user);
        for (urgency, list) in rules.iter().flat_map(|rules| [("high", &rules.high), ("low", &rules.low)]) {
            if list.len() > limits::RULES_MAX {
                return Err(Refusal::invalid(urgency, format!("{} rules are enough.", limits::RULES_MAX)));
            }
            for (n, rule) in list.iter().enumerate() {
                if person.contacts.iter().all(|known| known.id != rule.via) {
                    let message = format!("You have no method {}; choose one of yours.", rule.via);
                    return Err(Refusal::invalid(&format!("{urgency}[{n}].via"), message));
                }
                if !(SignedDuration::ZERO..=limits::RULE_AFTER_MAX).contains(&rule.after) {
                    let most = spelled_duration(limits::RULE_AFTER_MAX);
                    let message = format!("A rule waits from nothing to {most}.");
                    return Err(Refusal::invalid(&format!("{urgency}[{n}].after"), message));
                }
            }
        }
        self.rules = rules;
        Ok(self)
    }

    /// When low urgency waits, or `None`: never.
    ///
    /// # Errors
    /// They would last all day.
    pub fn with_quiet(mut self, quiet: Option<QuietHours>) -> Result<Self, Refusal> {
        if quiet.is_some_and(|hours| hours.from == hours.to) {
            return Err(Refusal::invalid("quiet", "Quiet hours that last all day would keep low urgency for ever."));
        }
        self.quiet = quiet;
        Ok(self)
    }

    /// How many messages a method may get, or `None`: all.
    ///
    /// # Errors
    /// No such method, or a span or count that means nothing.
    pub fn with_at_most(mut self, user: &User, id: &ContactId, rule: Option<AtMost>) -> Result<Self, Refusal> {
        contact(&self.over(user), id)?;
        let Some(rule) = rule else {
            self.at_most.remove(id);
            return Ok(self);
        };
        if rule.count == 0 {
            return Err(Refusal::invalid(
                "at_most",
                "At least one message: a method that gets none is better removed.",
            ));
        }
        if !(SignedDuration::from_secs(1)..=limits::AT_MOST_PER_MAX).contains(&rule.per) {
            let most = spelled_duration(limits::AT_MOST_PER_MAX);
            return Err(Refusal::invalid("per", format!("Messages are counted in a span of up to {most}.")));
        }
        self.at_most.insert(id.clone(), rule);
        Ok(self)
    }

    /// A method has been proved with a code, for where it leads now.
    ///
    /// # Errors
    /// No such method.
    pub fn prove(mut self, user: &User, id: &ContactId, at: Instant) -> Result<Self, Refusal> {
        let kind = contact(&self.over(user), id)?.kind.clone();
        match self.contacts.iter_mut().find(|own| own.id == *id) {
            Some(own) => own.verified = true,
            None => {
                self.proved.retain(|known| known.contact != *id);
                self.proved.push(Proved { contact: id.clone(), kind, at });
            }
        }
        Ok(self)
    }
}

fn contact<'a>(person: &'a User, id: &ContactId) -> Result<&'a Contact, Refusal> {
    person.contacts.iter().find(|known| known.id == *id).ok_or_else(|| Refusal::not_found("contact method", id))
}

fn is_free(person: &User, id: &ContactId) -> Result<(), Refusal> {
    if person.contacts.iter().any(|known| known.id == *id) {
        return Err(Refusal::invalid("name", format!("There is a method {id} already; choose another name.")));
    }
    Ok(())
}

fn is_new(person: &User, kind: &ContactKind) -> Result<(), Refusal> {
    let same = |known: &&Contact| known.kind.word() == kind.word() && known.kind.address() == kind.address();
    match person.contacts.iter().find(same) {
        Some(known) => Err(Refusal::invalid(
            "address",
            format!("That is {} already; a second one would only ring twice.", known.id),
        )),
        None => Ok(()),
    }
}

fn stands_in_files(id: &ContactId, done: &str) -> Refusal {
    Refusal::conflict(
        "contact-in-files",
        format!("{id} stands in the organisation's files and is {done} there. Here you can give it another address."),
    )
}

/// A handle for a new method of a medium: `sms`, `sms-2`, …
pub fn free_handle(person: &User, word: &str) -> ContactId {
    (1..)
        .map(|n| if n == 1 { word.to_owned() } else { format!("{word}-{n}") })
        .filter_map(|text| text.parse::<ContactId>().ok())
        .find(|id| person.contacts.iter().all(|known| known.id != *id))
        .unwrap_or_else(|| "method".parse().expect("a handle"))
}

#[cfg(test)]
mod tests;
