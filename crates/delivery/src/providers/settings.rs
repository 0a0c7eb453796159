//! What the settings of every provider are made of.

use url::Url;

/// A key of the installation. Debug does not show it.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// From a setting.
    ///
    /// # Errors
    /// The sentence that stands beside the key; never the key.
    pub fn new(text: &str) -> Result<Self, String> {
        let text = text.trim();
        if text.is_empty() {
            return Err("it is empty; leave the key out instead".to_owned());
        }
        if !text.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err("a blank or a letter outside ASCII is in it; copy it again".to_owned());
        }
        Ok(Self(text.to_owned()))
    }

    /// For the request alone.
    pub(crate) fn reveal(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret")
    }
}

/// Where a provider's API is, without a slash at the end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BaseUrl(String);

impl BaseUrl {
    /// From a setting.
    ///
    /// # Errors
    /// The sentence that stands beside the key.
    pub fn new(text: &str) -> Result<Self, String> {
        let wrong = |why: &str| format!("{why}; write it like \"https://chat.example.com\"");
        let url = Url::parse(text.trim()).map_err(|error| wrong(&error.to_string()))?;
        if !matches!(url.scheme(), "http" | "https") || url.host().is_none() {
            return Err(wrong("this is no address that can be called"));
        }
        if url.query().is_some() || url.fragment().is_some() || !url.username().is_empty() || url.password().is_some() {
            return Err(wrong("user, password, ? and # have no place in it"));
        }
        Ok(Self(url.as_str().trim_end_matches('/').to_owned()))
    }

    /// The address of a path below it; the path begins with a slash.
    pub fn at(&self, path: &str) -> String {
        format!("{}{path}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_and_keys_are_checked_where_they_are_written() {
        for (text, expected) in [
            ("https://slack.com/api/", Ok("https://slack.com/api/x")),
            (" http://127.0.0.1:8065 ", Ok("http://127.0.0.1:8065/x")),
            ("slack.com", Err("relative URL")),
            ("ftp://x.test", Err("no address that can be called")),
            ("https://u:p@x.test", Err("user, password")),
            ("https://x.test/?key=1", Err("user, password")),
        ] {
            match (BaseUrl::new(text).map(|base| base.at("/x")), expected) {
                (Ok(found), Ok(expected)) => assert_eq!(found, expected),
                (Err(found), Err(expected)) => assert!(found.contains(expected), "{found}"),
                other => panic!("{text}: {other:?}"),
            }
        }
        for wrong in ["", " ", "xoxb 1", "xoxb\u{2013}1"] {
            assert!(Secret::new(wrong).is_err(), "{wrong:?}");
        }
        let secret = Secret::new(" xoxb-1\n").unwrap();
        assert_eq!((secret.reveal(), format!("{secret:?}").as_str()), ("xoxb-1", "Secret"));
    }
}
