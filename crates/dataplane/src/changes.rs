//! Which keys changed between two snapshots: definitions are compared, whatever their place in the tables.
use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hasher};

use buffa::Message;
use turnout_snapshot::turnout::snapshot::v1::__buffa::oneof::{
    expression, rule, variant_condition,
};
use turnout_snapshot::turnout::snapshot::v1::{
    Condition, Content, Experiment, Expression, Flag, Holdout, Layer, Segment, VariantCondition,
};

/// A hash of the definition of every flag, experiment and segment. What an experiment owns of its
/// layer, and the holdouts that hold for it, are parts of its definition.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Fingerprints {
    items: BTreeMap<Box<str>, u64>,
    segments: BTreeMap<Box<str>, u64>,
}

impl Fingerprints {
    /// Of what a snapshot says; each definition is copied for a moment, never all of them.
    pub(crate) fn of(content: &Content) -> Fingerprints {
        let names = Names {
            attributes: &content.attributes,
            unit_kinds: &content.unit_kinds,
            segments: keys(&content.segments, |segment| &segment.key),
            flags: keys(&content.flags, |flag| &flag.key),
            experiments: keys(&content.experiments, |experiment| &experiment.key),
            layers: keys(&content.layers, |layer| &layer.key),
            holdouts: keys(&content.holdouts, |holdout| &holdout.key),
        };
        let holdouts = content.holdouts.iter();
        let around = Around {
            layers: &content.layers,
            holdouts: holdouts
                .map(|holdout| holdout_hash(holdout.clone(), &names))
                .collect(),
        };
        let flags = content.flags.iter();
        let flags = flags.map(|flag| (&flag.key, flag_hash(flag.clone(), &names)));
        let experiments = (0..).zip(&content.experiments).map(|(index, experiment)| {
            let hash = experiment_hash(index, experiment.clone(), &names, &around);
            (&experiment.key, hash)
        });
        let segments = content.segments.iter();
        let segments =
            segments.map(|segment| (&segment.key, segment_hash(segment.clone(), &names)));
        Fingerprints {
            items: flags.chain(experiments).map(owned).collect(),
            segments: segments.map(owned).collect(),
        }
    }

    /// Keys that are new, gone or defined otherwise; sorted, each once.
    pub(crate) fn changed_since(&self, old: &Fingerprints) -> Vec<String> {
        let mut keys = Vec::new();
        for (new, old) in [(&self.items, &old.items), (&self.segments, &old.segments)] {
            let other = new.iter().filter(|(key, hash)| old.get(*key) != Some(hash));
            keys.extend(other.map(|(key, _)| key.to_string()));
            let gone = old.keys().filter(|key| !new.contains_key(*key));
            keys.extend(gone.map(|key| key.to_string()));
        }
        keys.sort_unstable();
        keys.dedup();
        keys
    }
}

fn owned((key, hash): (&String, u64)) -> (Box<str>, u64) {
    (key.as_str().into(), hash)
}

/// What the indices of a definition stand for.
struct Names<'c> {
    attributes: &'c [String],
    unit_kinds: &'c [String],
    segments: Vec<&'c String>,
    flags: Vec<&'c String>,
    experiments: Vec<&'c String>,
    layers: Vec<&'c String>,
    holdouts: Vec<&'c String>,
}

fn keys<T>(all: &[T], key: impl Fn(&T) -> &String) -> Vec<&String> {
    all.iter().map(key).collect()
}

/// What stands around experiments.
struct Around<'c> {
    layers: &'c [Layer],
    /// A hash of each.
    holdouts: Vec<u64>,
}

/// The names that a definition refers to, in the order met, in place of its indices.
#[derive(Default)]
struct References(DefaultHasher);

impl References {
    fn take(&mut self, names: &[impl AsRef<str>], index: &mut u32) {
        let name = names.get(*index as usize).map_or("", AsRef::as_ref);
        self.0.write(name.as_bytes());
        self.0.write_u8(0);
        *index = 0;
    }

    fn finish(mut self, definition: &impl Message) -> u64 {
        self.0.write(&definition.encode_to_vec());
        self.0.finish()
    }
}

fn segment_hash(mut segment: Segment, names: &Names<'_>) -> u64 {
    use turnout_snapshot::turnout::snapshot::v1::__buffa::oneof::segment::Definition;
    let mut references = References::default();
    references.take(names.unit_kinds, &mut segment.unit);
    for index in segment.include.iter_mut().chain(segment.exclude.iter_mut()) {
        references.take(&names.segments, index);
    }
    if let Some(Definition::Rule(expression)) = &mut segment.definition {
        strip(expression, names, &mut references);
    }
    references.finish(&segment)
}

