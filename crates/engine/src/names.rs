//! A lookup from a name to its position, keyed by a random seed of the process.
use std::collections::HashMap;

use foldhash::fast::RandomState;

/// Names of one table. Lookup costs the same however many there are.
#[derive(Debug)]
pub(crate) struct Names(HashMap<Box<str>, u32, RandomState>);

impl Names {
    /// Names in the order of their table; one that occurs twice keeps its last position.
    pub(crate) fn new<'n>(names: impl Iterator<Item = &'n str>) -> Self {
        Self(
            names
                .zip(0..)
                .map(|(name, position)| (name.into(), position))
                .collect(),
        )
    }

    pub(crate) fn get(&self, name: &str) -> Option<u32> {
        self.0.get(name).copied()
    }
}
