//! Bounds the depth of expressions through segments, and refuses cycles.
use super::LinkError;
use crate::content::{Items, Parts};
use crate::literal::MAX_DEPTH;
use crate::outline::Outline;

/// How deep the expressions of each nest, segments counted in.
#[derive(Debug, Default)]
pub(super) struct Depths {
    pub(super) flags: Vec<usize>,
    pub(super) experiments: Vec<usize>,
    pub(super) holdouts: Vec<usize>,
}

/// Refuses segments that refer to themselves, and expressions that are too deep to evaluate on a
/// thread's stack.
pub(super) fn check(parts: &Parts<'_>) -> Result<Depths, LinkError> {
    let segments = parts.segments.outlines();
    let mut walk = Walk {
        segments,
        depths: vec![Depth::Unseen; segments.len()],
        path: Vec::new(),
    };
    for (index, segment) in (0..).zip(segments) {
        walk.segment(index, 0)
            .map_err(|error| error.within(|| format!("segment `{}`", segment.key)))?;
    }
    Ok(Depths {
        flags: walk.all("flag", &parts.flags)?,
        experiments: walk.all("experiment", &parts.experiments)?,
        holdouts: walk.all("holdout", &parts.holdouts)?,
    })
}

#[derive(Clone, Copy)]
enum Depth {
    Unseen,
    OnPath,
    Known(usize),
}

struct Walk<'w> {
    segments: &'w [Outline<'w>],
    depths: Vec<Depth>,
    path: Vec<&'w str>,
}

impl Walk<'_> {
    fn all<V>(&mut self, kind: &str, items: &Items<'_, V>) -> Result<Vec<usize>, LinkError> {
        let depths = items.outlines().iter().map(|item| {
            self.deepest(item, 0)
                .map_err(|error| error.within(|| format!("{kind} `{}`", item.key)))
        });
        depths.collect()
    }

    /// How deep a segment is, which is used at `level`.
    fn segment(&mut self, index: u32, level: usize) -> Result<usize, LinkError> {
        // A longer path is too deep whatever is at its end; so far this goes on a thread's stack.
        bounded(level)?;
        let segments = self.segments;
        let at = usize::try_from(index).unwrap_or(usize::MAX);
        let Some(segment) = segments.get(at) else {
            return Err(super::tables::outside("segment", index, segments.len()));
        };
        match self.depths.get(at) {
            Some(Depth::Known(depth)) => return Ok(*depth),
            Some(Depth::OnPath) => return Err(self.cycle(segment.key)),
            _ => {}
        }
        self.mark(at, Depth::OnPath);
        self.path.push(segment.key);
        let depth = self.deepest(segment, level)?;
        self.path.pop();
        self.mark(at, Depth::Known(depth));
        Ok(depth)
    }

    /// The levels of an item that stands at `level`.
    fn deepest(&mut self, item: &Outline<'_>, level: usize) -> Result<usize, LinkError> {
        let mut deepest = item.depth;
        for (at, index) in &item.segments {
            let below = self.segment(*index, level.saturating_add(*at))?;
            deepest = deepest.max(at.saturating_add(below));
        }
        bounded(deepest.saturating_sub(1))?;
        Ok(deepest)
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

/// Whether there may be something at that level.
fn bounded(level: usize) -> Result<(), LinkError> {
    if level <= MAX_DEPTH {
        return Ok(());
    }
    let message = format!("it is nested more than {MAX_DEPTH} levels deep, segments counted in");
    Err(LinkError::new(message))
}
