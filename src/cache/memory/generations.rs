//! Generations within this process: they distinguish a value that was computed before an invalidation from a later one.
//!
//! **Invariant:** a number is never given twice, and a tag keeps its cell while anything is stamped with it. So an
//! invalidated value stays invalid, even if unused tags are forgotten meanwhile.

use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};

use crate::cache::{Generation, Tag, TagSet};

/// A tag's current generation.
#[derive(Debug)]
struct Cell {
    number: AtomicU64,
    /// The generation at which Redis was found to have none for the tag; 0 if unknown.
    absent: AtomicU64,
}

impl Cell {
    fn number(&self) -> u64 {
        self.number.load(Ordering::Acquire)
    }
}

/// The generations of some tags, captured before the value that carries them was read from anywhere.
#[derive(Debug, Clone, Default)]
pub(in crate::cache) struct LocalStamps {
    tags: Arc<TagSet>,
    cells: Arc<[(Arc<Cell>, u64)]>,
}

impl LocalStamps {
    /// Whether none of the tags has been invalidated since.
    pub(in crate::cache) fn are_current(&self) -> bool {
        self.cells.iter().all(|(cell, number)| cell.number() == *number)
    }

    /// Whether none of the tags that `known` lacks has been invalidated since.
    pub(in crate::cache) fn are_current_beside(&self, known: &Self) -> bool {
        let mut late = self.pairs().filter(|(tag, _)| !known.tags.contains(*tag));
        late.all(|(_, (cell, number))| cell.number() == *number)
    }

    /// Whether the value was valid until this invalidation, and is invalid now.
    pub(in crate::cache) fn fell_with(&self, invalidated: &Invalidated) -> bool {
        let before = |cell: &Arc<Cell>| match invalidated.0.get(&address(cell)) {
            Some((_, before)) => *before,
            None => cell.number(),
        };
        let mut cells = self.cells.iter();
        let was_current = cells.all(|(cell, number)| before(cell) == *number);
        was_current && !self.are_current()
    }

    /// Notes which of the tags have no generation in Redis: no entry there that carries one of them is valid.
    pub(in crate::cache) fn note_found(&self, in_redis: &BTreeMap<Tag, Generation>) {
        for (tag, (cell, number)) in self.pairs() {
            let absent = if in_redis.contains_key(tag) { 0 } else { *number };
            cell.absent.store(absent, Ordering::Relaxed);
        }
    }

    /// Notes that Redis has a generation for each of the tags.
    pub(in crate::cache) fn note_minted(&self) {
        self.cells.iter().for_each(|(cell, _)| cell.absent.store(0, Ordering::Relaxed));
    }

    /// Whether Redis has no generation for one of the tags, so that it has no valid entry that carries all of them.
    pub(in crate::cache) fn are_absent(&self) -> bool {
        self.cells.iter().any(|(cell, number)| cell.absent.load(Ordering::Relaxed) == *number)
    }

    /// The tags.
    pub(in crate::cache) fn tags(&self) -> &TagSet {
        &self.tags
    }

    /// Whether it has one of these tags.
    pub(in crate::cache) fn carries_any(&self, tags: &TagSet) -> bool {
        tags.iter().any(|tag| self.tags.contains(tag))
    }

    /// The tags, and those among them that have been invalidated since.
    pub(in crate::cache) fn state(&self) -> (TagSet, TagSet) {
        let void = |(_, (cell, number)): &(&Tag, &(Arc<Cell>, u64))| cell.number() != *number;
        let void = self.pairs().filter(void).map(|(tag, _)| tag.clone());
        ((*self.tags).clone(), void.collect())
    }

    /// The stamps of a value that is made of two others; a tag of both keeps the older generation.
    pub(in crate::cache) fn union(&self, other: &Self) -> Self {
        let mut all: BTreeMap<_, _> = self.pairs().collect();
        for (tag, captured) in other.pairs() {
            let kept = all.entry(tag).or_insert(captured);
            if captured.1 < kept.1 {
                *kept = captured;
            }
        }
        Self {
            tags: Arc::new(all.keys().map(|tag| (*tag).clone()).collect()),
            cells: all.into_values().cloned().collect(),
        }
    }

