//! What is written: sets, deltas, and sets that deltas lead to.
use std::path::Path;

use turnout_members::{Builder, Delta, Digest, Written, write_delta};

use crate::failure::FileError;
use crate::fresh::FreshFile;
use crate::mapped::{Mapped, MappedSet};

/// A set that was written to a file.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Built {
    /// What it holds.
    pub written: Written,
    /// The SHA-256 of the file.
    pub digest: Digest,
}

/// A delta that was written to a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Changed {
    /// How many members it adds.
    pub added: u64,
    /// How many it removes.
    pub removed: u64,
    /// The length of the file.
    pub bytes: u64,
    /// The SHA-256 of the file.
    pub digest: Digest,
}

/// Writes what a builder holds, in the place of a file that may be there.
///
/// # Errors
///
/// A set that is too large, or a file that cannot be written.
pub fn build(builder: Builder, path: &Path) -> Result<Built, FileError> {
    let mut file = FreshFile::beside(path)?;
    let written = builder
        .finish(&mut file)
        .map_err(FileError::of_build(path))?;
    let digest = file.digest();
    file.keep()?;
    Ok(Built { written, digest })
}

/// Writes what leads from one set to another; `None`, and no file, where the other has to travel
/// whole.
///
/// # Errors
///
/// A file that cannot be written.
pub fn delta(
    base: &MappedSet,
    target: &MappedSet,
    path: &Path,
) -> Result<Option<Changed>, FileError> {
    let mut file = FreshFile::beside(path)?;
    let digests = (base.digest(), target.digest());
    let written = write_delta((base, &digests.0), (target, &digests.1), &mut file)
        .map_err(FileError::io(path))?;
    let Some(written) = written else {
        return Ok(None);
    };
    let digest = file.digest();
    file.keep()?;
    Ok(Some(Changed {
        added: written.added,
        removed: written.removed,
        bytes: written.bytes,
        digest,
    }))
}

/// Writes the set that a delta leads to from a set, and gives its digest, which is the one that the
/// delta names.
///
/// # Errors
///
/// A delta that is damaged, that was made from another set, or that does not lead to what it names;
/// a file that cannot be read or written.
pub fn apply(base: &MappedSet, delta: &Path, path: &Path) -> Result<Digest, FileError> {
    let mapped = Mapped::open(delta).map_err(FileError::io(delta))?;
    let change = Delta::open(mapped).map_err(FileError::refused(delta))?;
    let mut file = FreshFile::beside(path)?;
    change
        .apply(base, &base.digest(), &mut file)
        .map_err(FileError::of_delta(delta, path))?;
    let digest = file.digest();
    if digest != *change.target() {
        return Err(FileError::Inconsistent(delta.to_owned()));
    }
    file.keep()?;
    Ok(digest)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use turnout_members::{Key, Kind};

    use super::*;

    fn built(ids: std::ops::Range<u32>, path: &Path) -> MappedSet {
        let mut builder = Builder::new(Key([7; 16]));
        ids.for_each(|id| builder.add(&format!("u-{id}")));
        let built = build(builder, path).unwrap();
        let set = MappedSet::open(path).unwrap();
        assert_eq!(
            (set.len(), set.digest()),
            (built.written.count, built.digest)
        );
        set
    }

    #[test]
    fn a_set_is_as_it_was_written() {
        let folder = tempfile::tempdir().unwrap();
        let set = built(0..1_000, &folder.path().join("a.set"));
        assert_eq!((set.kind(), set.len()), (Kind::Hashed, 1_000));
        assert!(set.contains("u-999") && !set.contains("u-1000"));
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_set_that_is_replaced_goes_on_answering() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.set");
        let before = built(0..1_000, &path);
        let after = built(1_000..2_000, &path);
        assert!(before.contains("u-1") && !after.contains("u-1"));
        fs::remove_file(&path).unwrap();
        assert!(after.contains("u-1500"));
    }

    #[test]
    fn a_delta_leads_from_one_file_to_the_other() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        let base = built(0..90, &path("base"));
        let target = built(10..95, &path("target"));
        let changed = delta(&base, &target, &path("delta")).unwrap().unwrap();
        assert_eq!((changed.added, changed.removed), (5, 10));
        assert_eq!(changed.bytes, fs::metadata(path("delta")).unwrap().len());
        let digest = apply(&base, &path("delta"), &path("applied")).unwrap();
        assert_eq!(digest, target.digest());
        assert_eq!(fs::read(path("applied")).unwrap(), target.bytes());
        let refused = apply(&target, &path("delta"), &path("refused"));
        assert!(
            matches!(refused, Err(FileError::OtherBase(_))),
            "{refused:?}"
        );
        assert!(!path("refused").exists());
    }

    #[test]
    fn what_is_no_set_is_refused_by_its_path() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("none");
        let missing = MappedSet::open(&path).unwrap_err().to_string();
        assert!(missing.contains("none"), "{missing}");
        for bytes in [&b""[..], b"TURNSET\x01", &[0; 4_000]] {
            fs::write(&path, bytes).unwrap();
            let refused = MappedSet::open(&path).unwrap_err();
            assert!(!bytes.is_empty() || refused.to_string().contains("none"));
        }
    }

    #[test]
    fn what_was_changed_on_disk_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.set");
        built(0..100, &path);
        let mut bytes = fs::read(&path).unwrap();
        let middle = bytes.len() / 2;
        bytes[middle] ^= 1;
        fs::write(&path, bytes).unwrap();
        let refused = MappedSet::open(&path).unwrap_err().to_string();
        assert!(refused.contains("checksum"), "{refused}");
    }
}
