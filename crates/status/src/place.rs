//! Where a page lives, and so what its links look like: below a live root, or as files in any web space.

use nightbell_public::Page;

/// The addresses of one page's parts. Live pages link by absolute path, exported files by relative path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// What every address begins with; empty or ending in `/`.
    prefix: String,
    /// True when the parts are files: HTML carries its extension, because a plain web space does not add it.
    files: bool,
}

impl Place {
    /// A live page below `root`, as `/status/main`, `https://status.acme.test` or, for a page at the top of its own domain, the empty text.
    pub fn live(root: &str) -> Place {
        Place { prefix: format!("{}/", root.trim_end_matches('/')), files: false }
    }

    /// The live page at its usual place, `/status/{slug}`.
    pub(crate) fn of(page: &Page) -> Place {
        Place::live(&format!("/status/{}", segment(&page.slug)))
    }

    /// Exported files: `prefix` is empty for files at the top, `../` one folder down, or the full address of the web space.
    pub(crate) fn files(prefix: &str) -> Place {
        let prefix = match prefix.trim_end_matches('/') {
            "" => String::new(),
            root => format!("{root}/"),
        };
        Place { prefix, files: true }
    }

    /// True when the bytes may be read long after they were made.
    pub(crate) fn is_kept(&self) -> bool {
        self.files
    }

    /// The page itself.
    pub(crate) fn home(&self) -> String {
        match (self.files, self.prefix.trim_end_matches('/')) {
            (true, _) if self.prefix.contains("://") => self.prefix.clone(),
            (true, _) => format!("{}index.html", self.prefix),
            (false, "") => "/".into(),
            (false, root) => root.into(),
        }
    }

    /// The notices of the last 90 days.
    pub(crate) fn history(&self) -> String {
        self.document("history")
    }

    /// One notice, for ever at this address.
    pub(crate) fn notice(&self, id: &str) -> String {
        self.document(&format!("notices/{}", segment(id)))
    }

    /// A part whose name is the same everywhere, as `history.atom`.
    pub(crate) fn part(&self, name: &str) -> String {
        format!("{}{name}", self.prefix)
    }

    fn document(&self, name: &str) -> String {
        format!("{}{name}{}", self.prefix, if self.files { ".html" } else { "" })
    }
}

/// An id as one harmless piece of a path, for addresses and file names alike. Ids made by Nightbell come through unchanged;
/// in any other the bytes that could climb out of a folder or end a link become `~xx`.
pub(crate) fn segment(id: &str) -> String {
    let mut safe = String::with_capacity(id.len());
    for byte in id.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' => safe.push(char::from(byte)),
            other => safe.push_str(&format!("~{other:02x}")),
        }
    }
    safe
}
