//! A 32-bit Roaring bitmap in its portable format, read where it lies.
//!
//! The format: <https://github.com/RoaringBitmap/RoaringFormatSpec>.
use crate::container::{Container, Form, cardinality, find, from_cardinality};
use crate::numbers::{low16, low32, position, u16_at, u32_at};

const WITHOUT_RUNS: u32 = 12346;
const WITH_RUNS: u32 = 12347;
/// A bitmap with runs and with fewer containers says no offsets.
const OFFSETS_FROM: usize = 4;

#[derive(Debug, Clone, Copy)]
pub(crate) struct Bitmap<'a> {
    bytes: &'a [u8],
    /// A bit for each container: whether it holds runs. Empty when none does.
    runs: &'a [u8],
    /// Key and cardinality of each container, two bytes each.
    keys: &'a [u8],
    /// Where each container begins, four bytes each.
    offsets: Option<&'a [u8]>,
    /// Where the first container begins.
    first: usize,
}

impl<'a> Bitmap<'a> {
    #[inline]
    pub(crate) fn open(bytes: &'a [u8]) -> Option<Self> {
        let cookie = u32_at(bytes, 0)?;
        let (count, runs, at) = if cookie == WITHOUT_RUNS {
            (position(u32_at(bytes, 4)?), bytes.get(8..8)?, 8)
        } else if cookie & 0xffff == WITH_RUNS {
            let count = position(cookie >> 16).checked_add(1)?;
            let at = count.div_ceil(8).checked_add(4)?;
            (count, bytes.get(4..at)?, at)
        } else {
            return None;
        };
        let wide = count.checked_mul(4)?;
        let behind = at.checked_add(wide)?;
        let keys = bytes.get(at..behind)?;
        let has_offsets = runs.is_empty() || count >= OFFSETS_FROM;
        let first = behind.checked_add(if has_offsets { wide } else { 0 })?;
        Some(Self {
            bytes,
            runs,
            keys,
            offsets: if has_offsets {
                Some(bytes.get(behind..first)?)
            } else {
                None
            },
            first,
        })
    }

    #[inline]
    pub(crate) fn contains(&self, number: u32) -> bool {
        let number = u64::from(number);
        find(self.keys, 4, low16(number >> 16))
            .ok()
            .and_then(|index| self.container(index))
            .is_some_and(|container| container.contains(low16(number)))
    }

    pub(crate) fn numbers(self) -> impl Iterator<Item = u32> + Clone + use<'a> {
        (0..self.len()).flat_map(move |index| {
            let key = u32::from(self.key(index).unwrap_or_default()).wrapping_shl(16);
            let members = self.container(index).map(|container| container.members());
            members
                .unwrap_or_default()
                .into_iter()
                .map(move |low| key | u32::from(low))
        })
    }

    fn len(&self) -> usize {
        self.keys.len() >> 2
    }

    fn key(&self, index: usize) -> Option<u16> {
        u16_at(self.keys, index.checked_mul(4)?)
    }

    #[inline]
    fn container(&self, index: usize) -> Option<Container<'a>> {
        let start = match self.offsets {
            Some(offsets) => position(u32_at(offsets, index.checked_mul(4)?)?),
            None => (0..index).try_fold(self.first, |start, before| {
                start.checked_add(self.container_at(before, start)?.len())
            })?,
        };
        self.container_at(index, start)
    }

    #[inline]
    fn container_at(&self, index: usize, start: usize) -> Option<Container<'a>> {
        let members = u16_at(self.keys, index.checked_mul(4)?.checked_add(2)?)?;
        let runs = self
            .runs
            .get(index >> 3)
            .is_some_and(|bits| u32::from(*bits).wrapping_shr(low32_of(index & 7)) & 1 == 1);
        Container::open(runs, from_cardinality(members), self.bytes.get(start..)?)
    }
}

#[inline]
fn low32_of(index: usize) -> u32 {
    low32(crate::numbers::length(index))
}

/// A bitmap in the making; containers come in the order of their keys.
#[derive(Default)]
pub(crate) struct BitmapMaker {
    keys: Vec<u8>,
    runs: Vec<bool>,
    ends: Vec<usize>,
    containers: Vec<u8>,
}

impl BitmapMaker {
    pub(crate) fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    pub(crate) fn push(&mut self, key: u16, members: &[u16]) {
        let (form, _) = Form::least(members);
        form.write(members, &mut self.containers);
        self.keys.extend(key.to_le_bytes());
        self.keys.extend(cardinality(members).to_le_bytes());
        self.runs.push(form == Form::Runs);
        self.ends.push(self.containers.len());
    }

