//! What lies between the header and the checksum, by kind.
use crate::bitmaps::Bitmaps;
use crate::failure::Refused;
use crate::header::{HEADER_LENGTH, Header};
use crate::kind::Kind;
use crate::numbers::length;
use crate::table::{Entry, Table};
use crate::texts::Texts;
use crate::writer::CHECKSUM_LENGTH;

#[derive(Clone, Copy)]
pub(crate) enum Body<'a> {
    Integers(Bitmaps<'a>),
    Table(Table<'a>),
    Texts(Texts<'a>),
}

impl<'a> Body<'a> {
    /// The body of a whole artifact; `None` when the artifact is too short for it.
    #[inline]
    pub(crate) fn split(header: &Header, artifact: &'a [u8]) -> Option<Self> {
        let end = artifact.len().checked_sub(CHECKSUM_LENGTH)?;
        Some(match header.kind {
            // Of a table the checksum is what eight bytes of the last entry reach into.
            Kind::SparseIntegers | Kind::Hashed => {
                let body = artifact.get(HEADER_LENGTH..)?;
                Self::Table(Table::split(header.bits, header.count, body)?)
            }
            Kind::Integers => Self::Integers(Bitmaps::split(artifact.get(HEADER_LENGTH..end)?)?),
            Kind::Texts => {
                let body = artifact.get(HEADER_LENGTH..end)?;
                Self::Texts(Texts::split(header.count, body)?)
            }
        })
    }

    /// Checks what can be checked without looking at every member.
    pub(crate) fn check(header: &Header, artifact: &'a [u8]) -> Result<(), Refused> {
        let body = Self::split(header, artifact).ok_or(Refused("it ends before its members"))?;
        match body {
            Self::Integers(bitmaps) => bitmaps.check(),
            Self::Texts(texts) => texts.check(),
            Self::Table(table) => {
                let around = length(HEADER_LENGTH).saturating_add(length(CHECKSUM_LENGTH));
                table.check(length(artifact.len()).saturating_sub(around))
            }
        }
    }
}

/// The 128-bit value of an integer in a table.
#[inline]
pub(crate) fn integer_value(number: u64) -> u128 {
    spread_value(crate::spread::spread(number))
}

/// The 128-bit value of an integer that is spread already.
#[inline]
pub(crate) fn spread_value(spread: u64) -> u128 {
    u128::from(spread) << 64
}

/// The integer of an entry of a table of integers.
pub(crate) fn integer_of(entry: Entry, bits: u8) -> u64 {
    let spread = u64::try_from(entry.value(bits) >> 64).unwrap_or_default();
    crate::spread::gather(spread)
}
