//! Policies as sentences, and changed by form: looked at first, refused when somebody else was faster, shown and not saved when from a file.

use crate::{
    public::tests::outage::{assert_sound, read, site},
    tests::site::{Answer, Site, Who, terminal},
};
use nightbell_engine::{
    domain::{
        access::{Administer, Permit},
        org::AccessRole,
    },
    organisation,
};
use nightbell_wire::org_files::{self, SourceFile};

/// A policy of one step, as its form says it.
const PLAIN: [(&str, &str); 8] = [
    ("team", "shop"),
    ("repeat", "1"),
    ("s0-kind", "ring"),
    ("s0-after", "0s"),
    ("s0-t0", "schedule:shop-primary"),
    ("s0-from", "09:00"),
    ("s0-to", "17:00"),
    ("last-t0", "user:ada"),
];

async fn press(site: &Site, who: Who, path: &str, more: &[(&str, &str)]) -> Answer {
    let mut fields: Vec<(&str, &str)> = more.to_vec();
    fields.extend(PLAIN.iter().filter(|(name, _)| !more.iter().any(|(known, _)| known == name)));
    site.post_form(who, path, &fields).await
}

const NEW: &str = "/oncall/policies/new";
const EDIT: &str = "/oncall/policies/night/edit";

async fn made() -> Site {
    let site = site().await;
    let answer = press(&site, Who::Manager, NEW, &[("id", "night"), ("step", "save")]).await;
    assert_eq!(answer.header("location"), "/oncall/policies/night", "{}", answer.body);
    site
}

/// The hidden revision of a form.
fn revision(page: &Answer) -> String {
    let rest = page.body.split("name=\"revision\" value=\"").nth(1).expect("a revision");
    rest.split('"').next().unwrap_or_default().to_owned()
}

#[tokio::test]
async fn a_policy_reads_as_sentences_with_whom_it_would_ring_now() {
    let site = site().await;
    let list = site.get(Who::Viewer, "/oncall/policies").await;
    assert_sound("/oncall/policies", &list);
    let text = read(&list.body);
    assert!(text.contains("Ring the primary of shop-primary.") && text.contains("Rings for Checkout"), "{text}");
    let page = site.get(Who::Viewer, "/oncall/policies/shop").await;
    assert_sound("/oncall/policies/shop", &page);
    let text = read(&page.body);
    for wanted in [
        "After 5 minutes, if nobody acknowledged, ring Max Manager.",
        "Rita Responder primary on shop-primary",
        "Do this once more; when everybody was still silent, ring Ada Admin",
        "this policy is changed in its file",
        "- id: shop",
    ] {
        assert!(text.contains(wanted), "{wanted}: {text}");
    }
    assert!(page.body.contains("href=\"/explain?service=checkout\""), "{}", page.body);
    assert!(!page.body.contains("/oncall/policies/shop/edit"), "a viewer changes nothing");
    assert_eq!(site.get(Who::Viewer, "/oncall/policies/nowhere").await.status, 404);
}

