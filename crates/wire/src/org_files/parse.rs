//! Several files in, configuration objects out, with every mistake that can be found at once.
//!
//! A mistake in one object does not hide those in others. Whether references resolve is asked later, of the whole organisation.

use super::{
    FORMAT_VERSION,
    convert::{self, Context, Form},
    decode::{self, DecodeError, decode, quote},
    forms::{
        IntegrationFile, PolicyFile, RouteFile, ScheduleFile, ServiceFile, SeverityFile, StatusPageFile, TeamFile,
        UserFile,
    },
    problem::FileProblem,
    runbooks,
    tree::{self, Entry, Fields, Node, Value},
};
use nightbell_domain::{
    org::{ConfigKind, ConfigObject, OrganisationProblem, SeverityTable},
    text::suggest::closest,
};
use std::collections::{BTreeMap, BTreeSet};

/// A file as the caller read it.
#[derive(Debug, Clone, Copy)]
pub struct SourceFile<'a> {
    /// Its name, as it shall stand in messages; the ending decides what it is.
    pub path: &'a str,
    /// Its text.
    pub content: &'a str,
}

/// Where an object was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    /// The file.
    pub path: String,
    /// From 1.
    pub line: usize,
    fields: Fields,
}

/// What the files say.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ParsedFiles {
    /// The objects, by kind in reference order, then as written. Integrations without a key in the files carry a fresh one.
    pub objects: Vec<ConfigObject>,
    /// Where each object was written.
    pub origins: BTreeMap<(ConfigKind, String), Origin>,
    /// Handles of the integrations whose file gives no key: [`super::plan()`] keeps a stored key for them.
    pub keyless: BTreeSet<String>,
}

impl ParsedFiles {
    /// A problem of the organisation at the line that causes it, or at no file when its object is not from these files.
    pub fn locate(&self, problem: &OrganisationProblem) -> FileProblem {
        let named = format!("{} {}", problem.kind.word(), problem.id);
        let Some(origin) = self.origins.get(&(problem.kind, problem.id.clone())) else {
            return FileProblem::new(&named, None, format!("{}: {}", problem.path, problem.message));
        };
        FileProblem::new(&origin.path, origin.fields.at(&problem.path), format!("{named}: {}", problem.message))
    }
}

/// Reads all files as one organisation. `fresh_key` makes the key of the integration of that handle when its file gives none.
///
/// # Errors
/// Every mistake found, in the order of files and lines; never an empty list.
pub fn parse(
    files: &[SourceFile<'_>],
    fresh_key: &mut dyn FnMut(&str) -> String,
) -> Result<ParsedFiles, Vec<FileProblem>> {
    let context = Context { fresh_key, keyless: BTreeSet::new(), problems: Vec::new() };
    let mut reader = Reader { context, objects: Vec::new(), origins: BTreeMap::new(), problems: Vec::new(), path: "" };
    for file in files {
        reader.path = file.path;
        let first = reader.problems.len();
        reader.file(file);
        reader.problems[first..].sort_by_key(|p| (p.line, p.column));
    }
    if !reader.problems.is_empty() {
        return Err(reader.problems);
    }
    let mut objects = reader.objects;
    objects.sort_by_key(ConfigObject::kind);
    Ok(ParsedFiles { objects, origins: reader.origins, keyless: reader.context.keyless })
}

/// The keys of a file beside `version`.
const SECTIONS: [&str; 11] = [
    "version",
    "users",
    "teams",
    "schedules",
    "policies",
    "status_pages",
    "services",
    "integrations",
    "routes",
    "severities",
    "response",
];

struct Reader<'a> {
    context: Context<'a>,
    objects: Vec<ConfigObject>,
    origins: BTreeMap<(ConfigKind, String), Origin>,
    problems: Vec<FileProblem>,
    path: &'a str,
}

impl<'a> Reader<'a> {
    fn file(&mut self, file: &SourceFile<'a>) {
        let ending = file.path.rsplit_once('.').map_or("", |(_, ending)| ending).to_ascii_lowercase();
        match ending.as_str() {
            "yaml" | "yml" => match tree::read(file.path, file.content) {
                Ok(root) => self.document(&root),
                Err(problem) => self.problems.push(problem),
            },
            "md" => match runbooks::read(file.path, file.content) {
                Ok((runbook, fields)) => self.keep(ConfigObject::Runbook(runbook), fields),
                Err(problems) => self.problems.extend(problems),
            },
            _ => self.add(None, "an organisation file ends in .yaml or .yml, a runbook in .md".to_owned()),
        }
    }

    fn add(&mut self, at: Option<tree::Position>, message: String) {
        self.problems.push(FileProblem::new(self.path, at, message));
    }

    fn failed(&mut self, error: DecodeError) {
        self.problems.push(FileProblem::new(self.path, error.at, error.message).suggest(error.suggestion));
    }

    fn document(&mut self, root: &Node) {
        let Value::Block(entries) = &root.value else {
            return self.add(
                Some(root.at),
                "an organisation file begins with \"version: 1\", then keys such as users, teams and services"
                    .to_owned(),
            );
        };
        if !entries.iter().any(|e| e.key == "version") {
            self.add(Some(root.at), "the key \"version\" is missing; begin the file with \"version: 1\"".to_owned());
        }
        entries.iter().for_each(|entry| self.section(entry));
    }

