//! The modules of the crate, and their dependencies.
//!
//! A file is a module. An edge leads from a module to the one that **defines** a name which its code mentions, in a
//! `use` or a path: `use super::x`, where the parent re-exports `x` of a sibling, is an edge to that sibling, not to
//! the parent; a re-export is an edge of its own file. Tests, and methods of types that a file does not name, cause no
//! edges.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use proc_macro2::{Delimiter, TokenStream, TokenTree};

use super::{files, read, root};

/// The path of a module from the crate's root: `["http", "pages"]`; empty for `lib.rs`.
pub(super) type Name = Vec<String>;

#[derive(Default)]
struct Module {
    /// Local names, each with its path.
    uses: BTreeMap<String, Name>,
    /// Every path that the code mentions, from the crate's root.
    paths: BTreeSet<Name>,
}

pub(super) struct Modules(BTreeMap<Name, Module>);

/// A path, its local name, and whether it comes from a `use`.
struct Mention {
    path: Name,
    alias: Option<String>,
    is_use: bool,
}

impl Modules {
    pub(super) fn of_crate() -> Self {
        let sources = files("src").into_iter();
        let sources = sources.filter(|path| path.extension().is_some_and(|end| end == "rs"));
        Self::new(sources.filter_map(|path| Some((module_name(&path)?, read(&path)))))
    }

    fn new(sources: impl Iterator<Item = (Name, String)>) -> Self {
        let mut mentions = BTreeMap::new();
        for (name, text) in sources {
            let code = text.parse().expect("Rust");
            read_module(name, code, &mut mentions);
        }
        let names: BTreeSet<_> = mentions.keys().cloned().collect();
        let mut modules = BTreeMap::new();
        for (name, mentions) in mentions {
            let mut module = Module::default();
            let (uses, others): (Vec<_>, Vec<_>) = mentions.into_iter().partition(|m| m.is_use);
            for mention in uses {
                if let Some(path) = absolute(&mention.path, &name, &names, &module.uses) {
                    let local = mention.alias.or_else(|| path.last().cloned());
                    module.paths.insert(path.clone());
                    module.uses.extend(local.map(|local| (local, path)));
                }
            }
            for mention in others {
                let path = absolute(&mention.path, &name, &names, &module.uses);
                module.paths.extend(path);
            }
            modules.insert(name, module);
        }
        Self(modules)
    }

    /// The module that defines the item of a path; `None` if the path is a module.
    fn definer(&self, path: &[String], fuel: usize) -> Option<Name> {
        let mut at = Name::new();
        for (index, segment) in path.iter().enumerate() {
            let child: Name = [&at[..], std::slice::from_ref(segment)].concat();
            let imported = self.0.get(&at).and_then(|module| module.uses.get(segment));
            let is_last = index + 1 == path.len();
            match (self.0.contains_key(&child), imported) {
                (true, _) if !is_last => at = child,
                (_, Some(target)) if fuel > 0 && *target != path[..=index] => {
                    let longer = [target, &path[index + 1..]].concat();
                    return self.definer(&longer, fuel - 1);
                }
                (true, _) => return None,
                (false, _) => return Some(at),
            }
        }
        None
    }

    /// The name of every module.
    pub(super) fn names(&self) -> impl Iterator<Item = &Name> {
        self.0.keys()
    }

    /// Each dependency, with the path that causes it.
    pub(super) fn edges(&self) -> Vec<(&Name, Name, String)> {
        let edges = self.0.iter().flat_map(|(name, module)| {
            module.paths.iter().filter_map(move |path| {
                let definer = self.definer(path, 8)?;
                (definer != *name).then(|| (name, definer, path.join("::")))
            })
        });
        edges.collect()
    }
}

/// The depth of a file below the crate's root.
fn depth(path: &Path) -> usize {
    let below = path.strip_prefix(root().join("src")).unwrap_or(path);
    let depth = below.components().count();
    match path.ends_with("mod.rs") {
        true => depth - 1,
        false => depth,
    }
}

/// The module of a file; `None` for the program and for test files.
fn module_name(path: &Path) -> Option<Name> {
    let below = path.strip_prefix(root().join("src")).ok()?.with_extension("");
    let names = below.iter().map(|part| part.to_string_lossy().into_owned());
    let mut names: Name = names.collect();
    names.truncate(depth(path));
    match names.last().map(String::as_str) {
        Some("main") => None,
        Some("lib") => Some(Name::new()),
        Some(name) if name.ends_with("_tests") => None,
        _ => Some(names),
    }
}

/// Records the paths that a module mentions, and each module inside it.
fn read_module(name: Name, code: TokenStream, found: &mut BTreeMap<Name, Vec<Mention>>) {
    let (mut words, mut inside) = (Vec::new(), Vec::new());
    flatten(code, &mut words, &mut inside);
    for (child, code) in inside {
        read_module([&name[..], &[child]].concat(), code, found);
    }
    found.insert(name, mentions(&words));
}

