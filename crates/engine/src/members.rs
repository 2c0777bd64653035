//! Member sets: artifacts beside a snapshot. Who has them comes in by the door.
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use crate::decision::SegmentReason;
use crate::evaluation::Instant;

/// A set of unit ids that somebody else holds.
pub trait UnitIds: fmt::Debug + Send + Sync {
    /// Whether an id, exact to the byte, is one of them.
    fn contains(&self, id: &str) -> bool;

    /// Where an id would be, for [`UnitIds::holds`]: all of a lookup that waits for no memory, so
    /// that several can wait at once.
    fn place(&self, id: &str) -> Place {
        Place([u64::from(self.contains(id)), 0, 0])
    }

    /// Whether there is an id at a place that this set told.
    fn holds(&self, place: Place) -> bool {
        place.0 == [1, 0, 0]
    }
}

/// Where an id would be, in words that the set knows which told it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place(pub [u64; 3]);

/// Where a program finds its sets when it is linked.
pub trait MemberSets {
    /// The set that is named; `None` when it is not there, or not what the snapshot says.
    fn find(&self, named: &NamedSet) -> Option<Arc<dyn UnitIds>>;
}

/// No sets at all: every segment that names one is UNKNOWN, MEMBERS_MISSING.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoSets;

impl MemberSets for NoSets {
    fn find(&self, _: &NamedSet) -> Option<Arc<dyn UnitIds>> {
        None
    }
}

/// A set as a snapshot names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct NamedSet {
    /// Of the whole artifact.
    pub sha256: [u8; 32],
    /// Bytes of the artifact.
    pub size: u64,
    /// Members.
    pub count: u64,
}

/// A set that is not in memory: who evaluates looks its members up elsewhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct RemoteSet {
    /// Of one evaluation alone.
    pub name: [u8; 32],
    /// Parts that its members are spread over, at least 1.
    pub shards: u32,
}

/// What is known of an id in a set that is not in memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lookup {
    /// Whether it is a member.
    Found(bool),
    /// Not looked up yet: evaluate again once it was.
    Pending,
    /// Nobody could say in time.
    Unreachable,
}

/// The members of a segment that are not in memory.
#[derive(Debug)]
pub(crate) struct LinkedRemote {
    pub(crate) set: RemoteSet,
    pub(crate) count: u64,
    pub(crate) dated: Dated,
}

/// The members of a segment whose set is beside the snapshot.
#[derive(Debug)]
pub(crate) struct LinkedSet {
    /// `None` when the set was not there.
    pub(crate) ids: Option<Arc<dyn UnitIds>>,
    pub(crate) count: u64,
    pub(crate) dated: Dated,
}

/// When members were found, and how long they count.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Dated {
    /// When the query was begun that gave them; `None` of a list that is kept by hand.
    pub(crate) evaluated_at: Option<Instant>,
    pub(crate) max_age: Option<Duration>,
}

impl Dated {
    /// Since the query was begun; nothing for one that is begun later than `now`.
    pub(crate) fn age(&self, now: Instant) -> Option<Duration> {
        let since = i128::from(now.0).saturating_sub(self.evaluated_at?.0.into());
        // Two instants are at most 2^64 - 1 nanoseconds apart.
        Some(Duration::from_nanos(
            since.max(0).try_into().unwrap_or(u64::MAX),
        ))
    }

    /// Whether they count no more.
    #[inline]
    pub(crate) fn too_old(&self, now: Instant) -> bool {
        self.max_age
            .is_some_and(|most| self.age(now).is_some_and(|age| age > most))
    }
}

impl LinkedSet {
    /// The ids, or why they cannot be used.
    #[inline]
    pub(crate) fn usable(&self, now: Instant) -> Result<&dyn UnitIds, SegmentReason> {
        let ids = self.ids.as_deref().ok_or(SegmentReason::MembersMissing)?;
        if self.dated.too_old(now) {
            return Err(SegmentReason::MembersTooOld);
        }
        Ok(ids)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn evaluated(at: i64) -> Dated {
        Dated {
            evaluated_at: Some(Instant(at)),
            max_age: None,
        }
    }

    #[test]
    fn an_age_is_never_negative_and_never_overflows() {
        let age = |at, now| evaluated(at).age(Instant(now)).unwrap().as_nanos();
        assert_eq!(age(5, 12), 7);
        assert_eq!(age(12, 5), 0);
        assert_eq!(age(i64::MIN, i64::MAX), u64::MAX.into());
        let by_hand = Dated {
            evaluated_at: None,
            ..evaluated(0)
        };
        assert_eq!(by_hand.age(Instant(9)), None);
    }
}
