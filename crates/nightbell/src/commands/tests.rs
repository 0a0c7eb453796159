//! Commands on a data folder, from the first to the last: what is stored, what is refused, and that an export is taken back unchanged.

use super::*;
use crate::{
    client::ServerArgs,
    failure::{Code, Failure},
    out::Out,
};
use nightbell_engine::domain::org::AccessRole;

const EXAMPLE: &str = include_str!("../../../wire/src/org_files/fixtures/contract-example.yaml");
const JSON: Out = Out { json: true };

fn path(place: &Place) -> PathBuf {
    place.as_folder().expect("a folder").path().to_owned()
}

fn said(place: &Place) -> DataArgs {
    DataArgs { data: Some(path(place)), database: None }
}

fn at(folder: &Place) -> PlaceArgs {
    PlaceArgs { data: Some(path(folder)), database: None, server: ServerArgs { url: None, token: None } }
}

fn init(folder: &Place, email: &str) -> Result<(), Failure> {
    let settings = super::SettingsArgs { data: said(folder), config: None };
    let arguments = super::init::Arguments { email: email.to_owned(), name: String::new(), settings };
    super::init::run(&arguments, JSON)
}

fn apply(folder: &Place, path: &std::path::Path, plan: bool) -> Result<(), Failure> {
    super::apply::run(
        &super::apply::Arguments { paths: vec![path.to_owned()], plan, prune: false, place: at(folder) },
        JSON,
    )
}

pub(super) fn initialised() -> (tempfile::TempDir, Place) {
    let temporary = tempfile::tempdir().unwrap();
    let folder = Place::folder(temporary.path().join("data"));
    init(&folder, "ann@example.com").unwrap();
    (temporary, folder)
}

#[test]
fn a_second_init_is_refused_and_changes_nothing() {
    let (_temporary, folder) = initialised();
    let failure = init(&folder, "eve@example.com").unwrap_err();
    assert_eq!(failure.code, Code::Findings);
    assert!(failure.message.contains("There is an administrator already"), "{failure}");
    let admins: Vec<String> = folder
        .directory()
        .unwrap()
        .org
        .users
        .values()
        .filter(|u| u.role == AccessRole::Admin)
        .map(|u| u.email.clone())
        .collect();
    assert_eq!(admins, ["ann@example.com"]);
    let failure = init(&Place::folder(path(&folder).join("other")), "no-address").unwrap_err();
    assert!(failure.message.contains("e-mail address"), "{failure}");
}

#[test]
#[cfg(unix)]
fn the_data_folder_is_private() {
    use std::os::unix::fs::PermissionsExt as _;
    let (_temporary, folder) = initialised();
    assert_eq!(std::fs::metadata(path(&folder)).unwrap().permissions().mode() & 0o777, 0o700);
}

#[test]
fn files_apply_export_and_apply_again_without_a_change() {
    let (temporary, folder) = initialised();
    let file = temporary.path().join("organisation.yaml");
    std::fs::write(&file, EXAMPLE).unwrap();
    apply(&folder, &file, true).unwrap();
    assert!(folder.directory().unwrap().org.services.is_empty(), "a plan stores nothing");
    apply(&folder, &file, false).unwrap();
    let stored = folder.directory().unwrap().org;
    assert_eq!(stored.services.len(), 1);
    let exported = temporary.path().join("exported");
    super::export::run(&super::export::Arguments { path: Some(exported.clone()), place: at(&folder) }, JSON).unwrap();
    apply(&folder, &exported, false).unwrap();
    let again = folder.directory().unwrap().org;
    assert_eq!(nightbell_wire::org_files::export(&again), nightbell_wire::org_files::export(&stored));
}

#[test]
fn mistakes_in_files_name_file_line_and_fix() {
    let (temporary, folder) = initialised();
    let file = temporary.path().join("org.yaml");
    std::fs::write(&file, "version: 1\nteams:\n  - { id: payments, nmae: Payments }\n").unwrap();
    let failure = apply(&folder, &file, false).unwrap_err();
    assert_eq!(failure.code, Code::Findings);
    assert!(failure.message.contains(&format!("{}:3:", file.display())), "{failure}");
    assert!(failure.message.contains("Did you mean \"name\"?"), "{failure}");
    let failure = apply(&folder, &temporary.path().join("none.yaml"), false).unwrap_err();
    assert_eq!(failure.code, Code::Unreachable);
}

#[test]
fn folders_give_organisation_files_and_runbooks_only() {
    let (temporary, folder) = initialised();
    let tree = temporary.path().join("org");
    for (path, content) in [
        ("a.yaml", "version: 1\nteams:\n  - { id: payments, name: Payments, members: [ann] }\n"),
        ("README.md", "# Not a runbook"),
        (".hidden/b.yaml", "not: [yaml"),
        ("runbooks/restart.md", "---\nid: restart\n---\n# Restart\n"),
    ] {
        let whole = tree.join(path);
        std::fs::create_dir_all(whole.parent().unwrap()).unwrap();
        std::fs::write(whole, content).unwrap();
    }
    apply(&folder, &tree, false).unwrap();
    let org = folder.directory().unwrap().org;
    assert_eq!((org.teams.len(), org.runbooks.len()), (1, 1));
}

