//! A table of entries: which bucket, and 56 bits.
use std::cmp::Ordering;

use crate::failure::Refused;
use crate::numbers::{array_at, halves, length, low32, position, u32_at, u64_at};
use crate::sink::Sink;
use crate::writer::Writer;

/// The most bits of a directory: of 2³² − 1 members a bucket has 32 then.
const MOST_BITS: u8 = 27;
/// Bytes of an entry that are stored.
const STORED: usize = 7;
pub(crate) const STORED_BITS: u32 = 56;
const STORED_MASK: u64 = (1 << STORED_BITS) - 1;
/// So many entries are searched around where one should be: few are beyond it.
const WINDOW: usize = 16;
/// Eight bytes are read of each entry.
const WINDOW_LENGTH: usize = WINDOW * STORED + 1;
/// Bytes of an entry with the number of its bucket, in a delta.
pub(crate) const RECORD: usize = 11;
/// A fresh table has fewer members a bucket.
const FRESH_FULL: u64 = 48;
/// How many members a bucket may have, for a table that succeeds another to keep its directory.
const KEPT: std::ops::Range<u64> = 16..64;

/// The first bits of a 128-bit value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Entry {
    pub(crate) bucket: u32,
    pub(crate) stored: u64,
}

impl Entry {
    /// The first bits choose the bucket, the next 56 are stored.
    #[inline]
    pub(crate) fn of(value: u128, bits: u8) -> Self {
        let (high, low) = halves(value);
        let bits = u32::from(bits);
        // Two shifts each: one alone would be by 64 or 32 where there are no bits.
        let carried = (low >> 1).wrapping_shr(63_u32.saturating_sub(bits));
        Self {
            bucket: low32(high >> 33).wrapping_shr(31_u32.saturating_sub(bits)),
            stored: (high.wrapping_shl(bits) | carried) >> (64 - STORED_BITS),
        }
    }

    /// The value, with zeros where its bits were not kept.
    pub(crate) fn value(self, bits: u8) -> u128 {
        let bits = u32::from(bits);
        let bucket = u128::from(self.bucket).checked_shl(128_u32.saturating_sub(bits));
        let stored = u128::from(self.stored) << (128 - STORED_BITS);
        bucket.unwrap_or(0) | stored.wrapping_shr(bits)
    }

    /// Whether a directory of so many bits has its bucket.
    pub(crate) fn is_inside(self, bits: u8) -> bool {
        u64::from(self.bucket) < buckets(bits)
    }

    pub(crate) fn record(self) -> [u8; RECORD] {
        let both = u128::from(self.bucket) | (u128::from(self.stored) << 32);
        both.to_le_bytes()
            .first_chunk()
            .copied()
            .unwrap_or_default()
    }

    pub(crate) fn from_record(record: &[u8]) -> Option<Self> {
        let bucket = u32_at(record, 0)?;
        let stored = u64_at(record, 3)? >> 8;
        Some(Self { bucket, stored })
    }
}

/// The bits of a fresh table's directory: 24 to 48 members a bucket, or all in one.
pub(crate) fn fresh_bits(count: u64, least: u8) -> u8 {
    (least..MOST_BITS)
        .find(|bits| count.wrapping_shr(u32::from(*bits)) < FRESH_FULL)
        .unwrap_or(MOST_BITS)
}

/// The bits of a table that succeeds one: the same while its buckets stay in use, so that the two
/// can be told apart by a delta.
pub(crate) fn kept_bits(before: u8, count: u64, least: u8) -> u8 {
    if before >= least && KEPT.contains(&count.wrapping_shr(u32::from(before))) {
        before
    } else {
        fresh_bits(count, least)
    }
}

/// The bytes of a table's body.
pub(crate) fn body_length(count: u64, bits: u8) -> u64 {
    let starts = buckets(bits).saturating_add(1).saturating_mul(4);
    starts.saturating_add(count.saturating_mul(length(STORED)))
}

fn buckets(bits: u8) -> u64 {
    1_u64.wrapping_shl(u32::from(bits.min(MOST_BITS)))
}

