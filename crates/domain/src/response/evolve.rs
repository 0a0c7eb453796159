//! Folding: what each event makes of the state. No decisions here; an event that does not fit is corrupt history (`None`).

use super::{
    EntryKind, Hypothesis, Incident, IncidentEvent, IncidentStatus, Mitigation, MitigationState, Obligation,
    ObligationState, Offer, Promise, PublicFace, RoleKind, RoleSeats, RuleId, Try, playbook,
};
use crate::{
    ids::UserId,
    org::Severity,
    record::{Aggregate, Instant, Recorded},
};

impl Aggregate for Incident {
    type Event = IncidentEvent;
    const KIND: &'static str = "incident";

    fn key(&self) -> String {
        self.id.to_string()
    }

    fn version(&self) -> u64 {
        self.version
    }

    fn evolve(state: Option<Self>, event: &Recorded<IncidentEvent>) -> Option<Self> {
        let mut incident = match state {
            None => begin(event)?,
            Some(mut incident) => {
                incident.apply(event)?;
                incident
            }
        };
        incident.version = event.seq;
        incident.next_due_at = playbook::next_due_at(&incident);
        Some(incident)
    }

    fn event_kind(event: &IncidentEvent) -> &'static str {
        event.kind()
    }
}

fn begin(recorded: &Recorded<IncidentEvent>) -> Option<Incident> {
    let IncidentEvent::Declared { id, slug, title, severity, why, service, runbook, mitigations, obligations, .. } =
        &recorded.event
    else {
        return None;
    };
    Some(Incident {
        id: *id,
        slug: slug.clone(),
        title: title.clone(),
        severity: severity.id.clone(),
        row: (**severity).clone(),
        severity_why: why.clone(),
        service: service.clone(),
        runbook: runbook.clone(),
        declared_at: recorded.at,
        declared_by: recorded.actor.clone(),
        began_at: recorded.at,
        status: IncidentStatus::Investigating,
        roles: RoleSeats::default(),
        summary: String::new(),
        promise: None,
        last_update_at: None,
        public: None,
        mitigations: mitigations.iter().cloned().map(untried).collect(),
        hypotheses: Vec::new(),
        alerts: Vec::new(),
        pages: Vec::new(),
        obligations: obligations.clone(),
        resolved_at: None,
        closed_at: None,
        postmortem: None,
        postmortem_published_at: None,
        version: recorded.seq,
        next_due_at: None,
    })
}

fn untried(mitigation: Mitigation) -> MitigationState {
    MitigationState { mitigation, tried: Vec::new() }
}

impl Incident {
    fn apply(&mut self, recorded: &Recorded<IncidentEvent>) -> Option<()> {
        use IncidentEvent as E;
        let at = recorded.at;
        match &recorded.event {
            E::Declared { .. } => return None,
            E::Entry { entry, text } => {
                if *entry == EntryKind::Hypothesis {
                    self.hypotheses.push(Hypothesis { seq: recorded.seq, text: text.clone(), refuted: None });
                }
            }
            E::EntryRevised { seq, text } => {
                if let Some(hypothesis) = self.hypothesis_mut(*seq) {
                    hypothesis.text.clone_from(text);
                }
            }
            E::HypothesisRefuted { seq, reason } => self.hypothesis_mut(*seq)?.refuted = Some(reason.clone()),
            E::UpdatePosted { text, next_update_at, .. } => self.updated(at, text, *next_update_at),
            E::Published { .. } => self.published(recorded),
            E::StatusChanged { from, to, .. } => self.status_changed(*from, *to, at),
            E::SeverityChanged { to, reason, obligations, .. } => {
                self.severity_changed(to, reason.as_deref(), obligations)
            }
            E::RoleOffered { role, to } => self.offered(recorded, *role, to),
            E::RoleAccepted { role, user } | E::RoleTaken { role, user } => self.seat(*role, user),
            E::RoleDeclined { role, user } => {
                self.roles.offers.retain(|offer| !(offer.role == *role && offer.to == *user))
            }
            E::RoleReleased { role, user } => self.unseat(*role, user),
            E::MitigationTried { key, .. } => {
                let by = recorded.actor.clone();
                self.mitigation_mut(key)?.tried.push(Try { by, at, worked: None, judged_at: None });
            }
            E::MitigationJudged { key, worked, .. } => {
                let last = self.mitigation_mut(key)?.tried.last_mut()?;
                last.worked = Some(*worked);
                last.judged_at = Some(at);
            }
            E::AlertLinked { alert, started_at, runbook, mitigations, .. } => {
                self.alerts.push(*alert);
                self.began_at = self.began_at.min(*started_at);
                self.runbook = self.runbook.take().or_else(|| runbook.clone());
                self.mitigations.extend(mitigations.iter().cloned().map(untried));
            }
            E::PageStarted { page, .. } => self.pages.push(*page),
            E::PageAcknowledged { .. } => {}
            E::RuleMet { .. }
            | E::RuleNagged { .. }
            | E::RulePaged { .. }
            | E::RuleBreached { .. }
            | E::RuleWaived { .. } => {
                return self.apply_rule(recorded);
            }
            E::Resolved { postmortem_due_at } => self.resolved(at, *postmortem_due_at),
            E::Closed => self.over(IncidentStatus::Closed, at),
            E::Cancelled { .. } => {
                self.over(IncidentStatus::Cancelled, at);
                for obligation in self.obligations.iter_mut().filter(|o| o.is_owed()) {
                    obligation.state = ObligationState::Lifted { at, reason: "the incident was cancelled".to_owned() };
                }
            }
            E::PostmortemDrafted { postmortem } => self.postmortem = Some(*postmortem),
            E::PostmortemPublished { postmortem, .. } => {
                self.postmortem = Some(*postmortem);
                self.postmortem_published_at = Some(at);
            }
        }
        Some(())
    }