    /// Writes the bitmap behind what is there and begins a new one.
    pub(crate) fn finish(&mut self, out: &mut Vec<u8>) {
        let count = self.ends.len();
        let with_runs = self.runs.contains(&true);
        let began = out.len();
        if with_runs {
            let less_one = u32::try_from(count.saturating_sub(1)).unwrap_or(u32::MAX);
            out.extend((WITH_RUNS | less_one.wrapping_shl(16)).to_le_bytes());
            out.extend(self.runs.chunks(8).map(|eight| {
                eight
                    .iter()
                    .rev()
                    .fold(0_u8, |bits, run| bits.wrapping_shl(1) | u8::from(*run))
            }));
        } else {
            out.extend(WITHOUT_RUNS.to_le_bytes());
            out.extend(u32::try_from(count).unwrap_or(u32::MAX).to_le_bytes());
        }
        out.extend_from_slice(&self.keys);
        if !with_runs || count >= OFFSETS_FROM {
            let header = out.len().saturating_sub(began);
            let first = header.saturating_add(count.saturating_mul(4));
            let starts = std::iter::once(0)
                .chain(self.ends.iter().copied())
                .take(count);
            out.extend(starts.flat_map(|start| {
                let start = first.saturating_add(start);
                u32::try_from(start).unwrap_or(u32::MAX).to_le_bytes()
            }));
        }
        out.extend_from_slice(&self.containers);
        *self = Self::default();
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;
    use roaring::RoaringBitmap;

    use super::*;
    use crate::container::for_each_container;

    fn ours(numbers: &BTreeSet<u32>) -> Vec<u8> {
        let mut maker = BitmapMaker::default();
        for_each_container(
            numbers.iter().map(|number| u64::from(*number)),
            |high, members| {
                maker.push(low16(high), members);
            },
        );
        let mut bytes = Vec::new();
        maker.finish(&mut bytes);
        bytes
    }

    fn reference(numbers: &BTreeSet<u32>, optimized: bool) -> Vec<u8> {
        let mut bitmap: RoaringBitmap = numbers.iter().collect();
        if optimized {
            bitmap.optimize();
        }
        let mut bytes = Vec::new();
        bitmap.serialize_into(&mut bytes).unwrap();
        bytes
    }

    /// Sets of every form: scattered, dense, in runs; in few and in many containers.
    fn numbers() -> impl Strategy<Value = BTreeSet<u32>> {
        let scattered = prop::collection::btree_set(any::<u32>(), 0..50);
        let close = prop::collection::btree_set(0_u32..300_000, 0..100);
        let runs = prop::collection::vec((0_u32..600_000, 1_u32..9_000), 0..6);
        let dense = (0_u32..200_000, 0_u32..20_000, 1_u32..4);
        (scattered, close, runs, dense).prop_map(|(mut all, close, runs, (from, count, step))| {
            all.extend(close);
            all.extend(
                runs.into_iter()
                    .flat_map(|(first, count)| first..first + count),
            );
            all.extend((0..count).map(|index| from + index * step));
            all
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]
        #[test]
        fn the_reference_implementation_reads_what_we_write(numbers in numbers()) {
            let read = RoaringBitmap::deserialize_from(ours(&numbers).as_slice()).unwrap();
            prop_assert!(read.iter().eq(numbers.iter().copied()));
        }

        #[test]
        fn we_read_what_the_reference_implementation_writes(
            numbers in numbers(), optimized: bool, others in prop::collection::vec(any::<u32>(), 20),
        ) {
            let bytes = reference(&numbers, optimized);
            let bitmap = Bitmap::open(&bytes).unwrap();
            prop_assert!(bitmap.numbers().eq(numbers.iter().copied()));
            for number in numbers.iter().step_by(9).flat_map(|number| [*number, number ^ 1, number ^ (1 << 16)]) {
                prop_assert_eq!(bitmap.contains(number), numbers.contains(&number));
            }
            for number in others {
                prop_assert_eq!(bitmap.contains(number), numbers.contains(&number));
            }
        }

        #[test]
        fn ours_are_no_larger(numbers in numbers()) {
            prop_assert!(ours(&numbers).len() <= reference(&numbers, true).len());
        }

        #[test]
        fn damaged_bytes_are_read_without_a_panic(
            numbers in numbers(),
            changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8),
            cut in any::<prop::sample::Index>(),
        ) {
            let mut bytes = ours(&numbers);
            for (at, byte) in changes {
                let at = at.index(bytes.len().min(64));
                bytes[at] = byte;
            }
            bytes.truncate(cut.index(bytes.len() + 1));
            if let Some(bitmap) = Bitmap::open(&bytes) {
                bitmap.contains(7);
                bitmap.contains(u32::MAX);
                bitmap.numbers().take(10_000).for_each(drop);
            }
        }
    }

    #[test]
    fn a_full_container_is_one_run() {
        let all: BTreeSet<u32> = (0..=0xffff).collect();
        assert_eq!(ours(&all).len(), 4 + 1 + 4 + 2 + 4);
        let bytes = ours(&all);
        let bitmap = Bitmap::open(&bytes).unwrap();
        assert!(bitmap.contains(0) && bitmap.contains(0xffff) && !bitmap.contains(0x1_0000));
    }

    #[test]
    fn nothing_is_a_bitmap_too() {
        let bytes = ours(&BTreeSet::new());
        assert_eq!(bytes, reference(&BTreeSet::new(), false));
        assert!(!Bitmap::open(&bytes).unwrap().contains(0));
    }
}
