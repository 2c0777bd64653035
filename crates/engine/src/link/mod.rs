//! Snapshot → program: every index, range and operand is checked, and nothing is dropped that
//! changes meaning.
mod bucketing;
mod error;
mod experiment;
mod expression;
mod facts;
mod flag;
mod holdout;
mod layer;
pub(crate) mod members;
mod nesting;
mod operand_text;
mod prerequisite;
mod references;
mod schedule;
mod segment;
mod tables;
mod variants;
mod zones;

use std::iter::zip;

use turnout_snapshot::turnout::snapshot::v1::{Content, Header};

pub use error::LinkError;

use crate::content::Parts;
use crate::holdout::Holdout;
use crate::index::{AttributeIndex, ItemIndex};
use crate::item::LinkedItem;
use crate::layer::Layer;
use crate::members::MemberSets;
use crate::names::Names;
use crate::program::{Item, Program, Segment};
use crate::segment::LinkedSegment;
use references::Nodes;
use tables::Tables;

/// Links what a sealed snapshot says. What the program keeps is copied: it borrows nothing of the
/// message.
pub(crate) fn link(
    header: Header,
    parts: &Parts<'_>,
    sets: &dyn MemberSets,
) -> Result<Program, LinkError> {
    let mut tables = Tables::new(parts)?;
    let sensitive = sensitive(&tables, &parts.shared)?;
    let (segments, linked_segments) = segments(&mut tables, parts, sets)?;
    let (items, linked_items) = items(&mut tables, parts)?;
    let layers = layers(&tables, parts)?;
    let holdouts = holdouts(&mut tables, parts)?;
    Ok(assemble(
        header,
        &parts.shared,
        tables,
        Linked {
            sensitive,
            segments,
            linked_segments,
            items,
            linked_items,
            layers,
            holdouts,
        },
    ))
}

/// The tables whose parts belong together, side by side.
struct Linked {
    sensitive: Box<[AttributeIndex]>,
    segments: Vec<Segment>,
    linked_segments: Vec<LinkedSegment>,
    items: Vec<Item>,
    linked_items: Vec<LinkedItem>,
    layers: Vec<Layer>,
    holdouts: Vec<Holdout>,
}

fn assemble(header: Header, shared: &Content, tables: Tables, linked: Linked) -> Program {
    Program {
        item_names: Names::new(linked.items.iter().map(|item| &*item.key)),
        segment_names: Names::new(linked.segments.iter().map(|segment| &*segment.key)),
        attribute_names: Names::new(shared.attributes.iter().map(String::as_str)),
        items: linked.items.into(),
        linked_items: linked.linked_items.into(),
        segments: linked.segments.into(),
        linked_segments: linked.linked_segments.into(),
        layers: linked.layers.into(),
        holdouts: linked.holdouts.into(),
        variants: tables.variants.into(),
        rule_names: tables.rule_names.shrunk(),
        operands: tables.operands.shrunk(),
        sensitive: linked.sensitive,
        attributes: boxed(&shared.attributes),
        unit_kinds: boxed(&shared.unit_kinds),
        user: tables.user,
        timezone: shared
            .workspace
            .as_option()
            .map_or("", |workspace| &workspace.timezone)
            .into(),
        header,
    }
}

/// Links each part; the result has no more room than it needs, from the start.
fn each<P, L>(
    parts: impl ExactSizeIterator<Item = P>,
    link: impl FnMut(P) -> Result<L, LinkError>,
) -> Result<Vec<L>, LinkError> {
    let mut linked = Vec::with_capacity(parts.len());
    for part in parts.map(link) {
        linked.push(part?);
    }
    Ok(linked)
}

/// Texts of a message, copied.
fn boxed(texts: &[impl AsRef<str>]) -> Box<[Box<str>]> {
    texts.iter().map(|text| text.as_ref().into()).collect()
}

/// The attributes whose values are masked, sorted.
fn sensitive(tables: &Tables, shared: &Content) -> Result<Box<[AttributeIndex]>, LinkError> {
    let indices = shared.sensitive_attributes.iter();
    let sensitive: Box<[_]> = indices
        .map(|index| tables.attribute(*index))
        .collect::<Result<_, _>>()?;
    if sensitive.is_sorted() {
        return Ok(sensitive);
    }
    Err(LinkError::new("the sensitive attributes are not sorted"))
}

fn segments(
    tables: &mut Tables,
    parts: &Parts<'_>,
    sets: &dyn MemberSets,
) -> Result<(Vec<Segment>, Vec<LinkedSegment>), LinkError> {
    let mut segments = Vec::with_capacity(parts.segments.len());
    let mut linked_segments = Vec::with_capacity(parts.segments.len());
    for (index, segment) in (0..).zip(parts.segments.read()) {
        tables.linking = tables.nodes().segment(index);
        let (segment, linked) = segment::link(tables, &segment, sets)
            .map_err(|error| error.within(|| format!("segment `{}`", segment.key)))?;
        segments.push(segment);
        linked_segments.push(linked);
    }
    Ok((segments, linked_segments))
}

/// Flags and experiments in one table, sorted by key.
fn items(
    tables: &mut Tables,
    parts: &Parts<'_>,
) -> Result<(Vec<Item>, Vec<LinkedItem>), LinkError> {
    let count = parts.flags.len().saturating_add(parts.experiments.len());
    let mut all: Vec<(ItemIndex, (Item, LinkedItem))> = Vec::with_capacity(count);
    for (index, flag) in zip(tables.flags.clone(), parts.flags.read()) {
        tables.linking = Nodes::item(index);
        let linked = flag::link(tables, index, &flag)
            .map_err(|error| error.within(|| format!("flag `{}`", flag.key)))?;
        all.push((index, linked));
    }
    for (index, experiment) in zip(tables.experiments.clone(), parts.experiments.read()) {
        tables.linking = Nodes::item(index);
        let linked = experiment::link(tables, index, &experiment)
            .map_err(|error| error.within(|| format!("experiment `{}`", experiment.key)))?;
        all.push((index, linked));
    }
    all.sort_unstable_by_key(|(index, _)| *index);
    Ok(all.into_iter().map(|(_, linked)| linked).unzip())
}

fn layers(tables: &Tables, parts: &Parts<'_>) -> Result<Vec<Layer>, LinkError> {
    let linked = parts.layers.read().map(|layer| {
        layer::link(tables, &layer)
            .map_err(|error| error.within(|| format!("layer `{}`", layer.key)))
    });
    linked.collect()
}

fn holdouts(tables: &mut Tables, parts: &Parts<'_>) -> Result<Vec<Holdout>, LinkError> {
    let linked = (0..).zip(parts.holdouts.read()).map(|(index, holdout)| {
        tables.linking = tables.nodes().holdout(index);
        holdout::link(tables, &holdout)
            .map_err(|error| error.within(|| format!("holdout `{}`", holdout.key)))
    });
    linked.collect()
}
