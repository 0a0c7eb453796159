//! The black box (tier T5): the built binary, real files, real sockets on the loopback, a real Alertmanager, a real SMTP server, `kill -9`, and
//! machines that fail: full and broken disks, stopped processes, clocks that are set, damaged files.
//! Nothing here knows the inside but one reader: the check after the kills looks into the store.

#[path = "blackbox/alertmanager.rs"]
mod alertmanager;
#[path = "blackbox/child.rs"]
mod child;
#[path = "blackbox/cli.rs"]
mod cli;
#[path = "blackbox/double.rs"]
mod double;
#[path = "blackbox/fake_clock.rs"]
mod fake_clock;
#[path = "blackbox/faults/mod.rs"]
mod faults;
#[path = "blackbox/house.rs"]
mod house;
#[path = "blackbox/http.rs"]
mod http;
#[path = "blackbox/kills/mod.rs"]
mod kills;
#[path = "blackbox/people.rs"]
mod people;
#[path = "blackbox/smtp.rs"]
mod smtp;
#[path = "blackbox/start.rs"]
mod start;
#[path = "blackbox/subscribers.rs"]
mod subscribers;
#[path = "blackbox/wait.rs"]
mod wait;
