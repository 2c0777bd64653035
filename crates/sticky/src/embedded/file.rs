//! The file itself: one redb database, and what may go wrong with it.
use std::path::{Path, PathBuf};

use redb::{Builder, Database, ReadableTable, ReadableTableMetadata, TableDefinition};

use super::encoding;
use crate::Record;

/// Units in experiments → when they were stored, and their records.
const RECORDS: TableDefinition<'_, &[u8], &[u8]> = TableDefinition::new("assignments");
/// When they were stored, then their key: the oldest is the first.
const AGES: TableDefinition<'_, &[u8], ()> = TableDefinition::new("ages");
/// What redb keeps in memory of the file; the system's page cache holds the rest.
const CACHE_BYTES: usize = 16 << 20;
/// Records removed in one commit, so that no commit takes long.
const MOST_EVICTIONS: usize = 10_000;

/// What redb says, small enough to be handed up.
#[derive(Debug)]
pub(crate) struct Failure(Box<redb::Error>);

impl<E: Into<redb::Error>> From<E> for Failure {
    fn from(error: E) -> Self {
        Failure(Box::new(error.into()))
    }
}

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

/// The file cannot be used.
#[derive(Debug)]
pub struct FileError {
    path: PathBuf,
    cause: Failure,
}

impl FileError {
    pub(super) fn new(path: &Path, cause: impl Into<Failure>) -> Self {
        let cause = cause.into();
        let path = path.to_owned();
        FileError { path, cause }
    }

    /// The file is in the hands of another process.
    #[must_use]
    pub fn in_use(&self) -> bool {
        matches!(*self.cause.0, redb::Error::DatabaseAlreadyOpen)
    }
}

impl std::fmt::Display for FileError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let path = self.path.display();
        if self.in_use() {
            return write!(
                f,
                "cannot use `{path}`: another process has it open; give each server a folder of its own"
            );
        }
        write!(
            f,
            "cannot use `{path}`: {}; move it away to begin with an empty one",
            self.cause
        )
    }
}

impl std::error::Error for FileError {}

/// What is kept of a file at each commit.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bounds {
    pub most: u64,
    /// What was stored before this goes, in nanoseconds since 1970.
    pub not_before: u64,
}

/// A database that is open.
pub(crate) struct File {
    database: Database,
}

impl File {
    /// Opens the file, or makes it; one that a crash left is repaired.
    pub(crate) fn open(path: &Path) -> Result<File, FileError> {
        let failed = |cause| FileError {
            path: path.to_owned(),
            cause,
        };
        let database = Builder::new()
            .set_cache_size(CACHE_BYTES)
            .create_with_file_format_v3(true)
            .create(path)
            .map_err(|error| failed(Failure::from(error)))?;
        let file = File { database };
        // Both tables are there from the beginning, so that reading one is never an error. A file that
        // has them is opened without a write: the disk may be full.
        if file.length().is_err() {
            file.make_tables().map_err(failed)?;
        }
        Ok(file)
    }

    fn make_tables(&self) -> Result<(), Failure> {
        let transaction = self.database.begin_write()?;
        transaction.open_table(RECORDS)?;
        transaction.open_table(AGES)?;
        Ok(transaction.commit()?)
    }

    /// The records of a key; the inner `None` is a value that no turnout wrote.
    pub(crate) fn read(&self, key: &[u8]) -> Result<Option<Vec<Record>>, Failure> {
        let table = self.database.begin_read()?.open_table(RECORDS)?;
        let found = table.get(key)?;
        Ok(match found {
            None => Some(Vec::new()),
            Some(value) => encoding::records(value.value()),
        })
    }

    /// Units in experiments that the file holds.
    pub(crate) fn length(&self) -> Result<u64, Failure> {
        Ok(self.database.begin_read()?.open_table(RECORDS)?.len()?)
    }

    /// Writes a batch and removes what is out of bounds; gives how many were removed.
    ///
    /// When it returns, the batch has reached the disk.
    pub(crate) fn commit<'b>(
        &self,
        batch: impl Iterator<Item = (&'b [u8], Vec<u8>)>,
        bounds: Bounds,
    ) -> Result<usize, Failure> {
        let mut transaction = self.database.begin_write()?;
        // A file that a crash left is open again in milliseconds, however large it is.
        transaction.set_quick_repair(true);
        let evicted = {
            let mut records = transaction.open_table(RECORDS)?;
            let mut ages = transaction.open_table(AGES)?;
            for (key, value) in batch {
                let before = records
                    .insert(key, &*value)?
                    .and_then(|old| encoding::stored_at(old.value()));
                if let Some(before) = before {
                    ages.remove(&*age(before, key))?;
                }
                ages.insert(&*age(encoding::stored_at(&value).unwrap_or(0), key), ())?;
            }
            evict(&mut records, &mut ages, bounds)?
        };
        transaction.commit()?;
        Ok(evicted)
    }
}

fn evict(
    records: &mut redb::Table<'_, &[u8], &[u8]>,
    ages: &mut redb::Table<'_, &[u8], ()>,
    bounds: Bounds,
) -> Result<usize, Failure> {
    let mut evicted = 0;
    while evicted < MOST_EVICTIONS {
        let Some(oldest) = ages.first()?.map(|(age, _)| age.value().to_vec()) else {
            break;
        };
        let stored_at = encoding::stored_at(&oldest).unwrap_or(0);
        if records.len()? <= bounds.most && stored_at >= bounds.not_before {
            break;
        }
        ages.remove(&*oldest)?;
        records.remove(oldest.get(size_of::<u64>()..).unwrap_or_default())?;
        evicted += 1;
    }
    Ok(evicted)
}

fn age(stored_at: u64, key: &[u8]) -> Vec<u8> {
    let mut age = stored_at.to_be_bytes().to_vec();
    age.extend_from_slice(key);
    age
}