#[tokio::test]
async fn a_policy_is_made_and_changed_with_a_look_first() {
    let site = site().await;
    let blank = site.get(Who::Manager, NEW).await;
    assert_sound(NEW, &blank);
    assert!(!blank.body.contains("aria-invalid"), "a blank form is not wrong yet: {}", blank.body);
    let taken = press(&site, Who::Manager, NEW, &[("id", "new"), ("step", "save")]).await;
    assert!(taken.status == 400 && taken.body.contains("the address of this form"), "{}", taken.body);
    let looked = press(&site, Who::Manager, NEW, &[("step", "preview")]).await;
    let text = read(&looked.body);
    assert!(looked.status == 200 && text.contains("Ring the primary of shop-primary."), "before it has a name: {text}");
    assert_eq!(site.get(Who::Viewer, "/oncall/policies/this-policy").await.status, 404, "a look stores nothing");
    let site = made().await;
    let form = site.get(Who::Responder, EDIT).await;
    assert_sound(EDIT, &form);
    assert!(read(&form.body).contains("Nothing is changed yet."), "{}", form.body);
    let seen = revision(&form);
    let change = [
        ("revision", seen.as_str()),
        ("s1-kind", "ring"),
        ("s1-after", "10m"),
        ("s1-t0", "user:max"),
        ("s1-t1", "user:rita"),
        ("s1-how", "turns"),
        ("s1-hours", "outside"),
        ("s1-day-mon", "on"),
        ("s1-from", "08:00"),
        ("s1-to", "18:00"),
        ("s1-labels", "env = prod, eu"),
        ("s1-severity", "error"),
        ("s1-priority", "P1"),
        ("hold", "on"),
        ("hold-until", "08:00"),
        ("hold-from", "18:00"),
        ("hold-day-tue", "on"),
        ("ack-timeout", "30m"),
    ];
    let text = read(&press(&site, Who::Responder, EDIT, &[&change[..], &[("step", "preview")]].concat()).await.body);
    for wanted in [
        "Low urgency rings Tuesday from 08:00 to 18:00 (UTC)",
        "outside of Monday from 08:00 to 18:00 (UTC) and if the label env is prod or eu and if the severity is error or worse and if the priority is P1, ring, in turn, one of Max Manager or Rita Responder",
        "not over 30 minutes after somebody acknowledged",
    ] {
        assert!(text.contains(wanted), "{wanted}: {text}");
    }
    let saved = press(&site, Who::Responder, EDIT, &[&change[..], &[("step", "save")]].concat()).await;
    assert_eq!(saved.status, 303, "{}", saved.body);
    let again = site.get(Who::Responder, EDIT).await.body;
    assert!(
        again.contains("env = prod, eu") && again.contains("name=\"hold\" checked"),
        "all of it comes back: {again}"
    );
}

#[tokio::test]
async fn steps_go_up_and_down_come_and_go_and_nothing_typed_is_lost() {
    let site = made().await;
    let two = [
        ("s1-kind", "ring"),
        ("s1-after", "7m"),
        ("s1-t0", "user:max"),
        ("s1-labels", "a = b\nc = d"),
        ("repeat", "x"),
    ];
    let step =
        async |step: &'static str| press(&site, Who::Manager, EDIT, &[&two[..], &[("step", step)]].concat()).await.body;
    let swapped = step("up-s1").await;
    assert!(swapped.contains("name=\"s0-after\" value=\"7m\"") && swapped.contains("a = b\nc = d"), "{swapped}");
    assert!(swapped.contains("name=\"s1-after\" value=\"0s\"") && swapped.contains("value=\"x\""), "{swapped}");
    let dropped = step("drop-s0").await;
    assert!(dropped.contains("name=\"s0-after\" value=\"7m\"") && !dropped.contains("s1-after"), "{dropped}");
    let added = step("over").await;
    assert!(added.contains("name=\"s2-kind\" value=\"over\"") && added.contains("name=\"s2-over\""), "{added}");
    assert!(!added.contains("s3-kind"), "{added}");
}

/// Fields that are typed, the problem's element, what it says.
type Case<'a> = (&'a [(&'a str, &'a str)], &'a str, &'a str);

#[tokio::test]
async fn what_is_wrong_is_said_beside_its_field() {
    let site = made().await;
    let seen = revision(&site.get(Who::Manager, EDIT).await);
    let cases: [Case; 7] = [
        (&[("s0-after", "soon")], "s0-after-problem", "soon"),
        (&[("s0-t0", "")], "s0-t-problem", "Say whom this step rings"),
        (&[("s0-t0", "user:gone")], "s0-t-problem", "no user \"gone\""),
        (&[("s0-how", "turns")], "s0-how-problem", "Turns need at least two targets"),
        (&[("repeat", "many")], "repeat-problem", "Write a number"),
        (&[("ack-timeout", "5s")], "ack-timeout-problem", "2m to 7d"),
        (&[("s0-hours", "within"), ("s0-from", "9")], "s0-from-problem", "Write a time of day"),
    ];
    for (fields, problem, words) in cases {
        let fields = [fields, &[("revision", seen.as_str()), ("step", "save")]].concat();
        let answer = press(&site, Who::Manager, EDIT, &fields).await;
        assert_eq!(answer.status, 400, "{fields:?}");
        let place = answer.body.split(&format!("id=\"{problem}\"")).nth(1).map(|rest| rest.chars().take(200).collect());
        let place: String = place.unwrap_or_default();
        assert!(read(&place).contains(words), "{fields:?}: {place}");
    }
}

