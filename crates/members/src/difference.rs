//! How two sets differ, in numbers.
use crate::body::Body;
use crate::kind::Kind;
use crate::merge::{Side, merge};
use crate::set::MemberSet;
use crate::table::Entry;

/// From one set to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Difference {
    /// Members of the second only.
    pub added: u64,
    /// Members of the first only.
    pub removed: u64,
}

/// Counts what was added and removed, in one pass over both, or by looking up the ids of the one in
/// the other where their kinds differ.
///
/// `None` when nobody can know: ids hashed with two keys.
#[must_use]
pub fn difference<A: AsRef<[u8]>, B: AsRef<[u8]>>(
    before: &MemberSet<A>,
    after: &MemberSet<B>,
) -> Option<Difference> {
    if before.kind() != after.kind() {
        return by_look_up(before, after);
    }
    match (before.body()?, after.body()?) {
        (Body::Integers(before), Body::Integers(after)) => {
            Some(counted(merge(before.numbers(), after.numbers())))
        }
        (Body::Texts(before), Body::Texts(after)) => {
            Some(counted(merge(before.ids(), after.ids())))
        }
        (Body::Table(one), Body::Table(other)) if before.key() == after.key() => {
            let (from, to) = (before.header().bits, after.header().bits);
            // What both kept of a hash; of integers that is all.
            let least = from.min(to);
            let shared = |bits| move |entry: Entry| Entry::of(entry.value(bits), least);
            let (one, other) = (
                one.entries().map(shared(from)),
                other.entries().map(shared(to)),
            );
            Some(counted(merge(one, other)))
        }
        _ => None,
    }
}

/// Counts the members that only one side has.
fn counted<T>(sides: impl Iterator<Item = Side<T>>) -> Difference {
    let mut difference = Difference::default();
    for side in sides {
        match side {
            Side::Left(_) => difference.removed = difference.removed.saturating_add(1),
            Side::Right(_) => difference.added = difference.added.saturating_add(1),
            Side::Both(_) => {}
        }
    }
    difference
}

/// One of the two is no hashed set, and its ids can be told.
fn by_look_up<A: AsRef<[u8]>, B: AsRef<[u8]>>(
    before: &MemberSet<A>,
    after: &MemberSet<B>,
) -> Option<Difference> {
    let shared = if before.kind() == Kind::Hashed {
        shared(after, before)?
    } else {
        shared(before, after)?
    };
    Some(Difference {
        added: after.len().saturating_sub(shared),
        removed: before.len().saturating_sub(shared),
    })
}

fn shared<A: AsRef<[u8]>, B: AsRef<[u8]>>(
    listed: &MemberSet<A>,
    asked: &MemberSet<B>,
) -> Option<u64> {
    let mut text = String::new();
    let mut shared = 0_u64;
    for id in listed.ids()? {
        text.clear();
        if std::fmt::write(&mut text, format_args!("{id}")).is_ok() && asked.contains(&text) {
            shared = shared.saturating_add(1);
        }
    }
    Some(shared)
}
