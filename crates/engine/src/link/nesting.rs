//! Bounds the depth of expressions through segments, and refuses cycles.
use turnout_snapshot::turnout::snapshot::v1::__buffa::oneof::expression::Kind;
use turnout_snapshot::turnout::snapshot::v1::__buffa::oneof::segment::Definition;
use turnout_snapshot::turnout::snapshot::v1::{Content, Expression, Segment};

use super::LinkError;
use crate::literal::MAX_DEPTH;

/// Refuses segments that refer to themselves, and expressions that are too deep to evaluate on a
/// thread's stack.
pub(super) fn check(content: &Content) -> Result<(), LinkError> {
    let segments = &content.segments;
    let mut walk = Walk {
        segments,
        depths: vec![Depth::Unseen; segments.len()],
        path: Vec::new(),
    };
    for (index, segment) in (0..).zip(segments) {
        walk.segment(index, 0)
            .map_err(|error| error.within(|| format!("segment `{}`", segment.key)))?;
    }
    for flag in &content.flags {
        for expression in flag.rules.iter().filter_map(|rule| rule.when.as_option()) {
            walk.expression(expression, 0)
                .map_err(|error| error.within(|| format!("flag `{}`", flag.key)))?;
        }
    }
    for experiment in &content.experiments {
        if let Some(expression) = experiment.audience.as_option() {
            walk.expression(expression, 0)
                .map_err(|error| error.within(|| format!("experiment `{}`", experiment.key)))?;
        }
    }
    Ok(())
}

#[derive(Clone, Copy)]
enum Depth {
    Unseen,
    OnPath,
    Known(usize),
}

struct Walk<'s> {
    segments: &'s [Segment],
    depths: Vec<Depth>,
    path: Vec<&'s str>,
}

impl<'s> Walk<'s> {
    /// How deep a segment is, `level` levels below the top.
    fn segment(&mut self, index: u32, level: usize) -> Result<usize, LinkError> {
        let segments = self.segments;
        let at = usize::try_from(index).unwrap_or(usize::MAX);
        let Some(segment) = segments.get(at) else {
            return Err(super::tables::outside("segment", index, segments.len()));
        };
        match self.depths.get(at) {
            Some(Depth::Known(depth)) => return bounded(level, *depth),
            Some(Depth::OnPath) => return Err(self.cycle(&segment.key)),
            _ => {}
        }
        self.mark(at, Depth::OnPath);
        self.path.push(&segment.key);
        let depth = self.parts(segment, level)?;
        self.path.pop();
        self.mark(at, Depth::Known(depth));
        Ok(depth)
    }

    fn parts(&mut self, segment: &'s Segment, level: usize) -> Result<usize, LinkError> {
        let below = level.saturating_add(1);
        let mut deepest = bounded(level, 0)?;
        for index in segment.include.iter().chain(&segment.exclude) {
            deepest = deepest.max(self.segment(*index, below)?);
        }
        if let Some(Definition::Rule(expression)) = &segment.definition {
            deepest = deepest.max(self.expression(expression, below)?);
        }
        Ok(deepest.saturating_add(1))
    }

    fn expression(&mut self, expression: &'s Expression, level: usize) -> Result<usize, LinkError> {
        let below = level.saturating_add(1);
        let mut deepest = bounded(level, 0)?;
        match &expression.kind {
            Some(Kind::All(group) | Kind::Any(group)) => {
                for part in &group.expressions {
                    deepest = deepest.max(self.expression(part, below)?);
                }
            }
            Some(Kind::Not(part)) => deepest = self.expression(part, below)?,
            Some(Kind::Segment(index)) => deepest = self.segment(*index, below)?,
            Some(Kind::Condition(_) | Kind::Slot(_) | Kind::Variant(_)) | None => {}
        }
        Ok(deepest.saturating_add(1))
    }

    fn mark(&mut self, at: usize, depth: Depth) {
        if let Some(known) = self.depths.get_mut(at) {
            *known = depth;
        }
    }

    fn cycle(&self, key: &str) -> LinkError {
        let start = self.path.iter().position(|on| *on == key).unwrap_or(0);
        let path: String = self
            .path
            .iter()
            .skip(start)
            .map(|on| format!("`{on}` → "))
            .collect();
        LinkError::new(format!(
            "segments refer to each other in a circle: {path}`{key}`"
        ))
    }
}

/// The depth, if it fits below `level`.
fn bounded(level: usize, depth: usize) -> Result<usize, LinkError> {
    if level.saturating_add(depth) <= MAX_DEPTH {
        return Ok(depth);
    }
    let message = format!("it is nested more than {MAX_DEPTH} levels deep, segments counted in");
    Err(LinkError::new(message))
}
