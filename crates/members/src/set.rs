//! A set where its bytes lie.
use std::fmt;

use crate::body::{Body, integer_of, integer_value};
use crate::failure::Refused;
use crate::hash::{IdHash, Key};
use crate::header::{HEADER_LENGTH, Header};
use crate::integer::canonical;
use crate::kind::Kind;
use crate::table::{Entry, Range, Table};
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

/// So many lookups are under way at once.
const AHEAD: usize = 16;

/// Where an id would be in the set that told it.
#[derive(Debug, Clone, Copy)]
pub struct Place(Found);

impl Place {
    /// As words, for those who keep it.
    #[inline]
    #[must_use]
    pub fn words(self) -> [u64; 3] {
        match self.0 {
            Found::Known(member) => [u64::from(member), KNOWN, 0],
            Found::Range(range) => range.words(),
        }
    }

    /// From its words; of other ones a set says nothing.
    #[inline]
    #[must_use]
    pub fn from_words(words: [u64; 3]) -> Self {
        Self(match words {
            [member, KNOWN, 0] => Found::Known(member == 1),
            words => Found::Range(Range::from_words(words)),
        })
    }
}

/// Where no range ends: no set has so many members.
const KNOWN: u64 = u64::MAX;

#[derive(Debug, Clone, Copy)]
enum Found {
    Known(bool),
    Range(Range),
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
        let table = self.table();
        self.holds_in(table, self.place_in(table, id))
    }

    /// Tells of each of many ids, in their order, whether it is a member. Quicker than one by one:
    /// the memory of several is under way at once.
    pub fn contains_each<'i>(
        &self,
        ids: impl IntoIterator<Item = &'i str>,
        mut take: impl FnMut(bool),
    ) {
        let mut ids = ids.into_iter().fuse();
        let mut places = [Place(Found::Known(false)); AHEAD];
        loop {
            let mut placed = 0_usize;
            for (place, id) in places.iter_mut().zip(ids.by_ref()) {
                *place = self.place(id);
                placed = placed.saturating_add(1);
            }
            if placed == 0 {
                return;
            }
            for place in places.iter().take(placed) {
                take(self.holds(*place));
            }
        }
    }

    /// Where an id would be: what takes no look at the members, which are far away.
    #[inline]
    pub fn place(&self, id: &str) -> Place {
        self.place_in(self.table(), id)
    }

    #[inline]
    fn place_in(&self, table: Option<Table<'_>>, id: &str) -> Place {
        Place(match table {
            Some(table) if self.header.kind == Kind::Hashed => {
                let entry = Entry::of(self.hash.of(id.as_bytes()), self.header.bits);
                Found::Range(table.range(entry))
            }
            table => self.place_exact(table, id),
        })
    }

    #[inline(never)]
    fn place_exact(&self, table: Option<Table<'_>>, id: &str) -> Found {
        match (table, self.body()) {
            (Some(table), _) => match canonical(id) {
                Some(number) => {
                    Found::Range(table.range(Entry::of(integer_value(number), self.header.bits)))
                }
                None => Found::Known(false),
            },
            (None, Some(Body::Texts(texts))) => Found::Known(texts.contains(id)),
            (None, Some(Body::Integers(bitmaps))) => {
                let number = canonical(id);
                Found::Known(number.is_some_and(|number| bitmaps.contains(number)))
            }
            (None, _) => Found::Known(false),
        }
    }

    /// Whether there is a member at a place of this set; of another set's it says nothing.
    #[inline]
    pub fn holds(&self, place: Place) -> bool {
        self.holds_in(self.table(), place)
    }

    #[inline]
    fn holds_in(&self, table: Option<Table<'_>>, place: Place) -> bool {
        match place.0 {
            Found::Known(member) => member,
            Found::Range(range) => table.is_some_and(|table| table.contains(range)),
        }
    }

    #[inline]
    fn table(&self) -> Option<Table<'_>> {
        let body = self.bytes().get(HEADER_LENGTH..)?;
        Table::split(self.header.bits, self.header.count, body)
            .filter(|_| self.header.kind.is_table())
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
