//! The running contract beside a room: every rule with its clock, and what a human must do now.

use crate::{
    present::{Eyes, missed, sentence},
    views::{
        Field, Link, Tag, Tone,
        room::{Need, Playbook, Rule},
    },
};
use nightbell_engine::domain::{
    org::Severity,
    response::{Adherence, Incident, Look, ObligationState, RoleKind, RuleId, RuleLine, Standing},
    text::duration::human_duration,
};

/// The rules, those that need somebody first.
pub fn playbook(eyes: &Eyes<'_>, incident: &Incident, adherence: &Adherence) -> Playbook {
    let mut lines: Vec<&RuleLine> = adherence.lines.iter().collect();
    lines.sort_by_key(|line| match line.look {
        Look::Act => 0,
        Look::Due => 1,
        Look::Missed | Look::Ok | Look::Quiet => 2,
    });
    let waiting = if adherence.waiting == 0 { String::new() } else { format!(", {} in time", adherence.waiting) };
    Playbook {
        score: format!("{} of {} kept{waiting}", adherence.met, adherence.owed),
        rules: lines.into_iter().map(|line| rule(eyes, incident, line)).collect(),
    }
}

/// How a rule stands, as a tag.
pub fn standing(line: &RuleLine) -> Tag {
    match (line.standing, line.look) {
        (Standing::Waiting, Look::Due) => Tag::state("due"),
        (Standing::Waiting, _) => Tag::state("open"),
        (Standing::Met, _) => Tag::state("met"),
        (Standing::MetLate, _) => missed("Met late"),
        (Standing::Breached, Look::Act) => Tag::state("breached"),
        (Standing::Breached, _) => missed("Missed"),
        (Standing::Waived, _) => Tag::state("waived"),
        (Standing::Lifted, _) => Tag::new(Tone::Plain, "–", "Not owed"),
    }
}

fn rule(eyes: &Eyes<'_>, incident: &Incident, line: &RuleLine) -> Rule {
    let commands = incident.roles.commander.as_ref() == Some(&eyes.me);
    let enforced = matches!(line.rule, RuleId::HonestWords | RuleId::ItemsOwned);
    let owed = incident.obligation(line.rule).is_some_and(|o| o.is_owed());
    Rule {
        id: line.rule.word().to_owned(),
        label: line.label.clone(),
        state: standing(line),
        clock: line.due_at.map(|due| eyes.until(due)),
        // A reason is a sentence, not a figure: it stands below, where there is room.
        value: if matches!(line.standing, Standing::Waived | Standing::Lifted) {
            String::new()
        } else {
            line.detail.clone()
        },
        explain: format!("{}{}", reason(eyes, incident, line.rule), explain(line.rule, &incident.row)),
        can_waive: eyes.may_respond()
            && (commands || eyes.may_manage())
            && owed
            && !enforced
            && !incident.status.is_final(),
        reason: Field::default(),
    }
}

/// Why a rule is not insisted on, or does not apply any more; empty while it does.
fn reason(eyes: &Eyes<'_>, incident: &Incident, rule: RuleId) -> String {
    match incident.obligation(rule).map(|o| &o.state) {
        Some(ObligationState::Waived { by, reason, .. }) => {
            format!("Waived by {}: {} ", eyes.actor(by), sentence(reason))
        }
        Some(ObligationState::Lifted { reason, .. }) => format!("Not owed: {} ", sentence(reason)),
        _ => String::new(),
    }
}

/// What a rule asks of this severity, in a sentence.
pub fn explain(rule: RuleId, row: &Severity) -> String {
    let name = row.id.as_str().to_uppercase();
    let within = |limit: Option<jiff::SignedDuration>| {
        limit.map_or_else(String::new, |limit| format!(" within {}", human_duration(limit)))
    };
    match rule {
        RuleId::IcNamed => format!(
            "{name} wants a commander{} of declaring. Then the commander on call and the backup are paged.",
            within(row.commander_within)
        ),
        RuleId::RolesFilled => {
            let roles: Vec<&str> = row.roles.iter().copied().map(RoleKind::label).collect();
            format!(
                "{name} wants {}{}. Then the commander is paged, then the backup.",
                roles.join(", "),
                within(row.roles_within)
            )
        }
        RuleId::RoomOpen => "A room of its own exists and is linked everywhere.".to_owned(),
        RuleId::UpdateCadence => {
            let every = row.update_every.map_or_else(String::new, |every| format!(" every {}", human_duration(every)));
            format!(
                "{name} promises an update{every}; each names the time of the next. Late, Comms is paged, then the commander."
            )
        }
        RuleId::PublicNotice => {
            format!("The public page speaks{}. Late, Comms is paged, then the commander.", within(row.public_within))
        }
        RuleId::HonestWords => {
            "Public words promise no time of repair and name no person and nothing internal.".to_owned()
        }
        RuleId::MitigateFirst => {
            "Stop the bleeding before looking for the cause: the time to the first mitigation is measured.".to_owned()
        }
        RuleId::RunbookLinked => "A runbook stands beside the incident.".to_owned(),
        RuleId::PostmortemOnTime => match row.postmortem_business_days {
            Some(days) => format!(
                "The postmortem is published within {days} business days of resolving, or waived with a reason."
            ),
            None => "A postmortem is optional.".to_owned(),
        },
        RuleId::ItemsOwned => "Every action item has an owner, a due date and a priority.".to_owned(),
    }
}

/// What a human must do now, most urgent first.
pub fn needs(eyes: &Eyes<'_>, incident: &Incident, adherence: &Adherence) -> Vec<Need> {
    let mut needs: Vec<Need> = Vec::new();
    for offer in incident.roles.offers.iter().filter(|offer| offer.to == eyes.me && !incident.status.is_final()) {
        let text = format!("{} is offered to you", offer.role.label());
        needs.push(Need { text, link: Link::new("#roles", "Accept or decline"), overdue: false });
    }
    let loud = adherence.lines.iter().filter(|line| matches!(line.look, Look::Act | Look::Due));
    needs.extend(loud.map(|line| need(incident, line)));
    needs.sort_by_key(|need| !need.overdue);
    needs
}

fn need(incident: &Incident, line: &RuleLine) -> Need {
    let slug = &incident.slug;
    let overdue = line.look == Look::Act;
    let (soon, late, link) = match line.rule {
        RuleId::IcNamed => (
            "No commander yet",
            "No commander, and the time for one is over",
            Link::new("#roles", "Take or offer the seat"),
        ),
        RuleId::RolesFilled => (
            "Roles are empty",
            "Roles are empty, and the time to fill them is over",
            Link::new("#roles", "Take or offer"),
        ),
        RuleId::UpdateCadence => (
            "The next update is due soon",
            "The promised update is overdue",
            Link::new(format!("/incidents/{slug}/update"), "Write the update"),
        ),
        RuleId::PublicNotice => (
            "Nothing is public yet",
            "The public page has not spoken in time",
            Link::new(format!("/incidents/{slug}/update?public=on"), "Write and publish"),
        ),
        RuleId::PostmortemOnTime => (
            "The postmortem is due soon",
            "The postmortem is overdue",
            Link::new(format!("/postmortems/{slug}"), "Write the postmortem"),
        ),
        other => (other.label(), other.label(), Link::new(format!("#rule-{}", other.word()), "See the rule")),
    };
    Need { text: if overdue { late } else { soon }.to_owned(), link, overdue }
}