    fn section(&mut self, entry: &Entry) {
        let node = &entry.node;
        match entry.key.as_str() {
            "version" => {
                if !matches!(node.value, Value::Unsigned(FORMAT_VERSION)) {
                    self.add(Some(node.at), format!("this Nightbell reads version {FORMAT_VERSION} of the format; write \"version: {FORMAT_VERSION}\""));
                }
            }
            "users" => self.list::<UserFile>(node),
            "teams" => self.list::<TeamFile>(node),
            "schedules" => self.list::<ScheduleFile>(node),
            "policies" => self.list::<PolicyFile>(node),
            "status_pages" => self.list::<StatusPageFile>(node),
            "services" => self.list::<ServiceFile>(node),
            "integrations" => self.list::<IntegrationFile>(node),
            "routes" => {
                if let Some(routes) = self.rows::<RouteFile>(node) {
                    self.keep(ConfigObject::Routes(routes.into_iter().map(convert::route).collect()), node.fields());
                }
            }
            "severities" => {
                if let Some(rows) = self.rows::<SeverityFile>(node) {
                    self.severities(rows, node);
                }
            }
            "response" => match decode(node) {
                Ok(form) => self.keep(ConfigObject::Response(convert::response(form)), node.fields()),
                Err(error) => self.failed(error),
            },
            unknown => {
                let near = closest(unknown, SECTIONS).map(ToOwned::to_owned);
                let known =
                    if near.is_some() { String::new() } else { format!("; known keys here: {}", SECTIONS.join(", ")) };
                let message = format!("unknown key {}{known}", quote(unknown));
                self.problems.push(FileProblem::new(self.path, Some(entry.key_at), message).suggest(near));
            }
        }
    }

    fn items<'n>(&mut self, node: &'n Node) -> &'n [Node] {
        match &node.value {
            Value::List(items) => items,
            // `users:` with nothing after it: everything in it was commented out.
            Value::Null => &[],
            _ => {
                self.add(Some(node.at), "expected a list; begin each item with \"- \"".to_owned());
                &[]
            }
        }
    }

    /// A section of objects with ids.
    fn list<F: Form>(&mut self, node: &Node) {
        for item in self.items(node) {
            let form: F = match decode(item) {
                Ok(form) => form,
                Err(error) => {
                    self.failed(error);
                    continue;
                }
            };
            let object = form.into_object(item, &mut self.context);
            let fields = item.fields();
            let found = std::mem::take(&mut self.context.problems);
            if let Some(object) = object.filter(|_| found.is_empty()) {
                self.keep(object, fields);
                continue;
            }
            for p in found {
                let at = p.at.or_else(|| fields.at(&p.path));
                self.problems.push(FileProblem::new(self.path, at, p.message).suggest(p.suggestion));
            }
        }
    }

    /// A section that is one object made of rows. `None` when a row is wrong.
    fn rows<F: for<'n> serde::Deserialize<'n>>(&mut self, node: &Node) -> Option<Vec<F>> {
        let before = self.problems.len();
        let mut rows = Vec::new();
        for item in self.items(node) {
            match decode::decode(item) {
                Ok(row) => rows.push(row),
                Err(error) => self.failed(error),
            }
        }
        (self.problems.len() == before).then_some(rows)
    }

    fn severities(&mut self, rows: Vec<SeverityFile>, node: &Node) {
        let fields = node.fields();
        let mut seen = BTreeSet::new();
        let mut sound = true;
        for (n, row) in rows.iter().enumerate() {
            if !seen.insert(row.id.clone()) {
                self.add(fields.at(&format!("[{n}].id")), format!("severity \"{}\" stands in the table twice", row.id));
                sound = false;
            }
        }
        if rows.is_empty() {
            self.add(
                Some(node.at),
                "the severity table has no rows; leave the key out to keep the shipped table".to_owned(),
            );
            sound = false;
        }
        if sound {
            self.keep(
                ConfigObject::Severities(SeverityTable { rows: rows.into_iter().map(convert::severity).collect() }),
                fields,
            );
        }
    }

    fn keep(&mut self, object: ConfigObject, fields: Fields) {
        let (kind, id) = (object.kind(), object.id().to_owned());
        let at = fields.at("");
        let key = (kind, id);
        if let Some(first) = self.origins.get(&key) {
            let place = format!("{}:{}", first.path, first.line);
            let message = match kind {
                ConfigKind::Routes => {
                    format!("routes are also in {place}; keep them in one file, because their order counts")
                }
                ConfigKind::Severities | ConfigKind::Response => {
                    format!("{} is also in {place}; keep it in one file", kind.word())
                }
                _ => format!("{} \"{}\" is also in {place}; an id names one object", kind.word(), key.1),
            };
            return self.add(fields.at("id").or(at), message);
        }
        self.origins.insert(key, Origin { path: self.path.to_owned(), line: at.map_or(1, |p| p.line), fields });
        self.objects.push(object);
    }
}
