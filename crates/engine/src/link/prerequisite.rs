//! Links conditions on variants.
use turnout_snapshot::turnout::snapshot::v1 as message;
use turnout_snapshot::turnout::snapshot::v1::__buffa::oneof::variant_condition::Item;

use super::tables::{Tables, ascending};
use super::{LinkError, operand_text};
use crate::prerequisite::VariantCondition;

/// Links one condition of whatever is linked now.
pub(super) fn link(
    tables: &mut Tables,
    condition: &message::VariantCondition,
) -> Result<VariantCondition, LinkError> {
    let item = match condition.item {
        Some(Item::Flag(index)) => tables.flag(index)?,
        Some(Item::Experiment(index)) => tables.experiment(index)?.0,
        None => return Err(LinkError::new("a condition on a variant names no item")),
    };
    ascending("variants of a condition", condition.variants.iter())?;
    Ok(VariantCondition {
        item,
        reach: tables.reach(item),
        operand: tables.operand(operand_text::names(&condition.variants))?,
        variants: condition
            .variants
            .iter()
            .map(|name| name.as_str().into())
            .collect(),
        negated: condition.negated,
    })
}

/// Links the prerequisites of an item.
pub(super) fn all(
    tables: &mut Tables,
    conditions: &[message::VariantCondition],
) -> Result<Box<[VariantCondition]>, LinkError> {
    let linked = conditions.iter().map(|condition| link(tables, condition));
    linked
        .collect::<Result<_, _>>()
        .map_err(|error: LinkError| error.within(|| "prerequisites".to_owned()))
}
