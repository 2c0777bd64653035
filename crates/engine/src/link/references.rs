//! Who stands on whom through the variants that items come out as: circles, and chains that are
//! too long. Neither refuses the snapshot: such a condition is UNKNOWN, and says why. Both are
//! found here, so that no answer depends on where in a circle an evaluation begins.
use super::nesting::Depths;
use crate::content::Parts;
use crate::index::ItemIndex;
use crate::literal::{MAX_CHAIN, MAX_DEPTH};
use crate::outline::{Outline, Reference};
use crate::prerequisite::Reach;

/// A flag, an experiment, a segment or a holdout.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Node(usize);

/// Where they stand among all nodes: items by their index, then segments, then holdouts.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Nodes {
    items: usize,
    segments: usize,
}

impl Nodes {
    pub(super) fn item(item: ItemIndex) -> Node {
        Node(item.at())
    }

    pub(super) fn segment(self, index: usize) -> Node {
        Node(self.items.saturating_add(index))
    }

    pub(super) fn holdout(self, index: usize) -> Node {
        Node(
            self.items
                .saturating_add(self.segments)
                .saturating_add(index),
        )
    }
}

/// What was found; empty where no condition looks at a variant.
#[derive(Debug, Default)]
pub(super) struct References {
    pub(super) nodes: Nodes,
    /// The same for all that stand on each other in a circle.
    circles: Vec<usize>,
    too_deep: Vec<bool>,
}

impl References {
    /// `flags` and `experiments` are where each of them stands among all items.
    pub(super) fn find(
        parts: &Parts<'_>,
        flags: &[ItemIndex],
        experiments: &[ItemIndex],
        depths: &Depths,
    ) -> Self {
        let nodes = Nodes {
            items: flags.len().saturating_add(experiments.len()),
            segments: parts.segments.len(),
        };
        let mut graph = Graph {
            nodes,
            flags,
            experiments,
            edges: vec![Vec::new(); nodes.holdout(parts.holdouts.len()).0],
        };
        graph.draw(parts);
        let by_variant = |edge: &Edge| edge.by_variant;
        if !graph.edges.iter().flatten().any(by_variant) {
            return Self {
                nodes,
                ..Self::default()
            };
        }
        let circles = graph.circles();
        let own = graph.own_depths(depths);
        let too_deep = graph.too_deep(&circles, &own);
        Self {
            nodes,
            circles,
            too_deep,
        }
    }

    /// How one that refers to an item reaches it.
    pub(super) fn reach(&self, from: Node, item: ItemIndex) -> Reach {
        let to = item.at();
        match (self.circles.get(from.0), self.circles.get(to)) {
            (Some(own), Some(other)) if own == other => Reach::Cycle,
            _ if self.too_deep.get(to).is_some_and(|deep| *deep) => Reach::TooDeep,
            _ => Reach::Free,
        }
    }
}

#[derive(Clone, Copy, Debug)]
struct Edge {
    to: usize,
    by_variant: bool,
}

struct Graph<'t> {
    nodes: Nodes,
    flags: &'t [ItemIndex],
    experiments: &'t [ItemIndex],
    edges: Vec<Vec<Edge>>,
}

