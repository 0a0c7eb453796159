//! Pages asked through the whole router, as a browser without a script would.

mod declare;
mod everywhere;
mod lists;
mod room;
pub(crate) mod scene;
mod update;
mod woken;
