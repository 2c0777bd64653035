//! A stretch of time that may be open at either end.
use crate::evaluation::Instant;

/// `starts_at <= now < ends_at`, each when it is set.
#[derive(Debug, Default)]
pub(crate) struct Period {
    pub(crate) starts_at: Option<Instant>,
    pub(crate) ends_at: Option<Instant>,
}

impl Period {
    pub(crate) fn contains(&self, now: Instant) -> bool {
        self.starts_at.is_none_or(|start| start <= now) && self.ends_at.is_none_or(|end| now < end)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_start_is_in_and_the_end_is_not() {
        let period = Period {
            starts_at: Some(Instant(10)),
            ends_at: Some(Instant(20)),
        };
        let at = |now| period.contains(Instant(now));
        assert_eq!([9, 10, 19, 20].map(at), [false, true, true, false]);
        assert!(Period::default().contains(Instant(i64::MIN)));
    }
}
