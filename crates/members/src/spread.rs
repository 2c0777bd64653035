//! A permutation of 64 bits that spreads integers over a table.
//!
//! Multiplications by odd numbers and shifts folded back, each of which can be undone: the finalizer
//! of SplitMix64 (Steele, Lea and Flood, 2014). It has no key: what outsiders can do with it is to fill
//! one bucket, and a bucket is searched by halves.

const FIRST: u64 = 0xbf58_476d_1ce4_e5b9;
const SECOND: u64 = 0x94d0_49bb_1331_11eb;
/// What undoes the multiplications.
const FIRST_BACK: u64 = inverse(FIRST);
const SECOND_BACK: u64 = inverse(SECOND);

#[inline]
pub(crate) fn spread(number: u64) -> u64 {
    let number = (number ^ (number >> 30)).wrapping_mul(FIRST);
    let number = (number ^ (number >> 27)).wrapping_mul(SECOND);
    number ^ (number >> 31)
}

pub(crate) fn gather(spread: u64) -> u64 {
    let number = unfold(spread, 31).wrapping_mul(SECOND_BACK);
    let number = unfold(number, 27).wrapping_mul(FIRST_BACK);
    unfold(number, 30)
}

/// Undoes `number ^ (number >> by)` for shifts of which three are more than 64 bits.
fn unfold(folded: u64, by: u32) -> u64 {
    folded ^ folded.wrapping_shr(by) ^ folded.wrapping_shr(by).wrapping_shr(by)
}

/// Newton's iteration: each round doubles the bits that are right, and an odd number is its own
/// inverse in three.
const fn inverse(odd: u64) -> u64 {
    let mut found = odd;
    let mut right = 3_u32;
    while right < 64 {
        found = found.wrapping_mul(2_u64.wrapping_sub(odd.wrapping_mul(found)));
        right = right.saturating_mul(2);
    }
    found
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_published_sequence_comes_out() {
        // SplitMix64 from the seed 0: its state grows by this number.
        assert_eq!(spread(0x9e37_79b9_7f4a_7c15), 0xe220_a839_7b1d_cdaf);
    }

    proptest! {
        #[test]
        fn what_was_spread_is_gathered(number: u64) {
            prop_assert_eq!(gather(spread(number)), number);
        }
    }
}
