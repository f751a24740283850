//! An estimate of how hard a secret is to guess.

/// Estimates the entropy of a secret in bits, as if its characters were drawn at random. A repeated part counts once.
/// The result is an upper bound: a well-known pass phrase also has a high one.
pub(super) fn bits(secret: &[u8]) -> f64 {
    let period = (1..=secret.len()).find(|period| {
        let mut pairs = secret.iter().zip(&secret[*period..]);
        pairs.all(|(a, b)| a == b)
    });
    let once = &secret[..period.unwrap_or(0)];
    let mut distinct = once.to_vec();
    distinct.sort_unstable();
    distinct.dedup();
    once.len() as f64 * (distinct.len().max(1) as f64).log2()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_random_is_stronger_than_what_repeats_itself() {
        let random = bits(b"3f9a1c7be25d48069c1e7fa3b2d4608e");
        assert!(random > 110.0, "{random}");
        for weak in [
            "",
            "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
            "passwordpasswordpasswordpassword",
            "changemechangemechangemechangeme",
            "01010101010101010101010101010101",
        ] {
            let bits = bits(weak.as_bytes());
            assert!(bits < 60.0, "{weak}: {bits}");
        }
    }
}
