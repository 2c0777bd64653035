//! A lookup from a name to its position, keyed by a random seed of the process.
use std::hash::{BuildHasher, Hasher};

use foldhash::fast::RandomState;

use crate::words::Words;

/// Names of one table. Lookup costs the same however many there are.
///
/// The standard map spends more on finding a group of candidates than on the name: here a table
/// at most half full leads straight to the one candidate.
#[derive(Debug)]
pub(crate) struct Names {
    seed: RandomState,
    /// INVARIANT: a power of two, at least twice the names.
    cells: Box<[Option<Cell>]>,
}

#[derive(Clone, Debug)]
struct Cell {
    hash: u64,
    /// Of a short name, so that it is compared without following a pointer.
    words: Option<Words>,
    name: Box<str>,
    position: u32,
}

impl Names {
    /// Names in the order of their table, each once.
    pub(crate) fn new<'n>(names: impl ExactSizeIterator<Item = &'n str>) -> Self {
        let size = names.len().saturating_mul(2).next_power_of_two();
        let mut table = Self {
            seed: RandomState::default(),
            cells: vec![None; size].into(),
        };
        for (name, position) in names.zip(0..) {
            table.insert(name, position);
        }
        table
    }

    fn insert(&mut self, name: &str, position: u32) {
        let (hash, words) = self.hash(name);
        let mut at = self.first(hash);
        while let Some(cell) = self.cells.get_mut(at) {
            if cell.is_none() {
                *cell = Some(Cell {
                    hash,
                    words,
                    name: name.into(),
                    position,
                });
                return;
            }
            at = self.next(at);
        }
    }

    #[inline]
    pub(crate) fn get(&self, name: &str) -> Option<u32> {
        let (hash, words) = self.hash(name);
        let mut at = self.first(hash);
        // INVARIANT: half of the cells are empty, so that the search ends.
        while let Some(Some(cell)) = self.cells.get(at) {
            let same = cell.hash == hash && cell.words == words;
            if same && (words.is_some() || *cell.name == *name) {
                return Some(cell.position);
            }
            at = self.next(at);
        }
        None
    }

    #[inline]
    fn hash(&self, name: &str) -> (u64, Option<Words>) {
        let words = Words::of(name.as_bytes());
        let mut hasher = self.seed.build_hasher();
        match words {
            Some(words) => words.hash(&mut hasher),
            None => hasher.write(name.as_bytes()),
        }
        (hasher.finish(), words)
    }

    #[inline]
    fn first(&self, hash: u64) -> usize {
        let mask = self.cells.len().wrapping_sub(1);
        usize::try_from(hash).unwrap_or_default() & mask
    }

    #[inline]
    fn next(&self, at: usize) -> usize {
        at.wrapping_add(1) & self.cells.len().wrapping_sub(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_is_found_at_its_position_and_no_other() {
        for count in [0, 1, 2, 3, 1_000] {
            let names: Vec<String> = (0..count)
                .map(|n| format!("{}{n}", "n".repeat(n % 30)))
                .collect();
            let table = Names::new(names.iter().map(String::as_str));
            for (position, name) in (0..).zip(&names) {
                assert_eq!(table.get(name), Some(position));
            }
            assert_eq!(table.get(""), None);
            assert_eq!(table.get("n"), None);
        }
    }
}
