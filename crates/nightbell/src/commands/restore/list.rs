//! "Restored: re-check these", in words and for machines. Printed after a restore and by `doctor` for a week.

use crate::out;
use jiff::Timestamp;
use nightbell_engine::portable::{Line, Recheck};
use serde_json::{Value, json};

/// Most lines of one kind that people are shown.
const SHOWN_MAX: usize = 20;

/// The list for machines: what is stored.
pub fn item(list: &Recheck) -> Value {
    serde_json::to_value(list).unwrap_or_else(|e| json!({ "error": e.to_string() }))
}

fn moment(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d %H:%M:%S UTC").to_string()
}

/// The list for people.
pub fn say(list: &Recheck) -> String {
    let mut text = format!("\n{}\n", out::bold("Restored: re-check these"));
    if list.unstamped {
        text.push_str(
            "- This file is NO backup made by `nightbell backup`: nothing says that it is all there was. A copy of a running database lacks what\n  \
             its server had accepted last.\n",
        );
    }
    text.push_str(&lost(list));
    section(
        &mut text,
        ("page", &list.ringing),
        "that rang when the backup was made, and ring on from where they were. Somebody may have taken them since:",
        "No page rang.",
    );
    section(
        &mut text,
        ("message", &list.may_have_been_sent),
        "on the way when the backup was made, and sent once more, marked as a repeat. It may have arrived:",
        "No message was on its way.",
    );
    if list.owed > 0 {
        let owed = out::counted(list.owed, "message");
        text.push_str(&format!("- {owed} owed: each goes out when it is due, or is ended with a reason.\n"));
    }
    section(
        &mut text,
        ("incident", &list.incidents),
        "open when the backup was made. The clocks run on; say in the room what happened meanwhile:",
        "No incident was open.",
    );
    text.push_str(&access(list));
    text
}

/// What happened between the backup and the restore is not there.
fn lost(list: &Recheck) -> String {
    let Some(until) = list.whole_until else {
        return "- The journal is empty: nothing ever happened in this organisation.\n".to_owned();
    };
    let minutes = list.restored_at.duration_since(until).as_secs().max(0).unsigned_abs() / 60;
    format!(
        "- Everything up to {} is there; what came in the {} after it is lost. Alertmanager and Prometheus repeat what still fires;\n  \
         senders that tell a thing once (webhooks of CI, forms, mail) must be asked to repeat it.\n",
        moment(until),
        match minutes {
            0 => "seconds".to_owned(),
            1..=119 => out::counted(minutes, "minute"),
            _ => out::counted(minutes / 60, "hour"),
        }
    )
}

fn section(text: &mut String, (noun, lines): (&str, &[Line]), heading: &str, none: &str) {
    if lines.is_empty() {
        text.push_str(&format!("- {none}\n"));
        return;
    }
    text.push_str(&format!("- {} {heading}\n", out::counted(lines.len() as u64, noun)));
    for line in lines.iter().take(SHOWN_MAX) {
        let due = line.due_at.map(|at| format!(", next {}", moment(at))).unwrap_or_default();
        text.push_str(&format!("    {}  {}{due}\n", out::harmless(&line.id), out::harmless(&line.what)));
    }
    if lines.len() > SHOWN_MAX {
        text.push_str(&format!("    … and {} more (--json has all)\n", lines.len() - SHOWN_MAX));
    }
}

fn access(list: &Recheck) -> String {
    let mut text = match list.sessions {
        0 if list.links_ended => "- No session is valid, and no link that was sent opens any more: there is a new key for links. Whoever receives signed webhooks\n  \
             needs the new secret (settings of the person). Readers of status pages stay subscribed: the way out in mails they have is dead,\n  \
             in the next one it works. Who saw the backup also saw the keys of integrations: renew each (organisation file,\n  \
             `nightbell apply`) and give it to the tool that sends.\n"
            .to_owned(),
        0 => "- No session is valid: everybody signs in again.\n".to_owned(),
        n => format!(
            "- {} valid, also those of people who left since. To end them all: restore with --end-sessions.\n",
            out::counted(n, "session")
        ),
    };
    match list.administrators.as_slice() {
        [] => text.push_str("- Nobody administers.\n"),
        administrators => {
            text.push_str("- These administer; whoever is not one of yours is to be removed, with their tokens:\n");
            for administrator in administrators {
                text.push_str(&format!("    {}\n", out::harmless(administrator)));
            }
        }
    }
    match list.tokens.as_slice() {
        [] => text.push_str("- No token is valid.\n"),
        tokens => {
            let valid = out::counted(tokens.len() as u64, "token");
            text.push_str(&format!("- {valid} valid, also those revoked since: nightbell token list, token revoke\n"));
            for token in tokens.iter().take(SHOWN_MAX) {
                text.push_str(&format!("    {}\n", out::harmless(token)));
            }
        }
    }
    text
}
