//! What every artifact is written through: few large pieces for the sink, and the checksum behind.
use xxhash_rust::xxh3::{Xxh3Default, xxh3_64};

use crate::numbers::length;
use crate::sink::Sink;

/// Bytes of the checksum at the end of an artifact.
pub(crate) const CHECKSUM_LENGTH: usize = 8;

const PIECE: usize = 1 << 16;

pub(crate) struct Writer<S> {
    sink: S,
    checksum: Xxh3Default,
    piece: Vec<u8>,
    written: u64,
}

impl<S: Sink> Writer<S> {
    pub(crate) fn new(sink: S) -> Self {
        Self {
            sink,
            checksum: Xxh3Default::new(),
            piece: Vec::with_capacity(PIECE),
            written: 0,
        }
    }

    #[inline]
    pub(crate) fn put(&mut self, bytes: &[u8]) -> Result<(), S::Error> {
        if self.piece.len().saturating_add(bytes.len()) > PIECE {
            self.pass_on()?;
        }
        if bytes.len() > PIECE {
            return self.pass(bytes);
        }
        self.piece.extend_from_slice(bytes);
        Ok(())
    }

    /// Writes the checksum and gives the length of the whole.
    pub(crate) fn finish(mut self) -> Result<u64, S::Error> {
        self.pass_on()?;
        let checksum = self.checksum.digest().to_le_bytes();
        self.pass(&checksum)?;
        Ok(self.written)
    }

    fn pass_on(&mut self) -> Result<(), S::Error> {
        let mut piece = std::mem::take(&mut self.piece);
        self.pass(&piece)?;
        piece.clear();
        self.piece = piece;
        Ok(())
    }

    fn pass(&mut self, bytes: &[u8]) -> Result<(), S::Error> {
        self.checksum.update(bytes);
        self.written = self.written.saturating_add(length(bytes.len()));
        self.sink.put(bytes)
    }
}

/// Whether an artifact ends with the checksum of the rest.
pub(crate) fn is_whole(artifact: &[u8]) -> bool {
    artifact
        .split_last_chunk()
        .is_some_and(|(rest, checksum)| u64::from_le_bytes(*checksum) == xxh3_64(rest))
}
