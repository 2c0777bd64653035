//! Links conditions on variants.
use turnout_snapshot::turnout::snapshot::v1::__buffa::view as message;
use turnout_snapshot::turnout::snapshot::v1::__buffa::view::oneof::variant_condition::Item;

use super::tables::{Tables, ascending};
use super::{LinkError, boxed, operand_text};
use crate::prerequisite::VariantCondition;

/// Links one condition of whatever is linked now.
pub(super) fn link(
    tables: &mut Tables,
    condition: &message::VariantConditionView<'_>,
) -> Result<VariantCondition, LinkError> {
    let item = match &condition.item {
        Some(Item::Flag(index)) => tables.flag(*index)?,
        Some(Item::Experiment(index)) => tables.experiment(*index)?.0,
        None => return Err(LinkError::new("a condition on a variant names no item")),
    };
    ascending(
        "variants of a condition",
        condition.variants.iter().copied(),
    )?;
    Ok(VariantCondition {
        item,
        reach: tables.reach(item),
        operand: tables.operand(&operand_text::names(&condition.variants))?,
        variants: boxed(&condition.variants),
        negated: condition.negated,
    })
}

/// Links the prerequisites of an item.
pub(super) fn all(
    tables: &mut Tables,
    conditions: &[message::VariantConditionView<'_>],
) -> Result<Box<[VariantCondition]>, LinkError> {
    let linked = conditions.iter().map(|condition| link(tables, condition));
    linked
        .collect::<Result<_, _>>()
        .map_err(|error: LinkError| error.within(|| "prerequisites".to_owned()))
}
