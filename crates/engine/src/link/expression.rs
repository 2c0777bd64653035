//! Links expressions and their conditions.
use turnout_snapshot::turnout::snapshot::v1::__buffa::view as message;
use turnout_snapshot::turnout::snapshot::v1::__buffa::view::oneof::expression::Kind;
use turnout_snapshot::turnout::snapshot::v1::__buffa::view::oneof::zone;
use turnout_snapshot::turnout::snapshot::v1::{AttributeType, EpochUnit, OnUnset, Operator};

use super::tables::{Tables, known};
use super::variants::{salt, slot_range};
use super::{LinkError, each, operand_text, prerequisite, zones};
use crate::dated::{DatedCondition, ZoneChoice};
use crate::expression::{Condition, Expression, SlotCondition};
use crate::fact::{FactComparison, FactCondition};
use crate::operators::{Operands, Row};
use crate::text::Case;
use crate::truth::Truth;

/// Links an expression whose depth was checked.
pub(super) fn link(
    tables: &mut Tables,
    expression: &message::ExpressionView<'_>,
) -> Result<Expression, LinkError> {
    let kind = expression
        .kind
        .as_ref()
        .ok_or_else(|| LinkError::new("an expression is empty"))?;
    Ok(match kind {
        Kind::All(group) => Expression::All(parts(tables, group)?),
        Kind::Any(group) => Expression::Any(parts(tables, group)?),
        Kind::Not(part) => Expression::Not(Box::new(link(tables, part)?)),
        Kind::Condition(part) => condition(tables, part)?,
        Kind::Segment(index) => Expression::Segment(tables.segment(*index)?),
        Kind::Slot(part) => Expression::Slot(Box::new(slot(tables, part)?)),
        Kind::Variant(part) => Expression::Variant(Box::new(prerequisite::link(tables, part)?)),
    })
}

/// Links an expression that may be absent.
pub(super) fn optional(
    tables: &mut Tables,
    expression: Option<&message::ExpressionView<'_>>,
) -> Result<Option<Expression>, LinkError> {
    expression
        .map(|expression| link(tables, expression))
        .transpose()
}

fn parts(
    tables: &mut Tables,
    group: &message::GroupView<'_>,
) -> Result<Box<[Expression]>, LinkError> {
    let linked = each(group.expressions.iter(), |part| link(tables, part))?;
    Ok(linked.into())
}

/// A plain condition, one on a date, or either on a fact.
fn condition(
    tables: &mut Tables,
    condition: &message::ConditionView<'_>,
) -> Result<Expression, LinkError> {
    let linked = compared(tables, condition)?;
    Ok(
        match (tables.facts.no_events(condition.attribute), linked) {
            (Some(no_events), condition) => Expression::Fact(Box::new(FactCondition {
                no_events,
                condition,
            })),
            (None, FactComparison::Plain(condition)) => Expression::Condition(condition),
            (None, FactComparison::Dated(condition)) => Expression::Dated(Box::new(condition)),
        },
    )
}

fn compared(
    tables: &mut Tables,
    condition: &message::ConditionView<'_>,
) -> Result<FactComparison, LinkError> {
    let attribute = tables.attribute(condition.attribute)?;
    let operator: Operator = known("operator", condition.operator)?;
    let row = Row::of(operator)
        .ok_or_else(|| LinkError::new(format!("operator {operator:?} is not built yet")))?;
    let operands = Operands {
        operator: row.name,
        declared: declared(condition)?,
        case: if condition.case_sensitive {
            Case::Sensitive
        } else {
            Case::Folded
        },
        list: &condition.operands,
    };
    let unset = unset(condition, row)?;
    let zone = zone(tables, condition)?;
    let operand = tables.operand(&operand_text::operands(&condition.operands))?;
    if let Some(dates) = row.link_dates(&operands, zone.known()) {
        return Ok(FactComparison::Dated(DatedCondition {
            attribute,
            operand,
            unset,
            row,
            comparison: dates?,
            zone,
            epoch: epoch(condition)?,
        }));
    }
    Ok(FactComparison::Plain(Condition {
        attribute,
        operand,
        unset,
        row,
        comparison: row.link(&operands)?,
    }))
}

fn zone(tables: &Tables, condition: &message::ConditionView<'_>) -> Result<ZoneChoice, LinkError> {
    let Some(zone) = condition.zone.as_option() else {
        return Ok(ZoneChoice::Known(tables.zones.workspace));
    };
    match &zone.kind {
        Some(zone::Kind::Name(name)) => Ok(ZoneChoice::Known(zones::named(name)?)),
        Some(zone::Kind::Unit(_)) => tables
            .zones
            .unit
            .map(ZoneChoice::Unit)
            .ok_or_else(|| LinkError::new("where a unit's own zone is told is missing")),
        None => Err(LinkError::new("a zone is empty")),
    }
}

fn epoch(condition: &message::ConditionView<'_>) -> Result<EpochUnit, LinkError> {
    let unit = condition.epoch_unit;
    unit.as_known()
        .ok_or_else(|| LinkError::new(format!("epoch unit {} is not known", unit.to_i32())))
}

fn declared(condition: &message::ConditionView<'_>) -> Result<AttributeType, LinkError> {
    let declared = condition.r#type;
    declared
        .as_known()
        .ok_or_else(|| LinkError::new(format!("attribute type {} is not known", declared.to_i32())))
}

fn unset(condition: &message::ConditionView<'_>, row: &Row) -> Result<Truth, LinkError> {
    let said = condition.on_unset;
    Ok(match said.as_known() {
        Some(OnUnset::Unspecified) => row.unset,
        Some(OnUnset::Match) => Truth::True,
        Some(OnUnset::NoMatch) => Truth::False,
        Some(OnUnset::Unknown) => Truth::Unknown,
        None => {
            return Err(LinkError::new(format!(
                "on_unset {} is not known",
                said.to_i32()
            )));
        }
    })
}

fn slot(
    tables: &mut Tables,
    condition: &message::SlotConditionView<'_>,
) -> Result<SlotCondition, LinkError> {
    let (start, end) = slot_range(condition.start, condition.end)?;
    Ok(SlotCondition {
        unit: tables.unit_kind(condition.unit)?,
        salt: salt(condition.salt)?,
        start,
        end,
        operand: tables.operand(&operand_text::slots(condition.salt, start, end))?,
    })
}
