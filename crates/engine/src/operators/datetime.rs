//! Comparisons of instants. What they compare with may depend on now and on a zone.
use std::cmp::Ordering;
use std::ops::Range;

use super::Operands;
use crate::link::LinkError;
use crate::time::{Moment, Point, Zone};

/// A linked comparison of an instant: the positive form.
#[derive(Debug)]
pub(crate) enum Dated {
    /// Ordered as asked against one of them.
    Order(Box<[Moment]>, fn(Ordering) -> bool),
    /// Within one of the pairs, both ends included; reversed bounds hold for nothing.
    Between(Box<[(Moment, Moment)]>),
    /// On the day of one of them.
    OnDate(Box<[Moment]>),
    /// On one of the days, whose beginnings and ends are known.
    OnKnownDate(Box<[Range<Point>]>),
}

/// Links operands; a zone that is known makes more of them known.
pub(super) type Link = fn(&Operands<'_>, Option<Zone>) -> Result<Dated, LinkError>;

impl Dated {
    /// Whether it holds; the zone is not looked at unless [`Dated::needs_zone`].
    pub(crate) fn holds(&self, point: Point, now: Point, zone: Zone) -> bool {
        match self {
            Self::Order(operands, accepts) => operands
                .iter()
                .any(|operand| accepts(point.cmp(&operand.resolve(now, zone)))),
            Self::Between(pairs) => pairs.iter().any(|(low, high)| {
                low.resolve(now, zone) <= point && point <= high.resolve(now, zone)
            }),
            Self::OnDate(operands) => operands
                .iter()
                .any(|operand| zone.day(operand.date(now, zone)).contains(&point)),
            Self::OnKnownDate(days) => days.iter().any(|day| day.contains(&point)),
        }
    }

    /// Whether what it compares with depends on a zone.
    pub(crate) fn needs_zone(&self) -> bool {
        match self {
            Self::Order(operands, _) => operands.iter().any(Moment::needs_zone),
            Self::Between(pairs) => pairs
                .iter()
                .any(|(low, high)| low.needs_zone() || high.needs_zone()),
            Self::OnDate(_) => true,
            Self::OnKnownDate(_) => false,
        }
    }
}

fn order(
    operands: &Operands<'_>,
    zone: Option<Zone>,
    accepts: fn(Ordering) -> bool,
) -> Result<Dated, LinkError> {
    let moments = operands.moments()?.into_iter();
    Ok(Dated::Order(
        moments.map(|moment| moment.known_in(zone)).collect(),
        accepts,
    ))
}

pub(super) fn is_after(operands: &Operands<'_>, zone: Option<Zone>) -> Result<Dated, LinkError> {
    order(operands, zone, Ordering::is_gt)
}

pub(super) fn is_before(operands: &Operands<'_>, zone: Option<Zone>) -> Result<Dated, LinkError> {
    order(operands, zone, Ordering::is_lt)
}

pub(super) fn is_since(operands: &Operands<'_>, zone: Option<Zone>) -> Result<Dated, LinkError> {
    order(operands, zone, Ordering::is_ge)
}

pub(super) fn is_until(operands: &Operands<'_>, zone: Option<Zone>) -> Result<Dated, LinkError> {
    order(operands, zone, Ordering::is_le)
}

pub(super) fn is_between(operands: &Operands<'_>, zone: Option<Zone>) -> Result<Dated, LinkError> {
    let pairs = operands.moment_pairs()?.into_iter();
    Ok(Dated::Between(
        pairs
            .map(|(low, high)| (low.known_in(zone), high.known_in(zone)))
            .collect(),
    ))
}

pub(super) fn is_on_date(operands: &Operands<'_>, zone: Option<Zone>) -> Result<Dated, LinkError> {
    let moments = operands.moments()?;
    let day = |moment: &Moment| {
        let date = zone.and_then(|zone| moment.known_date(zone));
        date.zip(zone).map(|(date, zone)| zone.day(date))
    };
    Ok(match moments.iter().map(day).collect() {
        Some(days) => Dated::OnKnownDate(days),
        None => Dated::OnDate(moments.into()),
    })
}
