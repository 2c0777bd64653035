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
mod nesting;
mod operand_text;
mod prerequisite;
mod references;
mod schedule;
mod segment;
mod tables;
mod variants;
mod zones;

use turnout_snapshot::turnout::snapshot::v1::{Content, Header};

pub use error::LinkError;

use crate::holdout::Holdout;
use crate::index::{AttributeIndex, ItemIndex};
use crate::item::LinkedItem;
use crate::layer::Layer;
use crate::names::Names;
use crate::program::{Item, Program, Segment};
use crate::segment::LinkedSegment;
use references::Nodes;
use tables::Tables;

/// Links what a sealed snapshot says. Each part is copied while it is linked: the program holds
/// nothing of the message, whose memory can go as a whole.
pub(crate) fn link(header: Header, content: &Content) -> Result<Program, LinkError> {
    let mut tables = Tables::new(content)?;
    let sensitive = sensitive(&tables, content)?;
    let (segments, linked_segments) = segments(&mut tables, content)?;
    let (items, linked_items) = items(&mut tables, content)?;
    let layers = layers(&tables, content)?;
    let holdouts = holdouts(&mut tables, content)?;
    Ok(assemble(
        header,
        content,
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

fn assemble(header: Header, content: &Content, tables: Tables, linked: Linked) -> Program {
    let boxed = |names: &[String]| names.iter().map(|name| name.as_str().into()).collect();
    Program {
        item_names: Names::new(linked.items.iter().map(|item| &*item.key)),
        segment_names: Names::new(linked.segments.iter().map(|segment| &*segment.key)),
        attribute_names: Names::new(content.attributes.iter().map(String::as_str)),
        items: linked.items.into(),
        linked_items: linked.linked_items.into(),
        segments: linked.segments.into(),
        linked_segments: linked.linked_segments.into(),
        layers: linked.layers.into(),
        holdouts: linked.holdouts.into(),
        variants: tables.variants.into(),
        rule_names: tables.rule_names.into(),
        operands: tables.operands.into(),
        sensitive: linked.sensitive,
        attributes: boxed(&content.attributes),
        unit_kinds: boxed(&content.unit_kinds),
        user: tables.user,
        timezone: content
            .workspace
            .as_option()
            .map_or("", |workspace| &workspace.timezone)
            .into(),
        header,
    }
}

/// The attributes whose values are masked, sorted.
fn sensitive(tables: &Tables, content: &Content) -> Result<Box<[AttributeIndex]>, LinkError> {
    let indices = content.sensitive_attributes.iter();
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
    content: &Content,
) -> Result<(Vec<Segment>, Vec<LinkedSegment>), LinkError> {
    let segments = (0..).zip(content.segments.iter().cloned());
    let linked = segments.map(|(index, segment)| {
        tables.linking = tables.nodes().segment(index);
        let place = format!("segment `{}`", segment.key);
        segment::link(tables, segment).map_err(|error| error.within(|| place))
    });
    linked
        .collect::<Result<Vec<_>, _>>()
        .map(|all| all.into_iter().unzip())
}

/// Flags and experiments in one table, sorted by key.
fn items(
    tables: &mut Tables,
    content: &Content,
) -> Result<(Vec<Item>, Vec<LinkedItem>), LinkError> {
    let mut all: Vec<(ItemIndex, (Item, LinkedItem))> = Vec::new();
    let flags = content.flags.iter().cloned();
    for (index, flag) in tables.flags.clone().into_iter().zip(flags) {
        tables.linking = Nodes::item(index);
        let place = format!("flag `{}`", flag.key);
        let linked = flag::link(tables, index, flag).map_err(|error| error.within(|| place))?;
        all.push((index, linked));
    }
    let experiments = content.experiments.iter().cloned();
    for (index, experiment) in tables.experiments.clone().into_iter().zip(experiments) {
        tables.linking = Nodes::item(index);
        let place = format!("experiment `{}`", experiment.key);
        let linked =
            experiment::link(tables, index, experiment).map_err(|error| error.within(|| place))?;
        all.push((index, linked));
    }
    all.sort_unstable_by_key(|(index, _)| *index);
    Ok(all.into_iter().map(|(_, linked)| linked).unzip())
}

fn layers(tables: &Tables, content: &Content) -> Result<Vec<Layer>, LinkError> {
    let layers = content.layers.iter().cloned();
    let linked = layers.map(|layer| {
        let place = format!("layer `{}`", layer.key);
        layer::link(tables, layer).map_err(|error| error.within(|| place))
    });
    linked.collect()
}

fn holdouts(tables: &mut Tables, content: &Content) -> Result<Vec<Holdout>, LinkError> {
    let holdouts = (0..).zip(content.holdouts.iter().cloned());
    let linked = holdouts.map(|(index, holdout)| {
        tables.linking = tables.nodes().holdout(index);
        let place = format!("holdout `{}`", holdout.key);
        holdout::link(tables, holdout).map_err(|error| error.within(|| place))
    });
    linked.collect()
}
