//! The only form of a snapshot outside of memory: magic, checksum, message.
use buffa::{Message, MessageView};
use sha2::{Digest, Sha256};
use turnout_snapshot::turnout::snapshot::v1::__buffa::view::oneof::segment::Definition;
use turnout_snapshot::turnout::snapshot::v1::__buffa::view::{SegmentView, SnapshotView};
use turnout_snapshot::turnout::snapshot::v1::{Content, Header, Snapshot};

use crate::content::{Parts, read, segments_with_field};
use crate::link::{self, LinkError};
use crate::members::{MemberSets, NamedSet};
use crate::program::Program;

/// Eight bytes in front; the last is the version of the seal.
const MAGIC: &[u8; 8] = b"TURNOUT\x01";
const CHECKSUM_LENGTH: usize = 32;
/// The only meaning that this engine knows.
const SEMANTICS_VERSION: u32 = 1;
/// The number of `Segment.members`.
const MEMBERS: u32 = 7;

/// A sealed snapshot that is whole and of a version that is known; its parts may still not fit.
/// It borrows its texts from the bytes.
#[derive(Debug)]
pub struct Opened<'s> {
    header: Header,
    parts: Parts<'s>,
}

impl<'s> Opened<'s> {
    /// Opens a sealed snapshot and checks magic, checksum, id and semantics version.
    ///
    /// `pause` is called every few items, now and when it is linked: a caller with little priority
    /// lets others go first there.
    ///
    /// # Errors
    ///
    /// Bytes that are not a whole sealed snapshot of a known semantics version.
    pub fn open(sealed: &'s [u8], pause: fn()) -> Result<Self, LinkError> {
        let (header, parts) = open(sealed, pause)?;
        Ok(Self { header, parts })
    }

    /// What it says.
    #[must_use]
    pub fn parts(&self) -> &Parts<'s> {
        &self.parts
    }

    /// The member sets that it names, each once and sorted: they are artifacts beside it.
    #[must_use]
    pub fn member_sets(&self) -> Vec<NamedSet> {
        sets_of(self.parts.segments.with_field(MEMBERS))
    }

    /// Checks and links it, with the member sets that are there. A set that is not there refuses
    /// nothing: its segment is UNKNOWN, MEMBERS_MISSING.
    ///
    /// # Errors
    ///
    /// Parts that do not fit together.
    pub fn link(&self, sets: &dyn MemberSets) -> Result<Program, LinkError> {
        link::link(self.header.clone(), &self.parts, sets)
    }
}

/// The member sets that a sealed snapshot names, each once and sorted.
///
/// Its checksum is looked at, and little else: it may still be refused when it is opened or linked.
///
/// # Errors
///
/// Bytes that are not a whole sealed snapshot.
pub fn named_sets(sealed: &[u8]) -> Result<Vec<NamedSet>, LinkError> {
    Ok(sets_of(segments_with_members(sealed)?.into_iter()))
}

/// The keys of the segments with member lists in a sealed snapshot, and the set that each names:
/// `None` where its members are in the snapshot itself.
///
/// Its checksum is looked at, and little else: it may still be refused when it is opened or linked.
///
/// # Errors
///
/// Bytes that are not a whole sealed snapshot.
pub fn member_segments(sealed: &[u8]) -> Result<Vec<(&str, Option<NamedSet>)>, LinkError> {
    let segments = segments_with_members(sealed)?.into_iter();
    Ok(segments
        .map(|segment| (segment.key, set_of(&segment)))
        .collect())
}

fn segments_with_members(sealed: &[u8]) -> Result<Vec<SegmentView<'_>>, LinkError> {
    segments_with_field(whole(sealed)?.content, MEMBERS)
        .ok_or(LinkError::Damaged("its content cannot be read"))
}

fn sets_of<'s>(segments: impl Iterator<Item = SegmentView<'s>>) -> Vec<NamedSet> {
    let mut named: Vec<NamedSet> = segments.filter_map(|segment| set_of(&segment)).collect();
    named.sort_unstable();
    named.dedup();
    named
}

fn set_of(segment: &SegmentView<'_>) -> Option<NamedSet> {
    let Some(Definition::Members(members)) = &segment.definition else {
        return None;
    };
    // What is no SHA-256 is refused when it is linked.
    link::members::named(members.set.as_option()?).ok()
}

fn whole(sealed: &[u8]) -> Result<SnapshotView<'_>, LinkError> {
    let rest = sealed
        .strip_prefix(MAGIC)
        .ok_or(LinkError::Damaged("its first bytes are not `TURNOUT` 0x01"))?;
    let (checksum, message) = rest
        .split_at_checked(CHECKSUM_LENGTH)
        .ok_or(LinkError::Damaged("it ends within its checksum"))?;
    if Sha256::digest(message).as_slice() != checksum {
        return Err(LinkError::Damaged(
            "its checksum does not fit: it was cut or changed",
        ));
    }
    read(message).ok_or(LinkError::Damaged("its message cannot be read"))
}

fn open(sealed: &[u8], pause: fn()) -> Result<(Header, Parts<'_>), LinkError> {
    let snapshot = whole(sealed)?;
    let header = snapshot
        .header
        .as_option()
        .and_then(|header| header.to_owned_message().ok())
        .ok_or(LinkError::Damaged("it has no header"))?;
    if header.id != hex(snapshot.content) {
        return Err(LinkError::Damaged(
            "its id is not the SHA-256 of its content",
        ));
    }
    let parts = Parts::of(snapshot.content, pause);
    let parts = parts.ok_or(LinkError::Damaged("its content cannot be read"))?;
    match parts.shared.semantics_version {
        SEMANTICS_VERSION => Ok((header, parts)),
        other => Err(LinkError::Version(other)),
    }
}

/// Seals content: gives the header its id, and the whole its magic and checksum.
#[must_use]
pub fn seal(header: Header, content: &Content) -> Vec<u8> {
    seal_bytes(header, content.encode_to_vec())
}

/// Seals content that is serialised already.
#[must_use]
pub fn seal_bytes(mut header: Header, content: Vec<u8>) -> Vec<u8> {
    header.id = hex(&content);
    let message = Snapshot {
        header: header.into(),
        content,
        ..Snapshot::default()
    }
    .encode_to_vec();
    let mut sealed = MAGIC.to_vec();
    sealed.extend_from_slice(&Sha256::digest(&message));
    sealed.extend_from_slice(&message);
    sealed
}

fn hex(content: &[u8]) -> String {
    Sha256::digest(content)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}
