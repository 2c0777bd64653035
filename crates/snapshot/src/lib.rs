//! Messages of `turnout.snapshot.v1` and the shared `turnout.v1.Value`, without service code.
include!(concat!(env!("OUT_DIR"), "/messages.rs"));
