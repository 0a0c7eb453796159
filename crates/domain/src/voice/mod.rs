//! What may be said in public: the offline wording check behind the playbook rule `honest-words`. And to whom it is mailed: [`subscriber`].
//!
//! Pure and deterministic: no model, no dictionary on disk. Called before a public update is committed and live while
//! it is typed. Blame in postmortems is in `learning`.

pub mod subscriber;
pub mod wording;
