//! A set of unit ids, byte-exact.
use std::collections::HashSet;

use foldhash::fast::RandomState;

/// Ids of one kind.
#[derive(Debug)]
pub(crate) struct UnitSet(HashSet<Box<str>, RandomState>);

impl UnitSet {
    pub(crate) fn new(ids: impl Iterator<Item = String>) -> Self {
        Self(ids.map(String::into_boxed_str).collect())
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn contains(&self, id: &str) -> bool {
        self.0.contains(id)
    }
}
