//! Identifiers that look random and are not: a function of the seed and of how many were made before.
//!
//! Not here: anything secret. A small generator of our own, because a library's may change its
//! sequence between versions, and then no seed would reproduce an old run.

#[derive(Debug)]
pub(crate) struct Seeded(u64);

/// The letters that Kubernetes uses behind `generateName`: no vowels, no look-alikes.
const SUFFIX_LETTERS: &[u8; 27] = b"bcdfghjklmnpqrstvwxz2456789";
const SUFFIX_LENGTH: usize = 5;

impl Seeded {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// `SplitMix64`.
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// A version 4 UUID.
    pub(crate) fn uid(&mut self) -> String {
        let (high, low) = (self.next(), self.next());
        format!(
            "{:08x}-{:04x}-4{:03x}-{:04x}-{:012x}",
            high >> 32,
            (high >> 16) & 0xffff,
            high & 0xfff,
            0x8000 | ((low >> 48) & 0x3fff),
            low & 0xffff_ffff_ffff,
        )
    }

    /// What stands behind `generateName`.
    pub(crate) fn suffix(&mut self) -> String {
        let mut bits = self.next();
        let mut suffix = String::with_capacity(SUFFIX_LENGTH);
        for _ in 0..SUFFIX_LENGTH {
            let at = usize::try_from(bits % 27).unwrap_or(0);
            suffix.push(char::from(SUFFIX_LETTERS[at]));
            bits /= 27;
        }
        suffix
    }
}
