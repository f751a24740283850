//! Price bands: listings of one place in the same band are similar.

use rust_decimal::Decimal;

use super::Price;

/// The steps of a decade, in tenths: the R5 series of preferred numbers (ISO 3:1973), each about 1.6 times the previous
/// one, so that bands of low and high prices are equally wide in proportion.
const STEPS: [i64; 5] = [10, 16, 25, 40, 63];

/// A range of prices from one preferred number to just below the next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PriceBand {
    floor: Decimal,
    end: Decimal,
}

impl PriceBand {
    /// The band of a price. Prices below 1 have a band of their own.
    pub fn of(price: Price) -> Self {
        let price = price.as_decimal();
        let mut band = Self { floor: Decimal::ZERO, end: Decimal::ONE };
        let mut decade = Decimal::new(1, 1);
        // Eight digits before the decimal point are eight decades.
        for _ in 0..8 {
            for step in 1..=STEPS.len() {
                if price < band.end {
                    return band;
                }
                let next = STEPS.get(step).copied().unwrap_or(100);
                band = Self { floor: band.end, end: decade * Decimal::from(next) };
            }
            decade *= Decimal::TEN;
        }
        band
    }

    /// The lowest price in it.
    pub fn floor(self) -> Decimal {
        self.floor
    }

    /// The lowest price above it.
    pub fn end(self) -> Decimal {
        self.end
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn band(price: &str) -> (String, String) {
        let band = PriceBand::of(Price::parse(price).expect("a price"));
        (band.floor().to_string(), band.end().to_string())
    }

    #[test]
    fn a_band_reaches_from_one_preferred_number_to_the_next() {
        for (price, floor, end) in [
            ("0", "0", "1"),
            ("0.99", "0", "1"),
            ("1", "1", "1.6"),
            ("1.59", "1.0", "1.6"),
            ("9.99", "6.3", "10"),
            ("10", "10", "16"),
            ("249999.99", "160000", "250000"),
            ("250000", "250000", "400000"),
            ("99999999.99", "63000000", "100000000"),
        ] {
            let (found_floor, found_end) = band(price);
            let same = |a: &str, b: &str| {
                let parse = |text: &str| text.parse::<Decimal>().expect("a number");
                parse(a) == parse(b)
            };
            assert!(same(&found_floor, floor), "{price}: {found_floor}");
            assert!(same(&found_end, end), "{price}: {found_end}");
        }
    }

    proptest::proptest! {
        #[test]
        fn every_price_is_inside_its_band(hundredths in 0i64..=9_999_999_999) {
            let price = Price::from_hundredths(hundredths).expect("in range");
            let band = PriceBand::of(price);
            proptest::prop_assert!(band.floor() <= price.as_decimal() && price.as_decimal() < band.end());
        }
    }
}
