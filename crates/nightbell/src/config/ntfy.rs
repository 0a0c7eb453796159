//! `[ntfy]`: the installation's server, and how it knows us.

use super::{ConfigError, Layers, non_empty};
use nightbell_delivery::providers::{
    BaseUrl, Secret,
    ntfy::{Credentials, Ntfy},
};

/// The provider. Without a server of the installation's it still publishes to those that people name.
///
/// # Errors
/// The first value that cannot be understood, or one without its other half.
pub fn settle(layers: &Layers) -> Result<Ntfy, ConfigError> {
    let base = layers.text("ntfy.base_url", BaseUrl::new)?;
    let token = layers.text("ntfy.token", Secret::new)?;
    let user = layers.text("ntfy.user", |text| non_empty(text).map(str::to_owned))?;
    let password = layers.text("ntfy.password", Secret::new)?;
    let credentials = match (token, user, password) {
        (Some(token), _, _) => Some(Credentials::Token(token)),
        (None, Some(name), Some(password)) => Some(Credentials::User { name, password }),
        (None, Some(_), None) => {
            return Err(layers.wrong("ntfy.user", "a user needs [ntfy] password as well".to_owned()));
        }
        (None, None, Some(_)) => {
            return Err(layers.wrong("ntfy.password", "a password needs [ntfy] user as well".to_owned()));
        }
        (None, None, None) => None,
    };
    if base.is_none() && credentials.is_some() {
        let key = if layers.is_set("ntfy.token") { "ntfy.token" } else { "ntfy.user" };
        return Err(layers.wrong(key, "it is for the server of [ntfy] base_url, which is not set".to_owned()));
    }
    Ok(Ntfy::new(base, credentials))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_a_setting_is_a_mistake_at_its_place() {
        const BASE: &str = "base_url = \"https://ntfy.example.com\"\n";
        for (text, expected) in [
            (String::new(), Ok(())),
            (BASE.to_owned(), Ok(())),
            (format!("{BASE}token = \"tk_1\"\n"), Ok(())),
            (format!("{BASE}user = \"a\"\npassword = \"b\"\n"), Ok(())),
            (format!("{BASE}user = \"a\"\n"), Err("nightbell.toml:3: ntfy.user: a user needs")),
            (format!("{BASE}password = \"b\"\n"), Err("nightbell.toml:3: ntfy.password: a password needs")),
            ("token = \"tk_1\"\n".to_owned(), Err("nightbell.toml:2: ntfy.token: it is for the server of")),
            ("base_url = \"ntfy\"\n".to_owned(), Err("nightbell.toml:2: ntfy.base_url: ")),
        ] {
            let read = settle(&Layers::of(&format!("[ntfy]\n{text}"))).map(drop).map_err(|e| e.to_string());
            match (read, expected) {
                (Ok(()), Ok(())) => {}
                (Err(said), Err(expected)) => assert!(said.starts_with(expected), "{said}"),
                other => panic!("{text}: {other:?}"),
            }
        }
    }
}
