//! Bounds the depth of expressions through segments, and refuses cycles.
use turnout_snapshot::turnout::snapshot::v1::__buffa::oneof::expression::Kind;
use turnout_snapshot::turnout::snapshot::v1::__buffa::oneof::segment::Definition;
use turnout_snapshot::turnout::snapshot::v1::{Content, Expression, Segment};

use super::LinkError;
use crate::literal::MAX_DEPTH;

/// How deep the expressions of each nest, segments counted in.
#[derive(Debug, Default)]
pub(super) struct Depths {
    pub(super) flags: Vec<usize>,
    pub(super) experiments: Vec<usize>,
    pub(super) holdouts: Vec<usize>,
}

/// Refuses segments that refer to themselves, and expressions that are too deep to evaluate on a
/// thread's stack.
pub(super) fn check(content: &Content) -> Result<Depths, LinkError> {
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
    let mut depths = Depths::default();
    for flag in &content.flags {
        let conditions = flag.rules.iter().filter_map(|rule| rule.when.as_option());
        let depth = walk.all("flag", &flag.key, conditions)?;
        depths.flags.push(depth);
    }
    for experiment in &content.experiments {
        let audience = experiment.audience.as_option();
        let depth = walk.all("experiment", &experiment.key, audience)?;
        depths.experiments.push(depth);
    }
    for holdout in &content.holdouts {
        let audience = holdout.audience.as_option();
        let depth = walk.all("holdout", &holdout.key, audience)?;
        depths.holdouts.push(depth);
    }
    Ok(depths)
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
    /// The depth of the deepest expression of an item.
    fn all(
        &mut self,
        kind: &str,
        key: &str,
        expressions: impl IntoIterator<Item = &'s Expression>,
    ) -> Result<usize, LinkError> {
        let mut deepest = 0;
        for expression in expressions {
            let depth = self.expression(expression, 0);
            let depth = depth.map_err(|error| error.within(|| format!("{kind} `{key}`")))?;
            deepest = deepest.max(depth);
        }
        Ok(deepest)
    }

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
