//! Sets that were built, beside the sets of the standard library.
use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;
use crate::hash::Key;
use crate::set::{Id, Place};

const KEY: Key = Key([0x5a; 16]);

fn built(builder: Builder) -> (Written, MemberSet<Vec<u8>>) {
    let mut bytes = Vec::new();
    let written = builder.finish(&mut bytes).unwrap();
    assert_eq!(written.bytes, bytes.len() as u64);
    let set = MemberSet::open(bytes).unwrap();
    set.verify().unwrap();
    assert_eq!((written.kind, written.count), (set.kind(), set.len()));
    assert_eq!(written.bound, set.bound());
    (written, set)
}

fn of<'a>(mut builder: Builder, ids: impl IntoIterator<Item = &'a str>) -> MemberSet<Vec<u8>> {
    ids.into_iter().for_each(|id| builder.add(id));
    built(builder).1
}

fn listed(set: &MemberSet<Vec<u8>>) -> BTreeSet<String> {
    let ids: Vec<String> = set.ids().unwrap().map(|id| id.to_string()).collect();
    let distinct: BTreeSet<String> = ids.iter().cloned().collect();
    assert_eq!((ids.len() as u64, distinct.len()), (set.len(), ids.len()));
    distinct
}

#[test]
fn the_ids_choose_the_kind() {
    let near = ["7", "8", "18446744073709551615"];
    assert_eq!(of(Builder::new(KEY), near).kind(), Kind::Integers);
    assert_eq!(of(Builder::new(KEY).exact(), near).kind(), Kind::Integers);
    for other in ["007", "-1", "", "u", "18446744073709551616"] {
        let ids = ["7", other, "8"];
        assert_eq!(of(Builder::new(KEY), ids).kind(), Kind::Hashed, "{other}");
        assert_eq!(
            of(Builder::new(KEY).exact(), ids).kind(),
            Kind::Texts,
            "{other}"
        );
    }
}

#[test]
fn integers_far_apart_become_a_table_that_is_exact() {
    let mut builder = Builder::new(KEY);
    let numbers: Vec<u64> = (0..5_000_u64)
        .map(|n| n.wrapping_mul(0x9e37_79b9_7f4a_7c15))
        .collect();
    numbers
        .iter()
        .for_each(|number| builder.add_integer(*number));
    let (written, set) = built(builder);
    assert_eq!((written.kind, written.bound), (Kind::SparseIntegers, 0.0));
    assert!(written.bytes < 8 * 5_000);
    for number in &numbers {
        assert!(set.contains(&number.to_string()));
        assert!(!set.contains(&(number ^ 1).to_string()), "{number}");
        assert!(!set.contains(&format!("0{number}")));
    }
    let expected: BTreeSet<String> = numbers.iter().map(u64::to_string).collect();
    assert_eq!(listed(&set), expected);
}

#[test]
fn an_empty_set_has_no_members() {
    for builder in [Builder::new(KEY), Builder::new(KEY).exact()] {
        let (written, set) = built(builder);
        assert_eq!(
            (written.kind, written.count, written.bytes),
            (Kind::Integers, 0, 56)
        );
        assert!(set.is_empty() && !set.contains("") && !set.contains("0"));
    }
}

#[test]
fn duplicates_count_once() {
    let mut builder = Builder::new(KEY);
    for id in ["1", "2", "1", "u", "u", "2"] {
        builder.add(id);
    }
    builder.add_integer(1);
    let (written, set) = built(builder);
    assert_eq!((written.count, written.duplicates), (3, 4));
    assert!(["1", "2", "u"].iter().all(|id| set.contains(id)));
}

#[test]
fn equal_members_are_equal_bytes() {
    let forwards: Vec<String> = (0..300).map(|n| format!("u-{n}")).collect();
    let ids = || forwards.iter().map(String::as_str);
    let one = of(Builder::new(KEY), ids());
    let other = of(Builder::new(KEY), ids().rev().chain(ids()));
    assert_eq!(one.bytes(), other.bytes());
    let (one, other) = (
        Builder::new(KEY).exact(),
        Builder::new(Key([1; 16])).exact(),
    );
    assert_eq!(of(one, ids()).bytes(), of(other, ids().rev()).bytes());
}

#[test]
fn another_key_is_another_artifact() {
    let (one, other) = (Builder::new(KEY), Builder::new(Key([1; 16])));
    assert_ne!(of(one, ["u"]).bytes(), of(other, ["u"]).bytes());
}

#[test]
fn the_bound_counts_members_and_bits() {
    let ids: Vec<String> = (0..4_096).map(|n| format!("u-{n}")).collect();
    let set = of(Builder::new(KEY), ids.iter().map(String::as_str));
    assert_eq!(set.header().bits, 7);
    assert_eq!(set.bound(), 4_096.0 / 2_f64.powi(56 + 7));
    assert!(set.bound() < 9e-16);
}

