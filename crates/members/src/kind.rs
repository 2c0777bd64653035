//! The representations of a set.

/// How a set holds its members; the ids decide, and the segment whether texts are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Canonical decimals of 64 bits, as Roaring bitmaps: exact.
    Integers,
    /// The same where they lie far apart, as a table of 7 bytes each: exact.
    SparseIntegers,
    /// A table of 7 bytes of a keyed hash each: exact but for [`bound`](crate::MemberSet::bound).
    Hashed,
    /// The texts themselves: exact.
    Texts,
}

impl Kind {
    pub(crate) fn from_number(number: u8) -> Option<Self> {
        match number {
            1 => Some(Self::Integers),
            2 => Some(Self::SparseIntegers),
            3 => Some(Self::Hashed),
            4 => Some(Self::Texts),
            _ => None,
        }
    }

    pub(crate) fn number(self) -> u8 {
        match self {
            Self::Integers => 1,
            Self::SparseIntegers => 2,
            Self::Hashed => 3,
            Self::Texts => 4,
        }
    }

    /// For people and programs: `integers`, `sparse_integers`, `hashed`, `texts`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Integers => "integers",
            Self::SparseIntegers => "sparse_integers",
            Self::Hashed => "hashed",
            Self::Texts => "texts",
        }
    }

    /// The least bits of a directory: of integers all 64 bits have to be kept.
    pub(crate) fn least_bits(self) -> u8 {
        if self == Self::SparseIntegers { 8 } else { 0 }
    }

    pub(crate) fn is_table(self) -> bool {
        matches!(self, Self::SparseIntegers | Self::Hashed)
    }
}
