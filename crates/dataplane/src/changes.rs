//! Which keys changed between two snapshots: definitions are compared, whatever their place in the tables.
use std::cmp::Ordering;
use std::hash::{DefaultHasher, Hasher};

use buffa::{RepeatedView, ViewEncode};
use turnout_engine::{Parts, Texts};
use turnout_snapshot::turnout::snapshot::v1::__buffa::view::oneof::{
    expression, rule, segment, variant_condition,
};
use turnout_snapshot::turnout::snapshot::v1::__buffa::view::{
    ExperimentView, ExpressionView, FlagView, HoldoutView, LayerView, SegmentView,
    VariantConditionView,
};

/// A hash of the definition of every flag, experiment and segment. What an experiment owns of its
/// layer, and the holdouts that hold for it, are parts of its definition.
#[derive(Debug)]
pub(crate) struct Fingerprints {
    items: Hashes,
    segments: Hashes,
}

/// Hashes by key, sorted by key.
#[derive(Debug)]
struct Hashes {
    keys: Texts,
    hashes: Box<[u64]>,
}

impl Hashes {
    fn new(mut hashes: Vec<(&str, u64)>) -> Hashes {
        hashes.sort_unstable();
        Hashes {
            keys: hashes.iter().map(|(key, _)| *key).collect(),
            hashes: hashes.iter().map(|(_, hash)| *hash).collect(),
        }
    }

    fn iter(&self) -> impl Iterator<Item = (&str, u64)> {
        self.keys.iter().zip(self.hashes.iter().copied())
    }

    /// Keys that only one of them has, or that have another hash.
    fn differing<'h>(&'h self, other: &'h Hashes) -> Vec<&'h str> {
        let mut keys = Vec::new();
        let (mut left, mut right) = (self.iter().peekable(), other.iter().peekable());
        loop {
            let order = match (left.peek(), right.peek()) {
                (Some(one), Some(two)) => one.0.cmp(two.0),
                (Some(_), None) => Ordering::Less,
                (None, Some(_)) => Ordering::Greater,
                (None, None) => return keys,
            };
            let one = left.next_if(|_| order.is_le());
            let two = right.next_if(|_| order.is_ge());
            if one != two {
                keys.extend(one.or(two).map(|(key, _)| key));
            }
        }
    }
}

impl Fingerprints {
    /// Of what a snapshot says.
    pub(crate) fn of(parts: &Parts<'_>) -> Fingerprints {
        let names = Names {
            attributes: texts(&parts.shared.attributes),
            unit_kinds: texts(&parts.shared.unit_kinds),
            segments: parts.segments.keys().collect(),
            flags: parts.flags.keys().collect(),
            experiments: parts.experiments.keys().collect(),
            layers: parts.layers.keys().collect(),
            holdouts: parts.holdouts.keys().collect(),
        };
        let holdouts = parts.holdouts.read();
        let around = Around {
            layers: parts.layers.read().collect(),
            holdouts: holdouts
                .map(|holdout| holdout_hash(holdout, &names))
                .collect(),
        };
        let flags = parts.flags.read();
        let flags = flags.map(|flag| (flag.key, flag_hash(flag, &names)));
        let experiments = (0..).zip(parts.experiments.read());
        let experiments = experiments.map(|(index, experiment)| {
            let key = experiment.key;
            (key, experiment_hash(index, experiment, &names, &around))
        });
        let segments = parts.segments.read();
        let segments = segments.map(|segment| (segment.key, segment_hash(segment, &names)));
        Fingerprints {
            items: Hashes::new(flags.chain(experiments).collect()),
            segments: Hashes::new(segments.collect()),
        }
    }

    /// Keys that are new, gone or defined otherwise; sorted, each once.
    pub(crate) fn changed_since(&self, old: &Fingerprints) -> Vec<String> {
        let items = self.items.differing(&old.items);
        let segments = self.segments.differing(&old.segments);
        let mut keys: Vec<String> = items
            .into_iter()
            .chain(segments)
            .map(str::to_owned)
            .collect();
        keys.sort_unstable();
        keys.dedup();
        keys
    }
}

