//! A Rust file as the checks see it: its syntax tree, and its tokens with lines, split into what ships and what only tests.
//!
//! Strings and comments are never mistaken for code: checks ask for tokens, literals or comments by name.

use proc_macro2::{TokenStream, TokenTree};
use syn::visit::{self, Visit};

/// A parsed file.
pub struct Source {
    /// Relative to the repository.
    pub path: String,
    /// As on disk.
    pub text: String,
    /// Its syntax tree; spans carry lines.
    pub syntax: syn::File,
}

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A word or a sign.
    Code,
    /// A literal that is not documentation.
    Literal,
    /// The text of a `///` or `//!` comment.
    Documentation,
}

/// One token.
#[derive(Debug, Clone)]
pub struct Token {
    /// As written.
    pub text: String,
    /// 1-based.
    pub line: usize,
    /// What it is.
    pub kind: Kind,
    /// Inside a test file or a `#[cfg(test)]` item.
    pub test: bool,
    /// (line, column) of the first character and of the one after the last.
    pub span: ((usize, usize), (usize, usize)),
}

impl Source {
    /// Parses `text`.
    ///
    /// # Errors
    /// When it is not Rust.
    pub fn parse(path: &str, text: &str) -> syn::Result<Self> {
        Ok(Self { path: path.to_owned(), text: text.to_owned(), syntax: syn::parse_file(text)? })
    }

    /// The folder below `crates/` it belongs to, or `xtask`; `None` elsewhere.
    pub fn krate(&self) -> Option<&str> {
        match self.path.strip_prefix("crates/") {
            Some(rest) => rest.split('/').next(),
            None => self.path.starts_with("xtask/").then_some("xtask"),
        }
    }

    /// The file holds tests only: `tests.rs`, `…_tests.rs`, anything in a `tests/` folder, benches.
    pub fn is_test_file(&self) -> bool {
        self.path.ends_with("_tests.rs")
            || self.path.split('/').any(|part| matches!(part, "tests" | "tests.rs" | "benches"))
    }

    /// Part of the product or of xtask, not a test, bench or example.
    pub fn ships(&self) -> bool {
        !self.is_test_file()
            && self.krate().is_some()
            && self.path.split('/').nth(1 + usize::from(self.path.starts_with("crates/"))) == Some("src")
    }

    /// First and last lines of the `#[cfg(test)]` items.
    pub fn test_lines(&self) -> Vec<(usize, usize)> {
        let mut finder = TestItems(Vec::new());
        finder.visit_file(&self.syntax);
        finder.0
    }

    /// Every token, groups opened up.
    pub fn tokens(&self) -> Vec<Token> {
        let mut tokens = Vec::new();
        // Parsed a second time as bare tokens: a syntax tree would give them back without the delimiters' own places.
        if let Ok(stream) = self.text.parse::<TokenStream>() {
            flatten(stream, &mut tokens);
        }
        let everywhere = self.is_test_file();
        let tests = self.test_lines();
        for token in &mut tokens {
            token.test = everywhere || tests.iter().any(|(first, last)| (*first..=*last).contains(&token.line));
        }
        tokens
    }

    /// Comments of every kind, as (line, text of that line without code literals).
    pub fn lines_without_literals(&self) -> Vec<(usize, String)> {
        let mut lines: Vec<Vec<char>> = self.text.lines().map(|line| line.chars().collect()).collect();
        for token in self.tokens().iter().filter(|token| token.kind == Kind::Literal) {
            blank(&mut lines, token.span);
        }
        lines.into_iter().enumerate().map(|(index, line)| (index + 1, line.into_iter().collect())).collect()
    }
}

fn blank(
    lines: &mut [Vec<char>],
    ((first_line, first_column), (last_line, end_column)): ((usize, usize), (usize, usize)),
) {
    for number in first_line..=last_line {
        let Some(line) = lines.get_mut(number - 1) else { return };
        let from = if number == first_line { first_column } else { 0 };
        let to = if number == last_line { end_column.min(line.len()) } else { line.len() };
        if let Some(part) = line.get_mut(from..to) {
            part.fill(' ');
        }
    }
}