/// Where the entries of a bucket begin and end, and what is looked for among them.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Range {
    low: usize,
    high: usize,
    stored: u64,
}

impl Range {
    #[inline]
    pub(crate) fn words(self) -> [u64; 3] {
        [length(self.low), length(self.high), self.stored]
    }

    #[inline]
    pub(crate) fn from_words([low, high, stored]: [u64; 3]) -> Self {
        Self {
            low: position(low),
            high: position(high),
            stored,
        }
    }
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct Table<'a> {
    bits: u8,
    count: u64,
    /// Of each bucket the number of its first entry, and of what would be behind the last.
    starts: &'a [u8],
    /// The stored bytes of all entries, and one more at least, so that eight can be read of each.
    stored: &'a [u8],
}

impl<'a> Table<'a> {
    /// The table in a body and what lies behind it, which are eight bytes at least.
    #[inline]
    pub(crate) fn split(bits: u8, count: u64, body: &'a [u8]) -> Option<Self> {
        let starts = position(buckets(bits)).checked_add(1)?.checked_mul(4)?;
        let (starts, stored) = body.split_at_checked(starts)?;
        Some(Self {
            bits,
            count,
            starts,
            stored,
        })
    }

    /// Checks the directory, and that the body is as long as it should be.
    pub(crate) fn check(&self, body: u64) -> Result<(), Refused> {
        if self.bits > MOST_BITS || body != body_length(self.count, self.bits) {
            return Err(Refused("its table is not as long as it says"));
        }
        let starts = || {
            self.starts
                .chunks_exact(4)
                .filter_map(|start| u32_at(start, 0))
        };
        let rises = starts().is_sorted();
        let ends = starts().next_back().map(u64::from);
        if !rises || starts().next() != Some(0) || ends != Some(self.count) {
            return Err(Refused(
                "the directory of its table does not rise to its members",
            ));
        }
        Ok(())
    }

    /// Where an entry would be: what the directory says, which is near.
    #[inline]
    pub(crate) fn range(&self, entry: Entry) -> Range {
        let (low, high) = self.bucket(entry.bucket).unwrap_or_default();
        Range {
            low,
            high,
            stored: entry.stored,
        }
    }

    /// Looks in a window of entries around where a hash of that size should be in its bucket, without
    /// a branch that depends on what is there: a CPU then goes on to the next lookup while this one's
    /// memory is under way.
    #[inline]
    pub(crate) fn contains(&self, range: Range) -> bool {
        let Range { low, high, stored } = range;
        let from = window(low, high, stored);
        match self.entries_from(from) {
            Some(window) if high.saturating_sub(low) >= WINDOW => {
                let at = |index| stored_at(window, index).unwrap_or_default();
                // Read first: the window lies on two or three lines, and all of them are waited for.
                let (lowest, highest) = (at(0), at(WINDOW - 1));
                let nothing_before = (from == low) | (lowest <= stored);
                let nothing_behind = (from.saturating_add(WINDOW) == high) | (stored <= highest);
                let mut last = 0_usize;
                for step in [8, 4, 2, 1] {
                    let next = last.saturating_add(step);
                    last = if at(next) <= stored { next } else { last };
                }
                if nothing_before & nothing_behind {
                    return at(last) == stored;
                }
            }
            _ => {}
        }
        self.search(low, high, stored)
    }

