//! A price that was lowered.

use chrono::{DateTime, Utc};
use rust_decimal::prelude::ToPrimitive as _;
use rust_decimal::{Decimal, RoundingStrategy};
use serde::{Deserialize, Serialize};

use super::Price;

/// The last change of a listing's price, where it lowered the price and readers could see both.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reduction {
    /// The price before.
    pub from: Price,
    /// The price since then.
    pub to: Price,
    /// When it was lowered.
    pub at: DateTime<Utc>,
}

impl Reduction {
    /// In words, such as “Reduced by 5 %”; without a number where it is less than half of one per cent.
    pub fn words(&self) -> String {
        let (from, to) = (self.from.as_decimal(), self.to.as_decimal());
        let part =
            (from - to).checked_mul(Decimal::ONE_HUNDRED).and_then(|part| part.checked_div(from));
        let percent =
            part.map(|part| part.round_dp_with_strategy(0, RoundingStrategy::MidpointAwayFromZero));
        match percent.and_then(|percent| percent.to_u8()) {
            None | Some(0) => "Reduced".to_owned(),
            Some(percent) => format!("Reduced by {percent}\u{a0}%"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reduction_is_told_in_whole_per_cent() {
        for (from, to, words) in [
            ("200000", "190000", "Reduced by 5\u{a0}%"),
            ("199999.99", "189999.99", "Reduced by 5\u{a0}%"),
            ("1000", "985", "Reduced by 2\u{a0}%"),
            ("1000", "996", "Reduced"),
            ("99999999.99", "0", "Reduced by 100\u{a0}%"),
            ("0", "0", "Reduced"),
        ] {
            let price = |text| Price::parse(text).expect("a price");
            let at = DateTime::UNIX_EPOCH;
            let reduction = Reduction { from: price(from), to: price(to), at };
            assert_eq!(reduction.words(), words, "{from} {to}");
        }
    }
}
