//! A set where its bytes lie.
use std::fmt;

use crate::body::{Body, integer_of, integer_value};
use crate::failure::Refused;
use crate::hash::{IdHash, Key};
use crate::header::Header;
use crate::integer::canonical;
use crate::kind::Kind;
use crate::table::Entry;
use crate::writer::is_whole;

/// A set of unit ids over any bytes: a vector, a mapped file.
///
/// Whatever the bytes are, nothing here panics or reads beyond them; of bytes that change meanwhile
/// the answers are worth nothing.
#[derive(Clone)]
pub struct MemberSet<B> {
    header: Header,
    hash: IdHash,
    bytes: B,
}

/// An id that can be listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Id<'a> {
    /// Written as its decimal.
    Integer(u64),
    /// As it was given.
    Text(&'a str),
}

impl fmt::Display for Id<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Integer(number) => number.fmt(out),
            Self::Text(text) => text.fmt(out),
        }
    }
}

impl<B: AsRef<[u8]>> MemberSet<B> {
    /// Opens a set and checks its header and directory; [`MemberSet::verify`] checks the rest.
    ///
    /// # Errors
    ///
    /// Bytes that are no set of this version, or whose parts do not fit together.
    pub fn open(bytes: B) -> Result<Self, Refused> {
        let artifact = bytes.as_ref();
        let header = Header::read(artifact)?;
        Body::check(&header, artifact)?;
        let set = Self {
            header,
            hash: IdHash::new(header.key),
            bytes,
        };
        if set.bound() > MOST_BOUND {
            return Err(Refused("its hashes are too few bits for its members"));
        }
        Ok(set)
    }

    /// Reads all bytes and checks them against the checksum behind them: 10 ms for ten million ids.
    ///
    /// # Errors
    ///
    /// Bytes that were cut or changed by accident; only a SHA-256 shows a change that was meant.
    pub fn verify(&self) -> Result<(), Refused> {
        if is_whole(self.bytes()) {
            return Ok(());
        }
        Err(Refused("its checksum does not fit: it was cut or changed"))
    }

    /// Whether an id is a member: exact, but for [`MemberSet::bound`].
    #[inline]
    pub fn contains(&self, id: &str) -> bool {
        match self.body() {
            Some(Body::Table(table)) if self.header.kind == Kind::Hashed => {
                table.contains(Entry::of(self.hash.of(id.as_bytes()), self.header.bits))
            }
            Some(Body::Texts(texts)) => texts.contains(id),
            Some(body) => canonical(id).is_some_and(|number| self.contains_number(&body, number)),
            None => false,
        }
    }

    #[inline]
    fn contains_number(&self, body: &Body<'_>, number: u64) -> bool {
        match body {
            Body::Integers(bitmaps) => bitmaps.contains(number),
            Body::Table(table) => {
                table.contains(Entry::of(integer_value(number), self.header.bits))
            }
            Body::Texts(_) => false,
        }
    }

    /// How many members it has.
    #[must_use]
    pub fn len(&self) -> u64 {
        self.header.count
    }

    /// Whether it has none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.header.count == 0
    }

    /// How it holds them.
    #[must_use]
    pub fn kind(&self) -> Kind {
        self.header.kind
    }

    /// The key of hashed ids; zero in the exact kinds.
    #[must_use]
    pub fn key(&self) -> Key {
        self.header.key
    }

    /// How probable it is at most that an id which is no member is taken for one, over all keys:
    /// members ÷ 2^(bits of the directory + 56); 0 in the exact kinds.
    #[must_use]
    pub fn bound(&self) -> f64 {
        self.header.bound()
    }

    /// All ids, each once: in numeric order, in the order of their bytes, or of sparse integers in
    /// none that means anything. `None` of hashed ids, which nobody can tell.
    pub fn ids(&self) -> Option<Box<dyn Iterator<Item = Id<'_>> + '_>> {
        let bits = self.header.bits;
        Some(match (self.header.kind, self.body()?) {
            (Kind::Hashed, _) => return None,
            (_, Body::Integers(bitmaps)) => Box::new(bitmaps.numbers().map(Id::Integer)),
            (_, Body::Texts(texts)) => Box::new(texts.ids().map(Id::Text)),
            (_, Body::Table(table)) => {
                let integers = move |entry| Id::Integer(integer_of(entry, bits));
                Box::new(table.entries().map(integers))
            }
        })
    }

    /// The whole artifact.
    #[inline]
    pub fn bytes(&self) -> &[u8] {
        self.bytes.as_ref()
    }

    #[inline]
    pub(crate) fn body(&self) -> Option<Body<'_>> {
        Body::split(&self.header, self.bytes())
    }

    pub(crate) fn header(&self) -> &Header {
        &self.header
    }
}

/// A set with a higher bound is refused.
const MOST_BOUND: f64 = 1e-15;

impl<B: AsRef<[u8]>> fmt::Debug for MemberSet<B> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("MemberSet")
            .field("kind", &self.header.kind)
            .field("members", &self.header.count)
            .field("bytes", &self.bytes().len())
            .finish_non_exhaustive()
    }
}
