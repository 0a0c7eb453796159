//! Plans made and changed by form, the lanes they draw, and the load.

use crate::{
    public::tests::outage::{assert_sound, read, site},
    tests::site::{Site, Who},
};

const LAYER: [(&str, &str); 6] = [
    ("l0-name", "days"),
    ("l0-people", "@rita, max"),
    ("l0-every", "1d"),
    ("l0-starts", "2026-05-01T09:00"),
    ("l0-hours", ""),
    ("l0-holidays", ""),
];

async fn press(site: &Site, who: Who, path: &str, more: &[(&str, &str)]) -> crate::tests::site::Answer {
    let mut fields: Vec<(&str, &str)> = more.to_vec();
    fields.extend(LAYER.iter().filter(|(name, _)| !more.iter().any(|(known, _)| known == name)));
    site.post_form(who, path, &fields).await
}

#[tokio::test]
async fn a_schedule_is_made_by_form_with_a_look_first() {
    let site = site().await;
    let blank = site.get(Who::Manager, "/oncall/new").await;
    assert_sound("/oncall/new", &blank);
    let fields = [("id", "nights"), ("team", "shop"), ("zone", "Europe/Berlin"), ("backup", "next")];
    let looked = press(&site, Who::Manager, "/oncall/new", &[&fields[..], &[("step", "preview")]].concat()).await;
    let text = read(&looked.body);
    assert!(looked.status == 200 && text.contains("Covered Somebody is on call at every minute"), "{text}");
    assert_eq!(site.get(Who::Viewer, "/oncall/nights").await.status, 404, "a look stores nothing");
    assert_eq!(
        press(&site, Who::Manager, "/oncall/new", &[&fields[..], &[("step", "save")]].concat()).await.status,
        303
    );
    let page = site.get(Who::Manager, "/oncall/nights").await;
    assert_sound("/oncall/nights", &page);
    assert!(page.body.contains("Change the plan"), "its team and managers change it here");
    let wrong =
        press(&site, Who::Manager, "/oncall/new", &[&fields[..], &[("l0-every", "1 week"), ("step", "save")]].concat())
            .await;
    assert!(wrong.status == 400 && wrong.body.contains("is not a turn length"), "{}", wrong.body);
    let more = press(&site, Who::Manager, "/oncall/new", &[&fields[..], &[("step", "add")]].concat()).await;
    assert!(more.body.contains("name=\"l1-people\"") && more.body.contains("drop-l1"), "{}", more.body);
}

#[tokio::test]
async fn a_change_begins_when_it_says_and_is_taken_back() {
    let site = site().await;
    let fields = [("id", "nights"), ("team", "shop"), ("zone", "UTC"), ("backup", "next")];
    press(&site, Who::Manager, "/oncall/new", &[&fields[..], &[("step", "save")]].concat()).await;
    let form = site.get(Who::Responder, "/oncall/nights/edit").await;
    assert!(form.body.contains("rita, max") && form.body.contains("value=\"2026-05-01T09:00\""), "{}", form.body);
    // The line between what is and what would be is no hand-over.
    let week = form.body.split("data-last").nth(1).and_then(|rest| rest.split("</figure>").next()).expect("a week");
    let turns = week.matches("<title>").count();
    assert_eq!(turns, 4, "{week}");
    let change = [("zone", "UTC"), ("backup", "none"), ("l0-people", "max"), ("begin", "after-full-rotation")];
    let looked =
        press(&site, Who::Responder, "/oncall/nights/edit", &[&change[..], &[("step", "preview")]].concat()).await;
    let text = read(&looked.body);
    assert!(text.contains("Begins 3 May 09:00") && text.contains("Max Manager instead of You"), "{text}");
    assert_eq!(
        press(&site, Who::Responder, "/oncall/nights/edit", &[&change[..], &[("step", "save")]].concat()).await.status,
        303
    );
    let page = site.get(Who::Responder, "/oncall/nights").await.body;
    assert!(read(&page).contains("From 3 May 09:00 by You"), "{page}");
    let back = site.post_form(Who::Responder, "/oncall/nights/unstage", &[("from", "2026-05-03T09:00:00Z")]).await;
    assert_eq!(back.status, 303);
    assert!(!read(&site.get(Who::Responder, "/oncall/nights").await.body).contains("From 3 May 09:00 by You"));
    // One from a file says so.
    let page = read(&site.get(Who::Manager, "/oncall/shop-primary").await.body);
    assert!(
        page.contains("The plan comes from a file: change it there") && !page.contains("Change the plan"),
        "{page}"
    );
}

