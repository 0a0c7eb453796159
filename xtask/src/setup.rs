//! `cargo xtask setup`: the programs the tests need, installed by apt when this is Debian and we are root.
//!
//! Idempotent; says what it installs and why. Never starts a service: the tests start what they need on free ports.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::repo::{self, Result, Verdict};
use crate::shell;

mod python;

/// A program the tests need.
struct Need {
    /// The Debian package that brings it.
    package: &'static str,
    /// What it is for.
    purpose: &'static str,
    /// A shell line that succeeds when it is there.
    probe: &'static str,
}

const NEEDS: &[Need] = &[
    Need {
        package: "build-essential",
        purpose: "compiles the bundled SQLite and ring",
        probe: "command -v cc && command -v ar",
    },
    Need { package: "git", purpose: "lists the files tidy reads", probe: "command -v git" },
    Need { package: "xz-utils", purpose: "unpacks the advisory database", probe: "command -v xz && command -v tar" },
    Need {
        package: "chromium",
        purpose: "the browser suite",
        probe: "command -v chromium || command -v chromium-browser",
    },
    Need { package: "nodejs", purpose: "drives the browser", probe: "command -v node" },
    Need { package: "npm", purpose: "installs the browser driver from its lock file", probe: "command -v npm" },
    Need {
        package: "prometheus-alertmanager",
        purpose: "the real sender of alerts",
        probe: "command -v prometheus-alertmanager",
    },
    Need {
        package: "python3-aiosmtpd",
        purpose: "a real SMTP server to send mail to",
        probe: "/usr/bin/python3 -c 'import aiosmtpd' || python3 -c 'import aiosmtpd'",
    },
    Need {
        package: "python3-icalendar",
        purpose: "reads the calendar feeds",
        probe: "/usr/bin/python3 -c 'import icalendar'",
    },
    Need {
        package: "python3-vobject",
        purpose: "reads the calendar feeds, by another parser and other time zones",
        probe: "/usr/bin/python3 -c 'import vobject'",
    },
    Need {
        package: "tzdata",
        purpose: "the machine's own time zone data, for Python's word on who is on call",
        probe: "python3 -c 'import zoneinfo; zoneinfo.ZoneInfo(\"Europe/Berlin\")'",
    },
    Need {
        package: "python3-venv",
        purpose: "Python packages that Debian does not have, beside the build",
        probe: "/usr/bin/python3 -c 'import venv, ensurepip' || python3 -c 'import venv, ensurepip'",
    },
    Need {
        package: "postgresql",
        purpose: "the second database",
        probe: "ls /usr/lib/postgresql/*/bin/postgres || command -v postgres",
    },
    Need { package: "faketime", purpose: "shifts the binary's clock", probe: "command -v faketime" },
    Need { package: "sqlite3", purpose: "looks into a database after a crash", probe: "command -v sqlite3" },
];

/// Parts of the Rust toolchain that are not in its minimal profile.
const COMPONENTS: &[(&str, &str)] = &[("rustfmt", "cargo fmt --version"), ("clippy", "cargo clippy --version")];

/// Installs what is missing, or says what is.
///
/// # Errors
/// When apt fails.
pub fn run() -> Result<Verdict> {
    let missing: Vec<&Need> = NEEDS.iter().filter(|need| !shell::succeeds(need.probe)).collect();
    for need in &missing {
        println!("setup: missing {} ({})", need.package, need.purpose);
    }
    if !missing.is_empty() {
        let line = install_line(&missing);
        if !may_install() {
            println!("setup: not root on Debian, so nothing is installed. As root: {line}");
            return Ok(Verdict::ran(false, format!("{} programs missing", missing.len())));
        }
        install(&line)?;
        let still: Vec<&str> =
            missing.iter().filter(|need| !shell::succeeds(need.probe)).map(|need| need.package).collect();
        if !still.is_empty() {
            println!("setup: installed, yet not found: {}", still.join(", "));
            return Ok(Verdict::ran(false, format!("{} programs missing", still.len())));
        }
    }
    let toolchain = components()? && python::beside_the_build(&repo::root())?;
    let summary = format!("{} programs present, {} installed now", NEEDS.len(), missing.len());
    println!("setup: {summary}");
    Ok(Verdict::ran(toolchain, summary))
}

/// Root, on something with apt.
fn may_install() -> bool {
    shell::succeeds("test \"$(id -u)\" = 0 && test -f /etc/debian_version && command -v apt-get")
}

fn install_line(missing: &[&Need]) -> String {
    let packages: Vec<&str> = missing.iter().map(|need| need.package).collect();
    format!("apt-get install -y --no-install-recommends {}", packages.join(" "))
}

fn install(line: &str) -> Result<()> {
    println!("setup: apt-get update");
    let _quiet = NoServices::new()?;
    apt("apt-get update -q")?;
    println!("setup: {line}");
    apt(line)
}

fn apt(line: &str) -> Result<()> {
    let mut command: Command = shell::command(&shell::words(line), Path::new("/"));
    let status = command.env("DEBIAN_FRONTEND", "noninteractive").env("RUNLEVEL", "1").status()?;
    if status.success() { Ok(()) } else { Err(format!("`{line}` ended with {status}").into()) }
}

/// While it lives, packages that bring a service may not start it (Debian's policy-rc.d). An operator's own policy is left alone.
struct NoServices(Option<PathBuf>);

impl NoServices {
    fn new() -> Result<Self> {
        let path = PathBuf::from("/usr/sbin/policy-rc.d");
        if path.exists() {
            return Ok(Self(None));
        }
        std::fs::write(&path, "#!/bin/sh\nexit 101\n")?;
        let guard = Self(Some(path));
        shell::must("chmod 755 /usr/sbin/policy-rc.d", Path::new("/"))?;
        Ok(guard)
    }
}

impl Drop for NoServices {
    fn drop(&mut self) {
        if let Some(path) = &self.0
            && let Err(error) = std::fs::remove_file(path)
        {
            eprintln!("setup: remove {} by hand: {error}", path.display());
        }
    }
}

/// rustfmt and clippy, added by rustup where rustup is.
fn components() -> Result<bool> {
    let mut complete = true;
    for (component, probe) in COMPONENTS {
        if shell::succeeds(probe) {
            continue;
        }
        if shell::succeeds("command -v rustup") {
            println!("setup: rustup component add {component}");
            shell::must(&format!("rustup component add {component}"), Path::new("/"))?;
        } else {
            println!("setup: missing {component}; install it beside your Rust toolchain");
            complete = false;
        }
    }
    Ok(complete)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_names_every_missing_package() {
        let all: Vec<&Need> = NEEDS.iter().collect();
        let line = install_line(&all);
        for need in NEEDS {
            assert!(line.split(' ').any(|word| word == need.package), "{}", need.package);
            assert!(!need.purpose.is_empty() && !need.probe.is_empty());
        }
        assert_eq!(install_line(&all[..1]), "apt-get install -y --no-install-recommends build-essential");
    }

    #[test]
    fn a_probe_tells_present_from_absent() {
        assert!(shell::succeeds("command -v sh"));
        assert!(!shell::succeeds("command -v no-program-has-this-name"));
    }
}
