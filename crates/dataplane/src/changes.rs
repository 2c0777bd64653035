//! Which keys changed between two snapshots: definitions are compared, whatever their place in the tables.
use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hasher};

use buffa::{DecodeOptions, Message};
use turnout_snapshot::turnout::snapshot::v1::__buffa::oneof::{expression, rule};
use turnout_snapshot::turnout::snapshot::v1::{
    Condition, Content, Experiment, Expression, Flag, Segment, Snapshot,
};

const SEAL_BYTES: usize = 40;

/// A hash of the definition of every flag, experiment and segment.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Fingerprints {
    items: BTreeMap<Box<str>, u64>,
    segments: BTreeMap<Box<str>, u64>,
}

impl Fingerprints {
    /// Of a sealed snapshot that has been linked; empty for anything else.
    pub(crate) fn of_sealed(sealed: &[u8]) -> Fingerprints {
        let content = sealed
            .get(SEAL_BYTES..)
            .and_then(decode::<Snapshot>)
            .and_then(|snapshot| decode::<Content>(&snapshot.content));
        content.map(Fingerprints::of).unwrap_or_default()
    }

    fn of(mut content: Content) -> Fingerprints {
        let (flags, experiments, segments) = (
            std::mem::take(&mut content.flags),
            std::mem::take(&mut content.experiments),
            std::mem::take(&mut content.segments),
        );
        let names = Names {
            attributes: content.attributes,
            unit_kinds: content.unit_kinds,
            segments: segments.iter().map(|segment| segment.key.clone()).collect(),
            experiments: experiments
                .iter()
                .map(|experiment| experiment.key.clone())
                .collect(),
        };
        let mut items = BTreeMap::new();
        for flag in flags {
            items.insert(flag.key.clone().into(), flag_hash(flag, &names));
        }
        for experiment in experiments {
            items.insert(
                experiment.key.clone().into(),
                experiment_hash(experiment, &names),
            );
        }
        let segments = segments
            .into_iter()
            .map(|segment| (segment.key.clone().into(), segment_hash(segment, &names)))
            .collect();
        Fingerprints { items, segments }
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

/// Reads whatever the engine has linked: its depth is bounded there, and its size is its author's choice.
fn decode<M: Message + Default>(bytes: &[u8]) -> Option<M> {
    DecodeOptions::new()
        .with_recursion_limit(u32::from(u16::MAX))
        .with_element_memory_limit(usize::MAX)
        .decode_from_slice(bytes)
        .ok()
}

/// What the indices of a definition stand for.
struct Names {
    attributes: Vec<String>,
    unit_kinds: Vec<String>,
    segments: Vec<String>,
    experiments: Vec<String>,
}

/// The names that a definition refers to, in the order met, in place of its indices.
#[derive(Default)]
struct References(DefaultHasher);

impl References {
    fn take(&mut self, names: &[String], index: &mut u32) {
        let name = names.get(*index as usize).map_or("", String::as_str);
        self.0.write(name.as_bytes());
        self.0.write_u8(0);
        *index = 0;
    }

    fn finish(mut self, definition: &impl Message) -> u64 {
        self.0.write(&definition.encode_to_vec());
        self.0.finish()
    }
}

fn segment_hash(mut segment: Segment, names: &Names) -> u64 {
    use turnout_snapshot::turnout::snapshot::v1::__buffa::oneof::segment::Definition;
    let mut references = References::default();
    references.take(&names.unit_kinds, &mut segment.unit);
    for index in segment.include.iter_mut().chain(segment.exclude.iter_mut()) {
        references.take(&names.segments, index);
    }
    if let Some(Definition::Rule(expression)) = &mut segment.definition {
        strip(expression, names, &mut references);
    }
    references.finish(&segment)
}

fn flag_hash(mut flag: Flag, names: &Names) -> u64 {
    let mut references = References::default();
    references.take(&names.unit_kinds, &mut flag.unit);
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

fn experiment_hash(mut experiment: Experiment, names: &Names) -> u64 {
    let mut references = References::default();
    references.take(&names.unit_kinds, &mut experiment.unit);
    if let Some(audience) = experiment.audience.as_option_mut() {
        strip(audience, names, &mut references);
    }
    references.finish(&experiment)
}

/// Replaces indices by what they stand for. The engine has refused expressions that are too deep.
fn strip(expression: &mut Expression, names: &Names, references: &mut References) {
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
        Some(Kind::Slot(slot)) => references.take(&names.unit_kinds, &mut slot.unit),
        Some(Kind::Variant(_)) | None => {}
    }
}

fn strip_condition(condition: &mut Condition, names: &Names, references: &mut References) {
    references.take(&names.attributes, &mut condition.attribute);
}

#[cfg(test)]
mod tests {
    use turnout_engine::{Header, Program, seal};
    use turnout_snapshot::turnout::snapshot::v1::__buffa::oneof::segment::Definition;
    use turnout_snapshot::turnout::snapshot::v1::SegmentStatus;

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
        let [deep, deeper] = [150, 151].map(nested);
        assert!(Program::link(&deep).is_ok() && Program::link(&deeper).is_ok());
        let [deep, deeper] = [&deep, &deeper].map(|sealed| Fingerprints::of_sealed(sealed));
        assert_eq!(deeper.changed_since(&deep), ["deep"]);
        assert!(deep.changed_since(&deep).is_empty());
    }
}
