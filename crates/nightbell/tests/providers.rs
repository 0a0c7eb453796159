//! Providers that misbehave (tier T5), against the real binary: each person's first method is one that refuses, stalls, breaks or lies, the
//! second one works. Asserted from what the doubles received and from the delivery log of the API: nothing is lost, the second method rings in
//! time, and a message comes twice only where nobody could know whether it had come. Knows nothing of the inside.

#[path = "blackbox/child.rs"]
#[expect(dead_code, reason = "shared with the black box, which uses all of it")]
mod child;
#[path = "push/double.rs"]
#[expect(dead_code, reason = "shared with the stories of phones, which use all of it")]
mod double;
#[path = "blackbox/house.rs"]
#[expect(dead_code, reason = "shared with the black box, which uses all of it")]
mod house;
#[path = "blackbox/http.rs"]
mod http;
#[path = "providers/judge.rs"]
mod judge;
#[path = "providers/ledger.rs"]
mod ledger;
#[path = "providers/log.rs"]
mod log;
#[path = "providers/media/mod.rs"]
mod media;
#[path = "push/person.rs"]
mod person;
#[path = "push/phone.rs"]
mod phone;
#[path = "providers/post.rs"]
mod post;
#[path = "providers/servers.rs"]
mod servers;
#[path = "providers/street.rs"]
mod street;
#[path = "providers/tls.rs"]
mod tls;
#[path = "blackbox/wait.rs"]
#[expect(dead_code, reason = "shared with the black box, which uses all of it")]
mod wait;
#[path = "providers/web.rs"]
mod web;