    fn apply_rule(&mut self, recorded: &Recorded<IncidentEvent>) -> Option<()> {
        let at = recorded.at;
        match &recorded.event {
            IncidentEvent::RuleMet { rule, measured_s, late } => self.rule_met(*rule, at, *measured_s, *late)?,
            IncidentEvent::RuleNagged { rule, .. } => self.obligation_mut(*rule)?.nagged_at = Some(at),
            IncidentEvent::RulePaged { rule, who } => {
                self.obligation_mut(*rule)?.paged.push(playbook::RungPaged { who: *who, at });
            }
            IncidentEvent::RuleBreached { rule, .. } => self.obligation_mut(*rule)?.breached_at = Some(at),
            IncidentEvent::RuleWaived { rule, reason } => {
                let waived = ObligationState::Waived { at, by: recorded.actor.clone(), reason: reason.clone() };
                self.obligation_mut(*rule)?.state = waived;
            }
            _ => return None,
        }
        Some(())
    }

    fn obligation_mut(&mut self, rule: RuleId) -> Option<&mut Obligation> {
        self.obligations.iter_mut().find(|obligation| obligation.rule == rule)
    }

    fn hypothesis_mut(&mut self, seq: u64) -> Option<&mut Hypothesis> {
        self.hypotheses.iter_mut().find(|hypothesis| hypothesis.seq == seq)
    }

    fn mitigation_mut(&mut self, key: &str) -> Option<&mut MitigationState> {
        self.mitigations.iter_mut().find(|state| state.mitigation.key == key)
    }

    fn severity_changed(&mut self, to: &Severity, reason: Option<&str>, obligations: &[Obligation]) {
        self.severity = to.id.clone();
        self.row = to.clone();
        self.severity_why = reason.unwrap_or(&to.impact).to_owned();
        self.obligations = obligations.to_vec();
    }

    fn updated(&mut self, at: Instant, text: &str, next_update_at: Option<Instant>) {
        text.clone_into(&mut self.summary);
        self.last_update_at = Some(at);
        self.promise = next_update_at.map(|next| Promise { at: next, made_at: at });
        let Some(next) = next_update_at.filter(|_| self.status.is_open()) else { return };
        // A promise is itself a deadline, even where the severity asks for none. A running clock is left for `RuleMet` to restart.
        match self.obligation_mut(RuleId::UpdateCadence) {
            None => {
                self.obligations.push(Obligation::new(RuleId::UpdateCadence, at, Some(next)));
                self.obligations.sort_by_key(|o| RuleId::ALL.iter().position(|rule| *rule == o.rule));
            }
            Some(cadence) => match cadence.state {
                ObligationState::Met { .. } | ObligationState::Lifted { .. } => cadence.arm(at, Some(next)),
                ObligationState::Owed if cadence.owed_at == at => cadence.due_at = Some(next),
                ObligationState::Owed | ObligationState::Waived { .. } => {}
            },
        }
    }

