//! What comes from outside: troubles of every shape, sent by tools that insist, edits and jumps of the clock.

use super::{Called, World, seconds};
use crate::{
    dice::Dice,
    happening::{Happening, Signal},
    oracle::Checked,
    town::INTEGRATIONS,
};
use jiff::SignedDuration;
use nightbell_engine::{
    domain::{
        record::Instant,
        signal::{AlertSeverity, Event, EventAction},
    },
    signal::{Inbound, ingest},
};

/// How far a clock is set, in seconds.
const STEPS: [i64; 7] = [1, 30, 61, 3_600, 7_200, 86_400, 365 * 86_400];

impl World {
    /// Everything that comes from outside, drawn before it begins.
    pub(super) fn schedule(&mut self) {
        let span = self.options.hours * 3600;
        let most = self.options.source_skew_s_max;
        let skews: Vec<i64> = INTEGRATIONS.iter().map(|_| self.draws.arrivals.between(-most, most)).collect();
        for n in 0..self.options.troubles {
            let at = self.now + seconds(self.draws.arrivals.between(1, span));
            self.trouble(n, at, &skews);
            self.ahead_around(at);
        }
        if self.options.storm > 0 {
            let at = self.now + seconds(self.draws.arrivals.between(1, span));
            self.storm(at);
        }
        let dice = &mut self.draws.edits;
        for _ in 0..self.options.edits {
            self.queue.push(self.now + seconds(dice.between(1, span)), Happening::Edit);
        }
        self.schedule_machines(span);
    }

    /// What happens to the machines.
    fn schedule_machines(&mut self, span: i64) {
        let (dice, o, nodes) = (&mut self.draws.machines, &self.options, self.nodes.len() as u64);
        let at = |dice: &mut Dice| self.now + seconds(dice.between(1, span));
        let mut plan: Vec<(Instant, Happening)> = Vec::new();
        for sign in (0..o.steps_forward).map(|_| 1).chain((0..o.steps_back).map(|_| -1)) {
            let by = sign * *dice.pick(&STEPS);
            plan.push((at(dice), Happening::Step(usize::try_from(dice.below(nodes)).unwrap_or(0), by)));
        }
        for _ in 0..o.sleeps {
            let by = *dice.pick(&[3, 20, 60, 300, 3_600]);
            plan.push((at(dice), Happening::Sleep(usize::try_from(dice.below(nodes)).unwrap_or(0), by)));
        }
        for _ in 0..o.power_cuts {
            plan.push((at(dice), Happening::PowerCut));
        }
        for _ in 0..o.disk_full {
            let by = dice.between(30, 1_800);
            plan.push((at(dice), Happening::DiskFull(by)));
        }
        plan.into_iter().for_each(|(at, happening)| self.queue.push(at, happening));
    }

    /// A clock that is ahead when something begins to ring, and is put right while it does.
    fn ahead_around(&mut self, begin: Instant) {
        let dice = &mut self.draws.clocks;
        if dice.chance(self.options.ahead) {
            let by = *dice.pick(&STEPS);
            self.queue.push(begin - seconds(dice.between(1, 600)), Happening::Step(0, by));
            self.queue.push(begin + seconds(dice.between(0, 900)), Happening::Step(0, -by));
        }
    }

    /// Hundreds of alerts within half a minute.
    fn storm(&mut self, begin: Instant) {
        let dice = &mut self.draws.arrivals;
        let integration = *dice.pick(&INTEGRATIONS);
        for n in 0..self.options.storm {
            let at = begin + SignedDuration::from_millis(dice.between(0, 30_000));
            let severity = u8::try_from(dice.below(4)).unwrap_or(0);
            let key = format!("{integration}-storm-{n}");
            let signal = Signal { integration, key, action: EventAction::Trigger, begin: at, route: "page", severity };
            self.queue.push(at, Happening::Signal(signal.clone(), 0));
            let over = Signal { action: EventAction::Resolve, ..signal };
            self.queue.push(at + seconds(dice.between(900, 7_200)), Happening::Signal(over, 0));
        }
    }

    /// A trouble: begins, is repeated, and ends, with copies and in odd orders.
    fn trouble(&mut self, n: u64, begin: Instant, skews: &[i64]) {
        let dice = &mut self.draws.arrivals;
        let source = usize::try_from(dice.below(INTEGRATIONS.len() as u64)).unwrap_or(0);
        let integration = INTEGRATIONS[source];
        let route = match dice.below(20) {
            0 => "record",
            1 => "drop",
            2 => "notify",
            _ if dice.chance(self.options.incidents) => "declare",
            _ => "page",
        };
        let severity = u8::try_from(dice.below(4)).unwrap_or(0);
        // Few keys, so that troubles of one key meet; all of one key are routed alike.
        let key = format!("{integration}-{route}-{}", n % 3);
        let lasts = dice.between(30, 3 * 3600);
        let began = begin + seconds(skews[source]);
        let signal = |action| Signal { integration, key: key.clone(), action, begin: began, route, severity };
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
        let n = self.any_node();
        let wall = self.nodes[n].clock.shows(self.now);
        let known = self.oracle.signals.tried(signal);
        match self.call(n, |unit| ingest(unit, &inbound))? {
            Called::Done(receipt) => {
                self.oracle.answered(&self.disk, (signal, known), &receipt, (self.now, wall))?;
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

fn severity(n: u8) -> AlertSeverity {
    match n {
        0 => AlertSeverity::Critical,
        1 => AlertSeverity::Error,
        2 => AlertSeverity::Warning,
        _ => AlertSeverity::Info,
    }
}

fn inbound(signal: &Signal) -> Result<Inbound, String> {
    let event = Event {
        action: signal.action,
        dedup_key: Some(signal.key.clone()),
        title: format!("{} is in trouble", signal.key),
        body: String::new(),
        severity: severity(signal.severity),
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
