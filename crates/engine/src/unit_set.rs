//! A set of unit ids, byte-exact.
use std::hash::{BuildHasher, Hasher};

use foldhash::fast::RandomState;

use crate::texts::Texts;

/// Ids of one kind: an id costs its bytes and seven to twelve more.
#[derive(Debug)]
pub(crate) struct UnitSet {
    ids: Texts,
    cells: Cells,
    seed: RandomState,
}

/// By hash, the number of an id, from 1; 0 where there is none.
/// INVARIANT: a power of two, and at least a quarter of them 0, so that a search ends.
#[derive(Debug)]
enum Cells {
    Small(Box<[u16]>),
    Large(Box<[u32]>),
}

impl Cells {
    /// Room for so many ids.
    fn new(ids: u32) -> Option<Self> {
        let room = usize::try_from(ids).ok()?.checked_mul(4)?.div_ceil(3);
        let room = room.max(1).next_power_of_two();
        Some(match u16::try_from(ids) {
            Ok(_) => Self::Small(vec![0; room].into()),
            Err(_) => Self::Large(vec![0; room].into()),
        })
    }

    fn len(&self) -> usize {
        match self {
            Self::Small(cells) => cells.len(),
            Self::Large(cells) => cells.len(),
        }
    }

    #[inline]
    fn get(&self, at: usize) -> u32 {
        match self {
            Self::Small(cells) => cells.get(at).copied().unwrap_or_default().into(),
            Self::Large(cells) => cells.get(at).copied().unwrap_or_default(),
        }
    }

    fn set(&mut self, at: usize, number: u32) -> Option<()> {
        match self {
            Self::Small(cells) => *cells.get_mut(at)? = u16::try_from(number).ok()?,
            Self::Large(cells) => *cells.get_mut(at)? = number,
        }
        Some(())
    }
}

impl UnitSet {
    /// `None` when positions in all of their text have no room in 32 bits.
    pub(crate) fn new(ids: &[&str]) -> Option<Self> {
        let mut set = Self {
            ids: ids.iter().collect(),
            cells: Cells::new(u32::try_from(ids.len()).ok()?)?,
            seed: RandomState::default(),
        };
        if set.ids.len() < ids.len() {
            return None;
        }
        for (number, id) in (1..).zip(ids) {
            set.cells.set(set.find(id), number)?;
        }
        Some(set)
    }

    pub(crate) fn len(&self) -> usize {
        self.ids.len()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.ids.is_empty()
    }

    #[inline]
    pub(crate) fn contains(&self, id: &str) -> bool {
        !self.is_empty() && self.cells.get(self.find(id)) != 0
    }

    /// The cell of an id, or the empty one where it would be.
    #[inline]
    fn find(&self, id: &str) -> usize {
        let mask = self.cells.len().wrapping_sub(1);
        let mut hasher = self.seed.build_hasher();
        hasher.write(id.as_bytes());
        let mut at = usize::try_from(hasher.finish()).unwrap_or_default() & mask;
        while let number @ 1.. = self.cells.get(at)
            && self.id(number) != Some(id)
        {
            at = at.wrapping_add(1) & mask;
        }
        at
    }

    /// An id by its number, from 1.
    #[inline]
    fn id(&self, number: u32) -> Option<&str> {
        self.ids.get(usize::try_from(number.checked_sub(1)?).ok()?)
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
