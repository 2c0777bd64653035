//! Links variants and what refers to them: overrides, slot ranges, salts.
use std::ops::Range;

use buffa::MessageView;
use turnout_snapshot::turnout::snapshot::v1::__buffa::view as message;
use turnout_snapshot::turnout::snapshot::v1::FlagType;
use turnout_snapshot::turnout::v1::__buffa::oneof::value::Kind;
use turnout_snapshot::turnout::v1::Value;

use super::LinkError;
use super::tables::{Tables, ascending, outside};
use crate::choice::{Choice, Slots};
use crate::index::{ItemIndex, VariantIndex};
use crate::item::Overrides;
use crate::program::Variant;
use crate::share::Share;
use crate::slot::{Bound, Owners, SLOTS, Salt};

/// The longest composed salt.
const SALT_LIMIT: usize = 128;

/// The variants of one item in the program's table.
#[derive(Clone)]
pub(super) struct Own(Range<u32>);

impl Own {
    /// Where they are in the table.
    pub(super) fn places(&self) -> Range<usize> {
        let at = |bound: u32| usize::try_from(bound).unwrap_or(usize::MAX);
        at(self.0.start)..at(self.0.end)
    }

    /// A variant by its position in the item.
    pub(super) fn variant(&self, index: u32) -> Result<VariantIndex, LinkError> {
        let at = self
            .0
            .start
            .checked_add(index)
            .filter(|at| *at < self.0.end);
        at.map(VariantIndex::from)
            .ok_or_else(|| outside("variant", index, self.0.len()))
    }
}

/// Adds an item's variants to the table.
pub(super) fn link(
    tables: &mut Tables,
    item: ItemIndex,
    value_type: FlagType,
    variants: &[message::VariantView<'_>],
) -> Result<Own, LinkError> {
    let start = tables.variants.len();
    for variant in variants {
        let own = tables.variants.get(start..).unwrap_or_default();
        if own.iter().any(|known| *known.name == *variant.name) {
            return Err(LinkError::new(format!(
                "variant `{}` occurs twice",
                variant.name
            )));
        }
        let value = variant.value.to_owned_message();
        let value = value.map_err(|_| LinkError::new("its value cannot be read"))?;
        if !fits(value_type, &value) {
            let message = format!(
                "the value of variant `{}` is not of type {value_type:?}",
                variant.name
            );
            return Err(LinkError::new(message));
        }
        tables.variants.push(Variant {
            name: variant.name.into(),
            value,
            item,
        });
    }
    match (u32::try_from(start), u32::try_from(tables.variants.len())) {
        (Ok(start), Ok(end)) => Ok(Own(start..end)),
        _ => Err(LinkError::new("there are too many variants")),
    }
}

fn fits(value_type: FlagType, value: &Value) -> bool {
    match (value_type, &value.kind) {
        (FlagType::Boolean, Some(Kind::Boolean(_)))
        | (FlagType::String, Some(Kind::String(_)))
        | (FlagType::Integer, Some(Kind::Integer(_)))
        // A list counts as an object, as it does for OpenFeature.
        | (FlagType::Object, Some(Kind::Object(_) | Kind::List(_))) => true,
        (FlagType::Double, Some(Kind::Double(double))) => double.is_finite(),
        _ => false,
    }
}

/// Links overrides, sorted by unit id.
pub(super) fn overrides(
    own: &Own,
    list: &[message::OverrideView<'_>],
) -> Result<Overrides, LinkError> {
    ascending("overrides", list.iter().map(|forced| forced.unit_id))?;
    let linked = list
        .iter()
        .map(|forced| Ok((forced.unit_id.into(), own.variant(forced.variant)?)));
    linked.collect::<Result<_, LinkError>>().map(Overrides::new)
}

/// Links a choice by slot.
pub(super) fn slots(
    own: &Own,
    salt_text: &str,
    ranges: &[message::SlotRangeView<'_>],
    whole: bool,
) -> Result<Choice, LinkError> {
    Ok(Choice::Slots(Slots {
        salt: salt(salt_text)?,
        owners: owners(own, ranges, whole)?,
    }))
}

/// Links slot ranges, sorted by start. Where `whole`, a slot without an owner is refused.
fn owners(
    own: &Own,
    ranges: &[message::SlotRangeView<'_>],
    whole: bool,
) -> Result<Owners, LinkError> {
    let ranges = ranges
        .iter()
        .map(|range| Ok((range.start, range.end, own.variant(range.variant)?)));
    let bounds = bounds(ranges)?;
    if whole && bounds.iter().any(|bound| bound.owner.is_none()) {
        return Err(LinkError::new("some slots belong to no variant"));
    }
    Ok(Owners::new(bounds))
}

/// Who owns which slots up to where, from starts, ends and owners sorted by start.
pub(super) fn bounds<T>(
    ranges: impl Iterator<Item = Result<(u32, u32, T), LinkError>>,
) -> Result<Vec<Bound<T>>, LinkError> {
    let mut bounds: Vec<Bound<T>> = Vec::with_capacity(ranges.size_hint().0);
    let mut last = 0;
    for range in ranges {
        let (start, end, owner) = range?;
        let (start, end) = slot_range(start, end)?;
        if start < last || start == end {
            let message = format!("slots {start} to {end} are empty, or overlap those before");
            return Err(LinkError::new(message));
        }
        if start > last {
            bounds.push(Bound {
                end: start,
                owner: None,
            });
        }
        bounds.push(Bound {
            end,
            owner: Some(owner),
        });
        last = end;
    }
    if last < SLOTS {
        bounds.push(Bound {
            end: SLOTS,
            owner: None,
        });
    }
    Ok(bounds)
}

/// Links a share of the slots of a salt.
pub(super) fn share(
    salt_text: &str,
    what: &str,
    parts_per_million: u32,
) -> Result<Share, LinkError> {
    if parts_per_million > SLOTS {
        let message = format!("{what} {parts_per_million} is more than {SLOTS}");
        return Err(LinkError::new(message));
    }
    Ok(Share {
        salt: salt(salt_text)?,
        parts_per_million,
    })
}

/// `start <= end <= 1,000,000`.
pub(super) fn slot_range(start: u32, end: u32) -> Result<(u32, u32), LinkError> {
    if start <= end && end <= SLOTS {
        return Ok((start, end));
    }
    Err(LinkError::new(format!(
        "slots {start} to {end} are not within 0 to {SLOTS}"
    )))
}

/// `[A-Za-z0-9._-]{1,128}`.
pub(super) fn salt(text: &str) -> Result<Salt, LinkError> {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-');
    if text.is_empty() || text.len() > SALT_LIMIT || !text.bytes().all(plain) {
        let shown: String = text.chars().take(SALT_LIMIT).collect();
        let message = format!("salt `{shown}` must be 1 to {SALT_LIMIT} of A-Z a-z 0-9 . _ -");
        return Err(LinkError::new(message));
    }
    Ok(Salt::new(text))
}
