//! Integers of 64 bits: one bitmap for each high half that occurs.
use crate::bitmap::{Bitmap, BitmapMaker};
use crate::container::{cost, for_each_container};
use crate::failure::Refused;
use crate::numbers::{length, low16, low32, position, u32_at, u64_at};

/// High half and end of a bitmap.
const RECORD: usize = 12;
/// Before the records: how many there are.
const COUNT: usize = 8;
/// What a bitmap costs beside its containers: its record, cookie and count.
const BITMAP_COST: u64 = 20;

#[derive(Debug, Clone, Copy)]
pub(crate) struct Bitmaps<'a> {
    records: &'a [u8],
    bitmaps: &'a [u8],
}

impl<'a> Bitmaps<'a> {
    #[inline]
    pub(crate) fn split(body: &'a [u8]) -> Option<Self> {
        let count = position(u64_at(body, 0)?);
        let records = count.checked_mul(RECORD)?.checked_add(COUNT)?;
        let (records, bitmaps) = body.split_at_checked(records)?;
        Some(Self {
            records: records.get(COUNT..)?,
            bitmaps,
        })
    }

    pub(crate) fn check(&self) -> Result<(), Refused> {
        let (mut before, mut end) = (None, 0);
        for index in 0..self.len() {
            let bitmap = self.bitmap(index);
            let (high, next) = self.record(index).unwrap_or_default();
            if before >= Some(high) || next < end || bitmap.is_none() {
                return Err(Refused("its bitmaps do not fit together"));
            }
            (before, end) = (Some(high), next);
        }
        if end != length(self.bitmaps.len()) {
            return Err(Refused("its bitmaps are not as long as they say"));
        }
        Ok(())
    }

    #[inline]
    pub(crate) fn contains(&self, number: u64) -> bool {
        let high = low32(number >> 32);
        let (mut from, mut to) = (0, self.len());
        while from < to {
            let middle = from.midpoint(to);
            let there = u32_at(self.records, middle.saturating_mul(RECORD)).unwrap_or(u32::MAX);
            match there.cmp(&high) {
                std::cmp::Ordering::Equal => {
                    return self
                        .bitmap(middle)
                        .is_some_and(|bitmap| bitmap.contains(low32(number)));
                }
                std::cmp::Ordering::Less => from = middle.saturating_add(1),
                std::cmp::Ordering::Greater => to = middle,
            }
        }
        false
    }

    /// All of them, sorted.
    pub(crate) fn numbers(self) -> impl Iterator<Item = u64> + Clone + use<'a> {
        (0..self.len()).flat_map(move |index| {
            let (high, _) = self.record(index).unwrap_or_default();
            let high = u64::from(high).wrapping_shl(32);
            self.bitmap(index)
                .into_iter()
                .flat_map(Bitmap::numbers)
                .map(move |low| high | u64::from(low))
        })
    }

    fn len(&self) -> usize {
        self.records.len().checked_div(RECORD).unwrap_or_default()
    }

    fn record(&self, index: usize) -> Option<(u32, u64)> {
        let at = index.checked_mul(RECORD)?;
        let end = u64_at(self.records, at.checked_add(4)?)?;
        Some((u32_at(self.records, at)?, end))
    }

    #[inline]
    fn bitmap(&self, index: usize) -> Option<Bitmap<'a>> {
        let start = match index.checked_sub(1) {
            None => 0,
            Some(before) => position(self.record(before)?.1),
        };
        let end = position(self.record(index)?.1);
        Bitmap::open(self.bitmaps.get(start..end)?)
    }
}

/// The body of sorted numbers.
pub(crate) fn body(numbers: impl Iterator<Item = u64>) -> Vec<u8> {
    let mut maker = BitmapMaker::default();
    let (mut records, mut bitmaps, mut high) = (Vec::new(), Vec::new(), 0);
    let mut end_bitmap = |maker: &mut BitmapMaker, high: u32| {
        if !maker.is_empty() {
            maker.finish(&mut bitmaps);
            records.extend(high.to_le_bytes());
            records.extend(length(bitmaps.len()).to_le_bytes());
        }
    };
    for_each_container(numbers, |key, members| {
        if low32(key >> 16) != high {
            end_bitmap(&mut maker, high);
        }
        high = low32(key >> 16);
        maker.push(low16(key), members);
    });
    end_bitmap(&mut maker, high);
    let count = length(records.len().checked_div(RECORD).unwrap_or_default());
    [count.to_le_bytes().as_slice(), &records, &bitmaps].concat()
}

/// The bytes of such a body, or a little more.
pub(crate) fn body_length(numbers: impl Iterator<Item = u64>) -> u64 {
    let (mut total, mut high) = (length(COUNT), None);
    for_each_container(numbers, |key, members| {
        if high != Some(key >> 16) {
            high = Some(key >> 16);
            total = total.saturating_add(BITMAP_COST);
        }
        total = total.saturating_add(cost(members));
    });
    total
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    fn numbers() -> impl Strategy<Value = BTreeSet<u64>> {
        let far = prop::collection::btree_set(any::<u64>(), 0..40);
        let near = prop::collection::btree_set((0_u64..4, 0_u64..100_000), 0..200);
        (far, near).prop_map(|(mut all, near)| {
            all.extend(near.into_iter().map(|(high, low)| (high << 32) + low));
            all
        })
    }

    proptest! {
        #[test]
        fn a_body_has_its_numbers_and_no_others(
            numbers in numbers(), others in prop::collection::vec(any::<u64>(), 20),
        ) {
            let body = body(numbers.iter().copied());
            let bitmaps = Bitmaps::split(&body).unwrap();
            prop_assert_eq!(bitmaps.check(), Ok(()));
            prop_assert!(bitmaps.numbers().eq(numbers.iter().copied()));
            let near = numbers.iter().flat_map(|number| [*number, number ^ 1, number ^ (1 << 40)]);
            for number in near.chain(others) {
                prop_assert_eq!(bitmaps.contains(number), numbers.contains(&number));
            }
            prop_assert!(length(body.len()) <= body_length(numbers.iter().copied()));
        }
    }

    #[test]
    fn the_ends_of_64_bits_are_numbers() {
        let body = body([0, u64::MAX].into_iter());
        let bitmaps = Bitmaps::split(&body).unwrap();
        assert!(bitmaps.contains(0) && bitmaps.contains(u64::MAX) && !bitmaps.contains(1));
    }
}
