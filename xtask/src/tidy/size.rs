//! Functions of at most 70 lines, files of about 400 and never more than 600. Tests are not counted.

use syn::spanned::Spanned;
use syn::visit::{self, Visit};

use super::Outcome;
use super::source::Source;
use crate::repo::Finding;

/// From `fn` to the closing brace.
const FUNCTION_LINES_MAX: usize = 70;
/// A note.
const FILE_LINES_AIM: usize = 400;
/// A failure.
const FILE_LINES_MAX: usize = 600;

/// Measures every shipped file.
pub fn outcome(sources: &[Source]) -> Outcome {
    let shipped: Vec<&Source> = sources.iter().filter(|source| source.ships()).collect();
    let mut findings = Vec::new();
    let mut notes = Vec::new();
    let mut functions = 0;
    for source in &shipped {
        let measured = measure(source);
        functions += measured.functions;
        findings.extend(measured.findings);
        notes.extend(measured.note);
    }
    Outcome { name: "size", looked_at: format!("{} files, {functions} functions", shipped.len()), findings, notes }
}

/// One file's measures.
pub struct Measured {
    functions: usize,
    /// Too long.
    pub findings: Vec<Finding>,
    /// Longer than we like.
    pub note: Option<String>,
}

/// Measures one file.
pub fn measure(source: &Source) -> Measured {
    let tests = source.test_lines();
    let mut functions = Functions(Vec::new());
    functions.visit_file(&source.syntax);
    let shipped: Vec<&(String, usize, usize)> = functions
        .0
        .iter()
        .filter(|(_, first, _)| !tests.iter().any(|(from, to)| (*from..=*to).contains(first)))
        .collect();
    let mut findings: Vec<Finding> = shipped
        .iter()
        .filter(|(_, first, last)| last + 1 - first > FUNCTION_LINES_MAX)
        .map(|(name, first, last)| {
            let problem = format!("function `{name}` has {} lines, {FUNCTION_LINES_MAX} are allowed", last + 1 - first);
            Finding::new(&source.path, *first, problem, "keep the branching here and move the leaves out")
        })
        .collect();
    let lines = source.text.lines().count() - tests.iter().map(|(first, last)| last + 1 - first).sum::<usize>();
    if lines > FILE_LINES_MAX {
        let problem = format!("{lines} lines without tests, {FILE_LINES_MAX} are allowed");
        findings.push(Finding::new(&source.path, 1, problem, "split it by what a reader looks for"));
    }
    let long = lines > FILE_LINES_AIM && lines <= FILE_LINES_MAX;
    let note =
        long.then(|| format!("{} has {lines} lines without tests; about {FILE_LINES_AIM} is the aim", source.path));
    Measured { functions: shipped.len(), findings, note }
}

/// (name, first line, last line) of every function with a body.
struct Functions(Vec<(String, usize, usize)>);

impl Functions {
    fn push(&mut self, signature: &syn::Signature, block: &syn::Block) {
        self.0.push((signature.ident.to_string(), signature.span().start().line, block.span().end().line));
    }
}

impl<'ast> Visit<'ast> for Functions {
    fn visit_item_fn(&mut self, item: &'ast syn::ItemFn) {
        self.push(&item.sig, &item.block);
        visit::visit_item_fn(self, item);
    }

    fn visit_impl_item_fn(&mut self, item: &'ast syn::ImplItemFn) {
        self.push(&item.sig, &item.block);
        visit::visit_impl_item_fn(self, item);
    }

    fn visit_trait_item_fn(&mut self, item: &'ast syn::TraitItemFn) {
        if let Some(block) = &item.default {
            self.push(&item.sig, block);
        }
        visit::visit_trait_item_fn(self, item);
    }
}