#[tokio::test]
async fn lanes_draw_shifts_gaps_overrides_and_the_day_the_clocks_change() {
    let site = site().await;
    let page = site.get(Who::Admin, "/oncall/shop-primary?weeks=2&from=2026-03-25").await.body;
    assert_eq!(page.matches("<figure class=\"week\">").count(), 2);
    assert!(page.contains("clock +1 h") && page.contains("23 – 29 Mar 2026"), "Ada lives in Berlin: {page}");
    let page = site.get(Who::Responder, "/oncall/shop-primary?weeks=1").await.body;
    assert!(page.contains("fill=\"url(#hatch)\"") && page.contains("class=\"now-line\""), "Max's Sunday is agreed");
    assert!(page.contains("href=\"/oncall/shop-primary/override?from="), "each stretch opens the form");
    let viewer = site.get(Who::Viewer, "/oncall/shop-primary?weeks=1").await.body;
    assert!(!viewer.contains("/override?from="), "a viewer changes nothing");
    // Nobody counts on the office's hours: calm. A plan that is only looked at may become one that somebody counts on: red.
    let office = site.get(Who::Viewer, "/oncall/office?weeks=1").await.body;
    assert!(office.contains("class=\"empty\"") && !office.contains("who-gap"), "{office}");
    let fields = [("id", "x"), ("zone", "UTC"), ("l0-hours", "mon tue 09:00-17:00"), ("step", "preview")];
    let look = press(&site, Who::Manager, "/oncall/new", &fields).await.body;
    assert!(look.contains("who-gap") && read(&look).contains("Nobody is on call"), "{look}");
}

#[tokio::test]
async fn the_load_is_a_page_and_a_file() {
    let site = site().await;
    let page = read(&site.get(Who::Viewer, "/oncall/load?month=2026-05&schedule=shop-primary").await.body);
    assert!(page.contains("May 2026") && page.contains("Rita Responder") && page.contains("of 100"), "{page}");
    let file = site.get(Who::Viewer, "/oncall/load.csv?month=2026-05&schedule=shop-primary").await;
    assert_eq!(file.header("content-type"), "text/csv; charset=utf-8");
    let lines: Vec<&str> = file.body.lines().collect();
    assert!(lines[0].starts_with("person,name,from,to,hours") && lines.len() == 3, "{}", file.body);
    assert_eq!(site.get(Who::Viewer, "/oncall/load?schedule=nowhere").await.status, 404);
}

/// Fair turns are a proposal in the form: looked at like any other change, and stored by nobody but whoever saves it.
#[tokio::test]
async fn the_next_turns_are_spread_fairly_by_a_press_and_stored_by_another() {
    let site = site().await;
    let fields = [("id", "nights"), ("team", "shop"), ("zone", "UTC"), ("backup", "next")];
    press(&site, Who::Manager, "/oncall/new", &[&fields[..], &[("step", "save")]].concat()).await;
    let change = [("zone", "UTC"), ("backup", "next"), ("begin", "after-current-shift"), ("l0-turns", "4")];
    let ask = async |more: &[(&str, &str)]| {
        press(&site, Who::Responder, "/oncall/nights/edit", &[more, &change[..]].concat()).await
    };
    let asked = ask(&[("step", "fair-l0")]).await;
    let text = read(&asked.body);
    assert!(asked.status == 200 && text.contains("go to whoever has carried least"), "{text}");
    assert!(text.contains("Max Manager 4."), "Rita has carried the last weeks: {text}");
    assert!(asked.body.contains("value=\"at\" checked") && asked.body.contains("value=\"2026-05-02T09:00\""), "{text}");
    let people = asked.body.split("id=\"l0-people\"").nth(1).and_then(|rest| rest.split("</textarea>").next());
    let people = people.and_then(|rest| rest.rsplit('>').next()).expect("the people").trim().to_owned();
    assert_eq!(people.split(", ").count(), 4, "{people}");
    assert!(!read(&site.get(Who::Responder, "/oncall/nights").await.body).contains("Plans"), "nothing is stored");
    let saved = ask(&[("step", "save"), ("l0-people", &people), ("begin", "at"), ("at", "2026-05-02T09:00")]).await;
    assert_eq!(saved.status, 303, "{}", saved.body);
    let wrong = ask(&[("step", "fair-l0"), ("l0-turns", "many")]).await;
    assert!(wrong.status == 400 && wrong.body.contains("Write a number from 1 to 520."), "{}", wrong.body);
    assert_eq!(ask(&[("step", "fair-l7")]).await.status, 404);
}