#[tokio::test]
async fn whoever_was_slower_sees_what_the_other_made_and_may_save_over_it() {
    let site = made().await;
    let seen = revision(&site.get(Who::Manager, EDIT).await);
    let save = async |who: Who, fields: &[(&str, &str)]| {
        press(&site, who, EDIT, &[fields, &[("step", "save")]].concat()).await
    };
    assert_eq!(save(Who::Responder, &[("revision", &seen), ("repeat", "3")]).await.status, 303);
    let late = save(Who::Manager, &[("revision", &seen), ("repeat", "2")]).await;
    assert_eq!(late.status, 409);
    let text = read(&late.body);
    assert!(text.contains("Somebody else changed this policy") && text.contains("Do this 3 more times"), "{text}");
    assert!(late.body.contains("name=\"repeat\" value=\"2\""), "what was typed is kept: {}", late.body);
    let newer = revision(&late);
    assert_eq!(save(Who::Manager, &[("revision", &newer), ("repeat", "2")]).await.status, 303);
}

#[tokio::test]
async fn one_from_a_file_is_tried_and_not_saved() {
    let site = site().await;
    let path = "/oncall/policies/shop/edit";
    let tried = press(&site, Who::Manager, path, &[("step", "preview"), ("repeat", "4")]).await;
    let text = read(&tried.body);
    assert!(tried.status == 200 && text.contains("To write into the file") && text.contains("repeat: 4"), "{text}");
    assert!(!tried.body.contains("value=\"save\""), "there is nothing to save");
    let forced = press(&site, Who::Manager, path, &[("step", "save"), ("revision", "1"), ("although", "on")]).await;
    assert!(forced.status == 409 && read(&forced.body).contains("comes from a file"), "{}", forced.body);
}

#[tokio::test]
async fn what_reaches_fewer_people_is_saved_by_whoever_says_so() {
    let site = made().await;
    // Checkout pages through it from now on.
    site.act(|unit| {
        let content = "version: 1\nservices: [ { id: checkout, name: Checkout, team: shop, policy: night } ]\n";
        let files = [SourceFile { path: "service.yaml", content }];
        let parsed = org_files::parse(&files, &mut |handle| handle.to_owned()).unwrap_or_else(|e| panic!("{e:?}"));
        let admin: Permit<Administer> = terminal(AccessRole::Admin, Who::Admin.handle()).permit()?;
        organisation::apply(unit, &admin, &parsed, false)?.unwrap_or_else(|problems| panic!("{problems:?}"));
        Ok(())
    })
    .await;
    let seen = revision(&site.get(Who::Manager, EDIT).await);
    let alone = [("s0-t0", "user:ada"), ("last-t0", "user:ada"), ("revision", seen.as_str())];
    let looked = press(&site, Who::Manager, EDIT, &[&alone[..], &[("step", "preview")]].concat()).await;
    assert!(read(&looked.body).contains("It would reach fewer people than now"), "{}", looked.body);
    let refused = press(&site, Who::Manager, EDIT, &[&alone[..], &[("step", "save")]].concat()).await;
    assert!(refused.status == 409 && refused.body.contains("although-problem"), "{}", refused.body);
    let meant = press(&site, Who::Manager, EDIT, &[&alone[..], &[("step", "save"), ("although", "on")]].concat()).await;
    assert_eq!(meant.status, 303, "{}", meant.body);
}
