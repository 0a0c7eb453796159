//! The machine-readable page in the public v2 shape of Atlassian Statuspage, so that its clients work unchanged.
//!
//! Source: the vendor's published OpenAPI models; every documented key is present, `null` where Nightbell has nothing to say.
//! `page.id` is the page's slug; ids are opaque to clients. `base_url` is the page's full address, without a slash at its end.

use nightbell_public::{
    Component, ComponentGroup, HISTORY_DAYS, Instant, Maintenance, MaintenanceStatus, Notice, NoticeUpdate, Page,
};
use serde_json::{Value, json};

use crate::{
    place::{Place, segment},
    rollup::Indicator,
    text,
    time::iso_millis,
    view::maintenance_href,
};

/// How many incidents or maintenances a list carries, as Statuspage does.
const LIST_MAX: usize = 50;

/// `api/v2/summary.json`: everything that matters now.
pub fn summary_json(page: &Page, base_url: &str) -> Value {
    Machine::new(page, &Place::live(base_url)).summary()
}

/// `api/v2/status.json`: the page in one word.
pub fn status_json(page: &Page, base_url: &str) -> Value {
    Machine::new(page, &Place::live(base_url)).status()
}

/// `api/v2/components.json`
pub fn components_json(page: &Page, base_url: &str) -> Value {
    Machine::new(page, &Place::live(base_url)).component_list()
}

/// `api/v2/incidents.json`: the newest 50 notices.
pub fn incidents_json(page: &Page, base_url: &str) -> Value {
    Machine::new(page, &Place::live(base_url)).incident_list(|_| true)
}

/// `api/v2/incidents/unresolved.json`
pub fn unresolved_json(page: &Page, base_url: &str) -> Value {
    Machine::new(page, &Place::live(base_url)).incident_list(Notice::is_open)
}

/// `api/v2/scheduled-maintenances.json`, or with a status its `upcoming` and `active` lists.
pub fn maintenances_json(page: &Page, base_url: &str, only: Option<MaintenanceStatus>) -> Value {
    Machine::new(page, &Place::live(base_url)).maintenance_list(|work| only.is_none_or(|status| work.status == status))
}

/// A cleaned page with its addresses.
pub(crate) struct Machine {
    page: Page,
    place: Place,
}

impl Machine {
    pub(crate) fn new(page: &Page, place: &Place) -> Machine {
        Machine { page: text::page(page), place: place.clone() }
    }

    pub(crate) fn summary(&self) -> Value {
        json!({
            "page": self.head(),
            "status": self.indicator(),
            "components": self.components(),
            "incidents": self.incidents(Notice::is_open),
            "scheduled_maintenances": self.maintenances(|work| work.status != MaintenanceStatus::Completed),
        })
    }

    pub(crate) fn status(&self) -> Value {
        json!({ "page": self.head(), "status": self.indicator() })
    }

    pub(crate) fn component_list(&self) -> Value {
        json!({ "page": self.head(), "components": self.components() })
    }

    pub(crate) fn incident_list(&self, wanted: impl Fn(&Notice) -> bool) -> Value {
        json!({ "page": self.head(), "incidents": self.incidents(wanted) })
    }

    pub(crate) fn maintenance_list(&self, wanted: impl Fn(&Maintenance) -> bool) -> Value {
        json!({ "page": self.head(), "scheduled_maintenances": self.maintenances(wanted) })
    }

    fn head(&self) -> Value {
        let page = &self.page;
        json!({
            "id": page.slug, "name": page.name, "url": self.place.home(),
            "time_zone": page.time_zone, "updated_at": iso_millis(page.updated_at),
        })
    }

    fn indicator(&self) -> Value {
        let indicator = Indicator::of(&self.page);
        json!({ "indicator": indicator.word(), "description": indicator.description() })
    }

    /// Groups come as components of their own, before their members; components without a group stand alone.
    fn components(&self) -> Vec<Value> {
        let mut list = Vec::new();
        for (position, group) in self.page.groups.iter().enumerate() {
            let group_id = (!group.name.is_empty()).then(|| self.group_id(position));
            if let Some(id) = &group_id {
                list.push(self.group(group, id, position + 1));
            }
            for (position, component) in group.components.iter().enumerate() {
                list.push(self.component(component, position + 1, group_id.as_deref()));
            }
        }
        list
    }

    /// The group's place in the page; groups have no id in the public model, and clients only use it to join.
    fn group_id(&self, position: usize) -> String {
        format!("group-{}", position + 1)
    }

