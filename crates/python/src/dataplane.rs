//! The data plane: Rust threads that Python starts, feeds and ends, and that never call Python.
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use pyo3::exceptions::PyRuntimeError;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict};
use turnout_dataplane::{self as dataplane, Limits, Settings};
use turnout_sticky::{Address, Embedded, Redis, StoreSettings};

use crate::classes::Classes;
use crate::failures::{bind_error, invalid_argument, snapshot_refused};
use crate::memory;
use crate::slices::with_short_slices;
use crate::status;

/// Where a data plane listens; the ports are those that were really taken.
#[pyclass(frozen, get_all, eq, module = "turnout.engine")]
#[derive(PartialEq, Eq)]
pub struct Addresses {
    /// Decisions over TCP, `host:port`.
    grpc: Option<String>,
    /// Decisions over a Unix socket, its path.
    unix: Option<String>,
    /// Health pages and metrics, `host:port`.
    admin: Option<String>,
}

#[pymethods]
impl Addresses {
    fn __repr__(&self) -> String {
        let part = |part: &Option<String>| match part {
            Some(part) => format!("'{part}'"),
            None => "None".to_owned(),
        };
        let (grpc, unix, admin) = (part(&self.grpc), part(&self.unix), part(&self.admin));
        format!("Addresses(grpc={grpc}, unix={unix}, admin={admin})")
    }
}

/// Serves decisions on threads of its own, which never wait for Python.
#[pyclass(frozen, module = "turnout.engine")]
pub struct DataPlane {
    settings: Settings,
    plane: Mutex<Option<Arc<dataplane::DataPlane>>>,
    /// The process that its threads live in.
    process: u32,
}