    /// The stamps of a value that depends on only some of the tags; `None` if one of those was not captured.
    pub(in crate::cache) fn only(&self, tags: &TagSet) -> Option<Self> {
        if !tags.is_subset(&self.tags) {
            return None;
        }
        let kept = self.pairs().filter(|(tag, _)| tags.contains(*tag));
        Some(Self {
            cells: kept.map(|(_, cell)| cell.clone()).collect(),
            tags: Arc::new(tags.clone()),
        })
    }

    /// Each tag with its cell and captured generation: both lists are in the order of the tags.
    fn pairs(&self) -> impl Iterator<Item = (&Tag, &(Arc<Cell>, u64))> {
        self.tags.iter().zip(self.cells.iter())
    }
}

/// Tags that were invalidated together, with their generations before that.
#[derive(Debug, Default)]
pub(in crate::cache) struct Invalidated(HashMap<usize, (Arc<Cell>, u64)>);

/// Identifies a cell by its address; the holders of the cell keep it alive.
fn address(cell: &Arc<Cell>) -> usize {
    Arc::as_ptr(cell) as usize
}

/// The generations of every tag that something is stamped with.
#[derive(Debug)]
pub(in crate::cache) struct LocalGenerations {
    table: Mutex<Table>,
}

#[derive(Debug)]
struct Table {
    cells: HashMap<Tag, Weak<Cell>>,
    last: u64,
    /// The size at which unused cells are searched for.
    sweep_at: usize,
}

/// Below this many tags, unused tags are not searched for.
const SWEEP_FROM: usize = 1024;

impl Default for LocalGenerations {
    fn default() -> Self {
        Self { table: Mutex::new(Table { cells: HashMap::new(), last: 0, sweep_at: SWEEP_FROM }) }
    }
}

impl LocalGenerations {
    /// The current generations of some tags.
    pub(in crate::cache) fn capture(&self, tags: &TagSet) -> LocalStamps {
        let mut table = self.table.lock().unwrap_or_else(PoisonError::into_inner);
        let cells = tags.iter().map(|tag| table.cell(tag));
        let cells: Arc<[_]> = cells
            .map(|cell| {
                let number = cell.number();
                (cell, number)
            })
            .collect();
        drop(table);
        LocalStamps { tags: Arc::new(tags.clone()), cells }
    }

    /// Invalidates everything that is stamped with one of the tags.
    pub(in crate::cache) fn invalidate<'a>(
        &self,
        tags: impl IntoIterator<Item = &'a Tag>,
    ) -> Invalidated {
        let mut invalidated = Invalidated::default();
        let mut table = self.table.lock().unwrap_or_else(PoisonError::into_inner);
        for tag in tags {
            table.last += 1;
            // A tag whose cell has no other references is not the tag of any entry.
            if let Some(cell) = table.cells.get(tag).and_then(Weak::upgrade) {
                let before = cell.number.swap(table.last, Ordering::AcqRel);
                // If a tag is named twice, the first generation is the one from before.
                let held = invalidated.0.entry(address(&cell));
                held.or_insert((cell, before));
            }
        }
        invalidated
    }
}

