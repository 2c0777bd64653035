//! From ids in any order to a set.
use crate::bitmaps;
use crate::body::spread_value;
use crate::failure::BuildError;
use crate::hash::{IdHash, Key};
use crate::header::Header;
use crate::integer::canonical;
use crate::kind::Kind;
use crate::numbers::length;
use crate::set::MemberSet;
use crate::sink::Sink;
use crate::table::{self, Entry, fresh_bits, kept_bits};
use crate::texts;
use crate::writer::Writer;

mod arena;
mod distinct;

use arena::Arena;
use distinct::Distinct;

/// Takes ids, in any order and as often as they come, and makes a set of them.
///
/// It holds 8 bytes an integer, 16 bytes any other id, or the texts; of ids that come often, at most
/// about as much again.
pub struct Builder {
    key: Key,
    exact: bool,
    before: Option<(Kind, u8)>,
    given: u64,
    ids: Ids,
}

/// INVARIANT: integers until an id came that is none; what comes after never leads back.
enum Ids {
    Integers(Distinct<u64>),
    Hashed(IdHash, Distinct<u128>),
    Texts(Arena),
}

/// What was written.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Written {
    /// How the set holds its members; the ids decided.
    pub kind: Kind,
    /// How many members it has.
    pub count: u64,
    /// How many of the ids had been given before.
    pub duplicates: u64,
    /// The length of the artifact.
    pub bytes: u64,
    /// As [`MemberSet::bound`].
    pub bound: f64,
}

impl Builder {
    /// An empty one; the key hashes the ids, should any of them be no integer.
    #[must_use]
    pub fn new(key: Key) -> Self {
        Self {
            key,
            exact: false,
            before: None,
            given: 0,
            ids: Ids::Integers(Distinct::default()),
        }
    }

    /// Keeps texts instead of hashes: for ids that have to be listed.
    #[must_use]
    pub fn exact(mut self) -> Self {
        self.exact = true;
        self
    }

    /// Makes a successor: with the key of a hashed set and, as long as it serves, its directory, so
    /// that a delta can lead from one to the other. To be said before the first id.
    #[must_use]
    pub fn succeeding<B: AsRef<[u8]>>(mut self, set: &MemberSet<B>) -> Self {
        if set.kind() == Kind::Hashed {
            self.key = set.key();
        }
        self.before = Some((set.kind(), set.header().bits));
        self
    }

    /// Takes an id, byte for byte.
    #[inline]
    pub fn add(&mut self, id: &str) {
        match &mut self.ids {
            Ids::Hashed(hash, values) => values.push(hash.of(id.as_bytes())),
            Ids::Texts(arena) => arena.push(id),
            Ids::Integers(numbers) => match canonical(id) {
                Some(number) => numbers.push(number),
                None => {
                    self.leave_integers();
                    return self.add(id);
                }
            },
        }
        self.given = self.given.saturating_add(1);
    }

    /// Takes the id that is the decimal of a number.
    #[inline]
    pub fn add_integer(&mut self, number: u64) {
        if let Ids::Integers(numbers) = &mut self.ids {
            numbers.push(number);
            self.given = self.given.saturating_add(1);
        } else {
            self.add(&number.to_string());
        }
    }

    /// How many ids were taken, each as often as it came.
    #[must_use]
    pub fn given(&self) -> u64 {
        self.given
    }

    /// Writes the set.
    ///
    /// # Errors
    ///
    /// A set that is too large, or a sink that takes no more.
    pub fn finish<S: Sink>(self, sink: S) -> Result<Written, BuildError<S::Error>> {
        let (given, out) = (self.given, Writer::new(sink));
        let (header, bytes) = match self.ids {
            Ids::Integers(numbers) => write_integers(numbers.sorted(), self.before, out)?,
            Ids::Hashed(_, values) => write_hashed(values.sorted(), self.key, self.before, out)?,
            Ids::Texts(arena) => write_texts(&arena, out)?,
        };
        Ok(Written {
            kind: header.kind,
            count: header.count,
            duplicates: given.saturating_sub(header.count),
            bytes,
            bound: header.bound(),
        })
    }

    /// An id came that is no integer: all that came before become what it becomes.
    #[cold]
    fn leave_integers(&mut self) {
        let next = if self.exact {
            Ids::Texts(Arena::default())
        } else {
            Ids::Hashed(IdHash::new(self.key), Distinct::default())
        };
        let given = self.given;
        if let Ids::Integers(numbers) = std::mem::replace(&mut self.ids, next) {
            for number in numbers.unsorted() {
                self.add(&number.to_string());
            }
        }
        self.given = given;
    }
}

type Outcome<S> = Result<(Header, u64), BuildError<<S as Sink>::Error>>;

fn write_integers<S: Sink>(
    mut numbers: Vec<u64>,
    before: Option<(Kind, u8)>,
    mut out: Writer<S>,
) -> Outcome<S> {
    let count = length(numbers.len());
    let bits = bits_of(Kind::SparseIntegers, before, count);
    let as_bitmaps = bitmaps::body_length(numbers.iter().copied());
    if as_bitmaps <= table::body_length(count, bits) {
        let header = Header::exact(Kind::Integers, count);
        out.put(&header.bytes())?;
        out.put(&bitmaps::body(numbers.into_iter()))?;
        return Ok((header, out.finish()?));
    }
    for number in &mut numbers {
        *number = crate::spread::spread(*number);
    }
    numbers.sort_unstable();
    let header = Header {
        bits,
        ..Header::exact(Kind::SparseIntegers, count)
    };
    let entries = numbers
        .iter()
        .map(|spread| Entry::of(spread_value(*spread), bits));
    write_table(header, entries, out)
}

fn write_hashed<S: Sink>(
    mut values: Vec<u128>,
    key: Key,
    before: Option<(Kind, u8)>,
    out: Writer<S>,
) -> Outcome<S> {
    let bits = bits_of(Kind::Hashed, before, length(values.len()));
    // Two ids that share all bits that are kept are one entry.
    values.dedup_by_key(|value| Entry::of(*value, bits));
    let header = Header {
        kind: Kind::Hashed,
        bits,
        count: length(values.len()),
        key,
    };
    write_table(
        header,
        values.iter().map(|value| Entry::of(*value, bits)),
        out,
    )
}

fn write_table<S: Sink>(
    header: Header,
    entries: impl Iterator<Item = Entry> + Clone,
    mut out: Writer<S>,
) -> Outcome<S> {
    if u32::try_from(header.count).is_err() {
        return Err(BuildError::TooLarge);
    }
    out.put(&header.bytes())?;
    table::write(header.bits, entries, &mut out)?;
    Ok((header, out.finish()?))
}

fn write_texts<S: Sink>(arena: &Arena, mut out: Writer<S>) -> Outcome<S> {
    let order = arena.sorted().ok_or(BuildError::TooLarge)?;
    let header = Header::exact(Kind::Texts, length(order.len()));
    out.put(&header.bytes())?;
    texts::write(order.iter().map(|number| arena.text(*number)), &mut out)?;
    Ok((header, out.finish()?))
}

fn bits_of(kind: Kind, before: Option<(Kind, u8)>, count: u64) -> u8 {
    let least = kind.least_bits();
    match before {
        Some((before, bits)) if before == kind => kept_bits(bits, count, least),
        _ => fresh_bits(count, least),
    }
}

#[cfg(test)]
mod tests;
