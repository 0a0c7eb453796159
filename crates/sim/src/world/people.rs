//! The people: they acknowledge, late, twice, from the link, or never; they take seats, post updates, and say when it is over.

use super::{Called, World, seconds};
use crate::{
    happening::{Deed, Happening},
    oracle::Checked,
};
use jiff::SignedDuration;
use nightbell_engine::{
    Fault, Unit,
    domain::{
        access::{Caller, Permit, Respond, Via},
        ids::{AlertId, PageId, UserId},
        org::AccessRole,
        paging::{MessageKind, Page, Subject},
        record::Instant,
        refusal::Refusal,
        response::{RoleKind, UpdateInput},
        signal::Alert,
    },
    paging,
    response::{self, PublicWords},
    signal,
};
use nightbell_store::{load, paging as store};

/// What people tell each other.
const INTERNAL: &str = "Still looking at rack seven.";
/// What somebody may publish.
const PUBLIC: &str = "Some orders do not go through. We are working on it.";
/// Its headline.
const HEADLINE: &str = "Trouble with orders";

/// What a deed did: the pages it surely closed.
type Done = Vec<PageId>;

/// Whoever is woken more often than that for the same thing ends it: what rings anew for weeks proves nothing further, and is all that is done.
const WOKEN_MAX: u32 = 40;

impl World {
    /// A message reaches a person, who may do something about it.
    pub(super) fn rings(&mut self, work: &paging::Work, at: Instant) {
        let message = &work.message;
        if message.kind == MessageKind::StillOn {
            // Somebody who is asked is still on it, half of the time.
            let dice = &mut self.draws.people;
            if dice.chance(500) {
                let at = at + seconds(dice.between(5, 600));
                self.queue.push(at, Happening::Deed(message.user.clone(), Deed::StillOn(message.page), 0));
            }
            return;
        }
        if message.kind != MessageKind::Page {
            return;
        }
        let (dice, o) = (&mut self.draws.people, &self.options);
        if !self.calm && dice.chance(o.ignores) {
            return;
        }
        let wait = if dice.chance(o.late) { dice.between(600, 7_200) } else { dice.between(5, 240) };
        let token = message.ack_url.rsplit('/').next().unwrap_or_default().to_owned();
        let alert = message.alert.as_ref().map(|alert| alert.id);
        // Whoever reads a message that tells of many takes all of them with one press, more often than not.
        let many = message.also.count > 0 && dice.chance(700);
        let woken = self.woken.entry(message.page).or_default();
        *woken += 1;
        let deed = match alert {
            Some(alert) if *woken > WOKEN_MAX => Deed::Resolve(alert),
            _ if many => Deed::AckAll(token),
            _ if o.snoozes > 0 && dice.chance(o.snoozes) => Deed::Snooze(message.page, dice.between(2, 240)),
            _ if o.gives > 0 && dice.chance(o.gives) => Deed::Give(
                message.page,
                dice.pick::<&'static str>(&["user:carol", "user:alice", "policy:crew", "policy:main"]),
            ),
            _ if dice.chance(o.hands_over) => Deed::HandOver(token),
            Some(alert) if dice.chance(o.resolves) => Deed::Resolve(alert),
            _ if dice.chance(500) => Deed::Ack(message.page),
            _ => Deed::AckLink(token, message.page),
        };
        let times = 1 + i64::from(dice.chance(o.acts_twice));
        for n in 0..times {
            let at = at + seconds(wait + 2 * n);
            self.queue.push(at, Happening::Deed(message.user.clone(), deed.clone(), 0));
        }
    }

    /// A person does something, and tries again when it did not come through.
    pub(super) fn deed(&mut self, user: &UserId, deed: Deed, tries: u32) -> Checked {
        let permit: Permit<Respond> =
            Caller::new(user.clone(), AccessRole::Responder, Via::Api).permit().map_err(|e| e.to_string())?;
        let n = self.any_node();
        let called = self.call(n, |unit| act(unit, &permit, &deed))?;
        match called {
            Called::Done(pages) => {
                for page in pages {
                    self.oracle.closed(page, self.now);
                }
            }
            Called::Refused(refusal) => {
                self.note(&format!("  refused: {refusal}"));
                // A link expires, at the latest when a clock is set forward; then people sign in.
                if let (Deed::AckLink(_, page), "link-expired") = (&deed, refusal.code.as_str()) {
                    self.queue.push(self.now + seconds(30), Happening::Deed(user.clone(), Deed::Ack(*page), 0));
                }
            }
            Called::Unsure | Called::NotDone => {
                let again = self.now + seconds(7);
                self.queue.push(again, Happening::Deed(user.clone(), deed, tries + 1));
            }
        }
        Ok(())
    }

    /// An incident was declared: somebody will care for it.
    pub(super) fn declared(&mut self, alert: AlertId) -> Checked {
        let incident = self.disk.look(|tx| load::<Alert>(tx, &alert.to_string()))?.and_then(|a| a.incident);
        let incident = incident.ok_or_else(|| format!("INV-01: {alert} asked for an incident and has none"))?;
        self.counts.incidents += 1;
        let after = self.now + seconds(self.draws.people.between(60, 900));
        self.queue.push(after, Happening::Care { incident: incident.to_string(), round: 0 });
        Ok(())
    }

