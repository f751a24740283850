//! Cycles between modules, at any depth.
//!
//! **Invariant:** within each module, its own code and its child modules (each with everything below it) have no cycle.
//! So there is none between files either.

use std::collections::BTreeSet;

use super::modules::{Modules, Name, made_of};

/// The edges of every cycle, each with the names that cause it.
fn cycles_of(modules: &Modules) -> Vec<String> {
    let edges = modules.edges();
    let mut found = Vec::new();
    for parent in modules.names() {
        let child = |name: &Name| name.get(parent.len()).map_or("mod.rs", |child| child).to_owned();
        let below =
            edges.iter().filter(|(from, to, _)| from.starts_with(parent) && to.starts_with(parent));
        let here = below.filter(|(from, to, _)| child(from) != child(to));
        let here: Vec<_> = here.map(|edge| (child(edge.0), child(&edge.1), edge)).collect();
        let graph: BTreeSet<_> =
            here.iter().map(|(from, to, _)| (from.as_str(), to.as_str())).collect();
        for (from, to) in circular(&graph) {
            let shown = here.iter().filter(|(a, b, _)| a == from && b == to);
            let shown = shown
                .map(|(.., (from, _, path))| format!("      {} mentions {path}", from.join("::")));
            let shown: Vec<_> = shown.collect();
            found.push(format!(
                "in crate::{}: {from} -> {to}\n{}",
                parent.join("::"),
                shown.join("\n")
            ));
        }
    }
    found
}

/// The edges that are part of a cycle.
fn circular<'a>(graph: &BTreeSet<(&'a str, &'a str)>) -> Vec<(&'a str, &'a str)> {
    let reaches = |from: &str, goal: &str| {
        let (mut open, mut seen) = (vec![from], BTreeSet::from([from]));
        while let Some(at) = open.pop() {
            let next = graph.iter().filter(|(from, _)| *from == at).map(|(_, to)| *to);
            open.extend(next.filter(|to| seen.insert(to)));
        }
        seen.contains(goal)
    };
    graph.iter().copied().filter(|(from, to)| reaches(to, from)).collect()
}

#[test]
fn modules_have_no_cycles() {
    let cycles = cycles_of(&Modules::of_crate());
    assert!(cycles.is_empty(), "{}", cycles.join("\n"));
}

#[test]
fn cycles_are_found_between_files_and_between_folders() {
    let cycles = |files: &[(&str, &str)]| {
        let all = cycles_of(&made_of(files));
        all.iter().filter_map(|cycle| cycle.lines().next().map(str::to_owned)).collect::<Vec<_>>()
    };
    let files = [("", ""), ("a", "use crate::b::B;"), ("b", "use crate::a::A;")];
    assert_eq!(cycles(&files), ["in crate::: a -> b", "in crate::: b -> a"]);
    // No two of these files need each other, but their folders do.
    let folders = [
        ("", ""),
        ("a", ""),
        ("b", ""),
        ("a::one", "use crate::b::one::X;"),
        ("b::two", "use crate::a::two::X;"),
        ("a::two", ""),
        ("b::one", ""),
    ];
    assert_eq!(cycles(&folders), ["in crate::: a -> b", "in crate::: b -> a"]);
    // A parent that re-exports a child does not otherwise use it.
    let parent = [("", ""), ("a", "pub use b::B;"), ("a::b", "use super::Own;")];
    assert_eq!(cycles(&parent), ["in crate::a: b -> mod.rs", "in crate::a: mod.rs -> b"]);
    assert!(
        cycles(&[("", ""), ("a", "pub use b::B;"), ("a::b", ""), ("a::c", "use super::B;")])
            .is_empty()
    );
}
