//! The data plane: listeners, protocols, limits, health, metrics and the snapshot that is served.
//!
//! ```no_run
//! use std::time::Duration;
//! use turnout_dataplane::{DataPlane, Settings};
//!
//! let settings = Settings { grpc_address: Some(([127, 0, 0, 1], 8013).into()), ..Settings::default() };
//! let plane = DataPlane::start(settings)?;
//! let sealed = std::fs::read("state/last-known-good.snapshot")?;
//! plane.load(&sealed, Some("state/members".as_ref()))?;
//! plane.drain(Duration::from_secs(10));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
mod admin;
mod answer;
mod attempt;
mod body;
mod calls;
mod carried;
mod changes;
mod compression;
mod context;
mod dataplane;
mod deadline;
mod decide;
mod errors;
mod explain;
mod exposition;
mod frame;
mod front;
#[cfg(fuzzing)]
pub mod fuzzing;
mod health;
mod listen;
mod log;
mod members;
mod method;
mod metrics;
mod plane;
mod refreshes;
mod reply;
mod request;
mod routes;
mod segments;
mod selection;
mod serve;
mod served;
mod settings;
mod status;
mod thread;
mod watch;
mod wire;

pub use dataplane::{Addresses, DataPlane, Stats};
pub use explain::explained_steps;
pub use listen::StartError;
pub use members::{FoundSets, MappedSets, hex};
pub use settings::{Limits, Settings};
pub use turnout_engine::LinkError;
pub use turnout_protos::turnout::v1::ExplainedStep;
pub use turnout_sticky as sticky;
