//! Hit ratios and their ratings.

/// `hits / (hits + misses)`; `None` if both are 0.
pub(super) fn hit_ratio(hits: u64, misses: u64) -> Option<f64> {
    let total = hits + misses;
    (total > 0).then(|| hits as f64 / total as f64)
}

/// The rating of a ratio.
pub fn rating(ratio: Option<f64>) -> &'static str {
    match ratio {
        Some(ratio) if ratio >= 0.9 => "Excellent",
        Some(ratio) if ratio >= 0.7 => "Good",
        Some(ratio) if ratio >= 0.5 => "Fair",
        Some(_) => "Poor",
        None => "No data",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ratings_follow_their_thresholds() {
        for (ratio, want) in
            [(0.9, "Excellent"), (0.899, "Good"), (0.7, "Good"), (0.5, "Fair"), (0.49, "Poor")]
        {
            assert_eq!(rating(Some(ratio)), want);
        }
        assert_eq!(rating(hit_ratio(0, 0)), "No data");
        assert_eq!(hit_ratio(150, 50), Some(0.75));
    }
}
