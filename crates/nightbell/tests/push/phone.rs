//! A phone: its subscription, and what it can read of what came to it. Both by the independent implementation in `phone.py`.

use super::double::Taken;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::{Value, json};
use std::{
    io::Write as _,
    path::PathBuf,
    process::{Command, Stdio},
};

/// A browser that subscribed.
pub struct Phone {
    private: String,
    pub p256dh: String,
    pub auth: String,
}

impl Phone {
    pub fn new() -> Self {
        let keys = python("keys", &Value::Null);
        let text = |name: &str| keys[name].as_str().expect("a key").to_owned();
        Self { private: text("private"), p256dh: text("p256dh"), auth: text("auth") }
    }

    /// What the message says, once it is known that it was sent by whoever has the installation's `key`.
    pub fn read(&self, taken: &Taken, key: &str) -> (Value, Value) {
        let came = json!({
            "private": self.private,
            "auth": self.auth,
            "body": STANDARD.encode(&taken.body),
            "authorization": taken.header("authorization"),
            "key": key,
        });
        let read = python("read", &came);
        let plain = read["plain"].as_str().expect("a text");
        (serde_json::from_str(plain).unwrap_or_else(|e| panic!("{e}: {plain}")), read["claims"].clone())
    }
}

/// The Python that `cargo xtask setup` made beside the build.
fn python(what: &str, input: &Value) -> Value {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..");
    let interpreter = root.join("target/python/bin/python");
    assert!(interpreter.exists(), "no {}: run `cargo xtask setup`", interpreter.display());
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/push/phone.py");
    let mut child = Command::new(interpreter)
        .args([script, what])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("Python runs");
    let mut stdin = child.stdin.take().expect("piped");
    stdin.write_all(input.to_string().as_bytes()).expect("it reads");
    drop(stdin);
    let output = child.wait_with_output().expect("it ends");
    assert!(output.status.success(), "{what}: {}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).expect("JSON")
}
