//! The card as plain text of 80 columns: any printer prints it, and `cat` shows it in the rescue shell.

use super::card::{Card, Plan, Roster};

/// Columns of a line.
const WIDTH: usize = 80;

/// The whole card.
pub fn print(card: &Card) -> String {
    let mut text = String::new();
    let right = format!("printed {}", card.printed);
    text.push_str(&format!("{:<w$}{right}\n", "ON-CALL CARD", w = WIDTH - right.chars().count()));
    let right = format!("old paper from {}", card.good_until);
    text.push_str(&format!("{:<w$}{right}\n", card.address, w = WIDTH.saturating_sub(right.chars().count())));
    text.push_str(&format!("{}\n", "=".repeat(WIDTH)));
    text.push_str("For the hour in which Nightbell itself is down. Print it anew every week.\n");
    section(&mut text, "Who is on call");
    if card.rosters.is_empty() {
        text.push_str("There is no schedule. Call the administrators.\n");
    }
    for one in &card.rosters {
        roster(&mut text, one);
    }
    section(&mut text, "How to reach people");
    for person in &card.people {
        let role = if person.role.is_empty() { String::new() } else { format!(", {}", person.role) };
        text.push_str(&format!("{} ({}{role})\n", person.name, person.handle));
        for contact in &person.contacts {
            wrapped(&mut text, "    ", "    ", contact);
        }
        text.push_str("    phone ________________________________\n");
    }
    section(&mut text, "What Nightbell would do");
    for one in &card.policies {
        plan(&mut text, one);
    }
    wrapped(&mut text, "Last of all: ", "    ", &format!("the administrators, {}.", card.administrators.join(", ")));
    section(&mut text, "By hand");
    for (n, step) in (1..).zip(&card.by_hand) {
        wrapped(&mut text, &format!("{n:>2}. "), "    ", step);
    }
    section(&mut text, "What the public reads");
    for (name, address) in &card.status_pages {
        wrapped(&mut text, "", "    ", &format!("{name}: {address}"));
    }
    text.push_str("While Nightbell is down: the last static export (nightbell status export DIR).\n");
    section(&mut text, "Runbooks");
    for runbook in &card.runbooks {
        let services = if runbook.services.is_empty() { "any service".to_owned() } else { runbook.services.join(", ") };
        wrapped(&mut text, "", "    ", &format!("{} ({services})", runbook.title));
        wrapped(&mut text, "    ", "    ", &format!("{}; {}", runbook.file, runbook.address));
    }
    text.push_str("The files lie in git, with the organisation's.\n");
    text
}

fn section(text: &mut String, title: &str) {
    let rule = WIDTH.saturating_sub(title.chars().count() + 1);
    text.push_str(&format!("\n{} {}\n", title.to_uppercase(), "-".repeat(rule)));
}

fn roster(text: &mut String, roster: &Roster) {
    text.push_str(&format!("{} (times of {})\n", roster.name, roster.zone));
    if let Some(problem) = &roster.problem {
        wrapped(text, "    ", "    ", &format!("cannot be worked out: {problem}"));
    }
    for turn in &roster.turns {
        let backup = turn.backup.as_ref().map(|name| format!(", then {name}")).unwrap_or_default();
        let who = turn.primary.as_deref().unwrap_or("*** NOBODY ***");
        let span = format!("    {:<16} - {:<16}  ", turn.from, turn.until);
        wrapped(text, &span, &" ".repeat(span.chars().count()), &format!("{who}{backup}"));
    }
}

fn plan(text: &mut String, plan: &Plan) {
    let services = if plan.services.is_empty() { "no service".to_owned() } else { plan.services.join(", ") };
    wrapped(text, "", "    ", &format!("{}, for {services}", plan.name));
    for (n, step) in (1..).zip(&plan.steps) {
        wrapped(text, &format!("  {n}. "), "     ", step);
    }
}

/// Words in lines of at most [`WIDTH`]; a word that is longer stands alone, whole: an address must not be broken.
fn wrapped(text: &mut String, first: &str, later: &str, words: &str) {
    let mut line = first.to_owned();
    let mut begun = false;
    for word in words.split_whitespace() {
        if begun && line.chars().count() + 1 + word.chars().count() > WIDTH {
            text.push_str(line.trim_end());
            text.push('\n');
            line = later.to_owned();
            begun = false;
        }
        if begun {
            line.push(' ');
        }
        line.push_str(word);
        begun = true;
    }
    text.push_str(line.trim_end());
    text.push('\n');
}
