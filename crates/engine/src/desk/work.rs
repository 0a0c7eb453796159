//! A unit of work as the writer holds it: what to run, what came of it, and whom to tell.

use crate::{
    Fault, Unit,
    engine::{Asks, Job},
};
use nightbell_store::{StoreError, Verdict};

/// Called with the answer, on the writer's thread: must only hand it on.
type Reply<T> = Box<dyn FnOnce(Result<T, Fault>) + Send>;

pub(super) struct Work<T, F> {
    work: F,
    answer: Option<Result<T, Fault>>,
    reply: Reply<T>,
    asks: Option<Asks>,
}

impl<T, F> Work<T, F> {
    pub(super) fn new(asks: Option<Asks>, work: F, reply: Reply<T>) -> Self {
        Self { work, answer: None, reply, asks }
    }
}

impl<T: Send, F: FnMut(&mut Unit<'_>) -> Result<T, Fault> + Send> Job for Work<T, F> {
    fn run(&mut self, unit: &mut Unit<'_>) -> Verdict {
        // What an earlier run answered is void, also when this one breaks off.
        self.answer = None;
        let result = (self.work)(unit).and_then(|answer| unit.settled(answer));
        let verdict = if result.is_ok() { Verdict::Keep } else { Verdict::Undo };
        self.answer = Some(result);
        verdict
    }

    fn asks(&self) -> Option<&Asks> {
        self.asks.as_ref()
    }

    fn finish(self: Box<Self>, durable: Result<(), Fault>) {
        let broke_off =
            || Err(StoreError::Unavailable("the unit of work broke off; nothing was stored".to_owned()).into());
        let Self { answer, reply, .. } = *self;
        reply(match durable {
            Ok(()) => answer.unwrap_or_else(broke_off),
            Err(why) => Err(why),
        });
    }
}
