//! What a snapshot says, of which one item at a time is in memory.
//!
//! A whole message takes several times its bytes, in small pieces that cost more to get and to
//! give back than it costs to read an item again.
use std::marker::PhantomData;

use buffa::encoding::{Tag, WireType, skip_field};
use buffa::types::borrow_bytes;
use buffa::{DecodeOptions, MessageView};
use turnout_snapshot::turnout::snapshot::v1::__buffa::view::{
    ExperimentView, FlagView, HoldoutView, LayerView, SegmentView,
};
use turnout_snapshot::turnout::snapshot::v1::Content;

use crate::outline::{Outline, Outlined};

/// Messages within messages; an expression takes two for each nesting.
const RECURSION_LIMIT: u32 = 200;
/// Items between two pauses: some tens of microseconds.
const BREATH: usize = 8;

/// A `Content` in parts, each of which can be read.
#[derive(Debug)]
pub struct Parts<'s> {
    /// All but the items.
    pub shared: Content,
    /// In the order of the content, as all items.
    pub segments: Items<'s, SegmentView<'s>>,
    /// In the order of the content.
    pub flags: Items<'s, FlagView<'s>>,
    /// In the order of the content.
    pub experiments: Items<'s, ExperimentView<'s>>,
    /// In the order of the content.
    pub layers: Items<'s, LayerView<'s>>,
    /// In the order of the content.
    pub holdouts: Items<'s, HoldoutView<'s>>,
}

impl<'s> Parts<'s> {
    /// Takes a serialised content apart and reads every part once.
    ///
    /// `pause` is called every few items, now and whenever they are read again.
    pub(crate) fn of(content: &'s [u8], pause: fn()) -> Option<Self> {
        let found = Found::within(content)?;
        Some(Self {
            shared: options().decode_from_slice(&found.shared).ok()?,
            segments: Items::of(found.segments, pause)?,
            flags: Items::of(found.flags, pause)?,
            experiments: Items::of(found.experiments, pause)?,
            layers: Items::of(found.layers, pause)?,
            holdouts: Items::of(found.holdouts, pause)?,
        })
    }
}

/// The items of one kind: views that are read from the bytes of a content.
#[derive(Debug)]
pub struct Items<'s, V> {
    bytes: Vec<&'s [u8]>,
    outlines: Vec<Outline<'s>>,
    pause: fn(),
    kind: PhantomData<V>,
}

impl<'s, V: Outlined<'s>> Items<'s, V> {
    /// `None` when one of them cannot be read.
    fn of(bytes: Vec<&'s [u8]>, pause: fn()) -> Option<Self> {
        let mut outlines = Vec::with_capacity(bytes.len());
        for item in paced(&bytes, pause) {
            outlines.push(read::<V>(item)?.outline());
        }
        Some(Self {
            outlines,
            bytes,
            pause,
            kind: PhantomData,
        })
    }

    /// Reads one after the other.
    pub fn read(&self) -> impl Iterator<Item = V> {
        // INVARIANT: each of them could be read before.
        paced(&self.bytes, self.pause).filter_map(|item| read(item))
    }

    /// Reads those that have a field of this number; the others are only gone over.
    pub(crate) fn with_field(&self, number: u32) -> impl Iterator<Item = V> {
        let items = paced(&self.bytes, self.pause).filter(move |item| has_field(item, number));
        items.filter_map(|item| read(item))
    }
}

/// The segments of a serialised content that have a field of this number; nothing else is read.
pub(crate) fn segments_with_field(content: &[u8], number: u32) -> Option<Vec<SegmentView<'_>>> {
    let segments = Found::within(content)?.segments.into_iter();
    segments
        .filter(|item| has_field(item, number))
        .map(read)
        .collect()
}

/// Whether a message has a field of this number; also where that cannot be said.
fn has_field(mut item: &[u8], number: u32) -> bool {
    while !item.is_empty() {
        match Tag::decode(&mut item) {
            Ok(tag) if tag.field_number() == number => return true,
            Ok(tag) if skip_field(tag, &mut item).is_ok() => {}
            _ => return true,
        }
    }
    false
}

impl<'s, V> Items<'s, V> {
    /// Their keys, in their order.
    pub fn keys(&self) -> impl ExactSizeIterator<Item = &'s str> {
        self.outlines.iter().map(|outline| outline.key)
    }

    pub(crate) fn outlines(&self) -> &[Outline<'s>] {
        &self.outlines
    }

    pub(crate) fn len(&self) -> usize {
        self.bytes.len()
    }
}

