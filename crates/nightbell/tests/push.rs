//! Phones without a telephone network (tier T5), against the real binary: web push, ntfy and Telegram, each with a double of whoever carries it that
//! is as strict as the real one, and a person who presses Acknowledge there. What a phone would read is read by an independent implementation of web
//! push, in Python. Knows nothing of the inside.

#[path = "blackbox/child.rs"]
#[expect(dead_code, reason = "shared with the black box, which uses all of it")]
mod child;
#[path = "push/double.rs"]
mod double;
#[path = "blackbox/house.rs"]
#[expect(dead_code, reason = "shared with the black box, which uses all of it")]
mod house;
#[path = "blackbox/http.rs"]
mod http;
#[path = "push/person.rs"]
mod person;
#[path = "push/phone.rs"]
mod phone;
#[path = "push/stories.rs"]
mod stories;
#[path = "blackbox/wait.rs"]
#[expect(dead_code, reason = "shared with the black box, which uses all of it")]
mod wait;
