//! Pseudo-random numbers that follow from a seed alone.
//!
//! Invariant: the same on every machine; good enough to choose by, and for nothing that must be secret.

/// `SplitMix64` (Steele, Lea and Flood, 2014).
pub(super) struct Chance(u64);

impl Chance {
    pub(super) fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// Below `limit`; 0 when that is 0.
    pub(super) fn below(&mut self, limit: usize) -> usize {
        let wide = u64::try_from(limit).unwrap_or(u64::MAX);
        usize::try_from(self.next().checked_rem(wide).unwrap_or(0)).unwrap_or(0)
    }
}