#[pymethods]
impl DataPlane {
    /// Takes the settings; nothing is bound before `start`.
    #[new]
    #[pyo3(signature = (
        *, grpc_address=None, unix_socket=None, admin_address=None, threads=1, stale_after_s=0.0,
        ready_max_age_s=0.0, max_request_bytes=None, max_batch_keys=None, max_attributes=None,
        max_list_length=None, max_string_bytes=None, max_depth=None, hand_framed=true,
        sticky_file=None, sticky_redis=None, sticky_budget_s=None, sticky_most=None,
        sticky_keep_s=0.0, members_redis=None, members_budget_s=None,
    ))]
    #[allow(clippy::too_many_arguments)]
    fn new(
        py: Python<'_>,
        grpc_address: Option<&str>,
        unix_socket: Option<PathBuf>,
        admin_address: Option<&str>,
        threads: usize,
        stale_after_s: f64,
        ready_max_age_s: f64,
        max_request_bytes: Option<usize>,
        max_batch_keys: Option<usize>,
        max_attributes: Option<usize>,
        max_list_length: Option<usize>,
        max_string_bytes: Option<usize>,
        max_depth: Option<usize>,
        hand_framed: bool,
        sticky_file: Option<PathBuf>,
        sticky_redis: Option<&str>,
        sticky_budget_s: Option<f64>,
        sticky_most: Option<u64>,
        sticky_keep_s: f64,
        members_redis: Option<&str>,
        members_budget_s: Option<f64>,
    ) -> PyResult<Self> {
        let usual = Limits::default();
        let keep = seconds(py, "sticky_keep_s", sticky_keep_s)?;
        let sticky = match (sticky_file, sticky_redis) {
            (None, None) => None,
            (Some(path), None) => Some(embedded(path, sticky_most, keep)),
            (None, Some(address)) => {
                let redis = redis(py, ("sticky", address), sticky_budget_s, keep)?;
                Some(StoreSettings::Redis(redis))
            }
            (Some(_), Some(_)) => {
                let message = "`sticky_file` and `sticky_redis` are two stores: give one of them";
                return Err(invalid_argument(py, message));
            }
        };
        let settings = Settings {
            grpc_address: address(py, "grpc_address", grpc_address)?,
            unix_socket,
            admin_address: address(py, "admin_address", admin_address)?,
            threads,
            stale_after: seconds(py, "stale_after_s", stale_after_s)?,
            ready_max_age: seconds(py, "ready_max_age_s", ready_max_age_s)?,
            limits: Limits {
                request_bytes: max_request_bytes.unwrap_or(usual.request_bytes),
                batch_keys: max_batch_keys.unwrap_or(usual.batch_keys),
                attributes: max_attributes.unwrap_or(usual.attributes),
                list_length: max_list_length.unwrap_or(usual.list_length),
                string_bytes: max_string_bytes.unwrap_or(usual.string_bytes),
                depth: max_depth.unwrap_or(usual.depth),
            },
            hand_framed,
            sticky,
            members: members_redis
                .map(|address| redis(py, ("members", address), members_budget_s, Duration::ZERO))
                .transpose()?,
            ..Settings::default()
        };
        Ok(Self {
            settings,
            plane: Mutex::new(None),
            process: std::process::id(),
        })
    }

    /// Binds every listener and starts the threads.
    ///
    /// Raises BindError (an OSError) that names the address that cannot be had.
    fn start(&self, py: Python<'_>) -> PyResult<Addresses> {
        self.check_process()?;
        if self.lock().is_some() {
            return Err(PyRuntimeError::new_err(
                "the data plane was started already",
            ));
        }
        memory::keep_large_apart();
        let settings = self.settings.clone();
        let plane = py
            .detach(|| with_short_slices(|| dataplane::DataPlane::start(settings)))
            .map_err(|error| bind_error(py, &error.to_string()))?;
        let bound = plane.addresses();
        let addresses = Addresses {
            grpc: bound.grpc.map(|address| address.to_string()),
            unix: bound
                .unix_socket
                .as_ref()
                .map(|path| path.display().to_string()),
            admin: bound.admin.map(|address| address.to_string()),
        };
        *self.lock() = Some(Arc::new(plane));
        Ok(addresses)
    }

    /// Links a sealed snapshot on this thread, other Python threads running, and serves it.
    ///
    /// A snapshot that is not confirmed is `age_s` old and stale until its source is seen.
    /// `members` is the folder of the member sets that it names, each `<sha256>.set`: they are mapped
    /// once, and a file that is replaced or unlinked stays mapped as long as it is needed. One that is
    /// not there, or damaged, makes its segments UNKNOWN, is logged, and is looked for at each load.
    /// Raises SnapshotRefused, and serves what it served before.
    #[pyo3(signature = (sealed, *, confirmed=true, age_s=0.0, members=None))]
    fn load(
        &self,
        py: Python<'_>,
        sealed: &Bound<'_, PyBytes>,
        confirmed: bool,
        age_s: f64,
        members: Option<PathBuf>,
    ) -> PyResult<()> {
        let plane = self.started()?;
        let bytes = sealed.as_bytes();
        let age = seconds(py, "age_s", age_s)?;
        let members = members.as_deref();
        let loaded = py.detach(|| {
            if confirmed {
                plane.load(bytes, members)
            } else {
                plane.load_unconfirmed(bytes, age, members)
            }
        });
        loaded.map_err(|error| snapshot_refused(py, &error.to_string()))
    }

    /// Gives memory that is free back to the system, other Python threads running.
    ///
    /// To be called when nobody holds the bytes of a snapshot any more that was loaded.
    #[allow(clippy::unused_self)] // it is what a data plane leaves behind
    fn give_back(&self, py: Python<'_>) {
        py.detach(memory::give_back);
    }

    /// Says that the source was just seen to agree with what is served.
    fn confirm(&self) -> PyResult<()> {
        self.started()?.confirm();
        Ok(())
    }

    /// Counts refreshes that came to nothing, in the metrics, by kind; 0 makes the kind known.
    #[pyo3(signature = (kind, times=1))]
    fn refresh_failed(&self, kind: &str, times: u64) -> PyResult<()> {
        self.started()?.refresh_failed(kind, times);
        Ok(())
    }

    /// Ends: NOT_SERVING, calls in flight finished within the grace, the rest cut.
    ///
    /// Gives True when nothing had to be cut. Other Python threads run meanwhile.
    fn drain(&self, py: Python<'_>, grace_s: f64) -> PyResult<bool> {
        let plane = self.started()?;
        let grace = seconds(py, "grace_s", grace_s)?;
        Ok(py.detach(|| plane.drain(grace)))
    }

    /// Describes what is served; None before the first snapshot.
    fn status<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyAny>>> {
        let plane = self.started()?;
        let classes = Classes::get(py)?;
        plane
            .with_served(|program, age, stale| {
                let reference = status::reference(py, classes, program, age, stale)?;
                status::write(classes, program, reference)
            })
            .transpose()
    }

    /// Counters and what is served, by name.
    fn stats<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let stats = self.started()?.stats();
        let counted = PyDict::new(py);
        counted.set_item("decisions", stats.decisions)?;
        counted.set_item("segment_checks", stats.segment_checks)?;
        counted.set_item("calls", stats.calls)?;
        counted.set_item("calls_failed", stats.calls_failed)?;
        counted.set_item("connections", stats.connections)?;
        counted.set_item("watchers", stats.watchers)?;
        counted.set_item("loads", stats.loads)?;
        counted.set_item("load_failures", stats.load_failures)?;
        counted.set_item("snapshot_id", stats.snapshot_id)?;
        counted.set_item("revision", stats.revision)?;
        counted.set_item("problems", stats.problems)?;
        counted.set_item("member_sets", stats.member_sets)?;
        counted.set_item("members", stats.members)?;
        counted.set_item("member_bytes", stats.member_bytes)?;
        counted.set_item("member_sets_missing", stats.member_sets_missing)?;
        counted.set_item("age_s", stats.age.as_secs_f64())?;
        counted.set_item("stale", stats.stale)?;
        let longest = u64::try_from(stats.slowest_swap.as_nanos()).unwrap_or(u64::MAX);
        counted.set_item("swap_longest_ns", longest)?;
        if let Some(sticky) = stats.sticky {
            counted.set_item("sticky_reads", sticky.reads)?;
            counted.set_item("sticky_read_failures", sticky.read_failures)?;
            counted.set_item("sticky_writes", sticky.writes)?;
            counted.set_item("sticky_write_failures", sticky.write_failures)?;
            counted.set_item("sticky_dropped_writes", sticky.dropped_writes)?;
            counted.set_item("sticky_evictions", sticky.evictions)?;
            counted.set_item("sticky_garbage", sticky.garbage)?;
        }
        if let Some(lookups) = stats.lookups {
            counted.set_item("member_lookups", lookups.reads)?;
            counted.set_item("member_lookup_failures", lookups.read_failures)?;
        }
        Ok(counted)
    }
}

