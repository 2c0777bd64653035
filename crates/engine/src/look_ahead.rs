//! Members of many sets at once: where one lookup waits for memory, several wait together.
use crate::context::Unit;
use crate::evaluation::Evaluation;
use crate::index::SegmentIndex;
use crate::members::{Place, UnitIds};
use crate::segment::Definition;

/// So many lookups wait at once.
const TOGETHER: usize = 16;

impl<'p> Evaluation<'p, '_, '_> {
    /// Looks the units up in the member sets of segments that are about to be checked, in ascending
    /// order. It changes no answer: checks of these segments are quicker, until the next call.
    pub fn look_ahead(&mut self, segments: impl IntoIterator<Item = SegmentIndex>) {
        self.context.scratch.ahead.clear();
        let mut waiting: Vec<(SegmentIndex, &'p dyn UnitIds, Place)> = Vec::new();
        for index in segments {
            if let Some((ids, place)) = self.placed(index) {
                waiting.push((index, ids, place));
            }
            if waiting.len() == TOGETHER {
                self.look(&mut waiting);
            }
        }
        self.look(&mut waiting);
    }

    fn placed(&self, index: SegmentIndex) -> Option<(&'p dyn UnitIds, Place)> {
        let segment = self.program.linked_segments.get(index.at())?;
        let Definition::Set(set) = &segment.definition else {
            return None;
        };
        let ids = set.usable(self.now()).ok()?;
        match self.context.unit_of(segment.unit) {
            Unit::Id(id) => Some((ids, ids.place(id))),
            Unit::Absent | Unit::Unknown => None,
        }
    }

    fn look(&mut self, waiting: &mut Vec<(SegmentIndex, &'p dyn UnitIds, Place)>) {
        let looked = waiting.drain(..);
        let looked = looked.map(|(index, ids, place)| (index, ids.holds(place)));
        self.context.scratch.ahead.extend(looked);
    }
}
