//! Memory of evaluations that a context keeps from one to the next.
use crate::decision::{SegmentReason, Unknown, extend_each_once};
use crate::index::{ItemIndex, SegmentIndex};
use crate::prerequisite::Came;
use crate::sticky::Assignment;
use crate::truth::Truth;

/// What could not be known on the way, and what was evaluated already.
#[derive(Debug, Default)]
pub(crate) struct Scratch {
    /// What made the truths so far UNKNOWN, in the order met.
    pub(crate) trail: Vec<Unknown>,
    /// What prerequisites could not know and passed over: named whatever the truth is.
    pub(crate) collapsed: Vec<Unknown>,
    /// What the decision in hand is to have kept.
    assignments: Vec<Assignment>,
    /// Of segments, sorted: whether the unit is among the members of their sets.
    pub(crate) ahead: Vec<(SegmentIndex, bool)>,
    /// The workspace's zone stood in for the unit's on the way.
    pub(crate) fell_back: bool,
    generation: u32,
    segments: Vec<Cell<SegmentOutcome>>,
    /// As long as the items once any of them is a prerequisite.
    items: Vec<Cell<Came>>,
    /// What the remembered met.
    remembered: Vec<Unknown>,
    /// What the remembered assigned.
    assigned: Vec<(Remembered, Assignment)>,
}

/// What an outcome is remembered of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Remembered {
    Segment(SegmentIndex),
    Item(ItemIndex),
}

/// Something remembered. INVARIANT: counts only when `generation` is the scratch's, so that
/// forgetting touches no cell.
#[derive(Clone, Copy, Debug)]
struct Cell<T> {
    generation: u32,
    outcome: T,
    fell_back: bool,
    /// Its trail among the remembered, and behind that what was collapsed.
    start: usize,
    middle: usize,
    end: usize,
}

/// Where both lists end at a moment, and whether a zone fell back before it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Mark {
    pub(crate) trail: usize,
    collapsed: usize,
    assignments: usize,
    fell_back: bool,
}

/// What a segment comes out as, and why.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct SegmentOutcome {
    pub(crate) truth: Truth,
    pub(crate) reason: SegmentReason,
}

impl<T> Cell<T> {
    const fn never(outcome: T) -> Self {
        Self {
            generation: 0,
            outcome,
            fell_back: false,
            start: 0,
            middle: 0,
            end: 0,
        }
    }
}

const NO_SEGMENT: Cell<SegmentOutcome> = Cell::never(SegmentOutcome {
    truth: Truth::Unknown,
    reason: SegmentReason::UnknownAttribute,
});
const NO_ITEM: Cell<Came> = Cell::never(Came::Unknown);

impl Scratch {
    /// Forgets everything and makes room for so many segments.
    #[inline]
    pub(crate) fn begin(&mut self, segments: usize) {
        self.start();
        self.remembered.clear();
        self.assigned.clear();
        self.ahead.clear();
        self.generation = self.generation.wrapping_add(1);
        if self.generation == 0 || self.segments.len() != segments {
            self.make_room(segments);
        }
    }

    #[cold]
    fn make_room(&mut self, segments: usize) {
        if self.generation == 0 {
            self.segments.fill(NO_SEGMENT);
            self.items.fill(NO_ITEM);
            self.generation = 1;
        }
        self.segments.resize(segments, NO_SEGMENT);
    }

    /// Forgets what the answer before could not know, and keeps what was evaluated.
    #[inline]
    pub(crate) fn start(&mut self) {
        self.trail.clear();
        self.collapsed.clear();
        self.assignments.clear();
        self.fell_back = false;
    }

    /// Whether the unit is among the members of a segment's set, if that was looked up ahead.
    pub(crate) fn looked_ahead(&self, segment: SegmentIndex) -> Option<bool> {
        let at = self
            .ahead
            .binary_search_by_key(&segment, |(index, _)| *index);
        Some(self.ahead.get(at.ok()?)?.1)
    }

    /// Tells an assignment.
    pub(crate) fn assign(&mut self, assignment: Assignment) {
        self.assignments.push(assignment);
    }

    /// What the decision in hand is to have kept, each once: an experiment may be evaluated for
    /// itself and as a prerequisite.
    pub(crate) fn take_assignments(&mut self) -> Vec<Assignment> {
        let mut once: Vec<Assignment> = Vec::new();
        for assignment in self.assignments.drain(..) {
            if !once.contains(&assignment) {
                once.push(assignment);
            }
        }
        once
    }

    /// Whether there is nothing to say beside the answer.
    #[inline]
    pub(crate) fn is_quiet(&self) -> bool {
        self.trail.is_empty()
            && self.collapsed.is_empty()
            && self.assignments.is_empty()
            && !self.fell_back
    }

