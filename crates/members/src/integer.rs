//! Ids that are integers.

/// The number of an id that is written as numbers are: `7`, not `007`, `+7` or `7.0`.
#[inline]
pub(crate) fn canonical(id: &str) -> Option<u64> {
    let digits = id.as_bytes();
    match digits {
        [b'0'] => Some(0),
        [b'1'..=b'9', rest @ ..] if rest.len() < 20 && rest.iter().all(u8::is_ascii_digit) => {
            id.parse().ok()
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_canonical_decimals_of_64_bits_are_integers() {
        assert_eq!(canonical("0"), Some(0));
        assert_eq!(canonical("7"), Some(7));
        assert_eq!(canonical("18446744073709551615"), Some(u64::MAX));
        let others = [
            "",
            "007",
            "00",
            "+7",
            "-7",
            "-0",
            " 7",
            "7 ",
            "7.0",
            "1e3",
            "0x7",
            "1_000",
            "٧",
            "18446744073709551616",
            "99999999999999999999",
            "100000000000000000000",
        ];
        for other in others {
            assert_eq!(canonical(other), None, "{other}");
        }
    }
}
