//! Sets of HTTP statuses as people write them: `200-299`, `202`.

/// Some HTTP statuses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statuses(Vec<(u16, u16)>);

impl Statuses {
    /// From `200-299` and `202`, each.
    ///
    /// # Errors
    /// The first that is neither, with what to write instead.
    pub fn parse(written: &[String]) -> Result<Self, String> {
        let one = |text: &String| {
            let (first, last) = text.split_once('-').unwrap_or((text, text));
            let status = |text: &str| text.trim().parse::<u16>().ok().filter(|status| (200..=599).contains(status));
            match (status(first), status(last)) {
                (Some(first), Some(last)) if first <= last => Ok((first, last)),
                _ => Err(format!("{text:?} is no status; write one like \"202\", or several like \"200-299\"")),
            }
        };
        written.iter().map(one).collect::<Result<_, _>>().map(Self)
    }

    /// 2xx.
    pub fn success() -> Self {
        Self(vec![(200, 299)])
    }

    /// What means "later" everywhere.
    pub fn later() -> Self {
        Self(vec![(408, 408), (425, 425), (429, 429), (500, 599)])
    }

    /// Whether that one is among them.
    pub fn has(&self, status: u16) -> bool {
        self.0.iter().any(|(first, last)| (*first..=*last).contains(&status))
    }
}
