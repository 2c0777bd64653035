//! What the parts of a snapshot refer to by position.
use buffa::{EnumValue, Enumeration};
use turnout_snapshot::turnout::snapshot::v1::FlagType;

use super::facts::Facts;
use super::references::{Node, Nodes, References};
use super::zones::Zones;
use super::{LinkError, nesting};
use crate::content::Parts;
use crate::index::{
    AttributeIndex, HoldoutIndex, ItemIndex, LayerIndex, OperandIndex, RuleIndex, SegmentIndex,
    UnitKindIndex,
};
use crate::prerequisite::Reach;
use crate::program::Variant;
use crate::texts::Texts;

/// The sizes of the tables, and those that grow while items are linked.
pub(super) struct Tables {
    attributes: usize,
    unit_kinds: usize,
    segments: usize,
    layers: usize,
    holdouts: usize,
    /// What is linked now, and who stands on whom.
    pub(super) linking: Node,
    references: References,
    pub(super) zones: Zones,
    pub(super) facts: Facts,
    pub(super) user: UnitKindIndex,
    /// Where each flag stands among all items.
    pub(super) flags: Vec<ItemIndex>,
    /// Where each experiment stands among all items.
    pub(super) experiments: Vec<ItemIndex>,
    /// The type of each experiment; `None` when it is quarantined.
    experiment_types: Vec<Option<EnumValue<FlagType>>>,
    pub(super) variants: Vec<Variant>,
    pub(super) rule_names: Texts,
    pub(super) operands: Texts,
}

impl Tables {
    pub(super) fn new(parts: &Parts<'_>) -> Result<Self, LinkError> {
        let shared = &parts.shared;
        ascending("attributes", shared.attributes.iter().map(String::as_str))?;
        ascending("unit kinds", shared.unit_kinds.iter().map(String::as_str))?;
        ascending("segments", parts.segments.keys())?;
        ascending("flags", parts.flags.keys())?;
        ascending("experiments", parts.experiments.keys())?;
        ascending("layers", parts.layers.keys())?;
        ascending("holdouts", parts.holdouts.keys())?;
        let user = shared.unit_kinds.iter().position(|kind| kind == "user");
        let (flags, experiments) = positions(parts)?;
        let depths = nesting::check(parts)?;
        let references = References::find(parts, &flags, &experiments, &depths);
        Ok(Self {
            zones: Zones::new(shared)?,
            facts: Facts::new(shared)?,
            attributes: shared.attributes.len(),
            unit_kinds: shared.unit_kinds.len(),
            segments: parts.segments.len(),
            layers: parts.layers.len(),
            holdouts: parts.holdouts.len(),
            linking: references.nodes.segment(0),
            references,
            user: user
                .and_then(UnitKindIndex::new)
                .ok_or_else(|| LinkError::new("the unit kind `user` is missing"))?,
            flags,
            experiments,
            experiment_types: parts
                .experiments
                .outlines()
                .iter()
                .map(|experiment| experiment.value_type)
                .collect(),
            variants: Vec::new(),
            rule_names: Texts::default(),
            operands: Texts::default(),
        })
    }

    pub(super) fn attribute(&self, index: u32) -> Result<AttributeIndex, LinkError> {
        within("attribute", index, self.attributes).map(AttributeIndex::from)
    }

    pub(super) fn unit_kind(&self, index: u32) -> Result<UnitKindIndex, LinkError> {
        within("unit kind", index, self.unit_kinds).map(UnitKindIndex::from)
    }

    pub(super) fn segment(&self, index: u32) -> Result<SegmentIndex, LinkError> {
        within("segment", index, self.segments).map(SegmentIndex::from)
    }

    pub(super) fn layer(&self, index: u32) -> Result<LayerIndex, LinkError> {
        within("layer", index, self.layers).map(LayerIndex::from)
    }

