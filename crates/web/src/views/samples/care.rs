//! Samples of what comes after and around: postmortems, the weekly review, settings, access, mail, errors.

use super::super::access::{ErrorPage, SignInPage, WelcomePage};
use super::super::actions::{ActionRow, ActionsPage, OwedPostmortem};
use super::super::mail::{MailListPage, MailPage, MailRow};
use super::super::postmortems::{ActionForm, ActionItem, BlameFinding, PostmortemPage, PostmortemRow, PostmortemsPage};
use super::super::settings::{Contact, Count, IntegrationRow, SessionRow, SettingsPage, TokenRow};
use super::super::{Choice, Empty, Field, Filter, FlashKind, Link, Nav, SafeHtml, Tag};
use super::respond::show;
use super::{Rendered, Voice, at, calm, choices, shell, stranger, with_flash};

const POSTMORTEM: &str = "## Impact\n30 % of checkouts failed for 38 minutes.\n\n## Timeline (UTC)\n- 09:30 deploy of webhook-worker 1.42\n- 09:35 Alice acknowledged\n\n## Root cause\nBob forgot to raise the pool size.\n\n## What went well\n- The rollback took 4 minutes.\n\n## What didn't\n- The public page was 7 minutes behind.\n\n## Action items\n- [ ] @bob: alert on queue depth (P1, 2 weeks)\n";

pub(super) fn pages(v: Voice) -> Vec<Rendered> {
    let mut out = learning(v);
    out.push(("settings", show(&settings(v))));
    out.extend(access(v));
    out.extend(mail(v));
    out
}

fn learning(v: Voice) -> Vec<Rendered> {
    let row = |title: &str, state: &str, due: &str, overdue| PostmortemRow {
        link: Link::new("/postmortems/pm_1", v.t(title)),
        incident: Link::new("/incidents/inc-2026-05-02-checkout-down", "inc-2026-05-02-checkout-down"),
        severity: Tag::severity("SEV1"),
        state: Tag::state(state),
        due: due.into(),
        overdue,
        actions: "2 of 3 open".into(),
    };
    let list = PostmortemsPage {
        shell: calm(v, "Postmortems", Nav::Postmortems),
        filters: vec![Filter { href: "/postmortems".into(), label: "Owed".into(), count: "2".into(), current: true }],
        postmortems: vec![
            row("Search slow for 40 minutes", "draft", "2 business days late", true),
            row("Checkout down", "review", "due Fri 8 May", false),
        ],
        empty: Empty { text: "No postmortem is owed.".into(), next: None },
    };
    let action = |text: &str, state: &str| ActionRow {
        id: "act_1".into(),
        text: v.t(text),
        owner: v.t("Bob Example"),
        due: "Fri 15 May".into(),
        due_words: "in 9 days".into(),
        priority: "P1".into(),
        state: Tag::state(state),
        from: Link::new("/postmortems/pm_1", v.t("Checkout down")),
        can_finish: true,
    };
    let actions = ActionsPage {
        shell: calm(v, "Weekly review", Nav::Actions),
        summary: "5 open, 1 overdue. Last reviewed 6 days ago.".into(),
        filters: vec![
            Filter { href: "/actions".into(), label: "Open".into(), count: "5".into(), current: true },
            Filter { href: "/actions?mine=1".into(), label: "Mine".into(), count: "1".into(), current: false },
        ],
        items: vec![
            action("Alert on queue depth before it hurts", "overdue"),
            action("Raise the pool size with the replica count", "open"),
        ],
        owed: vec![OwedPostmortem {
            link: Link::new("/postmortems/pm_1", v.t("Search slow for 40 minutes")),
            due: "2 business days late".into(),
            state: Tag::state("overdue"),
        }],
        empty: Empty::new("No action item is open.", "/postmortems", "See the postmortems they come from"),
    };
    vec![("postmortems", show(&list)), ("postmortem", show(&postmortem(v))), ("actions", show(&actions))]
}

fn postmortem(v: Voice) -> PostmortemPage {
    let finding = |id: &str, line, words: &str, dismissed: Option<&str>| BlameFinding {
        id: id.into(),
        line,
        words: v.t(words),
        why: "names a person as the cause.".into(),
        instead: v.t("The pool size was not raised with the replica count."),
        dismissed: dismissed.map(|d| v.t(d)),
        reason: Field::default(),
    };
    PostmortemPage {
        shell: with_flash(
            calm(v, "Checkout down", Nav::Postmortems),
            FlashKind::Careful,
            "Saved. 1 line reads as blame; see below.".into(),
        ),
        id: "pm_1".into(),
        title: v.t("Checkout down"),
        incident: Link::new("/incidents/inc-2026-05-02-checkout-down", "inc-2026-05-02-checkout-down"),
        severity: Tag::severity("SEV1"),
        state: Tag::state("draft"),
        due: Some(at(60 * 24 * 6)),
        due_words: "in 4 business days".into(),
        overdue: false,
        markdown: Field::new(v.t(POSTMORTEM)),
        version: "3".into(),
        html: SafeHtml::from_markdown(&v.t(POSTMORTEM)),
        can_edit: true,
        findings: vec![
            finding("f1", 9, "Bob forgot", None),
            finding("f2", 15, "didn't", Some("It is the playbook's own heading.")),
        ],
        moves: vec![Choice::new("review", "Send to review", true)],
        actions: vec![ActionItem {
            id: "act_1".into(),
            text: v.t("Alert on queue depth before it hurts"),
            owner: v.t("Bob Example"),
            due: "Fri 15 May".into(),
            priority: "P1".into(),
            state: Tag::state("open"),
        }],
        add: Some(ActionForm {
            text: Field::new(v.t("Raise the pool size with the replica count")),
            owners: choices(v, &[("", "Choose"), ("bob", "Bob Example")], ""),
            owner_error: Some("Choose an owner: an item nobody owns is not done.".into()),
            due: Field::refused("2026-04-01", "That day is past."),
            priorities: choices(v, &[("p1", "P1"), ("p2", "P2")], "p2"),
            priority_error: None,
        }),
    }
}