fn flatten(stream: TokenStream, into: &mut Vec<Token>) {
    for tree in stream {
        let span = tree.span();
        let place = |span: proc_macro2::Span| {
            let (start, end) = (span.start(), span.end());
            ((start.line, start.column), (end.line, end.column))
        };
        let mut push = |text: String, kind: Kind, span: proc_macro2::Span| {
            into.push(Token { text, line: span.start().line, kind, test: false, span: place(span) });
        };
        match tree {
            TokenTree::Ident(ident) => push(ident.to_string(), Kind::Code, span),
            TokenTree::Punct(punct) => push(punct.as_char().to_string(), Kind::Code, span),
            TokenTree::Literal(literal) => {
                let documents = ends_with(into, &["doc", "="]);
                let kind = if documents { Kind::Documentation } else { Kind::Literal };
                into.push(Token {
                    text: literal.to_string(),
                    line: span.start().line,
                    kind,
                    test: false,
                    span: place(span),
                });
            }
            TokenTree::Group(group) => {
                let (open, close) = match group.delimiter() {
                    proc_macro2::Delimiter::Parenthesis => ("(", ")"),
                    proc_macro2::Delimiter::Brace => ("{", "}"),
                    proc_macro2::Delimiter::Bracket => ("[", "]"),
                    proc_macro2::Delimiter::None => ("", ""),
                };
                push(open.to_owned(), Kind::Code, group.span_open());
                flatten(group.stream(), into);
                into.push(Token {
                    text: close.to_owned(),
                    line: group.span_close().start().line,
                    kind: Kind::Code,
                    test: false,
                    span: place(group.span_close()),
                });
            }
        }
    }
}

fn ends_with(tokens: &[Token], words: &[&str]) -> bool {
    tokens.len() >= words.len()
        && tokens[tokens.len() - words.len()..].iter().zip(words).all(|(token, word)| token.text == *word)
}

/// Where `pattern` (words and single signs) occurs in code tokens; gives the first token of each hit.
pub fn find<'a>(tokens: &'a [Token], pattern: &[&str]) -> Vec<&'a Token> {
    tokens
        .windows(pattern.len())
        .filter(|window| {
            window.iter().zip(pattern).all(|(token, word)| token.kind == Kind::Code && token.text == *word)
        })
        .filter_map(|window| window.first())
        .collect()
}

/// The text inside a string literal token, roughly: without prefix, hashes and quotes.
pub fn string_content(literal: &str) -> Option<&str> {
    let from = literal.find('"')? + 1;
    let to = literal.rfind('"')?;
    literal.get(from..to)
}

struct TestItems(Vec<(usize, usize)>);

impl<'ast> Visit<'ast> for TestItems {
    fn visit_item_mod(&mut self, item: &'ast syn::ItemMod) {
        if is_cfg_test(&item.attrs) {
            self.push(item);
        } else {
            visit::visit_item_mod(self, item);
        }
    }

    fn visit_item_fn(&mut self, item: &'ast syn::ItemFn) {
        if is_cfg_test(&item.attrs) {
            self.push(item);
        }
    }

    fn visit_item_impl(&mut self, item: &'ast syn::ItemImpl) {
        if is_cfg_test(&item.attrs) {
            self.push(item);
        }
    }
}

impl TestItems {
    fn push(&mut self, item: &impl syn::spanned::Spanned) {
        let span = item.span();
        self.0.push((span.start().line, span.end().line));
    }
}

fn is_cfg_test(attributes: &[syn::Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        attribute.path().is_ident("cfg") && attribute.parse_args::<syn::Ident>().is_ok_and(|ident| ident == "test")
    })
}
