//! Whether an IP address is in a network.
use std::net::IpAddr;
use std::ops::RangeInclusive;

use super::{Comparison, Operands};
use crate::context::Entry;
use crate::link::LinkError;
use crate::network::{Network, address};
use crate::value::ValueRef;

/// In one of the networks, however many they are.
#[derive(Debug)]
struct InCidr {
    v4: Ranges<u32>,
    v6: Ranges<u128>,
}

impl Comparison for InCidr {
    fn holds(&self, entry: &Entry<'_>) -> Option<bool> {
        let ValueRef::String(text) = entry.value else {
            return None;
        };
        Some(match address(text)? {
            IpAddr::V4(address) => self.v4.contains(address.to_bits()),
            IpAddr::V6(address) => self.v6.contains(address.to_bits()),
        })
    }
}

pub(super) fn is_in_cidr(operands: &Operands<'_>) -> Result<Box<dyn Comparison>, LinkError> {
    let (mut v4, mut v6) = (Vec::new(), Vec::new());
    for network in operands.networks()? {
        match network {
            Network::V4(range) => v4.push(range),
            Network::V6(range) => v6.push(range),
        }
    }
    Ok(Box::new(InCidr {
        v4: Ranges::new(v4),
        v6: Ranges::new(v6),
    }))
}

/// INVARIANT: sorted, and none overlaps another.
#[derive(Debug)]
struct Ranges<N>(Box<[RangeInclusive<N>]>);

impl<N: Copy + Ord> Ranges<N> {
    /// Of two networks one holds the other or they are apart: those inside another are dropped.
    fn new(mut ranges: Vec<RangeInclusive<N>>) -> Self {
        ranges.sort_unstable_by_key(|range| (*range.start(), std::cmp::Reverse(*range.end())));
        ranges.dedup_by(|next, kept| next.start() <= kept.end());
        Self(ranges.into())
    }

    fn contains(&self, number: N) -> bool {
        let after = self.0.partition_point(|range| *range.start() <= number);
        let last = after.checked_sub(1).and_then(|at| self.0.get(at));
        last.is_some_and(|range| number <= *range.end())
    }
}
