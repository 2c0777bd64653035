//! Link a sealed snapshot to a [`Program`] and evaluate it.
//!
//! Pure: no I/O, no clock, no threads. The same program, context and instant always
//! give the same decision.
//!
//! ```
//! use turnout_engine::{Context, Evaluation, Instant, Program, ValueRef};
//!
//! fn variant(sealed: &[u8]) -> Result<Option<String>, turnout_engine::LinkError> {
//!     let program = Program::link(sealed)?;
//!     let mut context = Context::new(&program);
//!     context.unit(&program, "user", "user-1");
//!     context.set(&program, "plan", ValueRef::String("gold"));
//!     let Some(item) = program.item("new-checkout") else { return Ok(None) };
//!     let decision = Evaluation::new(&program, &mut context, Instant(0)).decide(item);
//!     Ok(decision.variant.and_then(|v| program.variant(v)).map(|v| v.name.to_string()))
//! }
//! # assert!(variant(b"not a snapshot").is_err());
//! ```
// A test may fail loudly; the engine may not.
#![cfg_attr(
    test,
    allow(
        clippy::arithmetic_side_effects,
        clippy::as_conversions,
        clippy::expect_used,
        clippy::indexing_slicing,
        clippy::panic,
        clippy::unwrap_used
    )
)]

mod batch;
mod bucketing;
mod choice;
mod content;
mod context;
mod dated;
mod decision;
mod evaluation;
mod experiment;
mod explanation;
mod expression;
mod fact;
mod flag;
mod holdout;
mod index;
mod item;
mod layer;
mod link;
pub mod literal;
mod look_ahead;
mod members;
mod names;
mod network;
mod number;
mod operators;
mod outline;
mod period;
mod place;
mod prerequisite;
mod program;
mod rare;
mod records;
mod regex;
mod render;
mod scratch;
mod sealed;
mod segment;
mod sha256;
mod share;
mod slot;
mod sticky;
mod text;
mod texts;
mod time;
mod truth;
mod unit_set;
mod value;
mod version;
mod visitor;
mod words;

pub use content::{Items, Parts};
pub use context::Context;
pub use decision::{
    Decision, ErrorCode, Note, Notes, Reason, SegmentCheck, SegmentReason, Unknown, UnknownSet,
};
pub use evaluation::{Evaluation, Instant};
pub use explanation::{ExplainedStep, Explanation, ReadableStep, StepKind};
pub use holdout::Holdout;
pub use index::{
    AttributeIndex, HoldoutIndex, ItemIndex, LayerIndex, RuleIndex, SegmentIndex, UnitKindIndex,
    VariantIndex,
};
pub use layer::Layer;
pub use link::LinkError;
pub use members::{Lookup, MemberSets, NamedSet, NoSets, Place, RemoteSet, UnitIds};
pub use program::{Item, ItemKind, Program, Segment, Variant};
pub use rare::Rare;
pub use sealed::{Opened, member_segments, named_sets, seal, seal_bytes};
pub use slot::slot;
pub use sticky::{Assignment, Assignments, Kept, Record};
pub use texts::Texts;
pub use truth::Truth;
pub use value::ValueRef;
pub use visitor::{AttributeState, NoVisitor, Step, Visitor};

pub use turnout_snapshot::turnout::snapshot::v1::{
    FlagType as ValueType, Header, Problem, SegmentStatus,
};
pub use turnout_snapshot::turnout::v1::Value;
