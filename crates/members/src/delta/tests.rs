//! What a delta leads to, and what it refuses.
use std::collections::BTreeSet;
use std::convert::Infallible;

use proptest::prelude::*;
use sha2::{Digest as _, Sha256};

use super::*;
use crate::builder::Builder;
use crate::difference::difference;
use crate::hash::Key;

const KEY: Key = Key([0x5a; 16]);

fn digest(set: &MemberSet<Vec<u8>>) -> Digest {
    Sha256::digest(set.bytes()).into()
}

fn finished(mut builder: Builder, ids: &BTreeSet<String>) -> MemberSet<Vec<u8>> {
    ids.iter().for_each(|id| builder.add(id));
    let mut bytes = Vec::new();
    builder.finish(&mut bytes).unwrap();
    MemberSet::open(bytes).unwrap()
}

fn delta(base: &MemberSet<Vec<u8>>, target: &MemberSet<Vec<u8>>) -> Option<Delta<Vec<u8>>> {
    let mut bytes = Vec::new();
    let of = |set| digest(set);
    let written = write_delta((base, &of(base)), (target, &of(target)), &mut bytes).unwrap()?;
    assert_eq!(written.bytes, bytes.len() as u64);
    let delta = Delta::open(bytes).unwrap();
    assert_eq!(
        (written.added, written.removed),
        (delta.added(), delta.removed())
    );
    Some(delta)
}

fn applied(
    delta: &Delta<Vec<u8>>,
    base: &MemberSet<Vec<u8>>,
) -> Result<Vec<u8>, DeltaError<Infallible>> {
    let mut bytes = Vec::new();
    let written = delta.apply(base, &digest(base), &mut bytes)?;
    assert_eq!(written, bytes.len() as u64);
    Ok(bytes)
}

fn named(numbers: std::ops::Range<u32>) -> BTreeSet<String> {
    numbers.map(|number| format!("u-{number}")).collect()
}

#[test]
fn it_is_as_long_as_the_change() {
    let base = finished(Builder::new(KEY), &named(0..5_000));
    let target = finished(Builder::new(KEY).succeeding(&base), &named(3..5_007));
    let delta = delta(&base, &target).unwrap();
    assert_eq!((delta.removed(), delta.added()), (3, 7));
    assert_eq!(delta.bytes.len(), 128 + 10 * 11 + 8);
    assert_eq!(applied(&delta, &base).unwrap(), target.bytes());
}

#[test]
fn it_is_refused_for_another_base() {
    let base = finished(Builder::new(KEY), &named(0..100));
    let target = finished(Builder::new(KEY).succeeding(&base), &named(0..101));
    let delta = delta(&base, &target).unwrap();
    assert_eq!(applied(&delta, &target), Err(DeltaError::OtherBase));
    let integers = finished(Builder::new(KEY), &BTreeSet::new());
    let refused = delta.apply(&integers, delta.base(), Vec::new());
    assert_eq!(refused, Err(DeltaError::OtherBase));
}

#[test]
fn lists_that_do_not_fit_are_refused() {
    let base = finished(Builder::new(KEY), &named(0..100));
    let target = finished(Builder::new(KEY).succeeding(&base), &named(0..101));
    let honest = delta(&base, &target).unwrap();
    // The digest of another set, as if it had been made from it.
    let other = finished(Builder::new(KEY).succeeding(&base), &named(0..90));
    let refused = honest.apply(&other, honest.base(), Vec::new());
    assert_eq!(refused, Err(DeltaError::Inconsistent));
}

/// As far as a directory that it has not would reach, nobody wants to write.
#[test]
fn a_bucket_beyond_the_directory_is_refused() {
    let base = finished(Builder::new(KEY), &named(0..100));
    let target = finished(Builder::new(KEY).succeeding(&base), &named(0..101));
    let mut bytes = delta(&base, &target).unwrap().bytes;
    bytes.truncate(bytes.len() - CHECKSUM_LENGTH);
    bytes[LISTS + 3] = 0xff;
    let mut changed = Vec::new();
    let mut out = Writer::new(&mut changed);
    out.put(&bytes).unwrap();
    out.finish().unwrap();
    let changed = Delta::open(changed).unwrap();
    let refused = changed.apply(&base, changed.base(), Vec::new());
    assert_eq!(refused, Err(DeltaError::Inconsistent));
}

