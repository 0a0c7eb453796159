//! The declare form: plain questions, the row they propose and why, the whole severity table.

use super::{Eyes, capital, line, sentence, severity, typed::Typed};
use crate::views::{
    Choice, Field, Shell,
    incidents::{DeclarePage, FromAlert, Proposal, Question, SeverityRow},
};
use nightbell_engine::domain::{
    org::{Severity, SeverityAnswers},
    refusal::Refusal,
    response::RoleKind,
    signal::Alert,
    text::duration::human_duration,
};

/// Name, question, and the answers with their words.
type Asked = (&'static str, &'static str, [(&'static str, &'static str); 3]);

const QUESTIONS: [Asked; 3] = [
    ("affected", "Who is affected?", [("many", "Many customers"), ("few", "One or a few"), ("unsure", "Not sure")]),
    ("money", "Is money, safety or data at risk?", [("yes", "Yes"), ("no", "No"), ("unsure", "Not sure")]),
    ("workaround", "Is there a workaround?", [("yes", "Yes"), ("no", "No"), ("unsure", "Not sure")]),
];

/// The answers as typed; "not sure" and no answer are the same.
pub fn answers(typed: &Typed) -> SeverityAnswers {
    let answer = |name: &str, yes: &str, no: &str| match typed.word(name) {
        word if word == yes => Some(true),
        word if word == no => Some(false),
        _ => None,
    };
    SeverityAnswers {
        many_affected: answer("affected", "many", "few"),
        money_at_risk: answer("money", "yes", "no"),
        workaround: answer("workaround", "yes", "no"),
    }
}

/// What the form starts with when it comes from an alert.
pub fn from_alert(alert: &Alert) -> Typed {
    let title: String = line(&alert.title).chars().take(120).collect();
    let service = alert.service.as_ref().map(ToString::to_string).unwrap_or_default();
    Typed::new(
        [("title", title), ("service", service), ("alert", alert.id.to_string())]
            .map(|(name, value)| (name.to_owned(), value)),
    )
}

/// Fills the form. `propose`: the answers are asked for a row, which then stands selected.
pub fn page(
    eyes: &Eyes<'_>,
    shell: Shell,
    typed: &Typed,
    alert: Option<&Alert>,
    propose: bool,
    refusal: Option<&Refusal>,
) -> DeclarePage {
    let wrong = |field: &str| refusal.filter(|r| r.field.as_deref() == Some(field)).map(|r| r.message.clone());
    let table = &eyes.org.severities;
    let (proposed, why) = table.propose(answers(typed));
    let chosen = if propose { proposed.id.as_str() } else { typed.word("severity") };
    let field = |name: &str| Field { value: typed.text(name), error: wrong(name) };
    DeclarePage {
        shell,
        title: field("title"),
        summary: field("summary"),
        services: services(eyes, typed.word("service")),
        service_error: wrong("service"),
        alert: alert.map(|alert| FromAlert {
            id: alert.id.to_string(),
            title: line(&alert.title),
            href: format!("/alerts/{}", alert.id),
        }),
        questions: QUESTIONS.iter().map(|(name, text, answers)| question(typed, name, text, answers)).collect(),
        proposal: propose.then(|| Proposal { severity: severity(&proposed.id), reason: sentence(&capital(why)) }),
        severities: table.rows.iter().map(|row| severity_row(row, chosen)).collect(),
        severity_error: wrong("severity"),
    }
}

fn services(eyes: &Eyes<'_>, chosen: &str) -> Vec<Choice> {
    let none = Choice::new("", "Not sure, or none of these", chosen.is_empty());
    let known = eyes.org.services.values().map(|s| Choice::new(s.id.as_str(), s.name.clone(), s.id.as_str() == chosen));
    std::iter::once(none).chain(known).collect()
}

fn question(typed: &Typed, name: &str, text: &str, answers: &[(&str, &str)]) -> Question {
    let said = match typed.word(name) {
        "" => "unsure",
        word => word,
    };
    Question {
        name: name.to_owned(),
        text: text.to_owned(),
        answers: answers.iter().map(|(value, label)| Choice::new(*value, *label, *value == said)).collect(),
        error: None,
    }
}

fn severity_row(row: &Severity, chosen: &str) -> SeverityRow {
    SeverityRow {
        value: row.id.to_string(),
        severity: severity(&row.id),
        impact: sentence(&row.impact),
        pages: pages(row),
        owes: owes(row),
        selected: row.id.as_str() == chosen,
    }
}

fn pages(row: &Severity) -> String {
    let roles: Vec<&str> = row.roles.iter().copied().map(RoleKind::label).collect();
    let execs = if row.page_execs { ", and tells executives" } else { "" };
    if roles.is_empty() { "Pages nobody.".to_owned() } else { format!("Pages {}{execs}.", roles.join(", ")) }
}

fn owes(row: &Severity) -> String {
    let mut owed = Vec::new();
    if let Some(within) = row.public_within {
        owed.push(format!("First public notice within {}.", human_duration(within)));
    }
    if let Some(every) = row.update_every {
        owed.push(format!("An update every {}.", human_duration(every)));
    }
    owed.push(match row.postmortem_business_days {
        Some(days) => format!("Postmortem within {days} business days."),
        None => "Postmortem optional.".to_owned(),
    });
    owed.join(" ")
}