    #[inline]
    fn entries_from(&self, from: usize) -> Option<&'a [u8; WINDOW_LENGTH]> {
        self.stored.get(from.checked_mul(STORED)?..)?.first_chunk()
    }

    /// By halves.
    #[cold]
    fn search(&self, mut low: usize, mut high: usize, stored: u64) -> bool {
        while low < high {
            let middle = low.midpoint(high);
            match self.stored_at(middle).cmp(&Some(stored)) {
                Ordering::Less => low = middle.saturating_add(1),
                Ordering::Equal => return true,
                Ordering::Greater => high = middle,
            }
        }
        false
    }

    /// All entries, sorted.
    pub(crate) fn entries(self) -> impl Iterator<Item = Entry> + Clone + use<'a> {
        let buckets = u32::try_from(buckets(self.bits)).unwrap_or(u32::MAX);
        (0..buckets).flat_map(move |bucket| {
            let (low, high) = self.bucket(bucket).unwrap_or_default();
            (low..high.min(position(self.count))).filter_map(move |at| {
                let stored = self.stored_at(at)?;
                Some(Entry { bucket, stored })
            })
        })
    }

    /// Where the entries of a bucket begin and end.
    #[inline]
    fn bucket(&self, bucket: u32) -> Option<(usize, usize)> {
        let both: [u8; 8] = array_at(self.starts, position(bucket).checked_mul(4)?)?;
        let both = u64::from_le_bytes(both);
        Some((position(both & 0xffff_ffff), position(both >> 32)))
    }

    #[inline]
    fn stored_at(&self, at: usize) -> Option<u64> {
        stored_at(self.stored, at)
    }
}

/// Where in a bucket the window begins that the entry should be in the middle of.
#[inline]
fn window(low: usize, high: usize, stored: u64) -> usize {
    let entries = length(high.saturating_sub(low));
    let rank = (stored >> (STORED_BITS / 2)).saturating_mul(entries) >> (STORED_BITS / 2);
    low.saturating_add(position(rank).saturating_sub(WINDOW / 2))
        .min(high.saturating_sub(WINDOW))
}

#[inline]
fn stored_at(entries: &[u8], at: usize) -> Option<u64> {
    u64_at(entries, at.checked_mul(STORED)?).map(|eight| eight & STORED_MASK)
}

/// Writes the body of a table of sorted entries, which have their buckets in it.
pub(crate) fn write<S: Sink>(
    bits: u8,
    entries: impl Iterator<Item = Entry> + Clone,
    out: &mut Writer<S>,
) -> Result<(), S::Error> {
    let (mut bucket, mut count) = (0_u64, 0_u32);
    for entry in entries.clone() {
        while bucket <= u64::from(entry.bucket) {
            out.put(&count.to_le_bytes())?;
            bucket = bucket.saturating_add(1);
        }
        count = count.saturating_add(1);
    }
    while bucket <= buckets(bits) {
        out.put(&count.to_le_bytes())?;
        bucket = bucket.saturating_add(1);
    }
    for entry in entries {
        let eight = entry.stored.to_le_bytes();
        out.put(eight.get(..STORED).unwrap_or_default())?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_directory_grows_with_the_members() {
        let bits: Vec<u8> = [0, 47, 48, 95, 96, 10_000_000, u64::from(u32::MAX)]
            .map(|count| fresh_bits(count, 0))
            .to_vec();
        assert_eq!(bits, [0, 0, 1, 1, 2, 18, 27]);
        assert_eq!(fresh_bits(3, 8), 8);
    }

    #[test]
    fn a_directory_is_kept_while_it_serves() {
        assert_eq!(kept_bits(10, 16 << 10, 0), 10);
        assert_eq!(kept_bits(10, (64 << 10) - 1, 0), 10);
        assert_eq!(kept_bits(10, 64 << 10, 0), 11);
        assert_eq!(kept_bits(10, (16 << 10) - 1, 0), 9);
        assert_eq!(kept_bits(3, 100, 8), 8);
    }

    proptest! {
        #[test]
        fn an_entry_is_the_first_bits_of_its_value(value: u128, bits in 0..=MOST_BITS) {
            let kept = u32::from(bits) + 56;
            let entry = Entry::of(value, bits);
            prop_assert_eq!(entry.value(bits), value >> (128 - kept) << (128 - kept));
            prop_assert_eq!(Entry::from_record(&entry.record()), Some(entry));
        }

        #[test]
        fn entries_are_in_the_order_of_their_values(one: u128, other: u128, bits in 0..=MOST_BITS) {
            let (low, high) = (one.min(other), one.max(other));
            prop_assert!(Entry::of(low, bits) <= Entry::of(high, bits));
        }
    }
}
