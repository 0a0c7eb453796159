//! `[sms]`, `[voice]`, `[sms_http]` and `[voice_http]`: which providers carry text messages and calls, in which order, and the ones that are described
//! by templates.

use super::{ConfigError, Layers, twilio as account};
use nightbell_delivery::providers::{
    phone::{Carrier, Phone},
    template::Template,
    twilio::Twilio,
};
use nightbell_wire::outbound::template::{self, Medium, Statuses};

/// The providers of both media. Without a list everything that is configured is used, Twilio first.
///
/// # Errors
/// The first value that cannot be understood, or a list that names what is not configured.
pub fn settle(layers: &Layers) -> Result<Phone, ConfigError> {
    let twilio = account::settle(layers)?;
    let caller = twilio.clone().filter(Twilio::calls);
    let sms = [twilio.map(Carrier::Twilio), described(layers, "sms_http", Medium::Text)?];
    let voice = [caller.map(Carrier::Twilio), described(layers, "voice_http", Medium::Call)?];
    Ok(Phone { sms: chosen(layers, "sms.providers", sms)?, voice: chosen(layers, "voice.providers", voice)? })
}

fn chosen(layers: &Layers, key: &str, there: [Option<Carrier>; 2]) -> Result<Vec<Carrier>, ConfigError> {
    let there: Vec<Carrier> = there.into_iter().flatten().collect();
    let Some(names) = layers.list(key, |list| Ok(list.to_vec()))? else { return Ok(there) };
    let mut chosen: Vec<Carrier> = Vec::new();
    for name in &names {
        let name = name.trim();
        if !matches!(name, "twilio" | "http") {
            return Err(layers.wrong(key, format!("{name:?} is no provider; there are \"twilio\" and \"http\"")));
        }
        if chosen.iter().any(|carrier| carrier.name() == name) {
            return Err(layers.wrong(key, format!("{name:?} stands there twice")));
        }
        let Some(carrier) = there.iter().find(|carrier| carrier.name() == name) else {
            let section = match (name, key) {
                ("http", "sms.providers") => "[sms_http] url",
                ("http", _) => "[voice_http] url",
                (_, "sms.providers") => "[twilio] account_sid",
                _ => "[twilio] account_sid and a number that calls (from or voice_from)",
            };
            return Err(layers.wrong(key, format!("{name:?} is not configured: set {section}")));
        };
        chosen.push(carrier.clone());
    }
    Ok(chosen)
}

/// The provider of a section, when that has an address.
fn described(layers: &Layers, section: &str, medium: Medium) -> Result<Option<Carrier>, ConfigError> {
    let key = |name: &str| format!("{section}.{name}");
    let text = |name: &str| layers.text(&key(name), |text| Ok(text.to_owned()));
    let statuses = |name: &str| layers.list(&key(name), Statuses::parse);
    let settings = template::Settings {
        url: text("url")?.unwrap_or_default(),
        method: text("method")?,
        headers: layers.list(&key("headers"), |list| Ok(list.to_vec()))?.unwrap_or_default(),
        body: text("body")?.unwrap_or_default(),
        accepted: statuses("accepted_status")?,
        temporary: statuses("temporary_status")?,
        id_pointer: text("id_pointer")?,
    };
    if settings.url.is_empty() {
        let others = [("body", !settings.body.is_empty()), ("headers", !settings.headers.is_empty())];
        return match others.into_iter().find(|(_, is_set)| *is_set) {
            Some((name, _)) => Err(layers.wrong(&key(name), format!("it is of no use without [{section}] url"))),
            None => Ok(None),
        };
    }
    let compiled = template::Template::new(medium, settings);
    let compiled = compiled.map_err(|wrong| layers.wrong(&key(wrong.key), wrong.why))?;
    Ok(Some(Carrier::Http(Box::new(Template::new(compiled)))))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TWILIO: &str = "[twilio]\naccount_sid = \"AC1\"\nauth_token = \"t0k\"\nfrom = \"+15550100\"\n";
    const HTTP: &str = "[sms_http]\nurl = \"https://sms.test/send\"\nbody = \"to={{ number }}&text={{ text }}\"\n";

    fn names(text: &str) -> Result<(Vec<&'static str>, Vec<&'static str>), String> {
        let phone = settle(&Layers::of(text)).map_err(|e| e.to_string())?;
        let names = |carriers: &[Carrier]| carriers.iter().map(Carrier::name).collect();
        Ok((names(&phone.sms), names(&phone.voice)))
    }

    #[test]
    fn what_is_configured_is_used_in_the_order_that_is_written() {
        for (text, sms, voice) in [
            (String::new(), &[][..], &[][..]),
            (TWILIO.to_owned(), &["twilio"][..], &["twilio"][..]),
            (HTTP.to_owned(), &["http"][..], &[][..]),
            (format!("{TWILIO}{HTTP}"), &["twilio", "http"][..], &["twilio"][..]),
            (
                format!("{TWILIO}{HTTP}[sms]\nproviders = [\"http\", \"twilio\"]\n"),
                &["http", "twilio"][..],
                &["twilio"][..],
            ),
            (format!("{TWILIO}[voice]\nproviders = []\n"), &["twilio"][..], &[][..]),
            (TWILIO.replace("+15550100", "MG1"), &["twilio"][..], &[][..]),
        ] {
            assert_eq!(names(&text), Ok((sms.to_vec(), voice.to_vec())), "{text}");
        }
    }

    #[test]
    fn what_cannot_work_is_told_at_the_start() {
        for (text, expected) in [
            (format!("{TWILIO}[sms]\nproviders = [\"htp\"]\n"), "sms.providers: \"htp\" is no provider"),
            (format!("{TWILIO}[sms]\nproviders = [\"http\"]\n"), "\"http\" is not configured: set [sms_http] url"),
            (format!("{HTTP}[voice]\nproviders = [\"twilio\"]\n"), "set [twilio] account_sid"),
            (format!("{TWILIO}[sms]\nproviders = [\"twilio\", \"twilio\"]\n"), "stands there twice"),
            (HTTP.replace("{{ number }}", "{{ nummer }}"), "sms_http.body: it names something that there is not"),
            (HTTP.replace("url =", "#"), "sms_http.body: it is of no use without [sms_http] url"),
            (format!("{HTTP}accepted_status = [\"2xx\"]\n"), "sms_http.accepted_status: \"2xx\" is no status"),
            (format!("{HTTP}headers = [\"X-Key hunter2\"]\n"), "sms_http.headers: "),
        ] {
            let said = names(&text).expect_err(&text);
            assert!(said.contains(expected) && !said.contains("hunter2"), "{text}\n{said}");
        }
    }
}
