//! The escalation policies of the town: the plain ones that every world began with, or some with everything a policy can say, drawn by seed.

use crate::dice::Dice;

/// What the policies of a world can do.
#[derive(Debug, Clone, Default)]
pub struct Policies {
    /// Anything but steps, repeats and a last resort.
    rich: bool,
    turns: bool,
    all: bool,
    conditions: bool,
    hand_over: bool,
    hold_low: bool,
    next: bool,
    ack_timeout_min: i64,
}

impl Policies {
    /// Of a seed: half of the worlds live as before.
    pub fn of(seed: u64) -> Self {
        let mut dice = Dice::new(seed, "policies");
        if dice.chance(500) { Self::drawn(&mut dice) } else { Self::default() }
    }

    fn drawn(dice: &mut Dice) -> Self {
        Self {
            rich: true,
            turns: dice.chance(500),
            all: dice.chance(400),
            conditions: dice.chance(500),
            hand_over: dice.chance(400),
            hold_low: dice.chance(400),
            next: dice.chance(400),
            ack_timeout_min: if dice.chance(500) { dice.between(6, 45) } else { 0 },
        }
    }

    /// Whether they say more than they used to.
    pub fn are_rich(&self) -> bool {
        self.rich
    }

    /// They are written anew.
    pub fn edit(&mut self, dice: &mut Dice) {
        *self = Self::drawn(dice);
    }

    /// The policies as files say them.
    pub fn yaml(&self) -> String {
        let one = |on: bool, words: &str| if on { words.to_owned() } else { String::new() };
        let all = one(self.all, ", acknowledge: all");
        let turns = one(self.turns, ", round_robin: true");
        let severe = one(self.conditions, ", when: { severity: error, labels: { route: [page, declare] } }");
        let day = ", when: { hours: { days: [mon, tue, wed, thu, fri, sat], from: \"07:00\", to: \"21:00\", time_zone: Europe/Berlin } }";
        let day = one(self.conditions, day);
        let night = ", when: { hours: { from: \"21:00\", to: \"07:00\", time_zone: Europe/Berlin }, urgency: high }";
        let night = one(self.conditions, night);
        let next = one(self.next, ", \"schedule:main/next\"");
        let timeout = match self.ack_timeout_min {
            0 => String::new(),
            minutes => format!("    ack_timeout: {minutes}m\n"),
        };
        let hold = "    hold_low: { until: \"08:00\", from: \"19:30\", time_zone: Europe/Berlin }\n";
        let hold = one(self.hold_low, hold);
        let to_crew = one(self.hand_over, "      - { after: 3m, hand_over: crew }\n");
        let to_main = one(self.hand_over, "      - { after: 2m, hand_over: main }\n");
        format!(
            "policies:
  - id: main
    team: crew
    steps:
      - {{ after: 0s, notify: [\"schedule:main\"]{severe} }}
      - {{ after: 5m, notify: [\"schedule:main/backup\"{next}]{all} }}
{to_crew}      - {{ after: 5m, notify: [\"user:dave\", \"schedule:main\"]{turns} }}
    repeat: 1
    last_resort: [\"user:carol\"]
{timeout}{hold}  - id: crew
    steps:
      - {{ after: 1m, notify: [\"team:crew\"]{all}{day} }}
      - {{ after: 4m, notify: [\"user:alice\", \"user:bob\", \"schedule:main/backup\"]{turns}{night} }}
{to_main}      - {{ after: 10m, notify: [\"policy:main\"] }}
{timeout}"
        )
    }
}
