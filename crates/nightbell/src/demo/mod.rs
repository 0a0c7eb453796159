//! `nightbell demo`: a small organisation in a temporary folder, a whole server, and the checkout outage of the playbook played through it
//! with real requests and real mail. A newcomer's first minutes, and (`--fast`) one test of everything at once.
//!
//! Reading order: [`story`] (what happens, as data) · [`stage`] (how it is done) · [`house`] (what it runs on) · [`ending`] (what is shown
//! when it is over). Is not: a mode of the product. Nothing here is reachable in an instance that `serve` started.

mod alertmanager;
mod catcher;
mod clock;
mod document;
mod ending;
mod house;
mod inbox_page;
mod site;
mod stage;
mod story;
mod transcript;

use crate::{
    config,
    failure::Failure,
    log::{self, LogSettings},
};
use clap::Args;
use clock::Pace;
use house::House;
use jiff::tz::TimeZone;
use stage::Stage;
use std::{net::SocketAddr, time::Duration};
use story::{Beat, LEARNING, RESPONSE, WOKEN};
use tokio::{
    signal::unix::{Signal, SignalKind, signal},
    time::timeout,
};

/// Time to read a beat and to look at its page, when somebody watches.
const WATCHED_BEAT: Duration = Duration::from_secs(4);

/// What `demo` takes.
#[derive(Debug, Default, Args)]
pub struct Arguments {
    /// Where to listen [default: 127.0.0.1:8080; with --fast any free port]
    #[arg(long, value_name = "ADDRESS")]
    pub listen: Option<String>,
    /// The whole story at once, on a clock of its own, then exit
    #[arg(long)]
    pub fast: bool,
}

/// Runs it.
///
/// # Errors
/// Usage for an address that is none; unreachable when it is taken; findings when a beat of the story does not come true.
pub fn run(arguments: &Arguments) -> Result<(), Failure> {
    let listen = address(arguments)?;
    log::install(&LogSettings { level: "error".to_owned(), ..LogSettings::default() });
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let runtime = runtime.map_err(|e| Failure::unreachable(format!("no runtime: {e}")))?;
    let pace = if arguments.fast { Pace::fast() } else { Pace::Watched };
    runtime.block_on(async {
        // Listened for before anything is made that a Ctrl-C would leave behind.
        let stopped = Signals::install();
        let house = House::build(listen, &pace).await?;
        let played = tokio::select! {
            played = play(&house, &pace) => played,
            () = stopped.wait() => Ok(()),
        };
        house.tear_down().await;
        played
    })
}

/// Ctrl-C, or being told to end; heard from the moment this is made.
struct Signals(Option<(Signal, Signal)>);

impl Signals {
    fn install() -> Self {
        let both = (signal(SignalKind::interrupt()), signal(SignalKind::terminate()));
        Self(if let (Ok(interrupt), Ok(terminate)) = both { Some((interrupt, terminate)) } else { None })
    }

    /// Completes at the first of them; never, when they cannot be listened for.
    async fn wait(self) {
        let Some((mut interrupt, mut terminate)) = self.0 else { return std::future::pending().await };
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    }
}

fn address(arguments: &Arguments) -> Result<SocketAddr, Failure> {
    let usual = if arguments.fast { "127.0.0.1:0" } else { config::LISTEN };
    config::listen(arguments.listen.as_deref().unwrap_or(usual)).map_err(|e| Failure::usage(format!("--listen: {e}")))
}

async fn play(house: &House, pace: &Pace) -> Result<(), Failure> {
    let mut stage = Stage::new(house, pace);
    welcome(&mut stage, house, pace);
    stage.transcript.heading("Woken");
    act(&mut stage, WOKEN, pace).await?;
    stage.transcript.heading("The response");
    act(&mut stage, RESPONSE, pace).await?;
    stage.transcript.heading(if pace.is_fast() { "Monday" } else { "Learning (on Monday, in real life)" });
    act(&mut stage, LEARNING, pace).await?;
    ending::show(&mut stage).await?;
    if pace.is_fast() {
        stage.transcript.plain("\nThe whole playbook, once. To watch it happen: nightbell demo");
        return Ok(());
    }
    stage
        .transcript
        .plain("\nEverything stays as it is until you press Ctrl-C; then it is gone without a trace. Look around:\n");
    addresses(&mut stage, house);
    std::future::pending::<()>().await;
    Ok(())
}

async fn act(stage: &mut Stage, beats: &[Beat], pace: &Pace) -> Result<(), Failure> {
    for beat in beats.iter().filter(|beat| pace.is_fast() || !beat.by_the_clock) {
        stage.play(beat).await?;
        if !pace.is_fast() {
            // Nothing to wait for but the reader.
            let _ = timeout(WATCHED_BEAT, std::future::pending::<()>()).await;
        }
    }
    Ok(())
}

fn welcome(stage: &mut Stage, house: &House, pace: &Pace) {
    let now = stage.clock.now();
    let date = now.to_zoned(TimeZone::UTC).strftime("%A %-d %B %Y").to_string();
    let time = if pace.is_fast() { "on a clock of its own" } else { "about three minutes" };
    stage.transcript.plain(&format!("Nightbell demo: the checkout outage of the playbook, {time}. It is {date}."));
    stage.transcript.plain("Four people at Acme, one shop, one status page. Every request, page and mail is real; only the people are not.");
    if !pace.is_fast() {
        stage.transcript.plain("\nOpen these now, side by side:");
        addresses(stage, house);
    }
}

fn addresses(stage: &mut Stage, house: &House) {
    let link = |path: &str| house.site.link(path);
    let rows = [
        ("Inbox of everybody", link("/mail"), "press what they would press"),
        ("Status page", link("/status/main"), "what the public reads"),
        ("Sign in as Sam, the admin", link(&house.sign_in_path), "works once; you choose a password"),
        ("Incidents", link("/incidents"), "after signing in: the room"),
    ];
    let rows: Vec<Vec<String>> =
        rows.into_iter().map(|(what, address, why)| vec![what.to_owned(), address, why.to_owned()]).collect();
    stage.transcript.table(&rows);
}
