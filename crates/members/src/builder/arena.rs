//! Texts that come in any order, one behind the other.
use crate::numbers::position;

/// Until the texts are so long, duplicates are left for the end.
const FIRST_ROOM: usize = 1 << 28;

pub(super) struct Arena {
    text: String,
    ends: Vec<u32>,
    /// At such a length the duplicates are dropped.
    room: usize,
    /// A text came for which positions have no room in 32 bits.
    overflowed: bool,
}

impl Default for Arena {
    fn default() -> Self {
        Self::with_room(FIRST_ROOM)
    }
}

impl Arena {
    fn with_room(room: usize) -> Self {
        Self {
            text: String::new(),
            ends: Vec::new(),
            room,
            overflowed: false,
        }
    }

    #[inline]
    pub(super) fn push(&mut self, text: &str) {
        if self.text.len().saturating_add(text.len()) > self.room {
            self.compact(text.len());
        }
        match u32::try_from(self.text.len().saturating_add(text.len())) {
            Ok(end) if !self.overflowed => {
                self.text.push_str(text);
                self.ends.push(end);
            }
            _ => self.overflowed = true,
        }
    }

    #[inline]
    pub(super) fn text(&self, number: u32) -> &str {
        let end = |number: u32| self.ends.get(position(number)).copied().map(position);
        let start = number.checked_sub(1).and_then(end).unwrap_or_default();
        end(number)
            .and_then(|end| self.text.get(start..end))
            .unwrap_or_default()
    }

    /// The numbers of texts that differ, in the order of their bytes; `None` if one had no room.
    pub(super) fn sorted(&self) -> Option<Vec<u32>> {
        let count = u32::try_from(self.ends.len()).ok()?;
        (!self.overflowed).then(|| self.order(count))
    }

    fn order(&self, count: u32) -> Vec<u32> {
        let mut numbers: Vec<u32> = (0..count).collect();
        numbers.sort_unstable_by(|one, other| self.text(*one).cmp(self.text(*other)));
        numbers.dedup_by(|one, other| self.text(*one) == self.text(*other));
        numbers
    }

    #[cold]
    fn compact(&mut self, more: usize) {
        let mut fresh = Self::with_room(usize::MAX);
        for number in self.sorted().unwrap_or_default() {
            fresh.push(self.text(number));
        }
        let needed = fresh.text.len().saturating_add(more);
        *self = Self {
            room: needed.saturating_mul(2).max(self.room),
            overflowed: self.overflowed,
            ..fresh
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn duplicates_take_no_more_room_than_what_differs() {
        let mut arena = Arena::with_room(10);
        for number in 0..10_000 {
            arena.push(&format!("u-{}", number % 10));
            assert!(arena.text.len() <= 66, "{}", arena.text.len());
        }
        let order = arena.sorted().unwrap();
        let texts: Vec<_> = order.iter().map(|number| arena.text(*number)).collect();
        assert_eq!(texts.concat(), "u-0u-1u-2u-3u-4u-5u-6u-7u-8u-9");
    }

    #[test]
    fn an_empty_text_is_a_text() {
        let mut arena = Arena::default();
        arena.push("a");
        arena.push("");
        arena.push("");
        assert_eq!(arena.sorted().unwrap(), [1, 0]);
    }
}
