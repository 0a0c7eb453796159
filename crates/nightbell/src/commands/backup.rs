//! `nightbell backup`: one file that holds the whole organisation as it was at one instant, made beside the running server, proved before it gets
//! its name. The file is a Nightbell database itself; `restore` takes it into either kind of database.

mod target;

use super::{DataArgs, progress::Progress, verify};
use crate::{
    data::Place,
    failure::Failure,
    out::{self, Out},
    system::SystemClock,
};
use clap::Args;
use nightbell_engine::{
    Clock,
    portable::{self, LastBackup, Made, Source},
};
use nightbell_store::portable::Copied;
use serde_json::{Map, Value, json};
use std::{
    fs::{self, File},
    path::{Path, PathBuf},
    time::Duration,
};
use tempfile::TempPath;

/// After each step of the copy (1 MiB, or 500 rows) the disk is the server's for so long.
const REST: Duration = Duration::from_millis(4);
/// Steps after which what was written is put on disk, so that the end does not come as one flood that paging waits behind.
const STEPS_BETWEEN_SYNCS: u32 = 8;

/// What `backup` takes.
#[derive(Debug, Args)]
pub struct Arguments {
    /// The file to write. It holds keys and addresses: it is made readable by you alone
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// Replace the file if it is there, once the new one is proved
    #[arg(long)]
    pub force: bool,
    /// Where from.
    #[command(flatten)]
    pub data: DataArgs,
}

/// Runs it.
///
/// # Errors
/// When the data cannot be opened, the file not written, or it exists; findings when the journal in it is not whole.
pub fn run(arguments: &Arguments, out: Out) -> Result<(), Failure> {
    let place = arguments.data.place()?;
    let file = &arguments.file;
    target::must_be_free(file, arguments.force)?;
    target::must_not_be_data(file, &place)?;
    let part = Part::beside(file)?;
    let made = make(&place, &part.path, out)?;
    // Whatever took the name meanwhile is judged as it was at the beginning.
    target::must_not_be_data(file, &place)?;
    target::must_be_free(file, arguments.force)?;
    part.becomes(file, arguments.force)?;
    sync_folder(file)?;
    note(&place, file, &made);
    let bytes = fs::metadata(file).map_or(0, |found| found.len());
    out.item(&item(file, bytes, &made), |_| say(file, bytes, &made));
    match made.proof.wrong() {
        0 => Ok(()),
        n => Err(Failure::findings(format!(
            "The backup is written, but {n} things in the journal are wrong, as they are in the data itself. Paging goes on for all others. \
             Keep older backups; what is wrong: nightbell verify {}",
            place.flag()
        ))),
    }
}

/// The unfinished file, under a name that nobody can know before; removed unless it got its own.
struct Part {
    path: PathBuf,
    held: Option<TempPath>,
}

impl Part {
    /// Made new, readable by its owner alone from the first moment: what lies there already, links too, is never written to.
    fn beside(file: &Path) -> Result<Self, Failure> {
        let name =
            file.file_name().ok_or_else(|| Failure::usage(format!("{} is not a file's name.", file.display())))?;
        let prefix = format!(".{}.part-", name.to_string_lossy());
        let folder = target::folder_of(file);
        let made = tempfile::Builder::new().prefix(&prefix).rand_bytes(12).tempfile_in(folder);
        let held = made.map_err(|e| Failure::file(folder, "write", &e))?.into_temp_path();
        Ok(Self { path: held.to_path_buf(), held: Some(held) })
    }

    /// Gives it its name: in place of an older backup only when that is wanted.
    fn becomes(mut self, file: &Path, replace: bool) -> Result<(), Failure> {
        let named = match self.held.take() {
            Some(held) if replace => held.persist(file),
            Some(held) => held.persist_noclobber(file),
            None => Ok(()),
        };
        named.map_err(|e| Failure::file(file, "write", &e.error))
    }
}

impl Drop for Part {
    fn drop(&mut self) {
        for suffix in ["-wal", "-shm", "-journal"] {
            let mut name = self.path.as_os_str().to_owned();
            name.push(suffix);
            let _ = fs::remove_file(name);
        }
    }
}