/// What the indices of a definition stand for.
struct Names<'c> {
    attributes: Vec<&'c str>,
    unit_kinds: Vec<&'c str>,
    segments: Vec<&'c str>,
    flags: Vec<&'c str>,
    experiments: Vec<&'c str>,
    layers: Vec<&'c str>,
    holdouts: Vec<&'c str>,
}

fn texts(all: &[String]) -> Vec<&str> {
    all.iter().map(String::as_str).collect()
}

/// What stands around experiments.
struct Around<'c> {
    layers: Vec<LayerView<'c>>,
    /// A hash of each.
    holdouts: Vec<u64>,
}

/// The names that a definition refers to, in the order met, in place of its indices.
#[derive(Default)]
struct References(DefaultHasher);

impl References {
    fn take(&mut self, names: &[&str], index: &mut u32) {
        let name = names.get(*index as usize).copied().unwrap_or_default();
        self.0.write(name.as_bytes());
        self.0.write_u8(0);
        *index = 0;
    }

    fn finish<'m>(mut self, definition: &impl ViewEncode<'m>) -> u64 {
        let mut bytes = Vec::new();
        definition.encode(&mut bytes);
        self.0.write(&bytes);
        self.0.finish()
    }
}

fn segment_hash(mut segment: SegmentView<'_>, names: &Names<'_>) -> u64 {
    let mut references = References::default();
    references.take(&names.unit_kinds, &mut segment.unit);
    for indices in [&mut segment.include, &mut segment.exclude] {
        each(indices, |index| references.take(&names.segments, index));
    }
    if let Some(segment::Definition::Rule(expression)) = &mut segment.definition {
        strip(expression, names, &mut references);
    }
    references.finish(&segment)
}

fn flag_hash(mut flag: FlagView<'_>, names: &Names<'_>) -> u64 {
    let mut references = References::default();
    references.take(&names.unit_kinds, &mut flag.unit);
    each(&mut flag.prerequisites, |prerequisite| {
        strip_variant(prerequisite, names, &mut references);
    });
    each(&mut flag.rules, |rule| {
        if let Some(expression) = rule.when.as_mut() {
            strip(expression, names, &mut references);
        }
        if let Some(rule::Outcome::Experiment(index)) = &mut rule.outcome {
            references.take(&names.experiments, index);
        }
    });
    references.finish(&flag)
}

fn experiment_hash(
    index: u32,
    mut experiment: ExperimentView<'_>,
    names: &Names<'_>,
    around: &Around<'_>,
) -> u64 {
    let mut references = References::default();
    references.take(&names.unit_kinds, &mut experiment.unit);
    if let Some(unit) = &mut experiment.fallback_unit {
        references.take(&names.unit_kinds, unit);
    }
    if let Some(audience) = experiment.audience.as_mut() {
        strip(audience, names, &mut references);
    }
    each(&mut experiment.prerequisites, |prerequisite| {
        strip_variant(prerequisite, names, &mut references);
    });
    each(&mut experiment.holdouts, |holdout| {
        let hash = around.holdouts.get(*holdout as usize);
        references.0.write_u64(hash.copied().unwrap_or_default());
        references.take(&names.holdouts, holdout);
    });
    if let Some(layer) = &mut experiment.layer {
        if let Some(layer) = around.layers.get(*layer as usize) {
            references.0.write_u64(share_hash(index, layer, names));
        }
        references.take(&names.layers, layer);
    }
    references.finish(&experiment)
}

fn holdout_hash(mut holdout: HoldoutView<'_>, names: &Names<'_>) -> u64 {
    let mut references = References::default();
    references.take(&names.unit_kinds, &mut holdout.unit);
    if let Some(audience) = holdout.audience.as_mut() {
        strip(audience, names, &mut references);
    }
    references.finish(&holdout)
}

