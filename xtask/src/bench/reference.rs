//! Debian's Prometheus Alertmanager as the reference: started on a configuration that sends nowhere, on the server's core.

use std::net::SocketAddr;
use std::process::{Child, Stdio};
use std::time::Duration;

use super::load::on_server_core;
use super::running::{call, rest};
use crate::repo::Result;

const PROGRAM: &str = "/usr/bin/prometheus-alertmanager";
const CONFIGURATION: &str = "route:\n  receiver: nowhere\n  group_by: [alertname]\nreceivers:\n  - name: nowhere\n";

/// A running Alertmanager; ended when dropped.
pub struct Alertmanager {
    child: Child,
    _folder: tempfile::TempDir,
    /// Where it listens.
    pub address: SocketAddr,
}

impl Alertmanager {
    /// Starts it and waits until it answers.
    ///
    /// # Errors
    /// When it is not installed or does not start.
    pub fn start() -> Result<Self> {
        let folder = tempfile::tempdir()?;
        std::fs::write(folder.path().join("alertmanager.yml"), CONFIGURATION)?;
        // A port that was free a moment ago; it takes no port 0.
        let address = std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?;
        let child = on_server_core(std::path::Path::new(PROGRAM))
            .current_dir(folder.path())
            .args(["--config.file=alertmanager.yml", "--storage.path=data", "--cluster.listen-address="])
            .arg(format!("--web.listen-address={address}"))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()?;
        let running = Self { child, _folder: folder, address };
        for _ in 0..100 {
            if call("GET", &format!("http://{address}/-/ready"), &[], b"").is_ok_and(|answer| answer.status == 200) {
                return Ok(running);
            }
            rest(Duration::from_millis(100));
        }
        Err("Alertmanager did not start; is Debian's `prometheus-alertmanager` installed?".into())
    }

    /// Its process.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }
}

impl Drop for Alertmanager {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
