//! The first bytes of a set.
use crate::failure::Refused;
use crate::hash::Key;
use crate::kind::Kind;
use crate::numbers::{low32, u64_at};
use crate::table::STORED_BITS;

const MAGIC: &[u8; 8] = b"TURNSET\x01";
pub(crate) const HEADER_LENGTH: usize = 40;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Header {
    pub(crate) kind: Kind,
    /// Of the directory of a table.
    pub(crate) bits: u8,
    pub(crate) count: u64,
    pub(crate) key: Key,
}

impl Header {
    /// Of a set that needs neither key nor directory.
    pub(crate) fn exact(kind: Kind, count: u64) -> Self {
        Self {
            kind,
            bits: 0,
            count,
            key: Key::default(),
        }
    }

    pub(crate) fn read(bytes: &[u8]) -> Result<Self, Refused> {
        let rest = bytes
            .strip_prefix(MAGIC)
            .ok_or(Refused("its first bytes are not `TURNSET` 0x01"))?;
        Self::read_fields(rest).ok_or(Refused("its header cannot be read"))
    }

    /// What follows the magic, in sets and deltas.
    pub(crate) fn read_fields(fields: &[u8]) -> Option<Self> {
        let (kind, bits) = match fields {
            [kind, bits, 0, 0, 0, 0, 0, 0, ..] => (Kind::from_number(*kind)?, *bits),
            _ => return None,
        };
        let header = Self {
            kind,
            bits,
            count: u64_at(fields, 8)?,
            key: Key::read(fields, 16)?,
        };
        let fits = (kind.is_table() || bits == 0)
            && bits >= kind.least_bits()
            && (kind == Kind::Hashed || header.key == Key::default());
        fits.then_some(header)
    }

    /// How probable it is at most that an id which is no member shares all bits with one.
    pub(crate) fn bound(&self) -> f64 {
        if self.kind != Kind::Hashed {
            return 0.0;
        }
        let [high, low] = [self.count >> 32, self.count].map(|half| f64::from(low32(half)));
        let bits = u32::from(self.bits).saturating_add(STORED_BITS);
        let bits = i32::try_from(bits).unwrap_or(i32::MAX);
        (high * 2_f64.powi(32) + low) * 2_f64.powi(bits.saturating_neg())
    }

    pub(crate) fn bytes(&self) -> [u8; HEADER_LENGTH] {
        let mut bytes = [0; HEADER_LENGTH];
        let (magic, fields) = bytes.split_at_mut(MAGIC.len());
        magic.copy_from_slice(MAGIC);
        for (byte, field) in fields.iter_mut().zip(self.fields()) {
            *byte = field;
        }
        bytes
    }

    /// What follows the magic, in sets and deltas: 32 bytes.
    pub(crate) fn fields(&self) -> impl Iterator<Item = u8> {
        [self.kind.number(), self.bits, 0, 0, 0, 0, 0, 0]
            .into_iter()
            .chain(self.count.to_le_bytes())
            .chain(self.key.0)
    }
}