/// Of what one experiment owns of a layer: what others own there is theirs.
fn share_hash(experiment: u32, layer: &LayerView<'_>, names: &Names<'_>) -> u64 {
    let mut references = References::default();
    let own = layer.allocations.iter();
    let own = own.filter(|owned| owned.experiment == experiment);
    let own = own.cloned().map(|mut owned| {
        owned.experiment = 0;
        owned
    });
    let mut share = LayerView {
        allocations: own.collect(),
        salt: layer.salt,
        unit: layer.unit,
        quarantined: layer.quarantined,
        ..LayerView::default()
    };
    references.take(&names.unit_kinds, &mut share.unit);
    references.finish(&share)
}

/// Replaces indices by what they stand for. The engine has refused expressions that are too deep.
fn strip(expression: &mut ExpressionView<'_>, names: &Names<'_>, references: &mut References) {
    use expression::Kind;
    match &mut expression.kind {
        Some(Kind::All(group) | Kind::Any(group)) => {
            each(&mut group.expressions, |inner| {
                strip(inner, names, references);
            });
        }
        Some(Kind::Not(inner)) => strip(inner, names, references),
        Some(Kind::Condition(condition)) => {
            references.take(&names.attributes, &mut condition.attribute);
        }
        Some(Kind::Segment(index)) => references.take(&names.segments, index),
        Some(Kind::Slot(slot)) => references.take(&names.unit_kinds, &mut slot.unit),
        Some(Kind::Variant(condition)) => strip_variant(condition, names, references),
        None => {}
    }
}

fn strip_variant(
    condition: &mut VariantConditionView<'_>,
    names: &Names<'_>,
    references: &mut References,
) {
    match &mut condition.item {
        Some(variant_condition::Item::Flag(index)) => references.take(&names.flags, index),
        Some(variant_condition::Item::Experiment(index)) => {
            references.take(&names.experiments, index);
        }
        None => {}
    }
}

/// Changes each in its place.
fn each<'m, T>(list: &mut RepeatedView<'m, T>, mut change: impl FnMut(&mut T)) {
    let changed = std::mem::take(list).into_iter().map(|mut one| {
        change(&mut one);
        one
    });
    *list = changed.collect();
}

#[cfg(test)]
mod tests {
    use turnout_engine::{Header, NoSets, Opened, seal};
    use turnout_snapshot::turnout::snapshot::v1::__buffa::oneof::{
        expression, segment, variant_condition,
    };
    use turnout_snapshot::turnout::snapshot::v1::{
        Allocation, Content, Experiment, Expression, Flag, Holdout, Layer, Segment, SegmentStatus,
        VariantCondition,
    };

    use super::Fingerprints;

    /// One segment whose rule is this many negations deep.
    fn nested(depth: usize) -> Vec<u8> {
        let condition = Expression {
            kind: Some(expression::Kind::All(Box::default())),
            ..Default::default()
        };
        let rule = (0..depth).fold(condition, |part, _| Expression {
            kind: Some(expression::Kind::Not(Box::new(part))),
            ..Default::default()
        });
        let segment = Segment {
            key: "deep".to_owned(),
            status: SegmentStatus::Active.into(),
            definition: Some(segment::Definition::Rule(Box::new(rule))),
            ..Default::default()
        };
        let content = Content {
            semantics_version: 1,
            unit_kinds: vec!["user".to_owned()],
            segments: vec![segment],
            ..Default::default()
        };
        seal(Header::default(), &content)
    }

    #[test]
    fn what_the_engine_links_has_fingerprints_however_deep_it_is() {
        let [deep, deeper] = [150, 151].map(|depth| {
            let sealed = nested(depth);
            let opened = Opened::open(&sealed, || {}).unwrap();
            assert!(opened.link(&NoSets).is_ok());
            Fingerprints::of(opened.parts())
        });
        assert_eq!(deeper.changed_since(&deep), ["deep"]);
        assert!(deep.changed_since(&deep).is_empty());
    }

    fn experiment(key: &str) -> Experiment {
        Experiment {
            key: key.to_owned(),
            ..Default::default()
        }
    }

