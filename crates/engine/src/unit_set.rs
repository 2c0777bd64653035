//! A set of unit ids, byte-exact.
use std::hash::{BuildHasher, Hasher};

use foldhash::fast::RandomState;

/// Ids of one kind, in one text and two tables: an id costs its bytes and ten to sixteen more.
#[derive(Debug)]
pub(crate) struct UnitSet {
    /// All ids, one behind the other.
    text: Box<str>,
    /// Where each id ends in the text.
    ends: Box<[u32]>,
    /// By hash, the number of an id, from 1; 0 where there is none.
    /// INVARIANT: a power of two, and at least a quarter of them 0, so that a search ends.
    cells: Box<[u32]>,
    seed: RandomState,
}

impl UnitSet {
    /// `None` when positions in all of their text have no room in 32 bits.
    pub(crate) fn new(ids: &[&str]) -> Option<Self> {
        let text: Box<str> = ids.concat().into();
        u32::try_from(text.len()).ok()?;
        let ends = ids.iter().scan(0_usize, |end, id| {
            *end = end.saturating_add(id.len());
            u32::try_from(*end).ok()
        });
        let room = ids.len().checked_mul(4)?.div_ceil(3);
        let mut set = Self {
            text,
            ends: ends.collect(),
            cells: vec![0; room.max(1).next_power_of_two()].into(),
            seed: RandomState::default(),
        };
        for (number, id) in (1..).zip(ids) {
            *set.cells.get_mut(set.find(id))? = number;
        }
        Some(set)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    #[inline]
    pub(crate) fn contains(&self, id: &str) -> bool {
        !self.is_empty() && self.cells.get(self.find(id)).is_some_and(|cell| *cell != 0)
    }

    /// The cell of an id, or the empty one where it would be.
    #[inline]
    fn find(&self, id: &str) -> usize {
        let mask = self.cells.len().wrapping_sub(1);
        let mut hasher = self.seed.build_hasher();
        hasher.write(id.as_bytes());
        let mut at = usize::try_from(hasher.finish()).unwrap_or_default() & mask;
        while let Some(number) = self.cells.get(at)
            && *number != 0
            && self.id(*number) != Some(id)
        {
            at = at.wrapping_add(1) & mask;
        }
        at
    }

    /// An id by its number, from 1.
    #[inline]
    fn id(&self, number: u32) -> Option<&str> {
        let end = |count: u32| {
            let at = usize::try_from(count.checked_sub(1)?).ok()?;
            usize::try_from(*self.ends.get(at)?).ok()
        };
        let start = end(number.checked_sub(1)?).unwrap_or_default();
        self.text.get(start..end(number)?)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn an_empty_set_contains_nothing() {
        let set = UnitSet::new(&[]).unwrap();
        assert!(set.is_empty());
        assert!(!set.contains("") && !set.contains("u"));
    }

    fn of(ids: &[String]) -> UnitSet {
        let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
        UnitSet::new(&ids).unwrap()
    }

    #[test]
    fn a_thousand_ids_are_found() {
        let ids: Vec<String> = (0..1_000).map(|n| format!("u-{n}")).collect();
        let set = of(&ids);
        assert!(ids.iter().all(|id| set.contains(id)));
        assert!(!(1_000..2_000).any(|n| set.contains(&format!("u-{n}"))));
    }

    proptest! {
        #[test]
        fn it_contains_what_it_was_made_of_and_nothing_else(
            ids in prop::collection::btree_set("[ab\u{e9}]{1,4}", 0..200),
            others in prop::collection::vec("[ab\u{e9}]{0,4}", 100),
        ) {
            let listed: Vec<String> = ids.iter().cloned().collect();
            let set = of(&listed);
            prop_assert_eq!(set.is_empty(), ids.is_empty());
            for id in &ids {
                prop_assert!(set.contains(id));
            }
            for other in others {
                prop_assert_eq!(set.contains(&other), ids.contains(&other));
            }
        }
    }
}