/// An index that does not exist is passed over: linking refuses it.
impl Graph<'_> {
    fn draw(&mut self, parts: &Parts<'_>) {
        for (item, flag) in self.flags.iter().zip(parts.flags.outlines()) {
            self.item(item.at(), flag);
        }
        for (item, experiment) in self.experiments.iter().zip(parts.experiments.outlines()) {
            self.item(item.at(), experiment);
        }
        for (index, segment) in (0..).zip(parts.segments.outlines()) {
            self.item(self.nodes.segment(index).0, segment);
        }
        for (index, holdout) in (0..).zip(parts.holdouts.outlines()) {
            self.item(self.nodes.holdout(index).0, holdout);
        }
    }

    fn item(&mut self, from: usize, item: &Outline<'_>) {
        for (_, index) in &item.segments {
            self.segment_edge(from, *index);
        }
        for reference in &item.references {
            match *reference {
                Reference::Flag(index) => self.edge(from, position(self.flags, index), true),
                Reference::Experiment(index) => {
                    self.edge(from, position(self.experiments, index), true);
                }
                Reference::HandOver(index) => {
                    self.edge(from, position(self.experiments, index), false);
                }
                Reference::Holdout(index) => {
                    let to = usize::try_from(index).ok();
                    self.edge(from, to.map(|index| self.nodes.holdout(index).0), false);
                }
            }
        }
    }

    fn segment_edge(&mut self, from: usize, index: u32) {
        let to = usize::try_from(index).ok();
        self.edge(from, to.map(|index| self.nodes.segment(index).0), false);
    }

    fn edge(&mut self, from: usize, to: Option<usize>, by_variant: bool) {
        let to = to.filter(|to| *to < self.edges.len());
        if let (Some(to), Some(edges)) = (to, self.edges.get_mut(from)) {
            edges.push(Edge { to, by_variant });
        }
    }

    /// A number a node, the same for those that reach each other: what is found backwards from the
    /// last that was left is what it reaches and that reaches it.
    fn circles(&self) -> Vec<usize> {
        let mut backwards = vec![Vec::new(); self.edges.len()];
        for (from, edges) in self.edges.iter().enumerate() {
            for edge in edges {
                if let Some(back) = backwards.get_mut(edge.to) {
                    back.push(from);
                }
            }
        }
        let mut circles = vec![usize::MAX; self.edges.len()];
        for root in self.leaving_order(|_, _| true).into_iter().rev() {
            let mut open = vec![root];
            while let Some(node) = open.pop() {
                match circles.get_mut(node) {
                    Some(circle) if *circle == usize::MAX => *circle = root,
                    _ => continue,
                }
                open.extend(backwards.get(node).into_iter().flatten());
            }
        }
        circles
    }

    /// Nodes in the order in which a walk in depth leaves them: those that they reach go first.
    fn leaving_order(&self, follow: impl Fn(usize, Edge) -> bool) -> Vec<usize> {
        let mut seen = vec![false; self.edges.len()];
        let mut order = Vec::with_capacity(self.edges.len());
        let mut open: Vec<(usize, bool)> = Vec::new();
        for root in 0..self.edges.len() {
            open.push((root, false));
            while let Some((node, leaving)) = open.pop() {
                if leaving {
                    order.push(node);
                    continue;
                }
                match seen.get_mut(node) {
                    Some(seen) if !*seen => *seen = true,
                    _ => continue,
                }
                open.push((node, true));
                let edges = self.edges.get(node).into_iter().flatten();
                let followed = edges.filter(|edge| follow(node, **edge));
                open.extend(followed.map(|edge| (edge.to, false)));
            }
        }
        order
    }

    /// How deep the expressions of each node nest; those of segments count where they are used.
    fn own_depths(&self, depths: &Depths) -> Vec<usize> {
        let mut own = vec![0; self.edges.len()];
        let items = self.flags.iter().zip(&depths.flags);
        let items = items.chain(self.experiments.iter().zip(&depths.experiments));
        let items = items.map(|(item, depth)| (item.at(), *depth));
        let holdouts = (0..).zip(&depths.holdouts);
        let holdouts = holdouts.map(|(at, depth)| (self.nodes.holdout(at).0, *depth));
        for (at, depth) in items.chain(holdouts) {
            if let Some(own) = own.get_mut(at) {
                *own = depth;
            }
        }
        own
    }

    /// Those that too many others stand below to be asked, or that would not fit a thread's stack.
    fn too_deep(&self, circles: &[usize], own: &[usize]) -> Vec<bool> {
        let cut =
            |from: usize, edge: Edge| edge.by_variant && circles.get(from) == circles.get(edge.to);
        let mut heights = vec![Height::default(); self.edges.len()];
        for node in self.leaving_order(|from, edge| !cut(from, edge)) {
            let mut height = Height::default();
            for edge in self.edges.get(node).into_iter().flatten() {
                let below = heights.get(edge.to).copied().unwrap_or_default();
                let unanswered = edge.by_variant && below.is_too_much();
                if !unanswered && !cut(node, *edge) {
                    height = height.above(below, edge.by_variant);
                }
            }
            height.levels = height
                .levels
                .saturating_add(own.get(node).copied().unwrap_or_default());
            if let Some(place) = heights.get_mut(node) {
                *place = height;
            }
        }
        heights.iter().map(|height| height.is_too_much()).collect()
    }
}

fn position(items: &[ItemIndex], index: u32) -> Option<usize> {
    let at = usize::try_from(index).ok()?;
    items.get(at).map(|item| item.at())
}

/// What stands below a node.
#[derive(Clone, Copy, Debug, Default)]
struct Height {
    /// Conditions on variants one below the other.
    chain: usize,
    /// Nested expressions, its own counted in.
    levels: usize,
}

impl Height {
    fn above(self, below: Self, by_variant: bool) -> Self {
        let chain = below.chain.saturating_add(by_variant.into());
        Self {
            chain: self.chain.max(chain),
            levels: self.levels.max(below.levels),
        }
    }

    /// Whether nobody may ask for it.
    fn is_too_much(self) -> bool {
        self.chain >= MAX_CHAIN || self.levels > MAX_DEPTH
    }
}
