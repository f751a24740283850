//! The rows of the tables of levels.

use super::units::{duration, ratio, timed};
use crate::http::views::filters::grouped;
use crate::services::{LevelFigures, Report};

/// A level as the tables show it.
pub(super) struct LevelRow {
    pub(super) name: &'static str,
    pub(super) ratio: String,
    /// Hits, misses, stale, collapsed, bypassed, stored, invalidated, errors.
    pub(super) counts: [String; 8],
    /// Median, 95 % and 99 % of hits, then of loads.
    pub(super) times: [String; 6],
    /// The time that hits have spared.
    pub(super) time_saved: String,
    /// The statements that they have.
    pub(super) statements_saved: String,
    /// How many statements a load takes.
    pub(super) per_load: String,
}

pub(super) fn level_rows(report: &Report) -> Vec<LevelRow> {
    report.levels.iter().map(|level| row(report, level)).collect()
}

fn row(report: &Report, figures: &LevelFigures) -> LevelRow {
    let counts = &figures.counts;
    let counted = [
        counts.hits,
        counts.misses,
        counts.stale,
        counts.collapsed,
        counts.bypass,
        counts.stores,
        counts.invalidations,
        counts.errors,
    ];
    let (hits, loads) = (counts.hit_times.total() > 0, counts.load_times.total() > 0);
    let hit = |share| timed(figures.quantile(share), hits);
    let load = |share| timed(figures.load_quantile(share), loads);
    let saved = report.saved(figures);
    let none = || "–".to_owned();
    LevelRow {
        name: figures.level.name(),
        ratio: ratio(figures.hit_ratio()),
        counts: counted.map(grouped),
        times: [hit(0.5), hit(0.95), hit(0.99), load(0.5), load(0.95), load(0.99)],
        time_saved: saved.map_or_else(none, |saved| duration(saved.time_us)),
        statements_saved: saved.map_or_else(none, |saved| grouped(saved.statements)),
        per_load: saved.map_or_else(none, |saved| format!("{:.1}", saved.statements_per_load)),
    }
}
