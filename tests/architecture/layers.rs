//! Checks which layer uses which.

use std::collections::BTreeSet;

use super::modules::Modules;
use super::{read, root};

/// Each layer with the modules that it may use; a path stands for that module and those below it. The module that
/// defines a name counts, not the one that re-exports it.
const LAYERS: [(&str, &[&str]); 11] = [
    ("domain", &[]),
    ("tls", &[]),
    ("config", &["tls"]),
    ("cache", &["config", "tls"]),
    ("db", &["domain", "config", "tls"]),
    ("mail", &["config", "domain"]),
    ("media", &["domain", "config"]),
    ("events", &["cache", "db", "domain"]),
    ("services", &["cache", "db", "media", "events", "mail", "domain"]),
    // From the cache: pages, outcomes of levels, and reports for operators. Nothing that holds a connection.
    (
        "http",
        &[
            "services",
            "domain",
            "config",
            // The limits of uploads, the reasons for refusing one, and files to send.
            "media",
            "cache::caller",
            "cache::compression",
            "cache::loaded",
            "cache::metrics::level",
            "cache::page",
            "cache::policy",
            "cache::probe_step",
            "cache::recent",
            "cache::refusal",
            "cache::served",
        ],
    ),
    ("app", &["http", "services", "mail", "events", "cache", "db", "media", "config", "domain"]),
];

#[test]
fn layers_use_only_those_below() {
    let modules = Modules::of_crate();
    let mut wrong = BTreeSet::new();
    for (user, definer, path) in modules.edges() {
        let (Some(layer), Some(of)) = (user.first(), definer.first()) else {
            continue;
        };
        let may = LAYERS.iter().find(|(name, _)| name == layer);
        let may = may.map_or(&[][..], |(_, may)| may);
        let definer = format!("{}::", definer.join("::"));
        let is_allowed = |allowed: &&str| definer.starts_with(&format!("{allowed}::"));
        if layer != of && !may.iter().any(is_allowed) {
            wrong.insert(format!("{} uses {path} of {definer}", user.join("::")));
        }
    }
    let wrong: Vec<_> = wrong.into_iter().collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_module_of_the_crate_is_a_layer() {
    let lib = read(&root().join("src/lib.rs"));
    let modules = lib.lines().filter_map(|line| line.strip_prefix("pub mod "));
    let modules: BTreeSet<_> = modules.map(|name| name.trim_end_matches(';')).collect();
    let layers: BTreeSet<_> = LAYERS.iter().map(|(layer, _)| *layer).collect();
    assert_eq!(modules, layers);
}
