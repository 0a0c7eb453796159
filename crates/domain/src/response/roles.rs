//! Roles: seats change hands by offer and accept. Whoever holds a seat keeps it until the accept, so it is never empty in between
//! and never held twice (INV-17).

use super::{Act, Incident, IncidentEvent, RoleKind};
use crate::{ids::UserId, refusal::Refusal};

impl Incident {
    /// Offers a seat to somebody. Anyone may offer; only a held single seat cannot be offered to oneself, except by an
    /// administrator: taking over from a silent commander needs a second person who says so.
    ///
    /// # Errors
    /// Conflict when that person holds it already, when it was offered to them already, or when the incident is over.
    pub fn offer_role(
        &self,
        act: Act<'_>,
        role: RoleKind,
        to: &UserId,
        is_admin: bool,
    ) -> Result<Vec<IncidentEvent>, Refusal> {
        self.must_not_be_over()?;
        if self.roles.holds(role, to) {
            return Err(Refusal::conflict("role-held", format!("@{to} is {role} already.")));
        }
        if self.roles.offer(role, to).is_some() {
            return Err(Refusal::conflict(
                "role-offered",
                format!("{role} was offered to @{to} already; they have to accept it."),
            ));
        }
        let holder = self.roles.holders(role).first().copied().filter(|_| role != RoleKind::Ops);
        match holder {
            Some(holder) if act.by.user() == Some(to) && !is_admin => Err(Refusal::conflict(
                "role-held",
                format!("@{holder} is {role}. Ask them, or anyone else here, to offer you the seat."),
            )),
            _ => Ok(vec![IncidentEvent::RoleOffered { role, to: to.clone() }]),
        }
    }

    /// The person to whom a seat was offered accepts it; whoever held it before is free from this moment on.
    ///
    /// # Errors
    /// Conflict when it was not offered to them (any more).
    pub fn accept_role(&self, act: Act<'_>, role: RoleKind, user: &UserId) -> Result<Vec<IncidentEvent>, Refusal> {
        self.must_not_be_over()?;
        self.must_be_offered(role, user)?;
        Ok(self.with_rules_met(act, vec![IncidentEvent::RoleAccepted { role, user: user.clone() }]))
    }

    /// The person to whom a seat was offered declines.
    ///
    /// # Errors
    /// Conflict when it was not offered to them (any more).
    pub fn decline_role(&self, role: RoleKind, user: &UserId) -> Result<Vec<IncidentEvent>, Refusal> {
        self.must_not_be_over()?;
        self.must_be_offered(role, user)?;
        Ok(vec![IncidentEvent::RoleDeclined { role, user: user.clone() }])
    }

    fn must_be_offered(&self, role: RoleKind, user: &UserId) -> Result<(), Refusal> {
        match self.roles.offer(role, user) {
            Some(_) => Ok(()),
            None => Err(Refusal::conflict("role-not-offered", format!("{role} is not offered to @{user} (any more)."))),
        }
    }

    /// Takes an empty seat, or joins Ops. Taking what one holds already changes nothing.
    ///
    /// # Errors
    /// Conflict when somebody else holds the single seat: they hand it over.
    pub fn take_role(&self, act: Act<'_>, role: RoleKind, user: &UserId) -> Result<Vec<IncidentEvent>, Refusal> {
        self.must_not_be_over()?;
        let holders = self.roles.holders(role);
        if holders.contains(&user) {
            return Ok(Vec::new());
        }
        match holders.first() {
            Some(holder) if role != RoleKind::Ops => Err(Refusal::conflict(
                "role-held",
                format!(
                    "@{holder} is {role}. A seat changes hands by offer and accept: ask them, or anyone else here, to offer it to you."
                ),
            )),
            _ => Ok(self.with_rules_met(act, vec![IncidentEvent::RoleTaken { role, user: user.clone() }])),
        }
    }

    /// Leaves a seat. The commander of an open incident whose severity owes one cannot just leave: they hand over.
    ///
    /// # Errors
    /// Conflict when that person does not hold it, or must hand over.
    pub fn release_role(&self, role: RoleKind, user: &UserId) -> Result<Vec<IncidentEvent>, Refusal> {
        self.must_not_be_over()?;
        if !self.roles.holds(role, user) {
            return Err(Refusal::conflict("role-not-held", format!("@{user} is not {role}.")));
        }
        let commander_owed = self.row.commander_within.is_some() && self.status.is_open();
        if role == RoleKind::Commander && commander_owed {
            return Err(Refusal::conflict(
                "commander-needed",
                "An open incident of this severity keeps its commander: offer the seat to somebody; you are free when they accept.",
            ));
        }
        Ok(vec![IncidentEvent::RoleReleased { role, user: user.clone() }])
    }
}
