//! What comes from outside: troubles of every shape, sent by tools that insist, edits and jumps of the clock.

use super::{Called, World, seconds};
use crate::{
    happening::{Happening, Signal},
    oracle::Checked,
    town::INTEGRATIONS,
};
use nightbell_engine::{
    domain::{
        record::Instant,
        signal::{AlertSeverity, Event, EventAction},
    },
    signal::{Inbound, ingest},
};

impl World {
    /// Everything that comes from outside, drawn before it begins.
    pub(super) fn schedule(&mut self) {
        let span = self.options.hours * 3600;
        for n in 0..self.options.troubles {
            let at = self.now + seconds(self.draws.arrivals.between(1, span));
            self.trouble(n, at);
        }
        for _ in 0..self.options.edits {
            let at = self.now + seconds(self.draws.edits.between(1, span));
            self.queue.push(at, Happening::Edit);
        }
        for _ in 0..self.options.jumps {
            let at = self.now + seconds(self.draws.edits.between(1, span));
            let by = *self.draws.edits.pick(&[1, 30, 61, 3_600, 86_400]);
            self.queue.push(at, Happening::Jump(by));
        }
    }

    /// A trouble: begins, is repeated, and ends, with copies and in odd orders.
    fn trouble(&mut self, n: u64, begin: Instant) {
        let dice = &mut self.draws.arrivals;
        let integration = *dice.pick(&INTEGRATIONS);
        let route = match dice.below(20) {
            0 => "record",
            1 => "drop",
            2 => "notify",
            _ if dice.chance(self.options.incidents) => "declare",
            _ => "page",
        };
        // Few keys, so that troubles of one key meet; all of one key are routed alike.
        let key = format!("{integration}-{route}-{}", n % 3);
        let lasts = dice.between(30, 3 * 3600);
        let signal = |action| Signal { integration, key: key.clone(), action, begin, route };
        let mut sends = vec![(0, EventAction::Trigger)];
        for _ in 0..dice.below(4) {
            sends.push((dice.between(1, lasts), EventAction::Trigger));
        }
        if dice.chance(100) {
            sends.push((dice.between(1, lasts), EventAction::Acknowledge));
        }
        if dice.chance(700) {
            let overtakes = dice.chance(self.options.signal_reordered);
            if overtakes {
                sends[0].0 = dice.between(1, 5);
            }
            sends.push((if overtakes { 0 } else { lasts }, EventAction::Resolve));
        }
        for (after, action) in sends {
            let at = begin + seconds(after);
            self.queue.push(at, Happening::Signal(signal(action), 0));
            if dice.chance(self.options.signal_twice) {
                self.queue.push(at + seconds(dice.between(0, 3)), Happening::Signal(signal(action), 0));
            }
            if dice.chance(self.options.signal_replayed) {
                self.queue.push(at + seconds(dice.between(600, 6 * 3600)), Happening::Signal(signal(action), 0));
            }
        }
    }

    /// A tool sends until it hears 2xx.
    pub(super) fn signal(&mut self, signal: &Signal, tries: u32) -> Checked {
        let inbound = inbound(signal)?;
        match self.call(|unit| ingest(unit, &inbound))? {
            Called::Done(receipt) => {
                self.oracle.answered(&self.disk, signal, &receipt, self.now)?;
                for outcome in receipt.outcomes {
                    self.note(&format!("  {:?}: {}", outcome.alert, outcome.reason));
                    if let Some(alert) = outcome.alert.filter(|_| signal.route == "declare") {
                        self.declared(alert)?;
                    }
                }
                Ok(())
            }
            Called::Refused(refusal) => Err(format!("{signal:?} was refused: {refusal}")),
            Called::Unsure | Called::NotDone => {
                let again = self.now + seconds(5 * i64::from(tries.min(12) + 1));
                self.queue.push(again, Happening::Signal(signal.clone(), tries + 1));
                Ok(())
            }
        }
    }
}

fn inbound(signal: &Signal) -> Result<Inbound, String> {
    let event = Event {
        action: signal.action,
        dedup_key: Some(signal.key.clone()),
        title: format!("{} is in trouble", signal.key),
        body: String::new(),
        severity: AlertSeverity::Critical,
        source: "simulated".to_owned(),
        labels: [("route".to_owned(), signal.route.to_owned())].into(),
        links: Vec::new(),
        runbook_url: None,
        started_at: Some(signal.begin),
    };
    Ok(Inbound {
        integration: signal.integration.parse().map_err(|e| format!("{e}"))?,
        content_type: "application/json".to_owned(),
        body: format!("{signal:?}").into_bytes(),
        events: vec![event],
        notes: Vec::new(),
    })
}