/// Members that fill one bucket, as nobody can choose them who does not know the key, and as anybody
/// can choose sparse integers.
#[test]
fn a_bucket_that_is_full_is_searched() {
    let mut builder = Builder::new(KEY);
    let numbers = || (0..5_000_u64).map(crate::spread::gather);
    numbers().for_each(|number| builder.add_integer(number));
    let (written, set) = built(builder);
    assert_eq!(written.kind, Kind::SparseIntegers);
    assert!(numbers().all(|number| set.contains(&number.to_string())));
    let others = (5_000..9_000).map(crate::spread::gather);
    assert!(
        !others
            .into_iter()
            .any(|number| set.contains(&number.to_string()))
    );
}

/// With 14 bits instead of 56, the bound can be counted.
#[test]
fn an_id_shares_bits_with_a_member_as_often_as_the_bound_says() {
    const MEMBERS: u32 = 1 << 10;
    const ASKED: u32 = 1 << 18;
    let hash = IdHash::new(KEY);
    let short = |id: String| {
        let entry = Entry::of(hash.of(id.as_bytes()), 6);
        (entry.bucket, entry.stored >> (56 - 14))
    };
    let members: BTreeSet<_> = (0..MEMBERS).map(|n| short(format!("u-{n}"))).collect();
    let taken = (0..ASKED)
        .filter(|n| members.contains(&short(format!("x-{n}"))))
        .count();
    let expected = f64::from(MEMBERS) / 2_f64.powi(6 + 14) * f64::from(ASKED);
    assert!(
        (taken as f64 - expected).abs() < 5.0 * expected.sqrt(),
        "{taken}, {expected}"
    );
}

#[test]
fn a_successor_keeps_key_and_directory() {
    let ids: Vec<String> = (0..500).map(|n| format!("u-{n}")).collect();
    let ids = || ids.iter().map(String::as_str);
    let before = of(Builder::new(KEY), ids().take(300));
    let after = of(Builder::new(Key([1; 16])).succeeding(&before), ids());
    assert_eq!(after.key(), KEY);
    assert_eq!((before.header().bits, after.header().bits), (3, 3));
    assert_eq!(of(Builder::new(KEY), ids()).header().bits, 4);
    assert!(ids().all(|id| after.contains(id)));
}

fn id() -> impl Strategy<Value = String> {
    prop_oneof![
        (0_u64..500).prop_map(|number| number.to_string()),
        any::<u64>().prop_map(|number| number.to_string()),
        "[0-9]{1,3}",
        "[ab\u{e9}]{0,3}",
        "u-[0-9]{1,4}",
    ]
}

/// Lists of one sort, and mixed ones.
fn ids() -> impl Strategy<Value = Vec<String>> {
    let near = (0_u64..3_000).prop_map(|number| number.to_string());
    let far = any::<u64>().prop_map(|number| number.to_string());
    prop_oneof![
        prop::collection::vec(id(), 0..120),
        prop::collection::vec(near, 0..400),
        prop::collection::vec(far, 0..300),
    ]
}

proptest! {
    #[test]
    fn it_contains_what_it_was_made_of_and_nothing_else(
        ids in ids(), others in prop::collection::vec(id(), 60), exact: bool,
    ) {
        let model: BTreeSet<&String> = ids.iter().collect();
        let mut builder = Builder::new(KEY);
        if exact {
            builder = builder.exact();
        }
        ids.iter().for_each(|id| builder.add(id));
        let (written, set) = built(builder);
        prop_assert_eq!(written.count, model.len() as u64);
        prop_assert_eq!(written.duplicates, (ids.len() - model.len()) as u64);
        for id in &ids {
            prop_assert!(set.contains(id));
        }
        for other in &others {
            prop_assert_eq!(set.contains(other), model.contains(other));
        }
        let asked = || ids.iter().chain(&others);
        let mut told = Vec::new();
        set.contains_each(asked().map(String::as_str), |member| told.push(member));
        prop_assert!(told.into_iter().eq(asked().map(|id| model.contains(id))));
        for id in asked() {
            let kept = Place::from_words(set.place(id).words());
            prop_assert_eq!(set.holds(kept), model.contains(id));
        }
        if set.kind() != Kind::Hashed {
            prop_assert_eq!(listed(&set), model.into_iter().cloned().collect());
        }
    }

    #[test]
    fn texts_and_integers_are_listed_in_order(ids in ids()) {
        let mut builder = Builder::new(KEY).exact();
        ids.iter().for_each(|id| builder.add(id));
        let (_, set) = built(builder);
        if set.kind() != Kind::SparseIntegers {
            let told: Vec<Id<'_>> = set.ids().unwrap().collect();
            prop_assert!(told.is_sorted());
        }
    }

    #[test]
    fn damaged_bytes_are_refused_and_read_without_a_panic(
        ids in ids(), exact: bool,
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..5),
        cut in any::<prop::sample::Index>(),
    ) {
        let mut builder = Builder::new(KEY);
        if exact {
            builder = builder.exact();
        }
        ids.iter().for_each(|id| builder.add(id));
        let whole = built(builder).1.bytes().to_vec();
        let mut bytes = whole.clone();
        for (at, byte) in changes {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        bytes.truncate(bytes.len() - cut.index(4));
        if let Ok(set) = MemberSet::open(&bytes) {
            prop_assert_eq!(set.verify().is_ok(), bytes == whole);
            ids.iter().for_each(|id| { set.contains(id); });
            if let Some(listed) = set.ids() {
                listed.take(10_000).for_each(drop);
            }
        }
    }
}