fn flag_hash(mut flag: Flag, names: &Names<'_>) -> u64 {
    let mut references = References::default();
    references.take(names.unit_kinds, &mut flag.unit);
    for prerequisite in &mut flag.prerequisites {
        strip_variant(prerequisite, names, &mut references);
    }
    for rule in &mut flag.rules {
        if let Some(expression) = rule.when.as_option_mut() {
            strip(expression, names, &mut references);
        }
        if let Some(rule::Outcome::Experiment(index)) = &mut rule.outcome {
            references.take(&names.experiments, index);
        }
    }
    references.finish(&flag)
}

fn experiment_hash(
    index: u32,
    mut experiment: Experiment,
    names: &Names<'_>,
    around: &Around<'_>,
) -> u64 {
    let mut references = References::default();
    references.take(names.unit_kinds, &mut experiment.unit);
    if let Some(unit) = &mut experiment.fallback_unit {
        references.take(names.unit_kinds, unit);
    }
    if let Some(audience) = experiment.audience.as_option_mut() {
        strip(audience, names, &mut references);
    }
    for prerequisite in &mut experiment.prerequisites {
        strip_variant(prerequisite, names, &mut references);
    }
    for holdout in &mut experiment.holdouts {
        let hash = around.holdouts.get(*holdout as usize);
        references.0.write_u64(hash.copied().unwrap_or_default());
        references.take(&names.holdouts, holdout);
    }
    if let Some(layer) = &mut experiment.layer {
        if let Some(layer) = around.layers.get(*layer as usize) {
            references.0.write_u64(share_hash(index, layer, names));
        }
        references.take(&names.layers, layer);
    }
    references.finish(&experiment)
}

fn holdout_hash(mut holdout: Holdout, names: &Names<'_>) -> u64 {
    let mut references = References::default();
    references.take(names.unit_kinds, &mut holdout.unit);
    if let Some(audience) = holdout.audience.as_option_mut() {
        strip(audience, names, &mut references);
    }
    references.finish(&holdout)
}

/// Of what one experiment owns of a layer: what others own there is theirs.
fn share_hash(experiment: u32, layer: &Layer, names: &Names<'_>) -> u64 {
    let mut references = References::default();
    let own = layer.allocations.iter();
    let own = own.filter(|owned| owned.experiment == experiment);
    let mut share = Layer {
        allocations: own.cloned().collect(),
        salt: layer.salt.clone(),
        unit: layer.unit,
        quarantined: layer.quarantined,
        ..Layer::default()
    };
    references.take(names.unit_kinds, &mut share.unit);
    for owned in &mut share.allocations {
        owned.experiment = 0;
    }
    references.finish(&share)
}

/// Replaces indices by what they stand for. The engine has refused expressions that are too deep.
fn strip(expression: &mut Expression, names: &Names<'_>, references: &mut References) {
    use expression::Kind;
    match &mut expression.kind {
        Some(Kind::All(group) | Kind::Any(group)) => {
            for inner in &mut group.expressions {
                strip(inner, names, references);
            }
        }
        Some(Kind::Not(inner)) => strip(inner, names, references),
        Some(Kind::Condition(condition)) => strip_condition(condition, names, references),
        Some(Kind::Segment(index)) => references.take(&names.segments, index),
        Some(Kind::Slot(slot)) => references.take(names.unit_kinds, &mut slot.unit),
        Some(Kind::Variant(condition)) => strip_variant(condition, names, references),
        None => {}
    }
}

fn strip_variant(condition: &mut VariantCondition, names: &Names<'_>, references: &mut References) {
    match &mut condition.item {
        Some(variant_condition::Item::Flag(index)) => references.take(&names.flags, index),
        Some(variant_condition::Item::Experiment(index)) => {
            references.take(&names.experiments, index);
        }
        None => {}
    }
}

fn strip_condition(condition: &mut Condition, names: &Names<'_>, references: &mut References) {
    references.take(names.attributes, &mut condition.attribute);
}

#[cfg(test)]
mod tests {
    use turnout_engine::{Header, Opened, seal};
    use turnout_snapshot::turnout::snapshot::v1::__buffa::oneof::segment::Definition;
    use turnout_snapshot::turnout::snapshot::v1::{Allocation, SegmentStatus};

    use super::*;

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
            definition: Some(Definition::Rule(Box::new(rule))),
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
            let opened = Opened::open(&nested(depth)).unwrap();
            let fingerprints = Fingerprints::of(opened.content());
            assert!(opened.link().is_ok());
            fingerprints
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
        Fingerprints::of(&content).changed_since(&Fingerprints::of(&catalogue()))
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
