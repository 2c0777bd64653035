//! Member sets: built from lists and Arrow columns, mapped, compared, changed.
use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError};

use pyo3::exceptions::{PyOSError, PyRuntimeError, PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::PyString;
use turnout_member_files::{self as files, FileError, MappedSet};
use turnout_members::{Builder, Difference, Digest, Key, difference};

use crate::arrow::{IdBatch, Source};

/// What was written: `sha256` is what the set is called by.
#[pyclass(frozen, get_all, eq, module = "turnout.engine")]
#[derive(PartialEq)]
pub struct MemberSetSummary {
    /// `integers`, `sparse_integers`, `hashed` or `texts`.
    kind: &'static str,
    /// How many members.
    count: u64,
    /// How many of the ids had been given before.
    duplicates: u64,
    /// The length of the file, in bytes.
    size: u64,
    /// The SHA-256 of the file, in hexadecimal.
    sha256: String,
    /// How probable it is at most that an id which is no member is taken for one.
    bound: f64,
}

#[pymethods]
impl MemberSetSummary {
    fn __repr__(&self) -> String {
        format!(
            "MemberSetSummary(kind='{}', count={}, duplicates={}, size={}, sha256='{}', bound={:e})",
            self.kind, self.count, self.duplicates, self.size, self.sha256, self.bound
        )
    }
}

/// What leads from one set to another.
#[pyclass(frozen, get_all, eq, module = "turnout.engine")]
#[derive(PartialEq, Eq)]
pub struct MemberDelta {
    /// How many members it adds.
    added: u64,
    /// How many it removes.
    removed: u64,
    /// The length of the file, in bytes.
    size: u64,
    /// The SHA-256 of the file, in hexadecimal.
    sha256: String,
}

#[pymethods]
impl MemberDelta {
    fn __repr__(&self) -> String {
        format!(
            "MemberDelta(added={}, removed={}, size={}, sha256='{}')",
            self.added, self.removed, self.size, self.sha256
        )
    }
}

/// Takes ids in any order and as often as they come, and writes a set of them.
#[pyclass(frozen, module = "turnout.engine")]
pub struct MemberSetBuilder(Mutex<Option<Builder>>);

#[pymethods]
impl MemberSetBuilder {
    /// `key`: 16 random bytes, the same for all sets that are to be compared. `exact` keeps texts,
    /// which can be listed, instead of hashes. `succeeding` gives the key and, while it serves, the
    /// directory of the set before, so that a delta can lead to the new one.
    #[new]
    #[pyo3(signature = (key, *, exact=false, succeeding=None))]
    fn new(key: &[u8], exact: bool, succeeding: Option<&MemberSet>) -> PyResult<Self> {
        let key = key
            .try_into()
            .map_err(|_| PyValueError::new_err("`key` must have 16 bytes"))?;
        let mut builder = Builder::new(Key(key));
        if exact {
            builder = builder.exact();
        }
        if let Some(set) = succeeding {
            builder = builder.succeeding(&set.0);
        }
        Ok(Self(Mutex::new(Some(builder))))
    }

    /// Takes ids, byte for byte.
    fn add(&self, ids: &Bound<'_, PyAny>) -> PyResult<()> {
        if ids.is_instance_of::<PyString>() {
            return Err(PyTypeError::new_err("`ids` must be many: one id is a text"));
        }
        for id in ids.try_iter()? {
            let id = id?.cast_into::<PyString>()?;
            let text = id.to_str()?;
            // Locked for one id: the next one may come from Python code that uses this builder.
            self.lock().as_mut().ok_or_else(finished)?.add(text);
        }
        Ok(())
    }

    /// Takes a column of texts or integers from an object with `__arrow_c_stream__` or
    /// `__arrow_c_array__`, and gives how many of its rows were null, which are left out.
    ///
    /// A table needs the name of a `column` unless it has only one. After an error the ids before it
    /// are in the builder.
    #[pyo3(signature = (source, *, column=None))]
    fn add_arrow(
        &self,
        py: Python<'_>,
        source: &Bound<'_, PyAny>,
        column: Option<&str>,
    ) -> PyResult<u64> {
        let source = Source::of(source)?;
        // Taken out, so that no lock is held while the source runs.
        let mut builder = self.lock().take().ok_or_else(finished)?;
        let (builder, nulls) = py.detach(move || {
            let nulls = source.add_to(&mut builder, column);
            (builder, nulls)
        });
        *self.lock() = Some(builder);
        nulls
    }

    /// Takes the ids of a batch, and gives how many of its rows had none.
    fn add_batch(&self, py: Python<'_>, batch: &IdBatch) -> PyResult<u64> {
        let mut builder = self.lock().take().ok_or_else(finished)?;
        let (builder, nulls) = py.detach(move || {
            let nulls = batch.add_to(&mut builder);
            (builder, nulls)
        });
        *self.lock() = Some(builder);
        nulls
    }

    /// How many ids it took, each as often as it came.
    #[getter]
    fn given(&self) -> PyResult<u64> {
        Ok(self.lock().as_ref().ok_or_else(finished)?.given())
    }

    /// Writes the set beside `path`, syncs and renames it; the builder is used up.
    fn finish(&self, py: Python<'_>, path: PathBuf) -> PyResult<MemberSetSummary> {
        let builder = self.lock().take().ok_or_else(finished)?;
        let built = py.detach(|| files::build(builder, &path)).map_err(raised)?;
        Ok(MemberSetSummary {
            kind: built.written.kind.name(),
            count: built.written.count,
            duplicates: built.written.duplicates,
            size: built.written.bytes,
            sha256: hex(&built.digest),
            bound: built.written.bound,
        })
    }
}

impl MemberSetBuilder {
    fn lock(&self) -> MutexGuard<'_, Option<Builder>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A set that is mapped from its file, which may be replaced or unlinked but never written to.
#[pyclass(frozen, module = "turnout.engine")]
pub struct MemberSet(MappedSet);

#[pymethods]
impl MemberSet {
    /// Maps a file and checks it against its checksum.
    #[staticmethod]
    fn open(py: Python<'_>, path: PathBuf) -> PyResult<Self> {
        let set = py.detach(|| MappedSet::open(&path)).map_err(raised)?;
        Ok(Self(set))
    }

    /// Whether an id is a member.
    fn contains(&self, unit_id: &str) -> bool {
        self.0.contains(unit_id)
    }

    fn __len__(&self) -> PyResult<usize> {
        Ok(usize::try_from(self.0.len())?)
    }

    fn __repr__(&self) -> String {
        let (kind, count) = (self.0.kind().name(), self.0.len());
        format!("MemberSet(kind='{kind}', count={count})")
    }

    /// `integers`, `sparse_integers`, `hashed` or `texts`.
    #[getter]
    fn kind(&self) -> &'static str {
        self.0.kind().name()
    }

    /// How probable it is at most that an id which is no member is taken for one.
    #[getter]
    fn bound(&self) -> f64 {
        self.0.bound()
    }

    /// The length of the file, in bytes.
    #[getter]
    fn size(&self) -> usize {
        self.0.bytes().len()
    }

    /// The SHA-256 of the file, in hexadecimal; computed when it is asked for first.
    #[getter]
    fn sha256(&self, py: Python<'_>) -> String {
        hex(&py.detach(|| self.0.digest()))
    }

    /// Ids from the place `start` on, at most `limit`; raises ValueError for hashed ids, which
    /// nobody can tell.
    #[pyo3(signature = (start=0, limit=1_000))]
    fn ids(&self, py: Python<'_>, start: usize, limit: usize) -> PyResult<Vec<String>> {
        py.detach(|| {
            let ids = self.0.ids()?.skip(start).take(limit);
            Some(ids.map(|id| id.to_string()).collect())
        })
        .ok_or_else(|| PyValueError::new_err("hashed ids cannot be listed"))
    }

    /// How many members `after` adds and how many it removes; None when nobody can know.
    fn difference_counts(&self, py: Python<'_>, after: &MemberSet) -> Option<(u64, u64)> {
        let Difference { added, removed } = py.detach(|| difference(&*self.0, &*after.0))?;
        Some((added, removed))
    }

    /// Writes to `path` what leads from this set to `target`; None, and no file, when the target
    /// has to travel whole.
    fn delta(
        &self,
        py: Python<'_>,
        target: &MemberSet,
        path: PathBuf,
    ) -> PyResult<Option<MemberDelta>> {
        let written = py.detach(|| files::delta(&self.0, &target.0, &path));
        Ok(written.map_err(raised)?.map(|changed| MemberDelta {
            added: changed.added,
            removed: changed.removed,
            size: changed.bytes,
            sha256: hex(&changed.digest),
        }))
    }

    /// Writes to `path` the set that the delta in a file leads to from this one, checks that it is
    /// the one that the delta names, and gives its SHA-256.
    fn apply_delta(&self, py: Python<'_>, delta: PathBuf, path: PathBuf) -> PyResult<String> {
        let digest = py.detach(|| files::apply(&self.0, &delta, &path));
        digest.map(|digest| hex(&digest)).map_err(raised)
    }
}

fn hex(digest: &Digest) -> String {
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn finished() -> PyErr {
    PyRuntimeError::new_err("the builder is in use or used up")
}

/// OSError with its number and path where the system refused, else ValueError.
fn raised(error: FileError) -> PyErr {
    match error {
        FileError::Io(path, error) => {
            let text = error.to_string();
            // The number is said beside it.
            let text = text
                .split(" (os error")
                .next()
                .unwrap_or_default()
                .to_owned();
            PyOSError::new_err((error.raw_os_error(), text, path.into_os_string()))
        }
        other => PyValueError::new_err(other.to_string()),
    }
}
