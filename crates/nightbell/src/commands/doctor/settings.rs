//! The settings: the address in every link, the mail server, and whether the running server answers.

use super::{Level, Look};
use crate::{config::Config, failure::Failure};
use nightbell_delivery::egress::{Call, EgressClient, EgressPolicy, Timeouts};
use std::{net::IpAddr, time::Duration};
use url::{Host, Url};

/// What answers later than this is as good as silent.
const TIMEOUTS: Timeouts = Timeouts { connect: Duration::from_secs(5), total: Duration::from_secs(10) };
/// Of an answer so much is looked at, in bytes.
const ANSWER_BYTES_MAX: usize = 4096;

/// Every look at the settings.
pub fn look(config: &Config, online: bool) -> Result<Vec<Look>, Failure> {
    let mut looks = vec![public_url(config.public_url.as_deref()), mail(config), watched(config)];
    if online {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(|e| Failure::unreachable(format!("no runtime: {e}")))?;
        looks.extend(runtime.block_on(ask(config)));
    }
    Ok(looks)
}

pub(super) fn public_url(set: Option<&str>) -> Look {
    let fix = "Set [server] public_url to the address people open, like \"https://nightbell.example.com\".";
    let Some(text) = set else {
        let means = "Links in pages open on this machine alone: nobody can acknowledge from a phone.";
        return Look::bad("public_url", Level::Problem, "server.public_url is not set.", means, fix);
    };
    let Ok(url) = Url::parse(text) else {
        return Look::bad(
            "public_url",
            Level::Problem,
            format!("{text} is no address."),
            "Links in pages do not open.",
            fix,
        );
    };
    let local = match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(address)) => IpAddr::from(address).is_loopback(),
        Some(Host::Ipv6(address)) => IpAddr::from(address).is_loopback(),
        None => true,
    };
    if local {
        let means = "Links in pages open on this machine alone: nobody can acknowledge from a phone.";
        return Look::bad("public_url", Level::Problem, format!("{text} is this machine's own address."), means, fix);
    }
    if url.scheme() != "https" {
        let means = "Whoever is between a phone and the server reads along and can take over a session.";
        let fix = "Put a TLS proxy in front and set public_url to its https address.";
        return Look::bad("public_url", Level::Warning, format!("{text} is not encrypted."), means, fix);
    }
    Look::good("public_url", text)
}

fn mail(config: &Config) -> Look {
    match &config.mail {
        Some(server) => Look::good("mail", format!("set: {}", server.server())),
        None => Look::bad(
            "mail",
            Level::Warning,
            "No mail server is set.",
            "Nobody is reached by mail, and nobody is told by mail when a page is over.",
            "Set [mail] url, like \"smtp://user:password@mail.example.com:587\".",
        ),
    }
}

fn watched(config: &Config) -> Look {
    let fix = "Set [watch] heartbeat_url to a check of a service elsewhere (or of a second Nightbell) that raises the alarm when it hears nothing.";
    let means = "When this machine or its network is gone, nobody is told that nothing is watching.";
    match (&config.watch.heartbeat, &config.watch.canary) {
        (None, _) => Look::bad("watch", Level::Warning, "Nobody outside watches over this installation.", means, fix),
        (Some(_), None) => Look::bad(
            "watch",
            Level::Warning,
            "The canary is switched off.",
            "The heartbeat says that the server runs, not that a signal comes through.",
            "Set [watch] canary to \"on\".",
        ),
        (Some(beat), Some(_)) => Look::good(
            "watch",
            format!("a heartbeat goes out every {} s while canaries come through", beat.every.as_secs()),
        ),
    }
}

async fn ask(config: &Config) -> Vec<Look> {
    let mut looks = Vec::new();
    if let Some(server) = &config.mail {
        looks.push(match server.greet().await {
            Ok(said) => Look::good("mail, asked", said),
            Err(why) => Look::bad(
                "mail, asked",
                Level::Problem,
                format!("The mail server does not take us in: {why}."),
                "No mail goes out; whoever is reached by mail alone is not reached.",
                "Look at [mail] url: host, port, user, password, and whether it offers STARTTLS.",
            ),
        });
    }
    let own = config.public_url_at(config.listen);
    let listening = crate::config::default_public_url(config.listen);
    looks.push(
        ready("server", &listening, "Nobody is paged by this installation until it runs.", "nightbell serve").await,
    );
    if own != listening {
        let fix = "Look at the proxy in front, its certificate and the name in the DNS.";
        looks.push(ready("public_url, asked", &own, "Links in pages do not open there.", fix).await);
    }
    looks
}

fn get(url: &str) -> Call<'_> {
    Call { method: "GET", url, headers: &[], body: &[], answer_bytes_max: ANSWER_BYTES_MAX }
}

/// Whether the server answers at that address that it is ready.
async fn ready(check: &'static str, base: &str, means: &str, fix: &str) -> Look {
    // The operator's own server may be anywhere: the egress policy is for addresses that others typed.
    let everywhere = EgressPolicy::new(&["0.0.0.0/0".to_owned(), "::/0".to_owned()]);
    let url = format!("{base}/readyz");
    let answered = match everywhere
        .map_err(|e| e.to_string())
        .and_then(|policy| EgressClient::new(policy, TIMEOUTS).map_err(|e| e.to_string()))
    {
        Err(why) => Err(why),
        Ok(client) => client.call(get(&url)).await.map_err(|e| e.to_string()),
    };
    match answered {
        Ok(answer) if answer.status == 200 => Look::good(check, format!("{base} is ready")),
        Ok(answer) => {
            Look::bad(check, Level::Problem, format!("{base} answers {}, not 200.", answer.status), means, fix)
        }
        Err(why) => Look::bad(check, Level::Problem, format!("{base} does not answer: {why}."), means, fix),
    }
}
