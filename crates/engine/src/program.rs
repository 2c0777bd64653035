//! A linked snapshot: everything resolved to positions, immutable.
use turnout_snapshot::turnout::snapshot::v1::{FlagType, Header, SegmentStatus};
use turnout_snapshot::turnout::v1::Value;

use crate::holdout::Holdout;
use crate::index::{
    AttributeIndex, ItemIndex, OperandIndex, RuleIndex, SegmentIndex, UnitKindIndex, VariantIndex,
};
use crate::item::LinkedItem;
use crate::layer::Layer;
use crate::link::LinkError;
use crate::members::NoSets;
use crate::names::Names;
use crate::sealed::Opened;
use crate::segment::LinkedSegment;
use crate::texts::Texts;

/// A linked snapshot, ready to decide. Shared freely between threads.
#[derive(Debug)]
pub struct Program {
    pub(crate) header: Header,
    pub(crate) items: Box<[Item]>,
    pub(crate) item_names: Names,
    pub(crate) linked_items: Box<[LinkedItem]>,
    pub(crate) segments: Box<[Segment]>,
    pub(crate) segment_names: Names,
    pub(crate) linked_segments: Box<[LinkedSegment]>,
    pub(crate) layers: Box<[Layer]>,
    pub(crate) holdouts: Box<[Holdout]>,
    pub(crate) variants: Box<[Variant]>,
    pub(crate) rule_names: Texts,
    pub(crate) operands: Texts,
    /// INVARIANT: sorted.
    pub(crate) sensitive: Box<[AttributeIndex]>,
    pub(crate) attributes: Box<[Box<str>]>,
    pub(crate) attribute_names: Names,
    pub(crate) unit_kinds: Box<[Box<str>]>,
    pub(crate) user: UnitKindIndex,
    pub(crate) timezone: Box<str>,
}

/// Whether an item is a flag or an experiment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ItemKind {
    /// A flag.
    Flag,
    /// An experiment.
    Experiment,
}

/// A flag or an experiment.
#[derive(Debug)]
pub struct Item {
    /// Unique among flags and experiments.
    pub key: Box<str>,
    /// As written.
    pub tags: Box<[Box<str>]>,
    /// A flag or an experiment.
    pub kind: ItemKind,
    pub(crate) value_type: FlagType,
}

impl Item {
    /// The type of its values; UNSPECIFIED when it is quarantined.
    #[must_use]
    pub fn value_type(&self) -> FlagType {
        self.value_type
    }
}

/// A segment.
#[derive(Debug)]
pub struct Segment {
    /// Unique among segments.
    pub key: Box<str>,
    /// As written.
    pub tags: Box<[Box<str>]>,
    /// Draft and archived segments are UNKNOWN.
    pub status: SegmentStatus,
    /// The kind of its members.
    pub unit: UnitKindIndex,
}

/// One named outcome of an item and the value that it carries.
#[derive(Debug)]
pub struct Variant {
    /// As written, unique in its item.
    pub name: Box<str>,
    /// Of the item's type.
    pub value: Value,
    /// Whose variant it is.
    pub item: ItemIndex,
}

impl Program {
    /// Opens, checks and links a sealed snapshot, without member sets beside it.
    ///
    /// # Errors
    ///
    /// Bytes that are not a whole sealed snapshot of a known semantics version, or whose parts do
    /// not fit together.
    pub fn link(sealed: &[u8]) -> Result<Self, LinkError> {
        Opened::open(sealed, || {})?.link(&NoSets)
    }

    /// SHA-256 of the content, 64 lower-case hex digits.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.header.id
    }

    /// The publisher's counter.
    #[must_use]
    pub fn revision(&self) -> u64 {
        self.header.revision
    }

    /// When and by whom it was published, and what is wrong in its documents.
    #[must_use]
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// The workspace's zone, an IANA name.
    #[must_use]
    pub fn timezone(&self) -> &str {
        &self.timezone
    }

    /// Flags and experiments, sorted by key.
    #[must_use]
    pub fn items(&self) -> &[Item] {
        &self.items
    }

    /// The flag or experiment of that key.
    #[must_use]
    pub fn item(&self, key: &str) -> Option<ItemIndex> {
        self.item_names.get(key).map(ItemIndex::from)
    }

    /// Segments, sorted by key.
    #[must_use]
    pub fn segments(&self) -> &[Segment] {
        &self.segments
    }

    /// The segment of that key.
    #[must_use]
    pub fn segment(&self, key: &str) -> Option<SegmentIndex> {
        self.segment_names.get(key).map(SegmentIndex::from)
    }

    /// Layers, sorted by key.
    #[must_use]
    pub fn layers(&self) -> &[Layer] {
        &self.layers
    }

    /// Holdouts, sorted by key.
    #[must_use]
    pub fn holdouts(&self) -> &[Holdout] {
        &self.holdouts
    }

    /// Every variant of every item.
    #[must_use]
    pub fn variants(&self) -> &[Variant] {
        &self.variants
    }

    /// A variant by the index of a decision on this program.
    #[must_use]
    pub fn variant(&self, variant: VariantIndex) -> Option<&Variant> {
        self.variants.get(variant.at())
    }

    /// The names of all rules, by their indices.
    pub fn rule_names(&self) -> impl Iterator<Item = &str> {
        self.rule_names.iter()
    }

    /// A rule's name as written, or `rules[N]`; empty for an index of another program.
    #[must_use]
    pub fn rule_name(&self, rule: RuleIndex) -> &str {
        self.rule_names.get(rule.at()).unwrap_or_default()
    }

    /// What a condition compares with, as text for people; empty for an index of another program.
    #[must_use]
    pub fn operand(&self, operand: OperandIndex) -> &str {
        self.operands.get(operand.at()).unwrap_or_default()
    }

    /// Whether an attribute's values must not be shown.
    #[must_use]
    pub fn is_sensitive(&self, attribute: AttributeIndex) -> bool {
        self.sensitive.binary_search(&attribute).is_ok()
    }

    /// Every attribute that a condition looks at, sorted.
    #[must_use]
    pub fn attributes(&self) -> &[Box<str>] {
        &self.attributes
    }

    /// The attribute of that name, if any condition looks at it.
    #[must_use]
    pub fn attribute(&self, name: &str) -> Option<AttributeIndex> {
        self.attribute_names.get(name).map(AttributeIndex::from)
    }

    /// Every unit kind that is used, sorted; `user` is always there.
    #[must_use]
    pub fn unit_kinds(&self) -> &[Box<str>] {
        &self.unit_kinds
    }

    /// The unit kind of that name, if anything uses it.
    #[must_use]
    pub fn unit_kind(&self, kind: &str) -> Option<UnitKindIndex> {
        if kind == "user" {
            return Some(self.user);
        }
        self.unit_kinds
            .iter()
            .position(|known| &**known == kind)
            .and_then(UnitKindIndex::new)
    }
}