/// The tokens of a module's code without its tests, where `::` is one token, and the modules inside it.
fn flatten(code: TokenStream, words: &mut Vec<String>, inside: &mut Vec<(String, TokenStream)>) {
    let mut trees = code.into_iter().peekable();
    while let Some(tree) = trees.next() {
        match tree {
            TokenTree::Punct(punct) if punct.as_char() == ':' => {
                let is_path =
                    matches!(trees.peek(), Some(TokenTree::Punct(next)) if next.as_char() == ':');
                words.push(if is_path { "::" } else { ":" }.to_owned());
                trees.next_if(|_| is_path);
            }
            TokenTree::Punct(punct) if punct.as_char() == '#' => match trees.next() {
                // An item that exists only in tests ends with its body or a semicolon.
                Some(TokenTree::Group(group)) if group.stream().to_string() == "cfg (test)" => {
                    let ends = |tree: &TokenTree| match tree {
                        TokenTree::Group(group) => group.delimiter() == Delimiter::Brace,
                        tree => tree.to_string() == ";",
                    };
                    for _ in trees.by_ref().take_while(|tree| !ends(tree)) {}
                }
                Some(tree) => flatten(tree.into(), words, inside),
                None => {}
            },
            TokenTree::Group(group) if words.len() > 1 && words[words.len() - 2] == "mod" => {
                inside.extend(words.pop().map(|name| (name, group.stream())));
            }
            TokenTree::Group(group) => {
                let (open, close) = match group.delimiter() {
                    Delimiter::Brace => ("{", "}"),
                    _ => ("(", ")"),
                };
                words.push(open.to_owned());
                flatten(group.stream(), words, inside);
                words.push(close.to_owned());
            }
            tree => words.push(tree.to_string()),
        }
    }
}

/// Every path of at least two names, and every `use`.
fn mentions(words: &[String]) -> Vec<Mention> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < words.len() {
        let (word, next) = (&words[at], words.get(at + 1).map_or("", String::as_str));
        at += 1;
        match word.as_str() {
            // But not `+ use<'a>`.
            "use" if next != "<" => at = use_tree(words, at, &[], &mut found),
            word if is_name(word) && next == "::" => {
                let mut path = vec![word.to_owned()];
                while words.get(at).is_some_and(|word| word == "::")
                    && words.get(at + 1).is_some_and(|word| is_name(word))
                {
                    path.push(words[at + 1].clone());
                    at += 2;
                }
                found.push(Mention { path, alias: None, is_use: false });
            }
            _ => {}
        }
    }
    found
}

/// Reads a tree of `use` from its first token; returns where it ends.
fn use_tree(words: &[String], mut at: usize, prefix: &[String], found: &mut Vec<Mention>) -> usize {
    let mut path = prefix.to_vec();
    let mut alias = None;
    loop {
        match words[at].as_str() {
            "::" => {}
            "{" => {
                at += 1;
                while words[at] != "}" {
                    at = use_tree(words, at, &path, found);
                    at += usize::from(words[at] == ",");
                }
                return at + 1;
            }
            "as" => {
                alias = Some(words[at + 1].clone());
                at += 1;
            }
            "self" if !path.is_empty() && path != ["self"] => {}
            word if is_name(word) => path.push(word.to_owned()),
            _ => {
                found.push(Mention { path, alias, is_use: true });
                return at;
            }
        }
        at += 1;
    }
}

fn is_name(word: &str) -> bool {
    word.starts_with(|c: char| c.is_alphabetic() || c == '_')
}

/// A path from the crate's root; `None` for another crate's.
fn absolute(
    path: &[String],
    module: &Name,
    names: &BTreeSet<Name>,
    uses: &BTreeMap<String, Name>,
) -> Option<Name> {
    let (first, rest) = path.split_first()?;
    let child: Name = [&module[..], std::slice::from_ref(first)].concat();
    match first.as_str() {
        "crate" => Some(rest.to_vec()),
        "self" => Some([module, rest].concat()),
        "super" => {
            let ups = path.iter().take_while(|name| *name == "super").count();
            let base = &module[..module.len().checked_sub(ups)?];
            Some([base, &path[ups..]].concat())
        }
        _ if names.contains(&child) => Some([&child[..], rest].concat()),
        name => uses.get(name).map(|target| [&target[..], rest].concat()),
    }
}

/// A crate made of some files.
pub(super) fn made_of(files: &[(&str, &str)]) -> Modules {
    Modules::new(files.iter().map(|(path, text)| {
        let name = path.split("::").filter(|part| !part.is_empty());
        (name.map(str::to_owned).collect(), (*text).to_owned())
    }))
}

/// The edges of a crate, as `user -> definer`.
fn edges_of(files: &[(&str, &str)]) -> Vec<String> {
    let modules = made_of(files);
    let edges = modules.edges().into_iter();
    let edges: BTreeSet<_> =
        edges.map(|(from, to, _)| format!("{} -> {}", from.join("::"), to.join("::"))).collect();
    edges.into_iter().collect()
}

#[test]
fn a_name_leads_to_the_module_that_defines_it() {
    let parent = "mod b; mod c; pub use b::B; use c as other; pub mod inside { pub fn f() {} }";
    for (text, edge) in [
        ("use super::B;", "a::c -> a::b"),
        ("use super::{b::{self, X}, Own};", "a::c -> a::b"),
        ("use crate::a::b as x; fn f() { x::g() }", "a::c -> a::b"),
        ("fn f() { super::b::g(); }", "a::c -> a::b"),
        ("fn f() { assert!(crate::a::B::new()); }", "a::c -> a::b"),
        ("use super::Own as Mine;", "a::c -> a"),
        ("fn f() { super::inside::f() }", "a::c -> a::inside"),
    ] {
        let files = [("", "mod a;"), ("a", parent), ("a::b", ""), ("a::c", text)];
        let edges = edges_of(&files);
        assert!(edges.iter().any(|found| found == edge), "{text}: {edges:?}");
    }
    for text in [
        "// use super::B;\n/// [`super::B`]\nfn f() { \"super::B\"; }",
        "#[cfg(test)]\nmod tests { use crate::a::B; }",
        "use std::fmt; use super::b; fn f() -> impl Iterator + use<'_> { fmt::x() }",
    ] {
        let files =
            [("", "mod a;"), ("a", "mod b; mod c; pub use b::B;"), ("a::b", ""), ("a::c", text)];
        assert_eq!(edges_of(&files), ["a -> a::b"], "{text}");
    }
}
