//! Random numbers that are the same for the same listing.

/// SplitMix64 (Steele, Lea, Flood: Fast splittable pseudorandom number generators, 2014).
#[derive(Debug)]
pub(super) struct Seed(u64);

impl Seed {
    pub(super) fn new(number: i64) -> Self {
        Self(number.cast_unsigned())
    }

    /// A number from 0 to `end - 1`.
    pub(super) fn below(&mut self, end: u8) -> u8 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        let high = (mixed ^ (mixed >> 31)) >> 32;
        u8::try_from(high % u64::from(end.max(1))).unwrap_or(0)
    }

    /// One of several values, with equal probability.
    pub(super) fn pick<T: Copy, const N: usize>(&mut self, of: [T; N]) -> T {
        let at = self.below(u8::try_from(N).unwrap_or(u8::MAX));
        of[usize::from(at)]
    }
}
