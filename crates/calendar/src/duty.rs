//! Who has an instant: the turn that runs, and what overrides make of it.
//!
//! The rules of docs/schedules.md, on borrowed names. Crate-private; [`crate::plan`] asks it.

use std::sync::Arc;

use crate::cover::Cover;
use crate::model::{Backup, Layer, Member, OverrideKind, ShiftSource};

/// The people on call at an instant and what put them there.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Duty<'a> {
    pub(crate) primary: &'a Member,
    pub(crate) also: Vec<&'a Member>,
    pub(crate) backup: Option<&'a Member>,
    pub(crate) shadows: Vec<&'a Member>,
    source: Source<'a>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Source<'a> {
    Layer(&'a Arc<str>),
    Override,
}

/// A turn of a layer that somebody has.
#[derive(Clone, Copy)]
pub(crate) struct Turn<'a> {
    pub(crate) layer: &'a Layer,
    /// The layer's name, shared by all shifts.
    pub(crate) name: &'a Arc<str>,
    /// Index of its slot, which is not empty.
    pub(crate) position: usize,
}

impl Duty<'_> {
    pub(crate) fn source(&self) -> ShiftSource {
        match self.source {
            Source::Layer(name) => ShiftSource::Layer(Arc::clone(name)),
            Source::Override => ShiftSource::Override,
        }
    }

    /// Whether somebody is on call.
    fn has(&self, member: &Member) -> bool {
        self.primary == member || self.also.contains(&member)
    }
}

impl<'a> Duty<'a> {
    /// Somebody takes the place of one who is on call; answers whether that one was.
    fn give_place(&mut self, user: &'a Member, place: &Member) -> bool {
        if !self.has(place) {
            return false;
        }
        if self.primary == place {
            self.also.retain(|member| *member != user);
            self.primary = user;
            self.source = Source::Override;
        } else if self.has(user) {
            self.also.retain(|member| *member != place);
        } else if let Some(found) = self.also.iter_mut().find(|member| **member == place) {
            *found = user;
        }
        true
    }
}

impl<'a> Turn<'a> {
    /// What the layer says. `None` of an empty slot.
    fn duty(self, backup: Backup) -> Option<Duty<'a>> {
        let (primary, also) = self.layer.members.get(self.position)?.members.split_first()?;
        let source = Source::Layer(self.name);
        let mut duty = Duty { primary, also: also.iter().collect(), backup: None, shadows: Vec::new(), source };
        duty.backup = self.behind(backup, &duty, &[]);
        Some(duty)
    }

    /// The next in the rotation who is not on call; nor is it one of `skip`.
    fn behind(self, backup: Backup, duty: &Duty<'a>, skip: &[&Member]) -> Option<&'a Member> {
        if backup == Backup::None {
            return None;
        }
        let slots = &self.layer.members;
        let round = slots[self.position..].iter().chain(&slots[..self.position]);
        round.flat_map(|slot| &slot.members).find(|member| !duty.has(member) && !skip.contains(member))
    }
}

/// Who has it, after the overrides that cover the instant, in the order they are listed. `None` when nobody has.
pub(crate) fn people<'a>(
    turn: Option<Turn<'a>>,
    backup: Backup,
    covers: impl Iterator<Item = Cover<'a>>,
) -> Option<Duty<'a>> {
    let said = || turn.and_then(|turn| turn.duty(backup));
    let mut crew = Crew { duty: said(), joins: Vec::new(), leads: Vec::new(), watches: Vec::new() };
    for cover in covers {
        match (cover.kind, cover.instead_of) {
            // Whoever takes everything wipes out all replacements before, and so begins with what the layer says.
            (OverrideKind::Replace, None) => crew.duty = Some(take_all(said(), cover.user)),
            (OverrideKind::Replace, Some(place)) => {
                crew.stand_in(cover.user, place, |duty, skip| turn.and_then(|turn| turn.behind(backup, duty, skip)))
            }
            (OverrideKind::Add, _) => crew.joins.push(cover.user),
            (OverrideKind::ReverseShadow, _) => crew.leads.push(cover.user),
            (OverrideKind::Shadow, _) => crew.watches.push(cover.user),
        }
    }
    let Crew { mut duty, joins, leads, watches } = crew;
    for user in joins {
        join(&mut duty, user);
    }
    let mut duty = duty?;
    for user in leads {
        lead(&mut duty, user);
    }
    for user in watches {
        if !duty.has(user) && !duty.shadows.contains(&user) {
            duty.shadows.push(user);
        }
    }
    if duty.backup.is_some_and(|backup| duty.has(backup)) {
        duty.backup = turn.and_then(|turn| turn.behind(backup, &duty, &[]));
    }
    Some(duty)
}

/// What the overrides so far make of a turn, each sort apart: a place is taken wherever somebody stands in it.
struct Crew<'a> {
    /// The layer, and who took everything.
    duty: Option<Duty<'a>>,
    joins: Vec<&'a Member>,
    leads: Vec<&'a Member>,
    watches: Vec<&'a Member>,
}

impl<'a> Crew<'a> {
    /// Somebody takes the place of one person, whatever put that person there. `behind` finds the next in the rotation who is not to be skipped.
    fn stand_in(
        &mut self,
        user: &'a Member,
        place: &'a Member,
        behind: impl Fn(&Duty<'a>, &[&Member]) -> Option<&'a Member>,
    ) {
        if user == place {
            return;
        }
        let mut took = false;
        for name in self.joins.iter_mut().chain(&mut self.leads).filter(|name| **name == place) {
            *name = user;
            took = true;
        }
        let Some(duty) = &mut self.duty else { return };
        if duty.backup == Some(place) {
            let beside = || self.joins.iter().chain(&self.leads).copied();
            duty.backup = if duty.has(user) || beside().any(|member| member == user) {
                let skip: Vec<&Member> = beside().chain([place]).collect();
                behind(duty, &skip)
            } else {
                Some(user)
            };
            return;
        }
        took |= duty.give_place(user, place);
        if took && duty.backup == Some(user) {
            duty.backup = Some(place);
        }
    }
}

/// Somebody alone has it.
fn take_all<'a>(duty: Option<Duty<'a>>, user: &'a Member) -> Duty<'a> {
    let source = Source::Override;
    let Some(duty) = duty else {
        return Duty { primary: user, also: Vec::new(), backup: None, shadows: Vec::new(), source };
    };
    if duty.primary == user && duty.also.is_empty() {
        return duty;
    }
    // A backup who takes the shift leaves their place to the person they stand in for.
    let backup = if duty.backup == Some(user) { Some(duty.primary) } else { duty.backup };
    Duty { primary: user, also: Vec::new(), backup, shadows: Vec::new(), source }
}

/// Somebody is on call as well.
fn join<'a>(duty: &mut Option<Duty<'a>>, user: &'a Member) {
    match duty {
        None => *duty = Some(take_all(None, user)),
        Some(duty) if duty.has(user) => {}
        Some(duty) => duty.also.push(user),
    }
}

/// Somebody is called first, and whoever was first is rung together with them.
fn lead<'a>(duty: &mut Duty<'a>, user: &'a Member) {
    if duty.primary == user {
        return;
    }
    duty.also.retain(|member| *member != user);
    duty.also.insert(0, duty.primary);
    duty.primary = user;
    duty.source = Source::Override;
}
