//! From one set to the next, without what stays.
use crate::bitmaps::{self, Bitmaps};
use crate::body::Body;
use crate::failure::{DeltaError, Refused};
use crate::header::Header;
use crate::kind::Kind;
use crate::merge::{Side, merge};
use crate::numbers::{array_at, length, position, u64_at};
use crate::set::MemberSet;
use crate::sink::Sink;
use crate::table::{self, Entry, RECORD};
use crate::texts::{self, Texts};
use crate::writer::{CHECKSUM_LENGTH, Writer, is_whole};

const MAGIC: &[u8; 8] = b"TURNDLT\x01";
/// Where the lists begin.
const LISTS: usize = 128;

/// The SHA-256 of a whole artifact: what it is called by.
pub type Digest = [u8; 32];

/// What leads from one set to another of the same kind, key and directory.
///
/// | at | bytes | what |
/// |---|---|---|
/// | 0 | 8 | `TURNDLT` and the version of the format, 1 |
/// | 8 | 32 | kind, bits of the directory, members and key of the set that it leads to, as there |
/// | 40 | 32 | SHA-256 of the set that it is applied to |
/// | 72 | 32 | SHA-256 of the set that it leads to |
/// | 104 | 8 | how many members are removed |
/// | 112 | 8 | how many are added |
/// | 120 | 8 | the length of the list of those that are removed |
/// | 128 | … | the list of those that are removed, the list of those that are added |
/// | end − 8 | 8 | XXH3-64 of everything before it |
///
/// A list is sorted: integers and texts as the body of a set, entries of a table as their bucket
/// (4 bytes) and what is stored of them (7).
#[derive(Debug, Clone)]
pub struct Delta<B> {
    target: Header,
    base_digest: Digest,
    target_digest: Digest,
    removed: u64,
    added: u64,
    bytes: B,
}

impl<B: AsRef<[u8]>> Delta<B> {
    /// Opens a delta and checks its checksum.
    ///
    /// # Errors
    ///
    /// Bytes that are no whole delta of this version.
    pub fn open(bytes: B) -> Result<Self, Refused> {
        let all = bytes.as_ref();
        let fields = all
            .strip_prefix(MAGIC)
            .ok_or(Refused("its first bytes are not `TURNDLT` 0x01"))?;
        if !is_whole(all) {
            return Err(Refused("its checksum does not fit: it was cut or changed"));
        }
        let read = || {
            Some((
                Header::read_fields(fields)?,
                array_at(all, 40)?,
                array_at(all, 72)?,
                u64_at(all, 104)?,
                u64_at(all, 112)?,
            ))
        };
        let (target, base_digest, target_digest, removed, added) =
            read().ok_or(Refused("its header cannot be read"))?;
        let delta = Self {
            target,
            base_digest,
            target_digest,
            removed,
            added,
            bytes,
        };
        match delta.lists() {
            Some(_) => Ok(delta),
            None => Err(Refused("it ends before its members")),
        }
    }

    /// What the set has to be that it is applied to.
    pub fn base(&self) -> &Digest {
        &self.base_digest
    }

    /// What the set must be that comes out.
    pub fn target(&self) -> &Digest {
        &self.target_digest
    }

    /// How many members it adds.
    pub fn added(&self) -> u64 {
        self.added
    }

    /// How many members it removes.
    pub fn removed(&self) -> u64 {
        self.removed
    }

    /// Writes the set that it leads to, from the set with this digest, and gives its length.
    ///
    /// Who keeps the result has to hold its SHA-256 to [`Delta::target`].
    ///
    /// # Errors
    ///
    /// Another set than the one it was made from, parts that do not fit together, or a sink that
    /// takes no more.
    pub fn apply<A: AsRef<[u8]>, S: Sink>(
        &self,
        base: &MemberSet<A>,
        digest: &Digest,
        sink: S,
    ) -> Result<u64, DeltaError<S::Error>> {
        let target = &self.target;
        if *digest != self.base_digest || !alike(base.header(), target) {
            return Err(DeltaError::OtherBase);
        }
        let counted = base
            .len()
            .checked_sub(self.removed)
            .map(|kept| kept.checked_add(self.added));
        if counted.flatten() != Some(target.count) {
            return Err(DeltaError::Inconsistent);
        }
        let (removed, added) = self.lists().ok_or(DeltaError::Inconsistent)?;
        let (body, removed, added) = base
            .body()
            .and_then(|body| {
                let open = |list, count| List::open(target, count, list);
                Some((body, open(removed, self.removed)?, open(added, self.added)?))
            })
            .ok_or(DeltaError::Inconsistent)?;
        let mut out = Writer::new(sink);
        out.put(&target.bytes())?;
        match (body, removed, added) {
            (Body::Integers(base), List::Integers(removed), List::Integers(added)) => {
                let numbers = self.changed(base.numbers(), removed.numbers(), added.numbers());
                fits(numbers.clone().count(), target)?;
                out.put(&bitmaps::body(numbers))?;
            }
            (Body::Table(base), List::Entries(removed), List::Entries(added)) => {
                let entries = self.changed(base.entries(), entries(removed), entries(added));
                fits(entries.clone().count(), target)?;
                table::write(target.bits, entries, &mut out)?;
            }
            (Body::Texts(base), List::Texts(removed), List::Texts(added)) => {
                let ids = self.changed(base.ids(), removed.ids(), added.ids());
                fits(ids.clone().count(), target)?;
                texts::write(ids, &mut out)?;
            }
            _ => return Err(DeltaError::Inconsistent),
        }
        Ok(out.finish()?)
    }