    fn published(&mut self, recorded: &Recorded<IncidentEvent>) {
        let IncidentEvent::Published { notice, page, title, text, status, components, .. } = &recorded.event else {
            return;
        };
        let mut concerned = self.public.take().map(|public| public.components).unwrap_or_default();
        for effect in components {
            if !concerned.contains(&effect.component) {
                concerned.push(effect.component.clone());
            }
        }
        self.public = Some(PublicFace {
            notice: notice.clone(),
            page: page.clone(),
            title: title.clone(),
            status: *status,
            text: text.clone(),
            at: recorded.at,
            components: concerned,
        });
    }

    fn rule_met(&mut self, rule: RuleId, at: Instant, measured_s: u64, late: bool) -> Option<()> {
        let promise = self.promise.filter(|_| self.status.is_open() && rule == RuleId::UpdateCadence);
        let obligation = self.obligation_mut(rule)?;
        if rule == RuleId::UpdateCadence {
            obligation.kept += u32::from(!late);
            obligation.late += u32::from(late);
        }
        match promise {
            Some(promise) => obligation.arm(at, Some(promise.at)),
            None => obligation.state = ObligationState::Met { at, measured_s },
        }
        Some(())
    }

    fn status_changed(&mut self, from: IncidentStatus, to: IncidentStatus, at: Instant) {
        self.status = to;
        if from.is_open() || !to.is_open() {
            return;
        }
        // Reopened: what the end of the incident had lifted is owed again, counted from now.
        self.resolved_at = None;
        let row = self.row.clone();
        for obligation in &mut self.obligations {
            let cadence_over =
                obligation.rule == RuleId::UpdateCadence && matches!(obligation.state, ObligationState::Met { .. });
            let lifted = matches!(obligation.state, ObligationState::Lifted { .. });
            let due = playbook::due(at, playbook::limit(obligation.rule, &row));
            if obligation.rule.runs_while_open() && (lifted || cadence_over) && due.is_some() {
                obligation.arm(at, due);
            } else if obligation.rule == RuleId::PostmortemOnTime && obligation.is_owed() {
                obligation.arm(at, None);
            }
        }
    }

    fn resolved(&mut self, at: Instant, postmortem_due_at: Option<Instant>) {
        self.status = IncidentStatus::Resolved;
        self.resolved_at = Some(at);
        self.promise = None;
        let last = self.last_update_at;
        let answered = |o: &Obligation| o.rule == RuleId::UpdateCadence && last.is_some_and(|last| last > o.owed_at);
        for obligation in self.obligations.iter_mut().filter(|o| o.is_owed()) {
            match obligation.rule {
                RuleId::PostmortemOnTime => obligation.arm(at, postmortem_due_at),
                RuleId::ItemsOwned => {}
                RuleId::RunbookLinked => obligation.breached_at = Some(at),
                // The final update answers the last promise: `RuleMet` follows.
                _ if answered(obligation) || obligation.breached_at.is_some() => {}
                _ => {
                    let reason = "resolved before it was due".to_owned();
                    obligation.state = ObligationState::Lifted { at, reason };
                }
            }
        }
    }

    fn over(&mut self, status: IncidentStatus, at: Instant) {
        self.status = status;
        self.closed_at = Some(at);
        self.promise = None;
        self.roles.offers.clear();
    }

    fn offered(&mut self, recorded: &Recorded<IncidentEvent>, role: RoleKind, to: &UserId) {
        // One seat, one open offer: the newer replaces the older. Ops has many seats.
        self.roles.offers.retain(|offer| offer.role != role || (role == RoleKind::Ops && offer.to != *to));
        self.roles.offers.push(Offer { role, to: to.clone(), by: recorded.actor.clone(), at: recorded.at });
    }

    fn seat(&mut self, role: RoleKind, user: &UserId) {
        match role {
            RoleKind::Commander => self.roles.commander = Some(user.clone()),
            RoleKind::Ops => drop(self.roles.ops.insert(user.clone())),
            RoleKind::Comms => self.roles.comms = Some(user.clone()),
            RoleKind::Scribe => self.roles.scribe = Some(user.clone()),
        }
        self.roles.offers.retain(|offer| offer.role != role || (role == RoleKind::Ops && offer.to != *user));
    }

    fn unseat(&mut self, role: RoleKind, user: &UserId) {
        let leave = |seat: &mut Option<UserId>| *seat = seat.take().filter(|holder| holder != user);
        match role {
            RoleKind::Commander => leave(&mut self.roles.commander),
            RoleKind::Ops => drop(self.roles.ops.remove(user)),
            RoleKind::Comms => leave(&mut self.roles.comms),
            RoleKind::Scribe => leave(&mut self.roles.scribe),
        }
    }
}
