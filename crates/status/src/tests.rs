//! The pages, feeds and JSON as golden files; their size, links, safety and silence about everything internal as properties.

use std::collections::BTreeSet;

use nightbell_public::{ComponentStatus, Impact, Instant, NoticeStatus, Page};

use crate::*;

mod hostile;
mod sample;
mod words;

use sample::{failing, now, quiet};

const BASE: &str = "https://status.acme.example";

fn at(text: &str) -> Instant {
    text.parse().expect("an instant in the test")
}

/// Every exported file as text.
fn files(page: &Page) -> Vec<(String, String)> {
    static_export(page, BASE, now())
        .into_iter()
        .map(|(path, bytes)| (path, String::from_utf8(bytes).expect("every file is text")))
        .collect()
}

fn pages(page: &Page) -> Vec<String> {
    let mut pages = vec![render_html(page, now()), history_html(page, now())];
    pages.extend(page.notices.iter().filter_map(|notice| notice_html(page, &notice.id, now())));
    pages.extend(files(page).into_iter().filter(|(path, _)| path.ends_with(".html")).map(|(_, text)| text));
    pages
}

/// The values of every `href` of a page.
fn hrefs(html: &str) -> Vec<&str> {
    html.split("href=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect()
}

#[test]
fn golden_pages() {
    insta::assert_snapshot!("index_failing", render_html(&failing(), now()));
    insta::assert_snapshot!("index_quiet", render_html(&quiet(), now()));
    insta::assert_snapshot!("history", history_html(&failing(), now()));
    insta::assert_snapshot!("notice_open", notice_html(&failing(), "k3x9t7", now()).unwrap_or_default());
    insta::assert_snapshot!("notice_resolved", notice_html(&failing(), "b7q2m1", now()).unwrap_or_default());
}

#[test]
fn golden_feeds_and_pictures() {
    insta::assert_snapshot!("atom", atom(&failing(), "https://acme.example/status/main"));
    insta::assert_snapshot!("rss", rss(&failing(), "https://acme.example/status/main"));
    insta::assert_snapshot!("badge_failing", badge_svg(&failing()));
    insta::assert_snapshot!("icon_quiet", icon_svg(&quiet()));
}

#[test]
fn golden_json() {
    let pretty = |value| serde_json::to_string_pretty(&value).expect("a value prints");
    insta::assert_snapshot!("summary_failing", pretty(summary_json(&failing(), BASE)));
    insta::assert_snapshot!("status_quiet", pretty(status_json(&quiet(), BASE)));
    insta::assert_snapshot!("incidents", pretty(incidents_json(&failing(), BASE)));
}

#[test]
fn the_lists_of_the_json_hold_what_their_names_say() {
    let page = failing();
    let count = |value: serde_json::Value, key: &str| value[key].as_array().map(Vec::len);
    assert_eq!(count(incidents_json(&page, BASE), "incidents"), Some(2));
    assert_eq!(count(unresolved_json(&page, BASE), "incidents"), Some(1));
    assert_eq!(count(components_json(&page, BASE), "components"), Some(2 + 5), "two groups, five components");
    let maintenances = |only| count(maintenances_json(&page, BASE, only), "scheduled_maintenances");
    assert_eq!(maintenances(None), Some(2));
    assert_eq!(maintenances(Some(nightbell_public::MaintenanceStatus::Scheduled)), Some(1));
    assert_eq!(maintenances(Some(nightbell_public::MaintenanceStatus::InProgress)), Some(0));
}

#[test]
fn a_broken_promise_is_shown_as_one() {
    let kept = render_html(&failing(), at("2026-05-02T10:10:00Z"));
    assert!(kept.contains("next update by <time datetime=\"2026-05-02T10:10:00Z\">10:10 UTC</time>"), "{kept}");
    let broken = render_html(&failing(), at("2026-05-02T10:10:01Z"));
    assert!(
        broken.contains("the next update was promised by <time datetime=\"2026-05-02T10:10:00Z\">10:10 UTC</time>"),
        "{broken}"
    );
}

#[test]
fn a_notice_that_is_not_on_the_page_has_no_page() {
    assert_eq!(notice_html(&failing(), "nothing", now()), None);
}

/// HTML and style sheet together, for ten components with a bad season behind them.
#[test]
fn the_first_page_stays_small() {
    let mut page = failing();
    let (troubled, fine) = (page.groups[0].components[0].clone(), page.groups[0].components[1].clone());
    let mut components = Vec::new();
    for index in 0..10 {
        let mut component = if index % 2 == 0 { troubled.clone() } else { fine.clone() };
        for day in component.history.iter_mut().step_by(3).take(if index % 2 == 0 { 30 } else { 0 }) {
            day.worst = Some(ComponentStatus::PartialOutage);
            day.partial_seconds = 1234;
        }
        component.id = format!("component-{index}");
        components.push(component);
    }
    page.groups[0].components = components;
    page.groups.truncate(1);
    let bytes = render_html(&page, now()).len() + STATUS_CSS.len();
    assert!(bytes < 40 * 1024, "{bytes} bytes");
}

/// What the content security policy forbids is not there to be forbidden, and nothing is fetched from anywhere else.
#[test]
fn pages_need_no_script_style_or_stranger() {
    for html in pages(&failing()).into_iter().chain(pages(&quiet())) {
        for forbidden in
            ["<script", "<style", "style=", "javascript:", "://", "src=", "<form", "<iframe", "<meta http-equiv"]
        {
            assert!(!html.contains(forbidden), "{forbidden} in {html}");
        }
    }
    for forbidden in ["@import", "url(", "://"] {
        assert!(!STATUS_CSS.contains(forbidden), "{forbidden}");
    }
}

#[test]
fn pages_have_one_heading_and_named_pictures() {
    for html in pages(&failing()).into_iter().chain(pages(&quiet())) {
        assert_eq!(html.matches("<h1").count(), 1, "{html}");
        assert_eq!(html.matches("<main").count(), 1, "{html}");
        assert_eq!(
            html.matches("<svg").count(),
            html.matches("role=\"img\" aria-label=\"Last 90 days").count(),
            "{html}"
        );
        assert!(html.starts_with("<!doctype html>\n<html lang=\"en\">"), "{html}");
        let ids: Vec<&str> = html.split(" id=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
        assert_eq!(ids.len(), ids.iter().collect::<BTreeSet<_>>().len(), "an id twice: {ids:?}");
    }
}

#[test]
fn every_link_of_the_export_leads_to_an_exported_file() {
    let files = files(&failing());
    let paths: BTreeSet<&str> = files.iter().map(|(path, _)| path.as_str()).collect();
    assert_eq!(paths.len(), files.len(), "two files of one name");
    for (path, text) in files.iter().filter(|(path, _)| path.ends_with(".html")) {
        for href in hrefs(text).into_iter().filter(|href| !href.starts_with('#')) {
            let target = match href.strip_prefix("../") {
                Some(above) if path.contains('/') => above.to_string(),
                _ => format!(
                    "{}{href}",
                    path.rsplit_once('/').map(|(folder, _)| format!("{folder}/")).unwrap_or_default()
                ),
            };
            assert!(paths.contains(target.as_str()), "{path} links to {href}");
        }
    }
}

#[test]
fn live_links_stay_below_the_root() {
    let check = |place: Place, home: &str, notice: &str, css: &str| {
        let html = html::notice(&failing(), "k3x9t7", now(), &place).unwrap_or_default();
        let found: BTreeSet<&str> = hrefs(&html).into_iter().collect();
        assert!(found.contains(home) && found.contains(css), "{found:?}");
        assert!(hrefs(&html::index(&failing(), now(), &place)).contains(&notice), "{notice}");
    };
    check(Place::live("/status/main"), "/status/main", "/status/main/notices/k3x9t7", "/status/main/status.css");
    check(Place::live(""), "/", "/notices/k3x9t7", "/status.css");
}

/// A private component is not named, an internal word has no place, and the files are those of the public notices alone.
#[test]
fn inv_19_nothing_internal_reaches_the_public() {
    let page = failing();
    let files = files(&page);
    for (path, text) in &files {
        assert!(!text.contains("not-on-the-page"), "a component that is not public is named in {path}");
    }
    let notices: Vec<&str> =
        files.iter().map(|(path, _)| path.as_str()).filter(|path| path.starts_with("notices/")).collect();
    assert_eq!(notices, ["notices/k3x9t7.html", "notices/b7q2m1.html"]);

    let internal = [
        "severity",
        "sev1",
        "sev2",
        "commander",
        "responder",
        "escalat",
        "runbook",
        "postmortem",
        "pager",
        "#inc-",
        "inc_",
    ];
    for (path, text) in files {
        let text = text.to_lowercase();
        for word in internal {
            assert!(!text.contains(word), "{word} in {path}");
        }
    }
}

#[test]
fn a_page_without_anything_still_renders() {
    let mut page = quiet();
    page.groups.clear();
    let html = render_html(&page, now());
    assert!(html.contains("All systems operational") && html.contains("Nothing to report"), "{html}");
    assert!(history_html(&page, now()).contains("No notices in the last 90 days"));
    assert_eq!(files(&page).len(), 7 + 8);
}

#[test]
fn trouble_without_a_notice_is_a_headline_too() {
    let check = |status, expected: &str| {
        let mut page = quiet();
        page.groups[0].components[0].status = status;
        let html = render_html(&page, now());
        assert!(html.contains(&format!("</span> {expected}</h2>")), "{status:?}: {html}");
    };
    check(ComponentStatus::Operational, "All systems operational");
    check(ComponentStatus::UnderMaintenance, "Planned maintenance is under way");
    check(ComponentStatus::DegradedPerformance, "Some systems are degraded");
    check(ComponentStatus::PartialOutage, "Some systems are failing");
    check(ComponentStatus::MajorOutage, "Some systems are failing");
}

#[test]
fn the_indicator_is_the_worse_of_components_and_notices() {
    let check = |statuses: [ComponentStatus; 2], notice: Option<(Impact, NoticeStatus)>, expected: &str| {
        let mut page = quiet();
        for (component, status) in page.groups[0].components.iter_mut().zip(statuses) {
            component.status = status;
        }
        page.notices = failing().notices.into_iter().take(usize::from(notice.is_some())).collect();
        for (spoken, (impact, status)) in page.notices.iter_mut().zip(notice) {
            (spoken.impact, spoken.status) = (impact, status);
        }
        assert_eq!(status_json(&page, BASE)["status"]["indicator"], expected, "{statuses:?} {notice:?}");
    };
    use ComponentStatus::{DegradedPerformance, MajorOutage, Operational, PartialOutage, UnderMaintenance};
    check([Operational, Operational], None, "none");
    check([Operational, UnderMaintenance], None, "maintenance");
    check([UnderMaintenance, DegradedPerformance], None, "minor");
    check([Operational, PartialOutage], None, "major");
    check([Operational, MajorOutage], None, "major");
    check([MajorOutage, MajorOutage], None, "critical");
    check([Operational, Operational], Some((Impact::Critical, NoticeStatus::Investigating)), "critical");
    check([Operational, Operational], Some((Impact::Critical, NoticeStatus::Resolved)), "none");
    check([PartialOutage, Operational], Some((Impact::Minor, NoticeStatus::Monitoring)), "major");
}

#[test]
fn the_badge_uses_the_colours_of_the_tokens() {
    use crate::rollup::Indicator;
    for indicator in [Indicator::None, Indicator::Maintenance, Indicator::Minor, Indicator::Major, Indicator::Critical]
    {
        assert!(STATUS_CSS.contains(badge::colour(indicator)), "{indicator:?}");
    }
}

/// Every step of the way, with hostile words where words may come in.
fn steps() -> Vec<String> {
    let nasty = "\"><script>alert(1)</script>";
    let steps = [
        Step::Refused { typed: nasty, problem: "This is not a mail address." },
        Step::Asked,
        Step::Confirm { token: nasty },
        Step::Confirmed,
        Step::Unsubscribe { token: "TOKEN" },
        Step::Unsubscribed,
        Step::Dead,
    ];
    steps.iter().map(|step| subscribe_html(&quiet(), now(), step)).collect()
}

#[test]
fn updates_by_mail_are_offered_live_only_and_post_to_the_page_itself() {
    let offered = render_html_with_mail(&quiet(), now());
    let form = "<form class=\"mail\" method=\"post\" action=\"/status/main/subscribe\">";
    assert!(offered.contains(form) && offered.contains("href=\"#mail\""), "{offered}");
    assert!(files(&quiet()).iter().all(|(_, text)| !text.contains("<form")), "files have nobody to post to");
    for html in steps().into_iter().chain([offered]) {
        for forbidden in ["<script", "<style", "style=", "javascript:", "://", "src=", "<iframe"] {
            assert!(!html.contains(forbidden), "{forbidden} in {html}");
        }
        assert_eq!(html.matches("<h1").count(), 1, "{html}");
        assert!(
            html.matches("<form").count() <= 1 && html.matches("<button>").count() == html.matches("<form").count()
        );
        let actions: Vec<&str> = html.split("action=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
        assert!(actions.iter().all(|action| action.starts_with("/status/main/")), "{actions:?}");
    }
    let pressed: usize = steps().iter().map(|html| html.matches("<button>").count()).sum();
    assert_eq!(pressed, 4, "asked again twice, yes, no");
}