fn make(place: &Place, part: &Path, out: Out) -> Result<Made, Failure> {
    let mut reader = place.reader()?;
    let source = match place.as_folder() {
        Some(folder) => Source::File(&folder.database()),
        None => Source::View(reader.as_mut()),
    };
    let mut throttle = Throttle::of(part, out);
    let made = portable::backup(source, part, SystemClock.now(), env!("CARGO_PKG_VERSION"), &mut |copied| {
        throttle.step(copied)
    });
    throttle.progress.end();
    made.map_err(|fault| {
        Failure::unreachable(format!(
            "There is no new backup: {fault}. Paging is not affected by this. Keep the older backups, and look at the data: nightbell verify {}",
            place.flag()
        ))
    })
}

/// Keeps the copy from taking the disk away from the server.
struct Throttle {
    progress: Progress,
    written: Option<File>,
    steps: u32,
}

impl Throttle {
    fn of(part: &Path, out: Out) -> Self {
        Self { progress: Progress::new(out), written: File::options().write(true).open(part).ok(), steps: 0 }
    }

    #[expect(clippy::disallowed_methods, reason = "a rest between two steps of a copy; nothing is waited for")]
    fn step(&mut self, copied: Copied) {
        self.steps += 1;
        match copied.of {
            Some(of) => self.progress.show(&format!("{} of {of} pages", copied.done)),
            None => self.progress.show(&format!("{} rows", copied.done)),
        }
        if self.steps.is_multiple_of(STEPS_BETWEEN_SYNCS)
            && let Some(file) = &self.written
        {
            // Only to spread the work: whether it is on disk in the end is asked once, and answered with an error.
            let _ = file.sync_data();
        }
        std::thread::sleep(REST);
    }
}

/// The new name itself must survive a power cut.
pub(super) fn sync_folder(file: &Path) -> Result<(), Failure> {
    let folder = target::folder_of(file);
    File::open(folder).and_then(|folder| folder.sync_all()).map_err(|e| Failure::file(folder, "write", &e))
}

/// Tells the installation when it was backed up last, for `doctor`. The backup is good without it.
fn note(place: &Place, file: &Path, made: &Made) {
    let file = std::path::absolute(file).unwrap_or_else(|_| file.to_owned()).display().to_string();
    if place.is_behind().unwrap_or(true) {
        out::aside(
            "The backup is good, but is not noted for `nightbell doctor`: the data is of an older version, and stays it.",
        );
        return;
    }
    let noted = place.execute(|unit, _| {
        portable::note_backup(unit, &LastBackup { made_at: made.stamp.made_at, file: file.clone() })
    });
    if let Err(failure) = noted {
        out::aside(&format!("The backup is good, but could not be noted for `nightbell doctor`: {failure}"));
    }
}

fn item(file: &Path, bytes: u64, made: &Made) -> Value {
    let rows: Map<String, Value> = made.counts.iter().map(|(table, rows)| ((*table).to_owned(), json!(rows))).collect();
    json!({
        "file": file.display().to_string(),
        "bytes": bytes,
        "made_at": made.stamp.made_at,
        "version": made.stamp.version,
        "database": made.stamp.database,
        "rows": rows,
        "proof": verify::item(&made.proof),
    })
}

fn say(file: &Path, bytes: u64, made: &Made) -> String {
    let rows = |table: &str| made.counts.iter().find(|(name, _)| *name == table).map_or(0, |(_, rows)| *rows);
    let mut lines = vec![
        format!(
            "{} {} ({:.1} MiB) holds everything up to {}.",
            out::good("Done."),
            file.display(),
            bytes as f64 / (1024.0 * 1024.0),
            made.stamp.made_at.strftime("%Y-%m-%d %H:%M:%S UTC"),
        ),
        format!(
            "{} alerts, {} pages, {} notifications, {} incidents, {} objects of the organisation, {} events.",
            rows("alert"),
            rows("page"),
            rows("notification"),
            rows("incident"),
            rows("config"),
            rows("event"),
        ),
        verify::head(&made.proof),
    ];
    lines.extend(made.proof.findings.iter().map(|finding| out::harmless(finding)));
    lines.push(format!("Back again: nightbell restore {} --data NEW-FOLDER", file.display()));
    lines.join("\n")
}
