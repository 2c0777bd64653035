//! Links flags.
use buffa::EnumValue;
use turnout_snapshot::turnout::snapshot::v1::__buffa::view as message;
use turnout_snapshot::turnout::snapshot::v1::__buffa::view::oneof::rule::Outcome as Kind;
use turnout_snapshot::turnout::snapshot::v1::FlagType;

use super::tables::{Tables, known};
use super::variants::{self, Own};
use super::{LinkError, boxed, bucketing, each, expression, prerequisite};
use crate::choice::Choice;
use crate::flag::{Flag, Outcome, Rule};
use crate::index::ItemIndex;
use crate::item::LinkedItem;
use crate::program::{Item, ItemKind};

/// Links one flag.
pub(super) fn link(
    tables: &mut Tables,
    index: ItemIndex,
    flag: &message::FlagView<'_>,
) -> Result<(Item, LinkedItem), LinkError> {
    let tags = boxed(&flag.tags);
    let item = |value_type| Item {
        key: flag.key.into(),
        tags,
        kind: ItemKind::Flag,
        value_type,
    };
    if flag.quarantined {
        return Ok((item(FlagType::Unspecified), LinkedItem::Quarantined));
    }
    let value_type: FlagType = known("type", flag.r#type)?;
    let own = variants::link(tables, index, value_type, &flag.variants)?;
    let linked = Flag {
        status: known("status", flag.status)?,
        unit: tables.unit_kind(flag.unit)?,
        default: own.variant(flag.default_variant)?,
        overrides: variants::overrides(&own, &flag.overrides)?,
        prerequisites: prerequisite::all(tables, &flag.prerequisites)?,
        rules: rules(tables, &own, value_type, &flag.rules)?,
    };
    Ok((item(value_type), LinkedItem::Flag(linked)))
}

fn rules(
    tables: &mut Tables,
    own: &Own,
    value_type: FlagType,
    rules: &[message::RuleView<'_>],
) -> Result<Box<[Rule]>, LinkError> {
    let linked = each(rules.iter(), |rule| {
        let place = || format!("rule `{}`", rule.name);
        link_rule(tables, own, value_type, rule).map_err(|error| error.within(place))
    })?;
    Ok(linked.into())
}

fn link_rule(
    tables: &mut Tables,
    own: &Own,
    value_type: FlagType,
    rule: &message::RuleView<'_>,
) -> Result<Rule, LinkError> {
    Ok(Rule {
        index: tables.rule(rule.name)?,
        when: expression::optional(tables, rule.when.as_option())?,
        on_unknown: known("on_unknown", rule.on_unknown)?,
        outcome: match &rule.outcome {
            Some(Kind::Serve(variant)) => Outcome::Serve(own.variant(*variant)?),
            Some(Kind::Split(split)) => Outcome::Split(Box::new(link_split(own, split)?)),
            Some(Kind::Experiment(experiment)) => hand_over(tables, *experiment, value_type)?,
            None => return Err(LinkError::new("it has no outcome")),
        },
    })
}

/// Our slots are all somebody's; the numbers of another system need not be.
fn link_split(own: &Own, split: &message::SplitView<'_>) -> Result<Choice, LinkError> {
    match split.bucketing.as_option() {
        Some(foreign) => bucketing::link(own, foreign),
        None => variants::slots(own, split.salt, &split.ranges, true),
    }
}

/// An experiment's values must be of the flag's type; a quarantined one has none.
fn hand_over(tables: &Tables, index: u32, value_type: FlagType) -> Result<Outcome, LinkError> {
    let (item, of) = tables.experiment(index)?;
    if of.is_some_and(|of| of != EnumValue::from(value_type)) {
        return Err(LinkError::new(
            "its experiment has values of another type than the flag",
        ));
    }
    Ok(Outcome::Experiment(item))
}