#[test]
fn another_kind_key_or_directory_has_no_delta() {
    let base = finished(Builder::new(KEY), &named(0..100));
    let texts = finished(Builder::new(KEY).exact(), &named(0..100));
    let key = finished(Builder::new(Key([1; 16])), &named(0..100));
    let larger = finished(Builder::new(KEY), &named(0..1_000));
    for target in [texts, key, larger] {
        assert!(delta(&base, &target).is_none());
    }
}

#[test]
fn what_was_cut_or_changed_is_refused() {
    let base = finished(Builder::new(KEY), &named(0..100));
    let whole = delta(&base, &base).unwrap().bytes;
    for length in 0..whole.len() {
        assert!(Delta::open(&whole[..length]).is_err(), "{length}");
    }
    for at in 0..whole.len() {
        let mut changed = whole.clone();
        changed[at] ^= 1;
        assert!(Delta::open(&changed).is_err(), "{at}");
    }
}

#[test]
fn differences_are_counted_across_kinds_and_directories() {
    let counted = |one: &MemberSet<Vec<u8>>, other: &MemberSet<Vec<u8>>| {
        difference(one, other).map(|difference| (difference.added, difference.removed))
    };
    let numbers: BTreeSet<String> = (0..50).map(|number: u32| number.to_string()).collect();
    let mixed: BTreeSet<String> = numbers
        .iter()
        .skip(10)
        .cloned()
        .chain(named(0..3))
        .collect();
    let (integers, hashed) = (Builder::new(KEY), Builder::new(KEY));
    let (integers, hashed) = (finished(integers, &numbers), finished(hashed, &mixed));
    let texts = finished(Builder::new(KEY).exact(), &mixed);
    assert_eq!(counted(&integers, &hashed), Some((3, 10)));
    assert_eq!(counted(&hashed, &integers), Some((10, 3)));
    assert_eq!(counted(&integers, &texts), Some((3, 10)));
    assert_eq!(counted(&texts, &hashed), Some((0, 0)));
    let (small, large) = (named(0..100), named(90..2_000));
    let (small, large) = (
        finished(Builder::new(KEY), &small),
        finished(Builder::new(KEY), &large),
    );
    assert_ne!(small.header().bits, large.header().bits);
    assert_eq!(counted(&small, &large), Some((1_900, 90)));
    let other = finished(Builder::new(Key([1; 16])), &named(0..100));
    assert_eq!(counted(&small, &other), None);
}

/// Ids of one kind, by what gives an id of a number.
fn sorts() -> impl Strategy<Value = fn(u32) -> String> {
    prop_oneof![
        Just((|number| number.to_string()) as fn(u32) -> String),
        Just((|number| (u64::from(number) << 33 | 1).to_string()) as fn(u32) -> String),
        Just((|number| format!("u-{number}")) as fn(u32) -> String),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]
    #[test]
    fn it_leads_to_the_same_bytes(
        sort in sorts(), exact: bool,
        before in prop::collection::btree_set(0_u32..6_000, 0..900),
        removed in prop::collection::btree_set(0_u32..6_000, 0..300),
        added in prop::collection::btree_set(0_u32..6_000, 0..300),
    ) {
        let after: BTreeSet<u32> = before.difference(&removed).chain(&added).copied().collect();
        let named = |numbers: &BTreeSet<u32>| numbers.iter().map(|n| sort(*n)).collect();
        let builder = || if exact { Builder::new(KEY).exact() } else { Builder::new(KEY) };
        let base = finished(builder(), &named(&before));
        let target = finished(builder().succeeding(&base), &named(&after));
        let difference = difference(&base, &target).unwrap();
        prop_assert_eq!(difference.added, after.difference(&before).count() as u64);
        prop_assert_eq!(difference.removed, before.difference(&after).count() as u64);
        if let Some(delta) = delta(&base, &target) {
            prop_assert_eq!(delta.added(), difference.added);
            prop_assert_eq!(delta.removed(), difference.removed);
            prop_assert_eq!(delta.target(), &digest(&target));
            prop_assert_eq!(applied(&delta, &base).unwrap(), target.bytes());
        }
    }
}