fn settings(v: Voice) -> SettingsPage {
    let count = |number: &str, noun: &str, href: Option<&str>| Count {
        number: number.into(),
        noun: noun.into(),
        link: href.map(|h| Link::new(h, noun)),
    };
    let integration = |name: &str, kind: &str, last| IntegrationRow {
        name: v.t(name),
        kind: kind.into(),
        url: format!("https://nightbell.example/in/{kind}/abc123def456"),
        service: v.t("Checkout"),
        last,
        note: "412 events today".into(),
    };
    SettingsPage {
        shell: shell(v, "Settings", Nav::Settings),
        counts: vec![
            count("4", "users", None),
            count("2", "teams", None),
            count("3", "services", Some("/services")),
            count("2", "schedules", Some("/oncall")),
        ],
        managed: v.t("From files, applied 3 h ago by alice. Change them there, then run nightbell apply."),
        account: vec![
            ("Name".into(), v.t("Alice Example")),
            ("Role".into(), "admin".into()),
            ("Time zone".into(), "Europe/Berlin".into()),
        ],
        contacts: vec![Contact {
            kind: "mail".into(),
            address: v.t("alice@example.com"),
            state: Tag::state("verified"),
        }],
        integrations: vec![
            integration("prometheus", "alertmanager", Some(at(-4))),
            integration("cron", "generic", None),
        ],
        integrations_empty: Empty::new("No integration yet.", "/settings", "Add one in the organisation files"),
        tokens: tokens(v),
        can_create_token: true,
        token_name: Field::default(),
        token_scopes: vec![
            Choice::new("viewer", "Read", true).with_hint("Sees what you see, changes nothing."),
            Choice::new("responder", "Respond", false).with_hint("Acknowledges, declares, writes."),
        ],
        token_scope_error: None,
        token_created: Some("nb_sample_token_shown_once".into()),
        sessions: vec![
            SessionRow { id: "ses_1".into(), device: v.t("Firefox on Linux"), seen: at(0), current: true },
            SessionRow { id: "ses_2".into(), device: v.t("Safari on iPhone"), seen: at(-600), current: false },
        ],
        version: "Nightbell 0.1.0 · SQLite 3.54.1".into(),
    }
}

fn access(v: Voice) -> Vec<Rendered> {
    let sign_in = SignInPage {
        shell: stranger(v, "Sign in"),
        email: Field::refused(v.t("alice@example.com"), "Address or password is wrong."),
        next: "/incidents".into(),
    };
    let welcome = WelcomePage {
        shell: stranger(v, "Choose a password"),
        token: "sampletoken".into(),
        email: v.t("alice@example.com"),
        first_run: true,
        password_error: Some("That is too short.".into()),
        again_error: None,
        length_min: 12,
    };
    let error = ErrorPage {
        shell: stranger(v, "Not found"),
        status: 404,
        title: v.t("There is nothing here"),
        what: v.t("No page at this address, or none you may see."),
        paging: "Paging goes on as before; nothing was changed.".into(),
        todo: "Go back to what needs a human now, or sign in with another account.".into(),
        next: vec![Link::new("/", "What needs a human now"), Link::new("/sign-in", "Sign in")],
        reference: "request 0197f2c4".into(),
    };
    vec![("sign-in", show(&sign_in)), ("welcome", show(&welcome)), ("error", show(&error))]
}

fn mail(v: Voice) -> Vec<Rendered> {
    let list = MailListPage {
        shell: shell(v, "Caught mail", Nav::Mail),
        mails: vec![MailRow {
            href: "/mail/1".into(),
            subject: v.t("▲ 12 % of checkouts fail"),
            to: v.t("alice@example.com"),
            at: at(-4),
            first_line: v.t("Checkout, since 09:33 UTC. Acknowledge: https://…"),
        }],
        empty: Empty { text: "No mail yet. The outage begins in a moment.".into(), next: None },
    };
    let one = MailPage {
        shell: shell(v, "Mail", Nav::Mail),
        subject: v.t("▲ 12 % of checkouts fail"),
        headers: vec![("From".into(), v.t("Nightbell <page@nightbell.example>")), ("To".into(), v.t("alice@example.com")), ("Date".into(), "Sat 2 May 2026, 10:00:02 UTC".into())],
        text: v.t("Checkout: 12 % of checkouts fail with 5xx on /webhooks/stripe\nSince 09:33 UTC.\n\nAcknowledge or hand over:\nhttp://127.0.0.1:8080/p/sampletoken\n"),
        links: vec![Link::new("/p/sampletoken", "Open the page as Alice would")],
    };
    vec![("mail-list", show(&list)), ("mail", show(&one))]
}

fn tokens(v: Voice) -> Vec<TokenRow> {
    vec![
        TokenRow {
            id: "tok_1".into(),
            name: v.t("deploy pipeline"),
            scope: "responder".into(),
            prefix: "nb_4f2a".into(),
            created: at(-60 * 200),
            used: Some(at(-12)),
            revoked: false,
        },
        TokenRow {
            id: "tok_2".into(),
            name: v.t("old laptop"),
            scope: "admin".into(),
            prefix: "nb_91cc".into(),
            created: at(-60 * 900),
            used: None,
            revoked: true,
        },
    ]
}
