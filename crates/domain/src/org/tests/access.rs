//! Who may: every role against every right.

use crate::{
    access::{Administer, Caller, Manage, Read, Respond, Right, Via},
    org::AccessRole,
    record::Actor,
    refusal::RefusalKind,
};

#[test]
fn every_role_against_every_right() {
    use AccessRole::{Admin, Manager, Responder, Viewer};
    // Read, respond, manage, administer.
    let check = |role: AccessRole, expected: [bool; 4]| {
        let caller = Caller::new("alice".parse().unwrap(), role, Via::Api);
        let may = [
            caller.permit::<Read>().is_ok(),
            caller.permit::<Respond>().is_ok(),
            caller.permit::<Manage>().is_ok(),
            caller.permit::<Administer>().is_ok(),
        ];
        assert_eq!(may, expected, "{role:?}");
    };
    check(Viewer, [true, false, false, false]);
    check(Responder, [true, true, false, false]);
    check(Manager, [true, true, true, false]);
    check(Admin, [true, true, true, true]);
}

#[test]
fn a_permit_carries_who_and_how() {
    let check = |role: AccessRole, via: Via, word: &str, is_admin: bool| {
        let caller = Caller::new("alice".parse().unwrap(), role, via);
        let permit = caller.permit::<Read>().unwrap();
        assert_eq!((caller.user(), caller.role(), permit.user()), (&"alice".parse().unwrap(), role, caller.user()));
        assert_eq!(
            (permit.actor(), permit.via(), permit.is_admin()),
            (Actor::User("alice".parse().unwrap()), via, is_admin)
        );
        assert_eq!(via.word(), word);
    };
    check(AccessRole::Viewer, Via::Page, "page", false);
    check(AccessRole::Manager, Via::Api, "api", false);
    check(AccessRole::Admin, Via::Terminal, "terminal", true);
}

#[test]
fn a_refusal_says_what_is_missing() {
    fn refused<R: Right + std::fmt::Debug>() -> String {
        let no = Caller::new("alice".parse().unwrap(), AccessRole::Viewer, Via::Page).permit::<R>().unwrap_err();
        assert_eq!((no.kind, no.code.as_str()), (RefusalKind::Forbidden, "forbidden"));
        no.message
    }
    let check = |message: String, what: &str, role: &str| {
        assert!(
            message.contains(&format!("may not {what}")) && message.contains(&format!("the role {role}")),
            "{message}"
        );
    };
    check(refused::<Respond>(), "acknowledge, declare or respond", "Responder");
    check(refused::<Manage>(), "waive rules or publish postmortems", "Manager");
    check(refused::<Administer>(), "administer this installation", "Admin");
}
