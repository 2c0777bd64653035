//! A set that is mapped.
use std::fmt;
use std::fs::File;
use std::io;
use std::ops::Deref;
use std::path::Path;
use std::sync::OnceLock;

use memmap2::{Mmap, MmapOptions};
use sha2::{Digest as _, Sha256};
use turnout_members::{Digest, MemberSet};

use crate::failure::FileError;

/// A file as bytes.
pub struct Mapped(Mmap);

impl Mapped {
    /// Maps a file and reads it into the cache.
    #[allow(unsafe_code)]
    pub(crate) fn open(path: &Path) -> io::Result<Self> {
        let file = File::open(path)?;
        // SAFETY: a file of ours is replaced or unlinked, never written or truncated in place, so
        // that the mapped bytes stay as they are; the folder is the operator's alone.
        let map = unsafe { MmapOptions::new().populate().map(&file) }?;
        Ok(Self(map))
    }
}

impl AsRef<[u8]> for Mapped {
    #[inline]
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

/// A [`MemberSet`] over a mapped file.
pub struct MappedSet {
    set: MemberSet<Mapped>,
    digest: OnceLock<Digest>,
}

impl MappedSet {
    /// Maps a set and checks all of it against its checksum.
    ///
    /// # Errors
    ///
    /// A file that cannot be read, or that holds no whole set of this version.
    pub fn open(path: &Path) -> Result<Self, FileError> {
        let mapped = Mapped::open(path).map_err(FileError::io(path))?;
        let set = MemberSet::open(mapped).map_err(FileError::refused(path))?;
        set.verify().map_err(FileError::refused(path))?;
        Ok(Self {
            set,
            digest: OnceLock::new(),
        })
    }

    /// The SHA-256 of the artifact, computed when it is asked for first.
    pub fn digest(&self) -> Digest {
        *self
            .digest
            .get_or_init(|| Sha256::digest(self.set.bytes()).into())
    }
}

impl Deref for MappedSet {
    type Target = MemberSet<Mapped>;

    #[inline]
    fn deref(&self) -> &Self::Target {
        &self.set
    }
}

impl fmt::Debug for MappedSet {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.set.fmt(out)
    }
}