impl DataPlane {
    fn lock(&self) -> MutexGuard<'_, Option<Arc<dataplane::DataPlane>>> {
        self.plane.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn started(&self) -> PyResult<Arc<dataplane::DataPlane>> {
        self.check_process()?;
        self.lock()
            .clone()
            .ok_or_else(|| PyRuntimeError::new_err("the data plane is not started: call `start`"))
    }

    /// A fork copies no threads: in a child there is nothing that could answer.
    fn check_process(&self) -> PyResult<()> {
        let here = std::process::id();
        if here == self.process {
            return Ok(());
        }
        Err(PyRuntimeError::new_err(format!(
            "the data plane belongs to process {}, this is its fork {here}: make one here",
            self.process
        )))
    }
}

impl Drop for DataPlane {
    fn drop(&mut self) {
        if std::process::id() != self.process {
            // Its threads are not here to be joined, and its socket file is the parent's.
            std::mem::forget(self.lock().take());
        }
    }
}

fn address(py: Python<'_>, name: &str, text: Option<&str>) -> PyResult<Option<SocketAddr>> {
    let parse = |text: &str| {
        let said = text.replace("localhost:", "127.0.0.1:");
        said.parse().map_err(|_| {
            let message = format!("`{name}` is `{text}`: write an IP address and a port");
            invalid_argument(py, &message)
        })
    };
    text.map(parse).transpose()
}

fn embedded(path: PathBuf, most: Option<u64>, keep: Duration) -> StoreSettings {
    let usual = Embedded::at(path);
    StoreSettings::Embedded(Embedded {
        most: most.unwrap_or(usual.most),
        keep,
        ..usual
    })
}

fn redis(
    py: Python<'_>,
    (what, address): (&str, &str),
    budget_s: Option<f64>,
    keep: Duration,
) -> PyResult<Redis> {
    let address = Address::parse(address)
        .map_err(|error| invalid_argument(py, &format!("`{what}_redis`: {error}")))?;
    let usual = Redis::at(address);
    let budget = match budget_s {
        None => usual.budget,
        Some(budget) => seconds(py, &format!("{what}_budget_s"), budget)?,
    };
    Ok(Redis {
        budget,
        keep,
        ..usual
    })
}

fn seconds(py: Python<'_>, name: &str, value: f64) -> PyResult<Duration> {
    Duration::try_from_secs_f64(value)
        .map_err(|_| invalid_argument(py, &format!("`{name}` is `{value}`: give seconds")))
}
