//! Several nodes on one PostgreSQL database (tier T5): real processes, real connections, `kill -9`, SIGSTOP, connections that the database ends.
//! What is asserted comes from what the receiver wrote down and from the answers of the nodes; the store is read for one thing only: who was
//! sending what, so that exactly that node is killed. Needs the cluster of `cargo xtask pg -- cargo test …`.

#[path = "blackbox/child.rs"]
#[expect(dead_code, reason = "shared with the black box, which uses all of it")]
mod child;
#[path = "nodes/clocks.rs"]
mod clocks;
#[path = "blackbox/double.rs"]
#[expect(dead_code, reason = "shared with the black box, which uses all of it")]
mod double;
#[path = "blackbox/fake_clock.rs"]
#[expect(dead_code, reason = "shared with the black box, which uses all of it")]
mod fake_clock;
#[path = "blackbox/http.rs"]
mod http;
#[path = "nodes/live.rs"]
mod live;
#[path = "nodes/loss.rs"]
mod loss;
#[path = "nodes/renewal.rs"]
mod renewal;
#[path = "nodes/storm.rs"]
mod storm;
#[path = "nodes/town.rs"]
mod town;
#[path = "blackbox/wait.rs"]
#[expect(dead_code, reason = "shared with the black box, which uses all of it")]
mod wait;
