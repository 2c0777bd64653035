//! Ids as they are, in the order of their bytes.
use std::cmp::Ordering;

use crate::failure::Refused;
use crate::numbers::{length, position, u32_at};
use crate::sink::Sink;
use crate::writer::Writer;

#[derive(Debug, Clone, Copy)]
pub(crate) struct Texts<'a> {
    ends: &'a [u8],
    text: &'a [u8],
}

impl<'a> Texts<'a> {
    #[inline]
    pub(crate) fn split(count: u64, body: &'a [u8]) -> Option<Self> {
        let (ends, text) = body.split_at_checked(position(count).checked_mul(4)?)?;
        Some(Self { ends, text })
    }

    pub(crate) fn check(&self) -> Result<(), Refused> {
        let mut ends = self.ends.chunks_exact(4).filter_map(|end| u32_at(end, 0));
        let last = ends.next_back().map_or(0, u64::from);
        if last != length(self.text.len()) || !ends.is_sorted() {
            return Err(Refused("its texts are not as long as they say"));
        }
        Ok(())
    }

    #[inline]
    pub(crate) fn contains(&self, id: &str) -> bool {
        let (mut low, mut high) = (0, self.len());
        while low < high {
            let middle = low.midpoint(high);
            match self.bytes(middle).cmp(id.as_bytes()) {
                Ordering::Less => low = middle.saturating_add(1),
                Ordering::Equal => return true,
                Ordering::Greater => high = middle,
            }
        }
        false
    }

    /// All ids, sorted; what is no UTF-8 in a damaged set is left out.
    pub(crate) fn ids(self) -> impl Iterator<Item = &'a str> + Clone + use<'a> {
        (0..self.len()).filter_map(move |index| std::str::from_utf8(self.bytes(index)).ok())
    }

    fn len(&self) -> usize {
        self.ends.len() >> 2
    }

    fn bytes(&self, index: usize) -> &'a [u8] {
        let end = |index: usize| u32_at(self.ends, index.checked_mul(4)?).map(position);
        let start = index.checked_sub(1).and_then(end).unwrap_or_default();
        end(index)
            .and_then(|end| self.text.get(start..end))
            .unwrap_or_default()
    }
}

/// The body of sorted ids, in memory.
pub(crate) fn body(ids: &[&str]) -> Vec<u8> {
    let ends = ids.iter().scan(0_u32, |end, id| {
        *end = after(*end, id);
        Some(end.to_le_bytes())
    });
    let mut body: Vec<u8> = ends.flatten().collect();
    body.extend(ids.iter().flat_map(|id| id.bytes()));
    body
}

/// Writes the body of sorted ids, which together have room in 32 bits.
pub(crate) fn write<'t, S: Sink>(
    ids: impl Iterator<Item = &'t str> + Clone,
    out: &mut Writer<S>,
) -> Result<(), S::Error> {
    let mut end = 0_u32;
    for id in ids.clone() {
        end = after(end, id);
        out.put(&end.to_le_bytes())?;
    }
    for id in ids {
        out.put(id.as_bytes())?;
    }
    Ok(())
}

fn after(end: u32, id: &str) -> u32 {
    end.saturating_add(u32::try_from(id.len()).unwrap_or(u32::MAX))
}
