//! Which variant a number falls to.
use crate::index::VariantIndex;

/// Numbers that fall to a variant. Which ends belong to it is the algorithm's.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Range {
    pub(crate) start: f64,
    pub(crate) end: f64,
    pub(crate) variant: VariantIndex,
}

/// INVARIANT: each is finite, not empty, and starts where the one before it ends or later.
#[derive(Debug)]
pub(crate) struct Ranges(Box<[Range]>);

impl Ranges {
    pub(crate) fn new(ranges: Vec<Range>) -> Self {
        Self(ranges.into())
    }

    /// The variant with `start <= number < end`.
    pub(super) fn half_open(&self, number: f64) -> Option<VariantIndex> {
        let at = self.0.partition_point(|range| range.end <= number);
        let range = self.0.get(at)?;
        (range.start <= number).then_some(range.variant)
    }

    /// The first variant with `number <= end`.
    pub(super) fn up_to(&self, number: f64) -> Option<VariantIndex> {
        let at = self.0.partition_point(|range| range.end < number);
        self.0.get(at).map(|range| range.variant)
    }

    /// Where the last one ends.
    pub(super) fn end(&self) -> f64 {
        self.0.last().map_or(0.0, |range| range.end)
    }
}