impl Table {
    fn cell(&mut self, tag: &Tag) -> Arc<Cell> {
        if let Some(cell) = self.cells.get(tag).and_then(Weak::upgrade) {
            return cell;
        }
        if self.cells.len() >= self.sweep_at {
            self.cells.retain(|_, cell| cell.strong_count() > 0);
            self.sweep_at = (self.cells.len() * 2).max(SWEEP_FROM);
        }
        self.last += 1;
        let cell = Cell { number: AtomicU64::new(self.last), absent: AtomicU64::new(0) };
        let cell = Arc::new(cell);
        self.cells.insert(tag.clone(), Arc::downgrade(&cell));
        cell
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tags(names: &[&'static str]) -> TagSet {
        names.iter().map(|name| Tag::all(name)).collect()
    }

    #[test]
    fn an_invalidation_voids_what_carries_the_tag_and_nothing_else() {
        let generations = LocalGenerations::default();
        let one = generations.capture(&tags(&["a", "b"]));
        let other = generations.capture(&tags(&["c"]));
        generations.invalidate(&tags(&["b"]));
        assert!(!one.are_current() && other.are_current());
        assert!(generations.capture(&tags(&["a", "b"])).are_current());
    }

    #[test]
    fn a_forgotten_tag_never_brings_back_what_was_void() {
        let generations = LocalGenerations::default();
        let void = generations.capture(&tags(&["a"]));
        generations.invalidate(&tags(&["a"]));
        for n in 0..SWEEP_FROM * 3 {
            drop(generations.capture(&TagSet::from([Tag::one("n", &n.to_string())])));
        }
        assert!(!void.are_current());
        let held = generations.table.lock().expect("not poisoned").cells.len();
        assert!(held <= SWEEP_FROM + 1, "{held} cells are held");
    }

    #[test]
    fn a_union_is_void_as_soon_as_one_of_its_parts_is() {
        let generations = LocalGenerations::default();
        let early = generations.capture(&tags(&["a", "b"]));
        let both = early.union(&generations.capture(&tags(&["c"])));
        assert!(both.are_current() && both.are_current_beside(&early));
        generations.invalidate(&tags(&["c"]));
        assert!(!both.are_current() && !both.are_current_beside(&early));
        // A tag that was captured again later does not make the invalid part valid again.
        let again = both.union(&generations.capture(&tags(&["c"])));
        assert!(!again.are_current());
    }

    #[test]
    fn what_falls_with_an_invalidation_was_current_until_then() {
        let generations = LocalGenerations::default();
        let [one, both, other] =
            [&["a"][..], &["a", "b"], &["c"]].map(|names| generations.capture(&tags(names)));
        let first = generations.invalidate(&tags(&["b", "d"]));
        let fell = [&one, &both, &other].map(|stamps| stamps.fell_with(&first));
        assert_eq!(fell, [false, true, false]);
        let second = generations.invalidate([&Tag::all("a"), &Tag::all("a")]);
        let fell = [&one, &both, &other].map(|stamps| stamps.fell_with(&second));
        assert_eq!(fell, [true, false, false]);
        assert_eq!(both.state(), (tags(&["a", "b"]), tags(&["a", "b"])));
    }

    #[test]
    fn what_redis_was_found_to_lack_is_looked_for_again_after_a_load_or_an_invalidation() {
        let generations = LocalGenerations::default();
        let [list, other] =
            [&["a", "b"][..], &["b"]].map(|names| generations.capture(&tags(names)));
        let has_b = BTreeMap::from([(Tag::all("b"), Generation::mint())]);
        list.note_found(&has_b);
        assert!(list.are_absent() && !other.are_absent());
        list.note_minted();
        assert!(!list.are_absent());
        list.note_found(&has_b);
        generations.invalidate(&tags(&["a"]));
        assert!(!generations.capture(&tags(&["a", "b"])).are_absent());
    }

    #[test]
    fn what_carries_one_of_some_tags_is_told_from_what_carries_none() {
        let generations = LocalGenerations::default();
        let stamps = generations.capture(&tags(&["a", "b"]));
        assert!(stamps.carries_any(&tags(&["b", "c"])));
        assert!(!stamps.carries_any(&tags(&["c"])) && !stamps.carries_any(&TagSet::new()));
    }

    #[test]
    fn stamps_narrow_to_what_was_captured_and_no_further() {
        let generations = LocalGenerations::default();
        let stamps = generations.capture(&tags(&["a", "b"]));
        assert!(stamps.only(&tags(&["a", "c"])).is_none());
        let only = stamps.only(&tags(&["a"])).expect("captured");
        generations.invalidate(&tags(&["b"]));
        assert!(only.are_current() && !stamps.are_current());
    }
}
