//! What a request for many asks for: those of a key prefix and a tag.
use turnout_engine::{Item, ItemIndex, Segment, SegmentIndex};

/// What has a key and tags; lists of it are sorted by key.
pub(crate) trait Tagged {
    type Index;

    fn index(position: usize) -> Option<Self::Index>;
    fn key(&self) -> &str;
    fn tags(&self) -> &[Box<str>];
}

impl Tagged for Item {
    type Index = ItemIndex;

    fn index(position: usize) -> Option<ItemIndex> {
        ItemIndex::new(position)
    }

    fn key(&self) -> &str {
        &self.key
    }

    fn tags(&self) -> &[Box<str>] {
        &self.tags
    }
}

impl Tagged for Segment {
    type Index = SegmentIndex;

    fn index(position: usize) -> Option<SegmentIndex> {
        SegmentIndex::new(position)
    }

    fn key(&self) -> &str {
        &self.key
    }

    fn tags(&self) -> &[Box<str>] {
        &self.tags
    }
}

/// Those of a prefix and a tag, each with its index, in the order of their keys; an empty text
/// asks for all.
pub(crate) fn selected<'p, T: Tagged>(
    all: &'p [T],
    tag: &'p str,
    prefix: &'p str,
) -> impl Iterator<Item = (T::Index, &'p T)> {
    let start = all.partition_point(|one| one.key() < prefix);
    let ours = all
        .iter()
        .enumerate()
        .skip(start)
        .take_while(move |(_, one)| one.key().starts_with(prefix));
    ours.filter(move |(_, one)| tag.is_empty() || one.tags().iter().any(|own| **own == *tag))
        .filter_map(|(position, one)| Some((T::index(position)?, one)))
}