#[test]
fn an_export_never_leaves_its_folder() {
    let temporary = tempfile::tempdir().unwrap();
    for path in ["../x", "/tmp/x", "a/../../x", ""] {
        let failure = super::export::write_public(temporary.path(), path, b"x").unwrap_err();
        assert_eq!(failure.code, Code::Findings, "{path}");
    }
    super::export::write_public(temporary.path(), "a/b.html", b"x").unwrap();
    assert!(temporary.path().join("a/b.html").is_file());
}

#[test]
fn explain_oncall_status_and_verify_read_the_folder() {
    let (temporary, folder) = initialised();
    let file = temporary.path().join("organisation.yaml");
    std::fs::write(&file, EXAMPLE).unwrap();
    apply(&folder, &file, false).unwrap();
    let monday = Some(moment("2026-05-04T03:00[Europe/Berlin]").unwrap());
    let asked = |service: &str| super::explain::Arguments {
        service: Some(service.to_owned()),
        alert: None,
        integration: None,
        at: monday,
        without: Vec::new(),
        who: None,
        place: at(&folder),
    };
    super::explain::run(&asked("checkout"), JSON).unwrap();
    assert_eq!(super::explain::run(&asked("nothing"), JSON).unwrap_err().code, Code::Findings);
    let on_call = |schedule: &str| super::oncall::Arguments {
        at: monday,
        schedule: Some(schedule.to_owned()),
        place: at(&folder),
        action: None,
    };
    super::oncall::run(&on_call("payments-primary"), JSON).unwrap();
    assert_eq!(super::oncall::run(&on_call("nothing"), JSON).unwrap_err().code, Code::Findings);
    let site = temporary.path().join("site");
    let action = super::status::Action::Export {
        folder: site.clone(),
        page: "main".to_owned(),
        data: said(&folder),
        base_url: "https://status.example.com".to_owned(),
    };
    super::status::run(&super::status::Arguments { server: at(&folder).server, action }, JSON).unwrap();
    assert!(std::fs::read_to_string(site.join("index.html")).unwrap().contains("Checkout"));
    super::verify::run(&super::verify::Arguments { data: said(&folder) }, JSON).unwrap();
}

#[test]
fn tokens_on_the_folder() {
    let (_temporary, folder) = initialised();
    let token = |action| super::token::run(&super::token::Arguments { place: at(&folder), action }, JSON);
    token(super::token::Action::Create { name: "cli".to_owned(), scope: "viewer".to_owned() }).unwrap();
    token(super::token::Action::List).unwrap();
    let known = folder
        .read(|tx| Ok(nightbell_store::access::tokens(tx)?))
        .unwrap()
        .into_iter()
        .find(|token| token.name == "cli")
        .unwrap();
    assert_eq!(known.scope, "viewer");
    token(super::token::Action::Revoke { id: known.id.to_string() }).unwrap();
    assert_eq!(token(super::token::Action::Revoke { id: known.id.to_string() }).unwrap_err().code, Code::Findings);
    assert_eq!(token(super::token::Action::Revoke { id: "nonsense".to_owned() }).unwrap_err().code, Code::Usage);
}

#[test]
fn renewing_the_key_ends_every_link_and_is_recorded() {
    use nightbell_engine::{Clock as _, link_key_renewals};
    let (_temporary, folder) = initialised();
    let renew = |place: PlaceArgs| {
        super::token::run(&super::token::Arguments { place, action: super::token::Action::RenewLinks }, JSON)
    };
    let key = || *folder.engine("http://127.0.0.1").unwrap().settings().link_key.bytes();
    let renewals = || folder.read(link_key_renewals).unwrap();
    let first = key();
    let nowhere = PlaceArgs { data: None, ..at(&folder) };
    assert_eq!(renew(nowhere).unwrap_err().code, Code::Usage, "a running server cannot be asked for it");
    let serving = folder.lock().unwrap();
    let refused = renew(at(&folder)).unwrap_err();
    assert!(refused.code == Code::Unreachable && refused.message.contains("Stop it"), "{refused}");
    assert_eq!((key(), renewals()), (first, Vec::new()), "nothing was changed");
    drop(serving);
    renew(at(&folder)).unwrap();
    let second = key();
    assert_ne!(second, first);
    assert_eq!(key(), second, "the next start keeps it");
    let known = renewals();
    assert!(
        matches!(known.as_slice(), [one] if one.by.as_str() == "ann" && one.at <= crate::system::SystemClock.now())
    );
    renew(at(&folder)).unwrap();
    assert_eq!(renewals().len(), 2);
}

#[test]
fn moments() {
    for (text, expected) in [
        ("2026-05-02T13:07:00Z", Some("2026-05-02T13:07:00Z")),
        ("2026-05-02T15:07[Europe/Berlin]", Some("2026-05-02T13:07:00Z")),
        (" 2026-05-02T15:07:00+02:00 ", Some("2026-05-02T13:07:00Z")),
        ("tomorrow", None),
        ("2026-05-02", None),
    ] {
        assert_eq!(moment(text).ok().map(|at| at.to_string()).as_deref(), expected, "{text}");
    }
}
