//! What every double shares: a port of its own, a ledger that can be waited for, and ways to keep a caller waiting until the test calms it.
//! Is not a protocol: those are `web` and `post`.

use super::wait::{Deadline, thread};
use std::{
    io::{ErrorKind, Read, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    sync::{
        Arc, Condvar, Mutex, MutexGuard,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

/// How often a double that holds a caller looks whether the caller is still there.
const TICK: Duration = Duration::from_millis(100);
/// A dripping double says one byte in so many ticks: one a second.
const TICKS_PER_BYTE: usize = 10;
/// No caller is kept longer: a product without time-outs fails its test instead of hanging it.
const HELD_MAX: Duration = Duration::from_secs(90);

/// Entries in the order of their arrival.
pub struct Ledger<T> {
    book: Mutex<Book<T>>,
    moved: Condvar,
    calm: AtomicBool,
}

struct Book<T> {
    entries: Vec<T>,
    held: usize,
}

impl<T: Clone> Ledger<T> {
    /// An empty one.
    pub fn new() -> Arc<Self> {
        let book = Mutex::new(Book { entries: Vec::new(), held: 0 });
        Arc::new(Self { book, moved: Condvar::new(), calm: AtomicBool::new(false) })
    }

    /// Writes down.
    pub fn note(&self, entry: T) {
        self.locked().entries.push(entry);
        self.moved.notify_all();
    }

    /// Everything so far.
    pub fn entries(&self) -> Vec<T> {
        self.locked().entries.clone()
    }

    /// Waits until `enough` of entries and of callers held at this moment; panics with `what` when it does not come true in time.
    pub fn wait(&self, what: &str, within: Duration, mut enough: impl FnMut(&[T], usize) -> bool) {
        let deadline = Deadline::within(within);
        let mut book = self.locked();
        while !enough(&book.entries, book.held) {
            let (entries, held) = (book.entries.len(), book.held);
            assert!(!deadline.over(), "not within {within:?}: {what} ({entries} entries, {held} held)");
            book = self.moved.wait_timeout(book, deadline.left()).expect("no double panicked").0;
        }
    }

    /// From now on nobody is kept waiting, and those who are get their connection closed.
    pub fn calm(&self) {
        self.calm.store(true, Ordering::SeqCst);
    }

    /// Keeps a caller waiting, with a byte of `drip` a second, until it goes or the ledger is calm. `wire` is the connection below `stream`.
    pub fn hold(&self, stream: &mut (impl Read + Write), wire: &TcpStream, drip: &[u8]) {
        self.count_held(1);
        let deadline = Deadline::within(HELD_MAX);
        let _ = wire.set_read_timeout(Some(TICK));
        let mut drip = drip.iter();
        let mut ticks = 0;
        while !self.calm.load(Ordering::SeqCst) && !deadline.over() {
            match stream.read(&mut [0; 64]) {
                Ok(0) => break,
                Ok(_) => {}
                Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {}
                Err(_) => break,
            }
            ticks += 1;
            if ticks % TICKS_PER_BYTE == 0
                && let Some(byte) = drip.next()
                && stream.write_all(&[*byte]).and_then(|()| stream.flush()).is_err()
            {
                break;
            }
        }
        self.count_held(-1);
    }

    fn count_held(&self, by: isize) {
        let mut book = self.locked();
        book.held = book.held.saturating_add_signed(by);
        drop(book);
        self.moved.notify_all();
    }

    fn locked(&self) -> MutexGuard<'_, Book<T>> {
        self.book.lock().expect("no double panicked")
    }
}

/// A port on which somebody listens until this is dropped.
pub struct Port {
    pub address: SocketAddr,
    closing: Arc<AtomicBool>,
}

impl Port {
    /// Every connection is handed to `serve`, in a thread of its own.
    pub fn listen(ip: &str, serve: impl Fn(TcpStream) + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind((ip, 0)).expect("a free port");
        let address = listener.local_addr().expect("it is bound");
        let closing = Arc::new(AtomicBool::new(false));
        let (over, serve) = (Arc::clone(&closing), Arc::new(serve));
        thread(move || {
            for stream in listener.incoming() {
                if over.load(Ordering::SeqCst) {
                    return;
                }
                let Ok(stream) = stream else { continue };
                let serve = Arc::clone(&serve);
                thread(move || serve(stream));
            }
        });
        Self { address, closing }
    }

    /// A port where nobody listens.
    pub fn closed() -> SocketAddr {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        listener.local_addr().expect("it is bound")
    }
}

impl Drop for Port {
    fn drop(&mut self) {
        self.closing.store(true, Ordering::SeqCst);
        // Wakes the listening thread, which sees that it is over.
        let _ = TcpStream::connect(self.address);
    }
}
