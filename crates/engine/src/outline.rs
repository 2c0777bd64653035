//! What is to be known of all items before the first is linked: keys, how deep they nest, and what
//! they refer to.
use buffa::{EnumValue, MessageView};
use turnout_snapshot::turnout::snapshot::v1::__buffa::view::oneof::expression::Kind;
use turnout_snapshot::turnout::snapshot::v1::__buffa::view::oneof::rule::Outcome;
use turnout_snapshot::turnout::snapshot::v1::__buffa::view::oneof::segment::Definition;
use turnout_snapshot::turnout::snapshot::v1::__buffa::view::oneof::variant_condition::Item;
use turnout_snapshot::turnout::snapshot::v1::__buffa::view::{
    ExperimentView, ExpressionView, FlagView, HoldoutView, LayerView, SegmentView,
    VariantConditionView,
};
use turnout_snapshot::turnout::snapshot::v1::FlagType;

/// One item as others see it.
#[derive(Debug, Default)]
pub struct Outline<'s> {
    pub(crate) key: &'s str,
    /// Levels of its own expressions; a segment is one level itself.
    pub(crate) depth: usize,
    /// The segments that it uses, each with the level at which it does.
    pub(crate) segments: Vec<(usize, u32)>,
    pub(crate) references: Vec<Reference>,
    /// Of an experiment that is not quarantined: the type of its values.
    pub(crate) value_type: Option<EnumValue<FlagType>>,
}

/// What one item asks of another, by its position among those of its kind.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Reference {
    /// For its variant.
    Flag(u32),
    /// For its variant.
    Experiment(u32),
    /// To decide in its place.
    HandOver(u32),
    Holdout(u32),
}

/// A message of an item.
pub trait Outlined<'s>: MessageView<'s> {
    /// What others have to know of it.
    fn outline(&self) -> Outline<'s>;
}

impl<'s> Outlined<'s> for SegmentView<'s> {
    fn outline(&self) -> Outline<'s> {
        let mut outline = Outline {
            key: self.key,
            depth: 1,
            ..Outline::default()
        };
        for index in self.include.iter().chain(&self.exclude) {
            outline.segments.push((1, *index));
        }
        if let Some(Definition::Rule(rule)) = &self.definition {
            outline.expression(rule, 1);
        }
        outline
    }
}

impl<'s> Outlined<'s> for FlagView<'s> {
    fn outline(&self) -> Outline<'s> {
        let mut outline = Outline {
            key: self.key,
            ..Outline::default()
        };
        outline.variants(&self.prerequisites);
        for rule in &self.rules {
            outline.optional(rule.when.as_option());
            if let Some(Outcome::Experiment(index)) = rule.outcome {
                outline.references.push(Reference::HandOver(index));
            }
        }
        outline
    }
}

impl<'s> Outlined<'s> for ExperimentView<'s> {
    fn outline(&self) -> Outline<'s> {
        let mut outline = Outline {
            key: self.key,
            value_type: (!self.quarantined).then_some(self.r#type),
            ..Outline::default()
        };
        outline.variants(&self.prerequisites);
        outline.optional(self.audience.as_option());
        let holdouts = self.holdouts.iter().copied().map(Reference::Holdout);
        outline.references.extend(holdouts);
        outline
    }
}

impl<'s> Outlined<'s> for LayerView<'s> {
    fn outline(&self) -> Outline<'s> {
        Outline {
            key: self.key,
            ..Outline::default()
        }
    }
}

impl<'s> Outlined<'s> for HoldoutView<'s> {
    fn outline(&self) -> Outline<'s> {
        let mut outline = Outline {
            key: self.key,
            ..Outline::default()
        };
        outline.optional(self.audience.as_option());
        outline
    }
}

impl Outline<'_> {
    fn optional(&mut self, expression: Option<&ExpressionView<'_>>) {
        if let Some(expression) = expression {
            self.expression(expression, 0);
        }
    }

    /// An expression so many levels below the top.
    fn expression(&mut self, expression: &ExpressionView<'_>, level: usize) {
        let below = level.saturating_add(1);
        self.depth = self.depth.max(below);
        match &expression.kind {
            Some(Kind::All(group) | Kind::Any(group)) => {
                for part in &group.expressions {
                    self.expression(part, below);
                }
            }
            Some(Kind::Not(part)) => self.expression(part, below),
            Some(Kind::Segment(index)) => self.segments.push((below, *index)),
            Some(Kind::Variant(condition)) => self.variant(condition),
            Some(Kind::Condition(_) | Kind::Slot(_)) | None => {}
        }
    }

    fn variants(&mut self, conditions: &[VariantConditionView<'_>]) {
        for condition in conditions {
            self.variant(condition);
        }
    }

    fn variant(&mut self, condition: &VariantConditionView<'_>) {
        self.references.extend(match condition.item {
            Some(Item::Flag(index)) => Some(Reference::Flag(index)),
            Some(Item::Experiment(index)) => Some(Reference::Experiment(index)),
            None => None,
        });
    }
}