    /// Experiments `b` and `d` in the layer `l`, held out by `h`, after the flag `c` is `on`; the
    /// flag `e` has `d` as a prerequisite.
    fn catalogue() -> Content {
        let on = |item| VariantCondition {
            item: Some(item),
            variants: vec!["on".to_owned()],
            ..Default::default()
        };
        let inside = |key| Experiment {
            layer: Some(0),
            holdouts: vec![0],
            fallback_unit: Some(0),
            prerequisites: vec![on(variant_condition::Item::Flag(0))],
            ..experiment(key)
        };
        let owned = |start, experiment| Allocation {
            start,
            end: start + 10,
            experiment,
            ..Default::default()
        };
        Content {
            semantics_version: 1,
            unit_kinds: vec!["device".to_owned(), "user".to_owned()],
            flags: vec![
                Flag {
                    key: "c".to_owned(),
                    ..Default::default()
                },
                Flag {
                    key: "e".to_owned(),
                    prerequisites: vec![on(variant_condition::Item::Experiment(1))],
                    ..Default::default()
                },
            ],
            experiments: vec![inside("b"), inside("d")],
            layers: vec![Layer {
                key: "l".to_owned(),
                salt: "layer.l".to_owned(),
                allocations: vec![owned(0, 0), owned(10, 1)],
                ..Default::default()
            }],
            holdouts: vec![Holdout {
                key: "h".to_owned(),
                ..Default::default()
            }],
            ..Default::default()
        }
    }

    fn changed(change: impl FnOnce(&mut Content)) -> Vec<String> {
        let mut content = catalogue();
        change(&mut content);
        let [after, before] = [content, catalogue()].map(|content| {
            let sealed = seal(Header::default(), &content);
            Fingerprints::of(Opened::open(&sealed, || {}).unwrap().parts())
        });
        after.changed_since(&before)
    }

    #[test]
    fn a_change_around_experiments_is_a_change_of_those_it_is_about() {
        assert_eq!(changed(|_| {}), [""; 0]);
        let grown = |content: &mut Content| content.layers[0].allocations[1].end = 30;
        assert_eq!(changed(grown), ["d"]);
        let salted = |content: &mut Content| content.layers[0].salt = "layer.m".to_owned();
        assert_eq!(changed(salted), ["b", "d"]);
        let held = |content: &mut Content| content.holdouts[0].share = 7;
        assert_eq!(changed(held), ["b", "d"]);
        let free = |content: &mut Content| content.experiments[0].holdouts.clear();
        assert_eq!(changed(free), ["b"]);
        let negated = |content: &mut Content| content.flags[1].prerequisites[0].negated = true;
        assert_eq!(changed(negated), ["e"]);
        let alone = |content: &mut Content| content.experiments[1].fallback_unit = None;
        assert_eq!(changed(alone), ["d"]);
    }

    #[test]
    fn a_place_in_the_tables_is_no_change() {
        let moved = |content: &mut Content| {
            content.unit_kinds.insert(0, "company".to_owned());
            content.experiments.insert(0, experiment("a"));
            let first = Flag {
                key: "a-flag".to_owned(),
                ..Default::default()
            };
            content.flags.insert(0, first);
            content.layers.insert(0, Layer::default());
            content.holdouts.insert(0, Holdout::default());
            for experiment in &mut content.experiments[1..] {
                experiment.layer = Some(1);
                experiment.holdouts = vec![1];
                experiment.fallback_unit = Some(1);
                experiment.unit = 1;
                let flag = variant_condition::Item::Flag(1);
                experiment.prerequisites[0].item = Some(flag);
            }
            for flag in &mut content.flags[1..] {
                flag.unit = 1;
            }
            let item = variant_condition::Item::Experiment(2);
            content.flags[2].prerequisites[0].item = Some(item);
            for owned in &mut content.layers[1].allocations {
                owned.experiment += 1;
            }
            content.layers[1].unit = 1;
            content.holdouts[1].unit = 1;
        };
        assert_eq!(changed(moved), ["a", "a-flag"]);
    }
}
