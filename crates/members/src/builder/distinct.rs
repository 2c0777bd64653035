//! Values that come in any order, in memory that grows with those that differ.

/// Until there are so many, duplicates are left for the end.
const FIRST_ROOM: usize = 1 << 24;

pub(super) struct Distinct<T> {
    values: Vec<T>,
    /// At so many values the duplicates among them are dropped.
    room: usize,
}

impl<T> Default for Distinct<T> {
    fn default() -> Self {
        Self::with_room(FIRST_ROOM)
    }
}

impl<T> Distinct<T> {
    pub(super) fn with_room(room: usize) -> Self {
        Self {
            values: Vec::new(),
            room,
        }
    }

    pub(super) fn unsorted(self) -> Vec<T> {
        self.values
    }
}

impl<T: Ord> Distinct<T> {
    #[inline]
    pub(super) fn push(&mut self, value: T) {
        if self.values.len() >= self.room {
            self.compact();
        }
        self.values.push(value);
    }

    pub(super) fn sorted(mut self) -> Vec<T> {
        self.drop_duplicates();
        self.values
    }

    #[cold]
    fn compact(&mut self) {
        self.drop_duplicates();
        self.room = self.values.len().saturating_mul(2).max(self.room);
    }

    fn drop_duplicates(&mut self) {
        self.values.sort_unstable();
        self.values.dedup();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn duplicates_take_no_more_room_than_what_differs() {
        let mut distinct = Distinct::with_room(10);
        for number in 0..100_000 {
            distinct.push(number % 100);
            assert!(distinct.values.len() <= 200);
        }
        assert_eq!(distinct.sorted(), (0..100).collect::<Vec<_>>());
    }
}
