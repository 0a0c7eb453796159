//! Whoever carries messages to phones, on the loopback: keeps what it was sent, and answers as a test says.

use super::wait::{SOON, until};
use serde_json::Value;
use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    sync::{Arc, Mutex},
};

/// One request.
#[derive(Debug, Clone)]
pub struct Taken {
    pub path: String,
    /// Names in lower case.
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Taken {
    pub fn header(&self, name: &str) -> &str {
        let found = self.headers.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str()).unwrap_or_else(|| panic!("no {name} in {self:?}"))
    }

    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|e| panic!("{e}: {}", String::from_utf8_lossy(&self.body)))
    }
}

type Answers = dyn Fn(&Taken) -> (u16, String) + Send + Sync;

/// The double.
pub struct Double {
    pub url: String,
    taken: Arc<Mutex<Vec<Taken>>>,
}

impl Double {
    /// One that answers like that.
    #[expect(clippy::disallowed_methods, reason = "a double of the outside world, on a thread of its own")]
    pub fn answering(answers: impl Fn(&Taken) -> (u16, String) + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let url = format!("http://{}", listener.local_addr().expect("bound"));
        let taken: Arc<Mutex<Vec<Taken>>> = Arc::default();
        let (kept, answers): (_, Arc<Answers>) = (Arc::clone(&taken), Arc::new(answers));
        // Ends with the process of the test.
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                // Who breaks off half-way is not answered.
                let _ = exchange(stream, &kept, &*answers);
            }
        });
        Self { url, taken }
    }

    /// Waits for the n-th request (from 0) to an address that ends like that.
    pub fn wait_for(&self, ending: &str, n: usize) -> Taken {
        until(&format!("request {n} to {ending}"), SOON, || self.all(ending).get(n).cloned())
    }

    /// Every request so far to an address that ends like that.
    pub fn all(&self, ending: &str) -> Vec<Taken> {
        let taken = self.taken.lock().expect("no panic in the double");
        taken.iter().filter(|taken| taken.path.ends_with(ending)).cloned().collect()
    }
}

fn exchange(mut stream: TcpStream, kept: &Mutex<Vec<Taken>>, answers: &Answers) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream.try_clone()?);
    let mut first = String::new();
    reader.read_line(&mut first)?;
    let mut headers = Vec::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line)?;
        match line.trim_end().split_once(':') {
            Some((name, value)) => headers.push((name.to_ascii_lowercase(), value.trim().to_owned())),
            None => break,
        }
    }
    let length = headers.iter().find(|(name, _)| name == "content-length").and_then(|(_, value)| value.parse().ok());
    let mut body = vec![0; length.unwrap_or(0)];
    reader.read_exact(&mut body)?;
    let path = first.split(' ').nth(1).unwrap_or_default().to_owned();
    let taken = Taken { path, headers, body };
    let (status, text) = answers(&taken);
    kept.lock().expect("no panic in the double").push(taken);
    let head = format!("HTTP/1.1 {status} Said\r\ncontent-length: {}\r\nconnection: close\r\n\r\n", text.len());
    stream.write_all(format!("{head}{text}").as_bytes())
}
