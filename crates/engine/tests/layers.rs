//! Layers: a unit is in at most one of their experiments.
#![allow(
    clippy::arithmetic_side_effects,
    clippy::expect_used,
    clippy::indexing_slicing,
    missing_docs
)]

mod catalogue;

use catalogue::*;
use proptest::prelude::*;
use turnout_engine::{Program, Reason, slot};
use turnout_snapshot::turnout::snapshot::v1::{Content, Experiment};

fn in_layer(key: &str) -> Experiment {
    let mut one = experiment(key);
    one.layer = Some(0);
    one
}

/// Experiments `a`, `b` and `c` in the layer `l`.
fn three(allocations: Vec<(u32, u32, u32)>) -> Content {
    let mut all = content(vec![], vec![], ["a", "b", "c"].map(in_layer).to_vec());
    all.layers = vec![layer("l", allocations)];
    all
}

fn reason(program: &Program, key: &str, id: &str) -> Reason {
    let id = id.to_owned();
    let mut context = turnout_engine::Context::new(program);
    context.unit(program, "user", &id);
    let item = program.item(key).expect("the item");
    turnout_engine::Evaluation::new(program, &mut context, turnout_engine::Instant(0))
        .decide(item)
        .reason
}

#[test]
fn the_owner_of_the_slot_takes_part_by_its_own_salt() {
    let program = program(&three(vec![(0, 300_000, 0), (300_000, 600_000, 1)]));
    for n in 0..200 {
        let id = format!("u-{n}");
        let at = slot("layer.l", &id);
        let owner = match at {
            0..300_000 => "a",
            300_000..600_000 => "b",
            _ => "",
        };
        for key in ["a", "b", "c"] {
            let expected = if key == owner {
                Reason::Assigned
            } else {
                Reason::NotInLayer
            };
            assert_eq!(reason(&program, key, &id), expected, "{id} {key}");
        }
        if !owner.is_empty() {
            let decision = decide(&program, owner, |context| {
                context.unit(&program, "user", Box::leak(id.clone().into_boxed_str()));
            });
            let own = slot(&format!("{owner}.variant.1"), &id) < 500_000;
            assert_eq!(variant(&program, &decision) == "off", own);
        }
    }
}

#[test]
fn an_audience_goes_before_the_layer_and_traffic_after_it() {
    let mut all = three(vec![(0, SLOTS, 0)]);
    all.experiments[0].traffic = 0;
    all.experiments[1].audience = plan_is("gold").into();
    let program = program(&all);
    assert_eq!(reason(&program, "a", "u"), Reason::NotInTraffic);
    assert_eq!(reason(&program, "b", "u"), Reason::NotInAudience);
    assert_eq!(reason(&program, "c", "u"), Reason::NotInLayer);
}

#[test]
fn a_layer_that_is_quarantined_lets_nobody_in_and_says_so() {
    let mut all = three(vec![]);
    all.layers[0].quarantined = true;
    let broken = program(&all);
    let of = |program: &Program| {
        let decision = decide(program, "a", |context| context.unit(program, "user", "u"));
        let names: Vec<_> = decision
            .unknown
            .names(program)
            .into_iter()
            .map(str::to_owned)
            .collect();
        (decision.reason, decision.degraded, names)
    };
    assert_eq!(
        of(&broken),
        (Reason::NotInLayer, true, vec!["l".to_owned()])
    );
    let mut all = three(vec![(0, SLOTS, 0)]);
    all.layers[0].unit = COMPANY;
    let (reason, degraded, _) = of(&program(&all));
    assert_eq!(
        (reason, degraded),
        (Reason::NotInLayer, true),
        "of another unit kind"
    );
}

proptest! {
    #[test]
    fn nobody_is_in_two_experiments_and_growing_moves_nobody(
        mut cuts in proptest::collection::btree_set(1..SLOTS, 1..12),
        owners in proptest::collection::vec(0..4_u32, 13),
        ids in proptest::collection::vec("[a-z0-9]{1,12}", 1..20),
    ) {
        cuts.insert(SLOTS);
        let mut start = 0;
        let mut ranges = Vec::new();
        for (end, owner) in cuts.iter().zip(&owners) {
            ranges.push((start, *end, *owner));
            start = *end;
        }
        // The owner 3 is nobody at first; then it grows into what was free.
        let before: Vec<_> = ranges.iter().copied().filter(|(_, _, owner)| *owner < 3).collect();
        let after: Vec<_> = ranges.iter().map(|(start, end, owner)| (*start, *end, owner % 3)).collect();
        let (before, after) = (program(&three(before)), program(&three(after)));
        for id in &ids {
            let inside = |program: &Program| -> Vec<&str> {
                let keys = ["a", "b", "c"].into_iter();
                keys.filter(|key| reason(program, key, id) == Reason::Assigned).collect()
            };
            let (first, then) = (inside(&before), inside(&after));
            prop_assert!(first.len() <= 1 && then.len() == 1);
            prop_assert!(first.iter().all(|key| then.contains(key)));
        }
    }
}
