//! Memory of evaluations that a context keeps from one to the next.
use crate::decision::{SegmentReason, Unknown, extend_each_once};
use crate::index::SegmentIndex;
use crate::truth::Truth;

/// What could not be known on the way, and the segments that were evaluated already.
#[derive(Debug, Default)]
pub(crate) struct Scratch {
    /// What made the truths so far UNKNOWN, in the order met.
    pub(crate) trail: Vec<Unknown>,
    generation: u32,
    segments: Vec<Cell>,
    /// The trails of remembered segments.
    remembered: Vec<Unknown>,
}

/// A remembered segment. INVARIANT: counts only when `generation` is the scratch's, so that
/// forgetting touches no cell.
#[derive(Clone, Copy, Debug)]
struct Cell {
    generation: u32,
    outcome: SegmentOutcome,
    start: usize,
    end: usize,
}

/// What a segment comes out as, and why.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct SegmentOutcome {
    pub(crate) truth: Truth,
    pub(crate) reason: SegmentReason,
}

const NEVER: Cell = Cell {
    generation: 0,
    outcome: SegmentOutcome {
        truth: Truth::Unknown,
        reason: SegmentReason::UnknownAttribute,
    },
    start: 0,
    end: 0,
};

impl Scratch {
    /// Forgets everything and makes room for so many segments.
    pub(crate) fn begin(&mut self, segments: usize) {
        self.trail.clear();
        self.remembered.clear();
        self.generation = self.generation.wrapping_add(1);
        if self.generation == 0 {
            self.segments.fill(NEVER);
            self.generation = 1;
        }
        if self.segments.len() != segments {
            self.segments.resize(segments, NEVER);
        }
    }

    /// Where the trail ends now.
    pub(crate) fn mark(&self) -> usize {
        self.trail.len()
    }

    /// Drops what was met since `mark` unless the truth is UNKNOWN: it did not matter.
    #[inline]
    pub(crate) fn settle(&mut self, mark: usize, truth: Truth) -> Truth {
        if truth != Truth::Unknown {
            self.trail.truncate(mark);
        }
        truth
    }

    /// A segment's outcome of before; its trail is laid again.
    pub(crate) fn recall(&mut self, segment: SegmentIndex) -> Option<SegmentOutcome> {
        let cell = self
            .segments
            .get(segment.at())
            .filter(|cell| cell.generation == self.generation)?;
        if let Some(trail) = self.remembered.get(cell.start..cell.end) {
            self.trail.extend_from_slice(trail);
        }
        Some(cell.outcome)
    }

    /// Keeps a segment's outcome and what was met since `mark`.
    pub(crate) fn remember(&mut self, segment: SegmentIndex, mark: usize, outcome: SegmentOutcome) {
        let start = self.remembered.len();
        if self.trail.len() > mark {
            self.keep_trail(mark);
        }
        let end = self.remembered.len();
        if let Some(cell) = self.segments.get_mut(segment.at()) {
            *cell = Cell {
                generation: self.generation,
                outcome,
                start,
                end,
            };
        }
    }

    /// Keeps what was met since `mark`, each part once: segments that refer twice to the one below
    /// would double their trails with every level.
    #[cold]
    fn keep_trail(&mut self, mark: usize) {
        let start = self.remembered.len();
        if let Some(trail) = self.trail.get(mark..) {
            extend_each_once(&mut self.remembered, trail);
        }
        if let Some(once) = self.remembered.get(start..) {
            self.trail.truncate(mark);
            self.trail.extend_from_slice(once);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::index::AttributeIndex;

    #[test]
    fn a_remembered_segment_lays_its_trail_again_until_the_next_beginning() {
        let segment = SegmentIndex::from(1);
        let unknown = Unknown::Attribute(AttributeIndex::from(3));
        let mut scratch = Scratch::default();
        scratch.begin(2);
        assert_eq!(scratch.recall(segment), None);
        scratch.trail.push(unknown);
        scratch.remember(segment, 0, NEVER.outcome);
        scratch.trail.clear();
        assert_eq!(scratch.recall(segment), Some(NEVER.outcome));
        assert_eq!(scratch.trail, [unknown]);
        scratch.begin(2);
        assert_eq!((scratch.recall(segment), scratch.trail.len()), (None, 0));
    }

    #[test]
    fn only_an_unknown_truth_keeps_its_trail() {
        let mut scratch = Scratch::default();
        scratch
            .trail
            .push(Unknown::Attribute(AttributeIndex::from(0)));
        scratch.settle(0, Truth::Unknown);
        assert_eq!(scratch.mark(), 1);
        scratch.settle(0, Truth::False);
        assert_eq!(scratch.mark(), 0);
    }
}
