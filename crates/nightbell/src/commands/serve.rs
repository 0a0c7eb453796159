//! `nightbell serve`: the server, until it is told to stop. A second signal ends it at once.

use super::SettingsArgs;
use crate::{
    config::Config,
    failure::Failure,
    log, out,
    server::{Broken, Options, Server},
    system::SystemClock,
};
use clap::Args;
use jiff::Timestamp;
use nightbell_engine::Clock;
use tokio::signal::unix::{SignalKind, signal};

/// What `serve` takes.
#[derive(Debug, Args)]
pub struct Arguments {
    /// The settings, and what `init` made.
    #[command(flatten)]
    pub settings: SettingsArgs,
    /// Where to listen [default: 127.0.0.1:8080]
    #[arg(long, value_name = "ADDRESS")]
    pub listen: Option<String>,
}

/// Runs it.
///
/// # Errors
/// When it cannot start, or cannot go on.
pub fn run(arguments: &Arguments) -> Result<(), Failure> {
    let begun = SystemClock.now();
    let config = arguments.settings.load(arguments.listen.as_deref())?;
    log::install(&config.log);
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let runtime = runtime.map_err(|e| Failure::unreachable(format!("no runtime: {e}")))?;
    let ended = runtime.block_on(serve(config, begun));
    // What is still blocked now would block the exit for ever; nothing that was answered depends on it.
    runtime.shutdown_timeout(std::time::Duration::from_secs(1));
    ended
}

async fn serve(config: Config, begun: Timestamp) -> Result<(), Failure> {
    let cannot_listen = |e: std::io::Error| Failure::unreachable(format!("cannot listen for signals: {e}"));
    let mut terminate = signal(SignalKind::terminate()).map_err(cannot_listen)?;
    let mut interrupt = signal(SignalKind::interrupt()).map_err(cannot_listen)?;
    let (mail, local_only) = (config.mail.is_some(), config.public_url.is_none());
    let mut server = Server::start(options(config)).await?;
    let took_ms = SystemClock.now().duration_since(begun).as_millis();
    out::line(&format!(
        "Nightbell is ready after {took_ms} ms at {} (listening on {})",
        server.public_url, server.address
    ));
    if local_only {
        tracing::warn!("server.public_url is not set: links in pages open on this machine only");
    }
    if !mail {
        tracing::warn!("mail.url is not set: nobody is reached by mail");
    }
    let broken = tokio::select! {
        _ = terminate.recv() => None,
        _ = interrupt.recv() => None,
        why = server.broken() => Some(why),
    };
    if broken == Some(Broken::KeyRenewed) {
        server.abandon();
        return Err(Failure::unreachable(
            "The server cannot go on: the key of links was renewed while it was asleep or cut off from the database, and it would open links \
             that nobody may open any more. Start it again: it takes the new key.",
        ));
    }
    if broken == Some(Broken::Storage) {
        server.abandon();
        return Err(Failure::unreachable(
            "The server cannot go on: the writer ended, because the disk failed a flush or a write (see the lines above). It is not tried \
             again: a second try can succeed and keep nothing. NOBODY IS PAGED until the server is started again. Nothing that was accepted \
             is lost if the disk kept what it had confirmed; look at the disk first.",
        ));
    }
    tracing::info!("stopping: requests and messages under way are finished");
    tokio::select! {
        () = server.stop() => {}
        _ = terminate.recv() => tracing::warn!("stopped at once; what was under way is made up for at the next start"),
        _ = interrupt.recv() => tracing::warn!("stopped at once; what was under way is made up for at the next start"),
    }
    match broken {
        None | Some(Broken::Storage | Broken::KeyRenewed) => Ok(()),
        // The process ends so that whoever supervises it starts it again: what is due lies in the store.
        Some(Broken::Part(why)) => Err(Failure::unreachable(format!(
            "The server cannot go on: {why}. NOBODY IS PAGED until it is started again."
        ))),
    }
}

fn options(config: Config) -> Options {
    Options {
        public_url: config.public_url,
        trusted_proxies: config.trusted_proxies,
        mail: config.mail,
        providers: config.providers,
        push_contact: config.push_contact,
        egress: config.egress,
        scrape_token: config.scrape_token,
        watch: config.watch,
        ..Options::new(config.place, config.listen)
    }
}