    pub(super) fn holdout(&self, index: u32) -> Result<HoldoutIndex, LinkError> {
        within("holdout", index, self.holdouts).map(HoldoutIndex::from)
    }

    /// A flag by its position among flags.
    pub(super) fn flag(&self, index: u32) -> Result<ItemIndex, LinkError> {
        let at = usize::try_from(index).unwrap_or(usize::MAX);
        let item = self.flags.get(at).copied();
        item.ok_or_else(|| outside("flag", index, self.flags.len()))
    }

    /// The nodes of whatever is linked.
    pub(super) fn nodes(&self) -> Nodes {
        self.references.nodes
    }

    /// How what is linked now reaches an item for its variant.
    pub(super) fn reach(&self, item: ItemIndex) -> Reach {
        self.references.reach(self.linking, item)
    }

    /// An experiment by its position among experiments, and its type unless it is quarantined.
    pub(super) fn experiment(
        &self,
        index: u32,
    ) -> Result<(ItemIndex, Option<EnumValue<FlagType>>), LinkError> {
        let at = usize::try_from(index).unwrap_or(usize::MAX);
        match (self.experiments.get(at), self.experiment_types.get(at)) {
            (Some(item), Some(value_type)) => Ok((*item, *value_type)),
            _ => Err(outside("experiment", index, self.experiments.len())),
        }
    }

    /// Adds what a condition compares with, as text.
    pub(super) fn operand(&mut self, text: &str) -> Result<OperandIndex, LinkError> {
        let index = self.operands.push(text).and_then(OperandIndex::new);
        index.ok_or_else(|| LinkError::new("there are too many conditions"))
    }

    /// Adds a rule's name.
    pub(super) fn rule(&mut self, name: &str) -> Result<RuleIndex, LinkError> {
        let index = self.rule_names.push(name).and_then(RuleIndex::new);
        index.ok_or_else(|| LinkError::new("there are too many rules"))
    }
}

/// Where flags and experiments stand when they are sorted by key together.
fn positions(parts: &Parts<'_>) -> Result<(Vec<ItemIndex>, Vec<ItemIndex>), LinkError> {
    let flags = parts.flags.keys().map(|key| (key, true));
    let experiments = parts.experiments.keys().map(|key| (key, false));
    let mut all: Vec<_> = flags.chain(experiments).collect();
    all.sort_unstable();
    ascending("flags and experiments", all.iter().map(|(key, _)| *key))?;
    let of = |wanted: bool| {
        let positions = all
            .iter()
            .zip(0_u32..)
            .filter(move |((_, flag), _)| *flag == wanted);
        positions
            .map(|(_, position)| ItemIndex::from(position))
            .collect()
    };
    Ok((of(true), of(false)))
}

pub(super) fn within(what: &str, index: u32, length: usize) -> Result<u32, LinkError> {
    let fits = usize::try_from(index).is_ok_and(|at| at < length);
    if fits {
        Ok(index)
    } else {
        Err(outside(what, index, length))
    }
}

pub(super) fn outside(what: &str, index: u32, length: usize) -> LinkError {
    LinkError::new(format!("{what} {index} does not exist: there are {length}"))
}

/// Refuses names that are not in ascending order, each once.
pub(super) fn ascending<'n>(
    what: &str,
    names: impl Iterator<Item = &'n str>,
) -> Result<(), LinkError> {
    let mut last: Option<&str> = None;
    for name in names {
        if last.is_some_and(|last| last >= name) {
            let message = format!("{what} are not sorted, each once: see `{name}`");
            return Err(LinkError::new(message));
        }
        last = Some(name);
    }
    Ok(())
}

/// A value of an enumeration that must be known and said.
pub(super) fn known<E: Enumeration + PartialEq + Default>(
    what: &str,
    value: EnumValue<E>,
) -> Result<E, LinkError> {
    let known = value.as_known().filter(|known| *known != E::default());
    known.ok_or_else(|| LinkError::new(format!("{what} {} is not known", value.to_i32())))
}