/// The items, with a pause before each few of them.
fn paced<T>(items: &[T], pause: fn()) -> impl Iterator<Item = &T> {
    let breaths = items.chunks(BREATH).inspect(move |_| pause());
    breaths.flatten()
}

/// The checksum is right by now, so that the memory of a message is its author's choice.
fn options() -> DecodeOptions {
    DecodeOptions::new()
        .with_recursion_limit(RECURSION_LIMIT)
        .with_element_memory_limit(usize::MAX)
}

/// Reads one message; it borrows its texts.
pub(crate) fn read<'s, V: MessageView<'s>>(bytes: &'s [u8]) -> Option<V> {
    options().decode_view(bytes).ok()
}

/// Where everything is in a serialised content.
#[derive(Default)]
struct Found<'s> {
    /// A content of its own.
    shared: Vec<u8>,
    segments: Vec<&'s [u8]>,
    flags: Vec<&'s [u8]>,
    experiments: Vec<&'s [u8]>,
    layers: Vec<&'s [u8]>,
    holdouts: Vec<&'s [u8]>,
}

impl<'s> Found<'s> {
    fn within(content: &'s [u8]) -> Option<Self> {
        let (mut found, mut rest) = (Self::default(), content);
        while !rest.is_empty() {
            let field = rest;
            let tag = Tag::decode(&mut rest).ok()?;
            if let Some(items) = found.items(tag) {
                items.push(borrow_bytes(&mut rest).ok()?);
                continue;
            }
            skip_field(tag, &mut rest).ok()?;
            let length = field.len().checked_sub(rest.len())?;
            found.shared.extend_from_slice(field.get(..length)?);
        }
        Some(found)
    }

    /// Where a field of items belongs; a field of another form is left to be refused.
    fn items(&mut self, tag: Tag) -> Option<&mut Vec<&'s [u8]>> {
        let items = match tag.field_number() {
            7 => &mut self.segments,
            8 => &mut self.flags,
            9 => &mut self.experiments,
            10 => &mut self.layers,
            11 => &mut self.holdouts,
            _ => return None,
        };
        (tag.wire_type() == WireType::LengthDelimited).then_some(items)
    }
}

#[cfg(test)]
mod tests {
    use buffa::Message;
    use turnout_snapshot::turnout::snapshot::v1::{Experiment, Flag, Holdout, Layer, Segment};

    use super::*;

    fn content() -> Content {
        let key = |key: &str| key.to_owned();
        Content {
            semantics_version: 1,
            unit_kinds: vec![key("user")],
            segments: vec![Segment {
                key: key("s"),
                ..Default::default()
            }],
            flags: vec![
                Flag {
                    key: key("a"),
                    ..Default::default()
                },
                Flag {
                    key: key("b"),
                    ..Default::default()
                },
            ],
            experiments: vec![Experiment {
                key: key("x"),
                ..Default::default()
            }],
            layers: vec![Layer {
                key: key("l"),
                ..Default::default()
            }],
            holdouts: vec![Holdout {
                key: key("h"),
                ..Default::default()
            }],
            ..Default::default()
        }
    }

    #[test]
    fn every_item_is_found_and_the_rest_is_a_content_without_any() {
        let bytes = content().encode_to_vec();
        let parts = Parts::of(&bytes, || {}).expect("whole");
        assert!(parts.segments.keys().eq(["s"]));
        assert!(parts.flags.keys().eq(["a", "b"]));
        assert!(parts.experiments.keys().eq(["x"]));
        assert!(parts.layers.keys().eq(["l"]));
        assert!(parts.holdouts.keys().eq(["h"]));
        assert!(parts.flags.read().map(|flag| flag.key).eq(["a", "b"]));
        let without = Content {
            semantics_version: 1,
            unit_kinds: vec!["user".to_owned()],
            ..Default::default()
        };
        assert_eq!(parts.shared, without);
    }

    #[test]
    fn what_is_cut_or_of_another_form_is_refused() {
        let whole = content().encode_to_vec();
        for length in 1..whole.len() {
            let cut = whole.get(..length).expect("within");
            if let Some(parts) = Parts::of(cut, || {}) {
                // It was cut between two fields.
                assert!(parts.holdouts.len() == 0, "{length}");
            }
        }
        let number_for_a_flag = [8 << 3, 1];
        assert!(Parts::of(&number_for_a_flag, || {}).is_none());
        let no_message_for_a_flag = [8 << 3 | 2, 1, 0xff];
        assert!(Parts::of(&no_message_for_a_flag, || {}).is_none());
    }
}
