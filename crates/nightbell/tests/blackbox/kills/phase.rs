//! In which phase the server is when it is killed, and how a test catches that phase from the outside. Knows the files, not the code.

use super::{
    super::{
        house::House,
        wait::{catch, pause, wall_clock},
    },
    load::{Random, Scene},
};
use jiff::Timestamp;
use std::{path::Path, time::Duration};

/// When a round has nothing more to do, it is killed all the same.
const ROUND_MAX: Duration = Duration::from_millis(300);
/// How often the database file is looked at while a checkpoint is waited for: one takes a few milliseconds.
const LOOK: Duration = Duration::from_micros(200);
/// How many bursts a checkpoint is waited for. SQLite begins one after about 1,000 pages of log.
const BURSTS_MAX: u32 = 40;
/// Out of a hundred starts, how many are killed before they are ready.
pub const IN_START_UP_PERCENT: u64 = 25;
/// A start takes about that long; kills fall anywhere in it.
const START_UP_US: u64 = 60_000;
/// A checkpoint takes about that long; kills fall anywhere in it.
const CHECKPOINT_US: u64 = 3_000;

/// What it was doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// Taking alerts, sending, settling.
    Load,
    /// Moving the log into the database.
    Checkpoint,
    /// Not ready yet.
    StartUp,
}

/// One `kill -9`.
#[derive(Debug, Clone, Copy)]
pub struct Kill {
    pub at: Timestamp,
    pub phase: Phase,
}

impl Phase {
    pub const ALL: [Self; 3] = [Self::Load, Self::Checkpoint, Self::StartUp];

    /// One for a server that is ready.
    pub fn draw(random: &mut Random) -> Self {
        if random.below(100) < 80 { Self::Load } else { Self::Checkpoint }
    }
}

/// Comes back at the moment to kill; answers in which phase that is, because a checkpoint may not come in time.
pub fn run(phase: Phase, house: &House, scene: &Scene, random: &mut Random) -> Phase {
    if phase == Phase::Checkpoint && checkpoint(&house.data().join("nightbell.db"), scene) {
        pause(Duration::from_micros(random.below(CHECKPOINT_US)));
        return Phase::Checkpoint;
    }
    scene.wait_for(1 + random.below(40), ROUND_MAX);
    Phase::Load
}

/// Load until a checkpoint has begun: only then is the database itself written; everything else goes into its log.
fn checkpoint(database: &Path, scene: &Scene) -> bool {
    let written = || std::fs::metadata(database).and_then(|file| file.modified()).expect("the database is there");
    let before = written();
    (0..BURSTS_MAX).any(|_| {
        scene.again();
        catch(LOOK, Duration::from_millis(50), || (written() != before).then_some(())).is_some()
    })
}

/// Starts it and kills it before it is ready, or soon after.
pub fn kill_in_start_up(house: &House, random: &mut Random) -> Kill {
    let mut process = house.serve_unready();
    pause(Duration::from_micros(random.below(START_UP_US)));
    process.kill();
    Kill { at: wall_clock(), phase: Phase::StartUp }
}

/// How many in each phase.
pub fn outline(kills: &[Kill]) -> String {
    let counted =
        Phase::ALL.map(|phase| format!("{phase:?} {}", kills.iter().filter(|kill| kill.phase == phase).count()));
    counted.join(", ")
}