    /// The members that it leads to. No list is read beyond what it should hold: a few bytes of
    /// runs can say that they are all integers.
    fn changed<T: Ord + Clone>(
        &self,
        base: impl Iterator<Item = T> + Clone,
        removed: impl Iterator<Item = T> + Clone,
        added: impl Iterator<Item = T> + Clone,
    ) -> impl Iterator<Item = T> + Clone {
        let removed = removed.take(position(self.removed));
        let added = added.take(position(self.added));
        let kept = merge(base, removed).filter_map(Side::only_left);
        merge(kept, added).map(Side::any)
    }

    /// Both lists.
    fn lists(&self) -> Option<(&[u8], &[u8])> {
        let all = self.bytes.as_ref();
        let end = all.len().checked_sub(CHECKSUM_LENGTH)?;
        let removed = position(u64_at(all, 120)?);
        all.get(LISTS..end)?.split_at_checked(removed)
    }
}

/// A delta that was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DeltaWritten {
    /// How many members it adds.
    pub added: u64,
    /// How many it removes.
    pub removed: u64,
    /// The length of the artifact.
    pub bytes: u64,
}

/// Writes what leads from one set to another, each with its digest.
///
/// `None` when there is no such delta, and the other set has to travel whole: of another kind, with
/// another key, or with another directory.
///
/// # Errors
///
/// A sink that takes no more.
pub fn write_delta<A: AsRef<[u8]>, B: AsRef<[u8]>, S: Sink>(
    (base, base_digest): (&MemberSet<A>, &Digest),
    (target, target_digest): (&MemberSet<B>, &Digest),
    sink: S,
) -> Result<Option<DeltaWritten>, S::Error> {
    let (Some(from), Some(to)) = (base.body(), target.body()) else {
        return Ok(None);
    };
    if !alike(base.header(), target.header()) {
        return Ok(None);
    }
    let [removed, added] = match (from, to) {
        (Body::Integers(from), Body::Integers(to)) => {
            lists(merge(from.numbers(), to.numbers()), |numbers| {
                bitmaps::body(numbers.iter().copied())
            })
        }
        (Body::Table(from), Body::Table(to)) => {
            lists(merge(from.entries(), to.entries()), |entries| {
                entries.iter().flat_map(|entry| entry.record()).collect()
            })
        }
        (Body::Texts(from), Body::Texts(to)) => lists(merge(from.ids(), to.ids()), texts::body),
        _ => return Ok(None),
    };
    let mut out = Writer::new(sink);
    out.put(MAGIC)?;
    let fields: Vec<u8> = target.header().fields().collect();
    out.put(&fields)?;
    out.put(base_digest)?;
    out.put(target_digest)?;
    for number in [removed.count, added.count, length(removed.bytes.len())] {
        out.put(&number.to_le_bytes())?;
    }
    out.put(&removed.bytes)?;
    out.put(&added.bytes)?;
    Ok(Some(DeltaWritten {
        added: added.count,
        removed: removed.count,
        bytes: out.finish()?,
    }))
}

struct Written {
    count: u64,
    bytes: Vec<u8>,
}

/// What only the first has, and what only the second has, each written as a list.
fn lists<T>(sides: impl Iterator<Item = Side<T>>, write: impl Fn(&[T]) -> Vec<u8>) -> [Written; 2] {
    let (mut removed, mut added) = (Vec::new(), Vec::new());
    for side in sides {
        match side {
            Side::Left(member) => removed.push(member),
            Side::Right(member) => added.push(member),
            Side::Both(_) => {}
        }
    }
    [removed, added].map(|members| Written {
        count: length(members.len()),
        bytes: write(&members),
    })
}

/// Whether a delta can lead from one to the other.
fn alike(base: &Header, target: &Header) -> bool {
    (base.kind, base.key, base.bits) == (target.kind, target.key, target.bits)
}

fn fits<E>(count: usize, target: &Header) -> Result<(), DeltaError<E>> {
    if length(count) == target.count {
        return Ok(());
    }
    Err(DeltaError::Inconsistent)
}

enum List<'a> {
    Integers(Bitmaps<'a>),
    Entries(&'a [u8]),
    Texts(Texts<'a>),
}

impl<'a> List<'a> {
    fn open(target: &Header, count: u64, list: &'a [u8]) -> Option<Self> {
        Some(match target.kind {
            Kind::Integers => Self::Integers(Bitmaps::split(list)?),
            Kind::SparseIntegers | Kind::Hashed => {
                let inside = entries(list).all(|entry| entry.is_inside(target.bits));
                inside.then_some(Self::Entries(list))?
            }
            Kind::Texts => Self::Texts(Texts::split(count, list)?),
        })
    }
}

fn entries(list: &[u8]) -> impl Iterator<Item = Entry> + Clone {
    list.chunks_exact(RECORD).filter_map(Entry::from_record)
}

#[cfg(test)]
mod tests;
