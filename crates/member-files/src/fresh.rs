//! A file that is not there before it is whole.
use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};
use tempfile::NamedTempFile;
use turnout_members::{Digest, Sink};

use crate::failure::FileError;

/// Written beside its place and renamed there; removed again if that is never reached.
pub(crate) struct FreshFile {
    file: NamedTempFile,
    path: PathBuf,
    digest: Sha256,
}

impl FreshFile {
    pub(crate) fn beside(path: &Path) -> Result<Self, FileError> {
        let file = tempfile::Builder::new()
            .prefix(".members-")
            .suffix(".tmp")
            .tempfile_in(folder(path))
            .map_err(FileError::io(path))?;
        Ok(Self {
            file,
            path: path.to_owned(),
            digest: Sha256::new(),
        })
    }

    /// What was written so far.
    pub(crate) fn digest(&self) -> Digest {
        self.digest.clone().finalize().into()
    }

    /// Makes what was written last, and gives it its name.
    pub(crate) fn keep(self) -> Result<(), FileError> {
        let Self { file, path, .. } = self;
        let kept = || {
            file.as_file().sync_all()?;
            file.persist(&path)?;
            // The name is what the folder holds.
            File::open(folder(&path))?.sync_all()
        };
        kept().map_err(FileError::io(&path))
    }
}

impl Sink for FreshFile {
    type Error = io::Error;

    fn put(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.digest.update(bytes);
        self.file.write_all(bytes)
    }
}

fn folder(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}
