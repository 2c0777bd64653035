//! Links dates.
use crate::evaluation::Instant;
use crate::period::Period;

const NANOS_PER_SECOND: i64 = 1_000_000_000;

/// Links two dates, each in seconds and nanoseconds, that may be absent.
pub(super) fn period(starts_at: Option<(i64, i32)>, ends_at: Option<(i64, i32)>) -> Period {
    Period {
        starts_at: starts_at.map(instant),
        ends_at: ends_at.map(instant),
    }
}

/// Dates beyond the range of an instant are its ends.
pub(super) fn instant((seconds, nanos): (i64, i32)) -> Instant {
    let whole = seconds.saturating_mul(NANOS_PER_SECOND);
    Instant(whole.saturating_add(nanos.into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_far_away_are_the_ends_of_time() {
        assert_eq!(instant((-1, 5)), Instant(-999_999_995));
        assert_eq!(instant((i64::MAX, 0)), Instant(i64::MAX));
        assert_eq!(instant((-100_000_000_000, 0)), Instant(i64::MIN));
    }
}
