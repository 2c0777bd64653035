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
    /// By hash, the number of a name, from 1; 0 where there is none.
    /// INVARIANT: a power of two, at least twice the names.
    cells: Box<[u32]>,
    names: Box<[Name]>,
}

#[derive(Debug)]
struct Name {
    hash: u64,
    /// Of a short name, so that it is compared without following a pointer.
    words: Option<Words>,
    /// Of a long one.
    text: Option<Box<str>>,
}

impl Names {
    /// Names in the order of their table, each once.
    pub(crate) fn new<'n>(names: impl ExactSizeIterator<Item = &'n str>) -> Self {
        let size = names.len().saturating_mul(2).next_power_of_two();
        let mut table = Self {
            seed: RandomState::default(),
            cells: vec![0; size].into(),
            names: Box::default(),
        };
        let mut kept = Vec::with_capacity(names.len());
        for (name, number) in names.zip(1..) {
            let (hash, words) = table.hash(name);
            table.insert(hash, number);
            kept.push(Name {
                hash,
                words,
                text: words.is_none().then(|| name.into()),
            });
        }
        table.names = kept.into();
        table
    }

    fn insert(&mut self, hash: u64, number: u32) {
        let mut at = self.first(hash);
        while let Some(cell) = self.cells.get_mut(at) {
            if *cell == 0 {
                *cell = number;
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
        while let Some(position) = self.cells.get(at)?.checked_sub(1) {
            let known = self.names.get(usize::try_from(position).ok()?)?;
            let same = known.hash == hash && known.words == words;
            if same && (words.is_some() || known.text.as_deref() == Some(name)) {
                return Some(position);
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
