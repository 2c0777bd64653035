//! The published numbers of `conformance/bucketing.json`, and ends that no id can be found for.
use std::num::NonZeroU32;
use std::path::PathBuf;

use serde_json::Value as Json;

use super::*;
use crate::bucketing::sha1::{fifteen_digits, share};

fn variant(index: u32) -> VariantIndex {
    VariantIndex::from(index)
}

fn parts() -> Parts {
    Parts {
        seed: "".into(),
        rollout_seed: "".into(),
        hash_seed: 0,
        total: NonZeroU32::new(1),
        rollout: None,
        ranges: Ranges::new(vec![]),
        rest: None,
        sharded: Box::default(),
    }
}

fn vectors() -> Vec<Json> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../conformance/bucketing.json");
    let file: Json = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    file["vectors"].as_array().unwrap().clone()
}

/// The first number that a system computes; nobody is let in, so that it stops there.
fn number(vector: &Json) -> f64 {
    let text = |name: &str| vector[name].as_str().unwrap_or_default();
    let shard = Shard {
        salt: text("salt").into(),
        ranges: Box::default(),
    };
    let made = algorithm(text("algorithm")).unwrap()(Parts {
        seed: text("seed").into(),
        rollout_seed: text("rollout_seed").into(),
        hash_seed: vector["hash_seed"].as_u64().unwrap_or(0) as u32,
        total: NonZeroU32::new(vector["total"].as_u64().unwrap_or(1) as u32),
        rollout: vector["rollout"].as_f64(),
        sharded: [Sharded {
            variant: variant(0),
            shards: [shard].into(),
        }]
        .into(),
        ..parts()
    });
    let mut told = Vec::new();
    let chosen = made
        .unwrap()
        .choose(text("unit_id"), &mut |number| told.push(number));
    assert_eq!(chosen, None);
    told[0]
}

#[test]
fn every_published_number() {
    let vectors = vectors();
    assert!(vectors.len() >= 100);
    for vector in vectors {
        if let Some(digits) = vector["digits"].as_u64() {
            let (seed, id) = (&vector["seed"], &vector["unit_id"]);
            let text = [seed.as_str().unwrap(), ".", id.as_str().unwrap(), ""];
            assert_eq!(fifteen_digits(text), digits, "{vector}");
        } else {
            let expected = vector["number"].as_f64().unwrap();
            let given = number(&vector);
            let places = if expected.fract() == 0.0 { 0.0 } else { 6e-7 };
            assert!((given - expected).abs() <= places, "{given}: {vector}");
        }
    }
}

#[test]
fn every_algorithm_has_a_published_number() {
    let vectors = vectors();
    for (name, _) in ALGORITHMS {
        assert!(vectors.iter().any(|one| one["algorithm"] == name), "{name}");
    }
}

#[test]
fn the_largest_digits_are_a_share_of_one_and_fall_to_the_rest() {
    assert_eq!(share(0x0FFF_FFFF_FFFF_FFFF).to_bits(), 1.0_f64.to_bits());
    assert!(share(0x0FFF_FFFF_FFFF_0000) < 1.0);
    let ranges = || {
        Ranges::new(vec![
            Range {
                start: 0.0,
                end: 0.5,
                variant: variant(3),
            },
            Range {
                start: 0.5,
                end: 1.0,
                variant: variant(4),
            },
        ])
    };
    let with = |rest| launchdarkly::LaunchDarkly {
        seed: "".into(),
        ranges: ranges(),
        rest,
    };
    assert_eq!(with(Some(variant(4))).at(1.0), Some(variant(4)));
    assert_eq!(with(None).at(1.0), None);
    assert_eq!(with(None).at(0.5), Some(variant(4)));
}

#[test]
fn ranges_know_which_of_their_ends_belong_to_them() {
    let range = |start, end, index| Range {
        start,
        end,
        variant: variant(index),
    };
    let ranges = Ranges::new(vec![range(0.0, 10.0, 0), range(20.0, 30.0, 1)]);
    let half_open = [0.0, 9.9, 10.0, 19.9, 20.0, 30.0].map(|number| ranges.half_open(number));
    let [zero, one] = [Some(variant(0)), Some(variant(1))];
    assert_eq!(half_open, [zero, zero, None, None, one, None]);
    let up_to = [0.0, 10.0, 10.1, 30.0, 30.1].map(|number| ranges.up_to(number));
    assert_eq!(up_to, [zero, zero, one, one, None]);
}

#[test]
fn whole_numbers_are_the_double_next_to_them() {
    for number in [0, 1, u64::from(u32::MAX) + 1, (1 << 53) + 1, u64::MAX] {
        assert_eq!(
            real(number).to_bits(),
            (number as f64).to_bits(),
            "{number}"
        );
    }
}

#[test]
fn a_system_that_lacks_a_part_is_refused() {
    for name in [
        "unleash_murmur3",
        "statsig_sha256",
        "eppo_md5",
        "flagd_murmur3",
    ] {
        let made = algorithm(name).unwrap()(Parts {
            total: None,
            ..parts()
        });
        assert!(made.unwrap_err().contains("total"), "{name}");
    }
    assert!(algorithm("dice").is_none());
}
