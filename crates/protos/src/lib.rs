//! The messages and services of `turnout.v1`.
include!(concat!(env!("OUT_DIR"), "/messages.rs"));

/// The descriptors of every file, for reflection.
pub const DESCRIPTORS: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/turnout.descriptors"));
