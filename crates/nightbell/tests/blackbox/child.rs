//! A process that a test started: its output line by line, and its end, whatever becomes of the test. Ends nothing that was not started here.

use super::wait::{Deadline, thread};
use std::{
    io::{BufRead, BufReader, Read},
    process::{Child, Command, ExitStatus, Stdio},
    sync::{
        Arc, Mutex,
        mpsc::{Receiver, RecvTimeoutError, Sender, channel},
    },
    time::Duration,
};

/// A running process.
pub struct Process {
    child: Child,
    lines: Receiver<String>,
    said: Arc<Mutex<Vec<String>>>,
    name: String,
}

impl Process {
    /// Starts it; both of its streams are read from now on.
    pub fn start(mut command: Command, name: &str) -> Self {
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap_or_else(|e| panic!("{name} does not start: {e}"));
        let (sender, lines) = channel();
        let said = Arc::new(Mutex::new(Vec::new()));
        let streams: [Option<Box<dyn Read + Send>>; 2] =
            [child.stdout.take().map(|s| Box::new(s) as _), child.stderr.take().map(|s| Box::new(s) as _)];
        for stream in streams.into_iter().flatten() {
            let (sender, said) = (sender.clone(), Arc::clone(&said));
            thread(move || read(stream, &sender, &said));
        }
        Self { child, lines, said, name: name.to_owned() }
    }

    /// The first line, of those not yet asked for, of which `find` makes something.
    pub fn line<T>(&self, what: &str, within: Duration, mut find: impl FnMut(&str) -> Option<T>) -> T {
        let deadline = Deadline::within(within);
        loop {
            match self.lines.recv_timeout(deadline.left()) {
                Ok(line) => {
                    if let Some(found) = find(&line) {
                        return found;
                    }
                }
                Err(RecvTimeoutError::Timeout) => {
                    panic!("{} did not say {what} within {within:?}:\n{}", self.name, self.output())
                }
                Err(RecvTimeoutError::Disconnected) => {
                    panic!("{} ended without saying {what}:\n{}", self.name, self.output())
                }
            }
        }
    }

    /// Everything it said so far.
    pub fn output(&self) -> String {
        self.said.lock().expect("no reader panicked").join("\n")
    }

    /// `kill -9`, and gone when this returns.
    pub fn kill(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }

    /// Asks it to end, as `systemctl stop` does.
    pub fn terminate(&self) {
        self.signal("TERM");
    }

    /// Sends it a signal by name: `STOP`, `CONT`.
    pub fn signal(&self, name: &str) {
        let status = Command::new("kill").args([&format!("-{name}"), &self.child.id().to_string()]).status();
        assert!(status.is_ok_and(|s| s.success()), "{} cannot be sent {name}", self.name);
    }

    /// How it ended; panics when it does not in time.
    pub fn ended(&mut self, within: Duration) -> ExitStatus {
        let name = self.name.clone();
        super::wait::until(&format!("{name} ends"), within, || self.child.try_wait().expect("it is a child"))
    }

    /// Whether it still runs.
    pub fn runs(&mut self) -> bool {
        self.child.try_wait().expect("it is a child").is_none()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.kill();
    }
}

fn read(stream: impl Read, sender: &Sender<String>, said: &Mutex<Vec<String>>) {
    for line in BufReader::new(stream).split(b'\n') {
        let Ok(line) = line else { return };
        let line = String::from_utf8_lossy(&line).into_owned();
        said.lock().expect("no reader panicked").push(line.clone());
        let _ = sender.send(line);
    }
}
