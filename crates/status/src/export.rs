//! The whole page as files for any web space, so that it outlives the server: relative links, no rewriting rules, nothing to run.

use nightbell_public::{Instant, MaintenanceStatus, Notice, Page};
use serde_json::Value;

use crate::{
    Place, STATUS_CSS, badge_svg,
    feed::{atom_at, rss_at},
    html, icon_svg,
    place::segment,
    statuspage::Machine,
};

/// Every file of the page as (path below the web space's folder, bytes); paths use `/` and never climb.
/// `base_url` is the full address of that folder, for what must be absolute: feeds and JSON.
pub fn static_export(page: &Page, base_url: &str, now: Instant) -> Vec<(String, Vec<u8>)> {
    let (top, below, full) = (Place::files(""), Place::files(".."), Place::files(base_url));
    let mut files = vec![
        ("index.html".to_string(), html::index(page, now, &top)),
        ("history.html".to_string(), html::history(page, now, &top)),
        ("status.css".to_string(), STATUS_CSS.to_string()),
        ("icon.svg".to_string(), icon_svg(page)),
        ("badge.svg".to_string(), badge_svg(page)),
        ("history.atom".to_string(), atom_at(page, base_url, &full)),
        ("history.rss".to_string(), rss_at(page, base_url, &full)),
    ];
    for notice in &page.notices {
        if let Some(text) = html::notice(page, &notice.id, now, &below) {
            files.push((format!("notices/{}.html", segment(&crate::text::clean(&notice.id))), text));
        }
    }
    let machine = Machine::new(page, &full);
    files.extend(json_files(&machine).into_iter().map(|(path, value)| (format!("api/v2/{path}"), value.to_string())));
    files.into_iter().map(|(path, text)| (path, text.into_bytes())).collect()
}

fn json_files(machine: &Machine) -> [(&'static str, Value); 8] {
    let maintenances = |status| machine.maintenance_list(move |work| work.status == status);
    [
        ("summary.json", machine.summary()),
        ("status.json", machine.status()),
        ("components.json", machine.component_list()),
        ("incidents.json", machine.incident_list(|_| true)),
        ("incidents/unresolved.json", machine.incident_list(Notice::is_open)),
        ("scheduled-maintenances.json", machine.maintenance_list(|_| true)),
        ("scheduled-maintenances/upcoming.json", maintenances(MaintenanceStatus::Scheduled)),
        ("scheduled-maintenances/active.json", maintenances(MaintenanceStatus::InProgress)),
    ]
}
