//! A file that is not there before it is whole.
use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};
use turnout_members::{Digest, Sink};

use crate::failure::FileError;

/// Written beside its place and renamed there; removed again if that is never reached.
pub(crate) struct FreshFile {
    file: File,
    path: PathBuf,
    /// None once it was renamed: another writer may have that name by then.
    beside: Option<PathBuf>,
    digest: Sha256,
}

impl FreshFile {
    pub(crate) fn beside(path: &Path) -> Result<Self, FileError> {
        let (file, beside) = create(path).map_err(FileError::io(path))?;
        Ok(Self {
            file,
            path: path.to_owned(),
            beside: Some(beside),
            digest: Sha256::new(),
        })
    }

    /// What was written so far.
    pub(crate) fn digest(&self) -> Digest {
        self.digest.clone().finalize().into()
    }

    /// Makes what was written last, and gives it its name.
    pub(crate) fn keep(mut self) -> Result<(), FileError> {
        self.renamed().map_err(FileError::io(&self.path))
    }

    fn renamed(&mut self) -> io::Result<()> {
        self.file.sync_all()?;
        if let Some(beside) = &self.beside {
            fs::rename(beside, &self.path)?;
            self.beside = None;
        }
        // The name is what the folder holds.
        File::open(folder(&self.path))?.sync_all()
    }
}

impl Drop for FreshFile {
    fn drop(&mut self) {
        if let Some(beside) = &self.beside {
            let _ = fs::remove_file(beside);
        }
    }
}

impl Sink for FreshFile {
    type Error = io::Error;

    fn put(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.digest.update(bytes);
        self.file.write_all(bytes)
    }
}

/// Creates a file of a name that nobody else has: of another thread, or of a process in another
/// container, which may have the same number.
fn create(path: &Path) -> io::Result<(File, PathBuf)> {
    let name = path.file_name().ok_or(ErrorKind::InvalidInput)?;
    for number in 0_u32.. {
        let mut hidden = OsString::from(".");
        hidden.push(name);
        hidden.push(format!(".{}-{number}.tmp", std::process::id()));
        let beside = folder(path).join(hidden);
        match File::create_new(&beside) {
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
            created => return created.map(|file| (file, beside)),
        }
    }
    Err(ErrorKind::AlreadyExists.into())
}

fn folder(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_another_writer_made_after_the_rename_stays() {
        let place = std::env::temp_dir().join(format!("turnout-fresh-{}", std::process::id()));
        fs::create_dir_all(&place).unwrap();
        let mut fresh = FreshFile::beside(&place.join("a.set")).unwrap();
        let beside = fresh.beside.clone().unwrap();
        fresh.renamed().unwrap();
        fs::write(&beside, b"of another").unwrap();
        drop(fresh);
        assert_eq!(fs::read(&beside).unwrap(), b"of another");
        fs::remove_dir_all(&place).unwrap();
    }
}
