//! Members in Redis, for who evaluates: written, kept, let go.
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use pyo3::exceptions::{PyOSError, PyValueError};
use pyo3::prelude::*;
use turnout_engine::RemoteSet;
use turnout_sticky::{Address, MemberWriter, WriteError};

use crate::failures::invalid_argument;

/// Writes sets of members into a Redis, or a cluster; other Python threads run meanwhile.
///
/// A set is named by 32 bytes and spread over `shards`. Everything raises OSError when Redis is gone,
/// or refuses.
#[pyclass(frozen, module = "turnout.engine")]
pub struct RedisMembers(Mutex<MemberWriter>);

#[pymethods]
impl RedisMembers {
    /// Connects to `redis://…`, `rediss://…` or `redis-cluster://…`.
    #[new]
    fn new(py: Python<'_>, address: &str) -> PyResult<Self> {
        let address = Address::parse(address)
            .map_err(|error| invalid_argument(py, &format!("members in redis: {error}")))?;
        let writer = py.detach(|| MemberWriter::open(&address)).map_err(failed)?;
        Ok(Self(Mutex::new(writer)))
    }

    /// Begins a set; it goes by itself `ttl_s` seconds after the last word of it.
    fn begin(&self, py: Python<'_>, name: &[u8], shards: u32, ttl_s: u64) -> PyResult<()> {
        let set = set(name, shards)?;
        self.with(py, |writer| writer.begin(&set, Duration::from_secs(ttl_s)))
    }

    /// Adds ids, and gives how many of them were not there.
    #[allow(clippy::needless_pass_by_value)] // as Python gives them
    fn add(&self, py: Python<'_>, name: &[u8], shards: u32, ids: Vec<String>) -> PyResult<u64> {
        let set = set(name, shards)?;
        self.with(py, |writer| {
            writer.add(&set, ids.iter().map(String::as_str))
        })
    }

    /// Lets a set stay that has `count` members.
    ///
    /// Raises OSError when it has not as many: something of it is lost.
    fn keep(&self, py: Python<'_>, name: &[u8], shards: u32, count: u64) -> PyResult<()> {
        let set = set(name, shards)?;
        self.with(py, |writer| writer.keep(&set, count))
    }

    /// Lets a set go after so many seconds.
    fn expire(&self, py: Python<'_>, name: &[u8], shards: u32, after_s: u64) -> PyResult<()> {
        let set = set(name, shards)?;
        self.with(py, |writer| {
            writer.expire(&set, Duration::from_secs(after_s))
        })
    }

    /// Removes a set.
    fn remove(&self, py: Python<'_>, name: &[u8], shards: u32) -> PyResult<()> {
        let set = set(name, shards)?;
        self.with(py, |writer| writer.remove(&set))
    }
}

impl RedisMembers {
    fn with<R: Send>(
        &self,
        py: Python<'_>,
        act: impl FnOnce(&MemberWriter) -> Result<R, WriteError> + Send,
    ) -> PyResult<R> {
        py.detach(|| act(&self.0.lock().unwrap_or_else(PoisonError::into_inner)))
            .map_err(failed)
    }
}

fn set(name: &[u8], shards: u32) -> PyResult<RemoteSet> {
    let name = name
        .try_into()
        .map_err(|_| PyValueError::new_err("`name` must have 32 bytes"))?;
    if shards == 0 {
        return Err(PyValueError::new_err("`shards` must be at least 1"));
    }
    Ok(RemoteSet { name, shards })
}

#[allow(clippy::needless_pass_by_value)] // `map_err` gives it
fn failed(error: WriteError) -> PyErr {
    PyOSError::new_err(error.to_string())
}
