//! The organisation changes: `apply` of files, all of it or nothing; and escalation policies that people make and change by hand.

mod apply;
mod policy;

pub use apply::{Applied, apply, plan_files};
pub use policy::{
    PREVIEW_AHEAD, PolicyPreview, is_policy_from_file, may_change_policy, policy_revision, preview_policy, save_policy,
};