    fn group(&self, group: &ComponentGroup, id: &str, position: usize) -> Value {
        let worst = group.components.iter().max_by_key(|component| component.status);
        let created_at = group.components.iter().map(|component| component.created_at).min();
        let changed_at = group.components.iter().map(|component| component.changed_at).max();
        json!({
            "id": id, "name": group.name, "description": null, "position": position,
            "status": worst.map_or("operational", |component| component.status.word()),
            "created_at": iso_millis(created_at.unwrap_or(self.page.updated_at)),
            "updated_at": iso_millis(changed_at.unwrap_or(self.page.updated_at)),
            "showcase": false, "start_date": null, "group_id": null, "page_id": self.page.slug,
            "group": true, "only_show_if_degraded": false,
            "components": group.components.iter().map(|component| component.id.as_str()).collect::<Vec<_>>(),
        })
    }

    fn component(&self, component: &Component, position: usize, group_id: Option<&str>) -> Value {
        json!({
            "id": component.id, "name": component.name, "description": component.description, "position": position,
            "status": component.status.word(),
            "created_at": iso_millis(component.created_at), "updated_at": iso_millis(component.changed_at),
            "showcase": component.history.len() >= HISTORY_DAYS,
            "start_date": component.created_at.strftime("%Y-%m-%d").to_string(),
            "group_id": group_id, "page_id": self.page.slug, "group": false, "only_show_if_degraded": false,
        })
    }

    /// The components concerned that are on the page, whole, as Statuspage repeats them.
    fn concerned(&self, ids: &[String]) -> Vec<Value> {
        let is_concerned = |value: &Value| ids.iter().any(|id| value["id"] == **id) && value["group"] == json!(false);
        self.components().into_iter().filter(is_concerned).collect()
    }

    fn incidents(&self, wanted: impl Fn(&Notice) -> bool) -> Vec<Value> {
        let notices = self.page.notices.iter().filter(|notice| wanted(notice));
        notices.take(LIST_MAX).map(|notice| self.incident(notice)).collect()
    }

    fn incident(&self, notice: &Notice) -> Value {
        json!({
            "id": notice.id, "name": notice.title, "status": notice.status.word(), "impact": notice.impact.word(),
            "created_at": iso_millis(notice.started_at), "updated_at": iso_millis(notice.updated_at()),
            "started_at": iso_millis(notice.started_at),
            "monitoring_at": notice.monitoring_at().map(iso_millis), "resolved_at": notice.resolved_at.map(iso_millis),
            "shortlink": self.place.notice(&notice.id), "page_id": self.page.slug, "reminder_intervals": null,
            "incident_updates": notice.updates.iter().map(|update| update_json(notice, update)).collect::<Vec<_>>(),
            "components": self.concerned(&notice.components),
        })
    }

    fn maintenances(&self, wanted: impl Fn(&Maintenance) -> bool) -> Vec<Value> {
        let works = self.page.maintenance.iter().filter(|work| wanted(work));
        works.take(LIST_MAX).map(|work| self.maintenance(work)).collect()
    }

    /// Planned work is an incident with a plan; what was announced is its one update.
    fn maintenance(&self, work: &Maintenance) -> Value {
        let done_at = (work.status == MaintenanceStatus::Completed).then(|| iso_millis(work.updated_at));
        let spoken = Spoken { id: format!("{}-announced", segment(&work.id)), of: &work.id, at: work.updated_at };
        json!({
            "id": work.id, "name": work.title, "status": work.status.word(), "impact": "maintenance",
            "created_at": iso_millis(work.published_at), "updated_at": iso_millis(work.updated_at),
            "started_at": iso_millis(work.starts_at), "monitoring_at": null, "resolved_at": done_at,
            "scheduled_for": iso_millis(work.starts_at), "scheduled_until": iso_millis(work.ends_at),
            "shortlink": maintenance_href(work, &self.place),
            "page_id": self.page.slug, "reminder_intervals": null,
            "incident_updates": [spoken.json(work.status.word(), &work.text)],
            "components": self.concerned(&work.components),
        })
    }
}

/// Which words, about what, when.
struct Spoken<'a> {
    id: String,
    of: &'a str,
    at: Instant,
}

impl Spoken<'_> {
    fn json(&self, status: &str, body: &str) -> Value {
        json!({
            "id": self.id, "status": status, "body": body, "incident_id": self.of,
            "created_at": iso_millis(self.at), "updated_at": iso_millis(self.at), "display_at": iso_millis(self.at),
            "affected_components": null, "deliver_notifications": true, "custom_tweet": null, "tweet_id": null,
        })
    }
}

fn update_json(notice: &Notice, update: &NoticeUpdate) -> Value {
    let spoken = Spoken { id: update.id.clone(), of: &notice.id, at: update.at };
    spoken.json(update.status.word(), &update.text)
}
