//! Whether an organisation may be stored: the domain's problems, told apart into those that block and those that only warn.
//!
//! A person or a runbook that is not defined yet does not block: teams are brought over piece by piece, and a page skips who is
//! not there and goes on to the next step. Whoever stores must show these warnings. Everything else that does not fit blocks.

use nightbell_domain::org::{ConfigKind, Organisation, OrganisationProblem};

/// A problem of the organisation, and whether it forbids storing it.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Finding {
    /// What is wrong; its message says what it means for paging.
    pub problem: OrganisationProblem,
    /// `true`: may not be stored. `false`: a warning.
    pub blocking: bool,
}

/// Everything that does not fit together, in reference order.
pub fn check(org: &Organisation) -> Vec<Finding> {
    let problems = org.problems().into_iter().map(|mut problem| {
        if problem.dangling {
            problem.message = format!("{} {}", problem.message, consequence(&problem));
        }
        Finding { blocking: !problem.dangling, problem }
    });
    problems.chain(silent_steps(org)).collect()
}

/// What a name that is not defined means for the one who will be woken, or not.
fn consequence(problem: &OrganisationProblem) -> &'static str {
    let last_resort = problem.path.starts_with("last_resort");
    match problem.kind {
        ConfigKind::Policy if last_resort => "The last resort reaches nobody by this name until it is defined.",
        ConfigKind::Policy => "This step reaches nobody by this name until it is defined.",
        ConfigKind::Schedule => "Their turns reach nobody until they are defined.",
        ConfigKind::Team => "Paging the team leaves them out until they are defined.",
        ConfigKind::Response => "This role reaches nobody by this name until it is defined.",
        ConfigKind::Service => "Pages of this service come without it until it is defined.",
        _ => "It has no effect until it is defined.",
    }
}

/// Steps that name nobody: they only wait, which is rarely what was meant.
fn silent_steps(org: &Organisation) -> Vec<Finding> {
    let steps = org
        .policies
        .values()
        .flat_map(|policy| policy.steps.iter().enumerate().map(move |(n, step)| (policy, n, step)));
    let silent = steps.filter(|(_, _, step)| step.notify.is_empty()).map(|(policy, n, _)| OrganisationProblem {
        kind: ConfigKind::Policy,
        id: policy.id.to_string(),
        path: format!("steps[{n}].notify"),
        message: "the step rings nobody; name a target like \"user:alice\".".to_owned(),
        dangling: false,
    });
    silent.map(|problem| Finding { problem, blocking: false }).collect()
}
