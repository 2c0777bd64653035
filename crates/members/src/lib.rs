//! Sets of unit ids as immutable bytes, looked up in place: ten million members are mapped, not read.
//!
//! Pure: no I/O, no clock, no threads. Ids are exact to the byte: `007`, `7` and ` 7` are three.
//!
//! ```
//! use turnout_members::{Builder, Key, MemberSet};
//!
//! let mut builder = Builder::new(Key([7; 16]));
//! for id in ["u-1", "u-2", "u-1"] {
//!     builder.add(id);
//! }
//! let mut bytes = Vec::new();
//! let written = builder.finish(&mut bytes)?;
//! assert_eq!((written.count, written.duplicates), (2, 1));
//!
//! let set = MemberSet::open(bytes)?;
//! assert!(set.contains("u-1") && !set.contains("u-3"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Format
//!
//! All numbers are little-endian. The same members give the same bytes: nothing says when, where or
//! from what a set was made.
//!
//! | at | bytes | what |
//! |---|---|---|
//! | 0 | 8 | `TURNSET` and the version of the format, 1 |
//! | 8 | 1 | [`Kind`]: 1 integers, 2 sparse integers, 3 hashed, 4 texts |
//! | 9 | 1 | bits of the directory, 0 to 27; 0 in kinds 1 and 4 |
//! | 10 | 6 | zero |
//! | 16 | 8 | how many members |
//! | 24 | 16 | the key of hashed ids; else zero |
//! | 40 | … | the body, by kind |
//! | end − 8 | 8 | XXH3-64 of everything before it |
//!
//! **Integers** are ids that are canonical decimals of 0 to 2⁶⁴ − 1, all of them. Body: the number of
//! bitmaps (8 bytes); for each the high 32 bits (4) and where it ends behind the last of these
//! records (8); then the bitmaps, each in the portable format of 32-bit Roaring bitmaps. A container
//! takes the least of its three forms; between equals it is an array, then a bitset.
//!
//! **Tables** hold one entry a member. A 128-bit value gives it: its first *d* bits are the number
//! of a bucket, the next 56 are stored. Body: 2ᵈ + 1 starts of buckets (4 bytes each), then the stored
//! 7 bytes of all entries, sorted within a bucket. A fresh table has 24 to 48 members a bucket,
//! one that succeeds another may have 16 to 64.
//!
//! * *Hashed*: the value is SipHash-2-4-128 of the id under the key, its first half first. An id that
//!   is no member is taken for one if it shares *d* + 56 bits with one: for *n* members the chance is
//!   [at most](MemberSet::bound) *n* ÷ 2^(d + 56), at most 9 × 10⁻¹⁶ in a set that was built here
//!   (5.3 × 10⁻¹⁶ with ten million), and a set above 10⁻¹⁵ is refused. The key keeps outsiders, who choose ids, from looking for such an id;
//!   whoever reads the artifact knows it.
//! * *Sparse integers*: integers for which a table is smaller than bitmaps. The value is a
//!   permutation of 64 bits, the finalizer of SplitMix64, and 64 zeros: as *d* is 8 at least, all of
//!   it is stored, and nothing is taken for a member that is none.
//!
//! **Texts**, exact, where a segment asks for it: for each member in the order of their bytes where
//! its text ends (4 bytes), then all texts.
//!
//! A delta is described at [`Delta`].
// A test may fail loudly; a lookup may not.
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

mod bitmap;
mod bitmaps;
mod body;
mod builder;
mod container;
mod delta;
mod difference;
mod failure;
mod hash;
mod header;
mod integer;
mod kind;
mod merge;
mod numbers;
mod set;
mod sink;
mod spread;
mod table;
mod texts;
mod writer;

pub use builder::{Builder, Written};
pub use delta::{Delta, DeltaWritten, Digest, write_delta};
pub use difference::{Difference, difference};
pub use failure::{BuildError, DeltaError, Refused};
pub use hash::Key;
pub use kind::Kind;
pub use set::{Id, MemberSet, Place};
pub use sink::Sink;
