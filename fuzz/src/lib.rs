//! What the targets share.
pub mod evaluate;
pub mod wire;
