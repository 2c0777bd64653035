//! Positions in the tables of one program.

macro_rules! index {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(u32);

        impl $name {
            /// The position; a table has at most 2^32 - 1 rows.
            #[must_use]
            pub fn at(self) -> usize {
                usize::try_from(self.0).unwrap_or(usize::MAX)
            }

            /// The index of a position, or `None` past 2^32 - 1.
            #[must_use]
            pub fn new(position: usize) -> Option<Self> {
                u32::try_from(position).ok().map(Self)
            }
        }

        impl From<u32> for $name {
            fn from(position: u32) -> Self {
                Self(position)
            }
        }
    };
}

index!(
    /// A flag or an experiment in `Program::items`.
    ItemIndex
);
index!(
    /// A segment in `Program::segments`.
    SegmentIndex
);
index!(
    /// A variant in `Program::variants`, whatever item it belongs to.
    VariantIndex
);
index!(
    /// A rule of any flag; its name is `Program::rule_name`.
    RuleIndex
);
index!(
    /// An attribute in `Program::attributes`.
    AttributeIndex
);
index!(
    /// A unit kind in `Program::unit_kinds`.
    UnitKindIndex
);
index!(
    /// What a condition compares with, as text: `Program::operand`.
    OperandIndex
);
index!(
    /// A layer in `Program::layers`.
    LayerIndex
);
index!(
    /// A holdout in `Program::holdouts`.
    HoldoutIndex
);
