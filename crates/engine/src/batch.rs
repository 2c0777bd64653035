//! Many decisions on one context, with their slots computed beside each other where that is quicker.
use crate::decision::Decision;
use crate::evaluation::Evaluation;
use crate::index::{ItemIndex, VariantIndex};
use crate::sha256::{self, Job};
use crate::slot::{Owners, scale};

/// Slots that are computed beside each other.
const LANES: usize = 4;
/// Decisions that wait for others at most.
const WAITING: usize = 32;

/// Splits that wait for their slot.
#[derive(Debug, Default)]
pub(crate) struct Later<'p> {
    /// Whether splits wait at all.
    pub(crate) open: bool,
    /// Where the decision in hand will stand among those that wait.
    position: usize,
    /// A job for each of the splits that wait.
    jobs: Vec<Job>,
    splits: Vec<Waiting<'p>>,
}

#[derive(Debug)]
struct Waiting<'p> {
    position: usize,
    owners: &'p Owners,
}

impl<'p> Later<'p> {
    /// Lets a split wait; its decision carries any variant until then.
    pub(crate) fn wait(&mut self, job: Job, owners: &'p Owners) -> Option<VariantIndex> {
        let position = self.position;
        self.jobs.push(job);
        self.splits.push(Waiting { position, owners });
        owners.first()
    }
}

impl Evaluation<'_, '_, '_> {
    /// Decides many items and gives each answer with its tag, in the order asked; an item of
    /// `None` is passed on as it is. The same as [`Evaluation::decide`] one by one, and quicker
    /// where the CPU has no instructions for SHA-256.
    pub fn decide_each<T>(
        &mut self,
        items: impl IntoIterator<Item = (T, Option<ItemIndex>)>,
        mut take: impl FnMut(T, Option<Decision>),
    ) {
        if sha256::has_instructions() {
            for (tag, item) in items {
                take(tag, item.map(|item| self.decide(item)));
            }
            return;
        }
        self.decide_beside_each_other(items, take);
    }

    fn decide_beside_each_other<T>(
        &mut self,
        items: impl IntoIterator<Item = (T, Option<ItemIndex>)>,
        mut take: impl FnMut(T, Option<Decision>),
    ) {
        let mut waiting: Vec<(T, Option<Decision>)> = Vec::with_capacity(WAITING);
        self.later.open = true;
        for (tag, item) in items {
            self.later.position = waiting.len();
            waiting.push((tag, item.map(|item| self.decide(item))));
            if self.later.splits.len() == LANES || waiting.len() == WAITING {
                self.settle_splits(&mut waiting);
                waiting
                    .drain(..)
                    .for_each(|(tag, decision)| take(tag, decision));
            }
        }
        self.settle_splits(&mut waiting);
        waiting
            .into_iter()
            .for_each(|(tag, decision)| take(tag, decision));
        self.later.open = false;
    }

    /// Gives every split that waits its variant.
    fn settle_splits<T>(&mut self, waiting: &mut [(T, Option<Decision>)]) {
        let Later { jobs, splits, .. } = &mut self.later;
        let hashes = match jobs.as_slice() {
            [] => return,
            [one] => [one.first(); LANES],
            [first, ..] => {
                // Lanes without a split of their own repeat the first.
                jobs.resize(LANES, *first);
                jobs.first_chunk().map_or([0; LANES], sha256::first_of_four)
            }
        };
        for (split, hash) in splits.iter().zip(hashes) {
            if let Some((_, Some(decision))) = waiting.get_mut(split.position) {
                decision.variant = split.owners.of(scale(hash));
            }
        }
        self.later.jobs.clear();
        self.later.splits.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Context, Header, Instant, Program, seal};
    use turnout_snapshot::turnout::snapshot::v1 as message;
    use turnout_snapshot::turnout::snapshot::v1::__buffa::oneof::rule::Outcome;
    use turnout_snapshot::turnout::snapshot::v1::__buffa::oneof::variant_condition::Item;
    use turnout_snapshot::turnout::v1::__buffa::oneof::value::Kind;
    use turnout_snapshot::turnout::v1::Value;

    fn flag(number: usize) -> message::Flag {
        let value = |on| Value {
            kind: Some(Kind::Boolean(on)),
            ..Default::default()
        };
        let variant = |name: &str, on| message::Variant {
            name: name.to_owned(),
            value: value(on).into(),
            ..Default::default()
        };
        let range = |start, end, variant| message::SlotRange {
            start,
            end,
            variant,
            ..Default::default()
        };
        let split = message::Split {
            salt: format!("{}.split", "s".repeat(number)),
            ranges: vec![range(0, 500_000, 0), range(500_000, 1_000_000, 1)],
            ..Default::default()
        };
        let outcome = match number % 3 {
            0 => Outcome::Serve(1),
            _ => Outcome::Split(Box::new(split)),
        };
        // Every third stands on the split before it.
        let split_before = message::VariantCondition {
            item: u32::try_from(number.wrapping_sub(1)).ok().map(Item::Flag),
            variants: vec!["on".to_owned()],
            ..Default::default()
        };
        message::Flag {
            prerequisites: match number % 3 {
                0 if number > 0 => vec![split_before],
                _ => vec![],
            },
            key: format!("f{number:03}"),
            status: message::FlagStatus::Enabled.into(),
            r#type: message::FlagType::Boolean.into(),
            variants: vec![variant("off", false), variant("on", true)],
            rules: vec![message::Rule {
                outcome: Some(outcome),
                on_unknown: message::OnUnknown::NoMatch.into(),
                ..Default::default()
            }],
            ..Default::default()
        }
    }

    #[test]
    fn many_beside_each_other_are_decided_as_one_by_one() {
        let content = message::Content {
            semantics_version: 1,
            unit_kinds: vec!["user".to_owned()],
            flags: (0..100).map(flag).collect(),
            ..Default::default()
        };
        let program = Program::link(&seal(Header::default(), &content)).unwrap();
        for count in [0, 1, 2, 3, 4, 5, 6, 50, 100] {
            let mut context = Context::new(&program);
            context.unit(&program, "user", "user-1");
            let mut evaluation = Evaluation::new(&program, &mut context, Instant(0));
            let asked = || {
                (0..count)
                    .map(|n| (n, program.item(&format!("f{n:03}"))))
                    .chain([(999, None)])
            };
            let expected: Vec<_> = asked()
                .map(|(n, item)| (n, item.map(|item| evaluation.decide(item))))
                .collect();
            // What prerequisites came out as is forgotten.
            let mut evaluation = Evaluation::new(&program, &mut context, Instant(0));
            let mut beside = Vec::new();
            evaluation.decide_beside_each_other(asked(), |n, decision| beside.push((n, decision)));
            assert_eq!(beside, expected);
            let mut each = Vec::new();
            evaluation.decide_each(asked(), |n, decision| each.push((n, decision)));
            assert_eq!(each, expected);
        }
    }
}