    /// All that could not be known since the start.
    pub(crate) fn unknown(&mut self) -> &[Unknown] {
        if !self.collapsed.is_empty() {
            self.trail.append(&mut self.collapsed);
        }
        &self.trail
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

    /// Where both lists end now; whether a zone fell back is asked anew for what follows.
    pub(crate) fn both(&mut self) -> Mark {
        Mark {
            trail: self.trail.len(),
            collapsed: self.collapsed.len(),
            assignments: self.assignments.len(),
            fell_back: std::mem::take(&mut self.fell_back),
        }
    }

    /// A segment's outcome of before; what it met is laid again.
    pub(crate) fn recall(&mut self, segment: SegmentIndex) -> Option<SegmentOutcome> {
        let cell = *self
            .segments
            .get(segment.at())
            .filter(|cell| cell.generation == self.generation)?;
        self.lay_again(cell, Remembered::Segment(segment));
        Some(cell.outcome)
    }

    /// Keeps a segment's outcome and what was met since `mark`.
    pub(crate) fn remember(&mut self, segment: SegmentIndex, mark: Mark, outcome: SegmentOutcome) {
        let cell = self.cell(mark, outcome, Remembered::Segment(segment));
        if let Some(place) = self.segments.get_mut(segment.at()) {
            *place = cell;
        }
    }

    /// What an item came out as before; what it met is laid again.
    pub(crate) fn recall_item(&mut self, item: ItemIndex) -> Option<Came> {
        let cell = *self
            .items
            .get(item.at())
            .filter(|cell| cell.generation == self.generation)?;
        self.lay_again(cell, Remembered::Item(item));
        Some(cell.outcome)
    }

    /// Keeps what one of so many items came out as. What was met since `mark` is collapsed.
    pub(crate) fn remember_item(
        &mut self,
        item: ItemIndex,
        items: usize,
        mark: Mark,
        outcome: Came,
    ) {
        let met = self.trail.get(mark.trail..).unwrap_or_default();
        self.collapsed.extend_from_slice(met);
        self.trail.truncate(mark.trail);
        let cell = self.cell(mark, outcome, Remembered::Item(item));
        if self.items.len() < items {
            self.items.resize(items, NO_ITEM);
        }
        if let Some(place) = self.items.get_mut(item.at()) {
            *place = cell;
        }
    }

    fn lay_again<T>(&mut self, cell: Cell<T>, of: Remembered) {
        self.fell_back |= cell.fell_back;
        if !self.assigned.is_empty() {
            self.assign_again(of);
        }
        if cell.start == cell.end {
            return;
        }
        if let Some(trail) = self.remembered.get(cell.start..cell.middle) {
            self.trail.extend_from_slice(trail);
        }
        if let Some(collapsed) = self.remembered.get(cell.middle..cell.end) {
            self.collapsed.extend_from_slice(collapsed);
        }
    }

    #[cold]
    fn assign_again(&mut self, of: Remembered) {
        let assigned = std::mem::take(&mut self.assigned);
        for (_, assignment) in assigned.iter().filter(|(by, _)| *by == of) {
            self.assignments.push(assignment.clone());
        }
        self.assigned = assigned;
    }

    fn cell<T>(&mut self, mark: Mark, outcome: T, of: Remembered) -> Cell<T> {
        for assignment in self.assignments.get(mark.assignments..).unwrap_or_default() {
            self.assigned.push((of, assignment.clone()));
        }
        let start = self.remembered.len();
        if self.trail.len() > mark.trail {
            keep(&mut self.remembered, &mut self.trail, mark.trail);
        }
        let middle = self.remembered.len();
        if self.collapsed.len() > mark.collapsed {
            keep(&mut self.remembered, &mut self.collapsed, mark.collapsed);
        }
        let fell_back = self.fell_back;
        self.fell_back |= mark.fell_back;
        Cell {
            generation: self.generation,
            outcome,
            fell_back,
            start,
            middle,
            end: self.remembered.len(),
        }
    }
}

/// Keeps what a list met since `mark`, each part once: segments that refer twice to the one below
/// would double their trails with every level.
#[cold]
fn keep(remembered: &mut Vec<Unknown>, list: &mut Vec<Unknown>, mark: usize) {
    let start = remembered.len();
    if let Some(met) = list.get(mark..) {
        extend_each_once(remembered, met);
    }
    if let Some(once) = remembered.get(start..) {
        list.truncate(mark);
        list.extend_from_slice(once);
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
        let beginning = Mark {
            trail: 0,
            collapsed: 0,
            assignments: 0,
            fell_back: false,
        };
        scratch.remember(segment, beginning, NO_SEGMENT.outcome);
        scratch.start();
        assert_eq!(scratch.recall(segment), Some(NO_SEGMENT.outcome));
        assert_eq!(scratch.trail, [unknown]);
        scratch.begin(2);
        assert_eq!((scratch.recall(segment), scratch.trail.len()), (None, 0));
    }

    #[test]
    fn what_an_item_could_not_know_stays_whatever_is_settled() {
        let (item, segment) = (ItemIndex::from(1), SegmentIndex::from(0));
        let unknown = Unknown::Attribute(AttributeIndex::from(3));
        let mut scratch = Scratch::default();
        scratch.begin(1);
        let (outer, mark) = (scratch.both(), scratch.both());
        scratch.trail.push(unknown);
        scratch.remember_item(item, 2, mark, Came::Off);
        scratch.settle(0, Truth::True);
        scratch.remember(segment, outer, NO_SEGMENT.outcome);
        assert_eq!(scratch.unknown(), [unknown]);
        for recall in [0, 1] {
            scratch.start();
            match recall {
                0 => assert_eq!(scratch.recall_item(item), Some(Came::Off)),
                _ => assert!(scratch.recall(segment).is_some()),
            }
            scratch.settle(0, Truth::False);
            assert_eq!(scratch.unknown(), [unknown]);
        }
        scratch.begin(1);
        assert_eq!(scratch.recall_item(item), None);
    }

    #[test]
    fn a_zone_that_fell_back_is_told_again_by_whom_it_concerns() {
        let [concerned, other] = [0, 1].map(SegmentIndex::from);
        let mut scratch = Scratch::default();
        scratch.begin(2);
        let mark = scratch.both();
        scratch.fell_back = true;
        scratch.remember(concerned, mark, NO_SEGMENT.outcome);
        let mark = scratch.both();
        scratch.remember(other, mark, NO_SEGMENT.outcome);
        assert!(scratch.fell_back, "what went before counts on");
        for (segment, fell_back) in [(other, false), (concerned, true)] {
            scratch.start();
            assert!(scratch.recall(segment).is_some());
            assert_eq!(scratch.fell_back, fell_back);
        }
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
