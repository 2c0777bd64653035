//! Refreshes that came to nothing, by kind: whoever feeds the data plane counts them here.
use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// More kinds than anybody has; a label that grows without bound would fill the memory.
const MOST_KINDS: usize = 64;

/// Counters by kind. Written by one thread now and then: a lock is cheap enough.
#[derive(Debug, Default)]
pub(crate) struct FailedRefreshes(Mutex<BTreeMap<Box<str>, u64>>);

impl FailedRefreshes {
    /// Counts some; none makes the kind known, so that its metric begins at 0.
    pub(crate) fn add(&self, kind: &str, times: u64) {
        let mut kinds = self.lock();
        if let Some(count) = kinds.get_mut(kind) {
            *count = count.wrapping_add(times);
        } else if kinds.len() < MOST_KINDS {
            kinds.insert(kind.into(), times);
        }
    }

    /// Every kind that there was, and how often.
    pub(crate) fn counts(&self) -> Vec<(Box<str>, u64)> {
        let kinds = self.lock();
        kinds.iter().map(|(kind, n)| (kind.clone(), *n)).collect()
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<Box<str>, u64>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_is_counted_up_to_a_bound_of_kinds() {
        let failed = FailedRefreshes::default();
        failed.add("timeout", 1);
        failed.add("damaged", 0);
        failed.add("timeout", 1);
        assert_eq!(
            failed.counts(),
            [("damaged".into(), 0), ("timeout".into(), 2)]
        );
        for kind in 0..1000 {
            failed.add(&kind.to_string(), 1);
        }
        assert_eq!(failed.counts().len(), MOST_KINDS);
        failed.add("timeout", 1);
        assert!(failed.counts().contains(&("timeout".into(), 3)));
    }
}