    /// The next thing in an incident's life: a commander, updates (some of them late), the end.
    pub(super) fn care(&mut self, incident: &str, round: u32) -> Checked {
        let alice = "alice".parse().map_err(|e| format!("{e}"))?;
        let alice: Permit<Respond> =
            Caller::new(alice, AccessRole::Responder, Via::Page).permit().map_err(|e| e.to_string())?;
        let over = self.calm || round >= 4;
        let update = UpdateInput { text: INTERNAL, ..UpdateInput::default() };
        // Somebody publishes now and then, in words of their own; nothing else is ever public (INV-19).
        let publishes = round >= 2 && !over && self.draws.people.chance(self.options.publishes);
        let words = PublicWords { text: PUBLIC.to_owned(), title: Some(HEADLINE.to_owned()), ..PublicWords::default() };
        let words = publishes.then_some(words);
        if publishes {
            self.oracle.published(incident);
        }
        let resolution = response::Resolution { text: "It is over.".to_owned(), public: None };
        let n = self.any_node();
        let called = self.call(n, |unit| match round {
            _ if over => response::resolve(unit, &alice, incident, &resolution).map(drop),
            0 => response::take_role(unit, &alice, incident, RoleKind::Commander).map(drop),
            1 => response::take_role(unit, &alice, incident, RoleKind::Ops).map(drop),
            _ => response::post_update(unit, &alice, incident, &update, words.as_ref()).map(drop),
        })?;
        let next = match called {
            Called::Done(()) | Called::Refused(_) if over => return self.incident_over(incident),
            Called::Refused(refusal) if publishes && !refusal.message.contains("resolved already") => {
                return Err(format!("nothing could be published: {refusal}"));
            }
            Called::Done(()) | Called::Refused(_) => round + 1,
            Called::Unsure | Called::NotDone => round,
        };
        self.counts.published += u64::from(publishes && next != round);
        let wait =
            if next == round { SignedDuration::from_secs(15) } else { seconds(self.draws.people.between(300, 2_700)) };
        self.queue.push(self.now + wait, Happening::Care { incident: incident.to_owned(), round: next });
        Ok(())
    }

    /// The pages of an incident that is over ring nobody.
    fn incident_over(&mut self, incident: &str) -> Checked {
        for page in self.disk.look(|tx| store::of_subject(tx, incident))? {
            // A late postmortem is asked for after the end, and by a page of its own.
            if matches!(&page.subject, Subject::Incident { purpose, .. } if purpose == "postmortem-on-time") {
                continue;
            }
            if page.is_waiting() {
                return Err(format!("{incident} is over and {} still rings", page.id));
            }
            self.oracle.closed(page.id, self.now);
        }
        Ok(())
    }
}

/// Does it; answers which pages ring no more because of it.
fn act(unit: &mut Unit<'_>, permit: &Permit<Respond>, deed: &Deed) -> Result<Done, Fault> {
    let now = unit.now;
    let page = match deed {
        Deed::AckLink(token, _) => {
            let holder = paging::LinkHolder::check(unit.settings, token, now)?;
            paging::acknowledge_by_link(unit, &holder)?
        }
        Deed::AckAll(token) => {
            let holder = paging::LinkHolder::check(unit.settings, token, now)?;
            paging::acknowledge_all_by_link(unit, &holder, 100)?;
            let taken = unit.load::<Page>(holder.page())?.filter(|page| !page.is_waiting());
            return Ok(taken.into_iter().map(|page| page.id).collect());
        }
        Deed::Ack(page) => paging::acknowledge(unit, permit, *page)?,
        Deed::HandOver(token) => {
            let holder = paging::LinkHolder::check(unit.settings, token, now)?;
            paging::hand_over_by_link(unit, &holder)?;
            return Ok(Vec::new());
        }
        Deed::Snooze(page, minutes) => {
            let until = now + SignedDuration::from_mins(*minutes);
            paging::snooze(unit, permit, *page, until)?
        }
        Deed::StillOn(page) => {
            paging::prolong(unit, permit, *page)?;
            return Ok(Vec::new());
        }
        Deed::Give(page, to) => {
            let to = to.parse().map_err(|_| Refusal::invalid("to", *to))?;
            paging::hand_to(unit, permit, *page, &to, "you know it better")?;
            return Ok(Vec::new());
        }
        Deed::Resolve(alert) => {
            signal::resolve(unit, permit, *alert)?;
            let pages = store::of_subject(unit.tx, &alert.to_string())?;
            return Ok(pages.into_iter().map(|page| page.id).collect());
        }
    };
    accept_seat(unit, permit, &page)?;
    // When everybody must, one acknowledgement closes nothing.
    Ok(if page.is_waiting() { Vec::new() } else { vec![page.id] })
}

/// Whoever answers the commander's call accepts the seat, when it is still free.
fn accept_seat(unit: &mut Unit<'_>, permit: &Permit<Respond>, page: &Page) -> Result<(), Fault> {
    let Subject::Incident { incident, .. } = &page.subject else { return Ok(()) };
    let incident = response::find(unit, &incident.to_string())?;
    if incident.roles.offer(RoleKind::Commander, permit.user()).is_some() && incident.status.is_open() {
        response::accept_role(unit, permit, &incident.slug, RoleKind::Commander)?;
    }
    Ok(())
}
