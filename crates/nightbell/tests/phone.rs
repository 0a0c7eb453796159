//! Text messages and calls (tier T5), against the real binary: a Twilio of our own that checks what it is sent and calls back with the right signature,
//! a person who presses a key or writes back, a second provider, and messages that are reported lost. Knows nothing of the inside; the signature is
//! made here from its description, not by the code that checks it.

#[path = "blackbox/child.rs"]
#[expect(dead_code, reason = "shared with the black box, which uses all of it")]
mod child;
#[path = "blackbox/house.rs"]
#[expect(dead_code, reason = "shared with the black box, which uses all of it")]
mod house;
#[path = "blackbox/http.rs"]
mod http;
#[path = "phone/stories.rs"]
mod stories;
#[path = "phone/twilio.rs"]
mod twilio;
#[path = "blackbox/wait.rs"]
#[expect(dead_code, reason = "shared with the black box, which uses all of it")]
mod wait;
