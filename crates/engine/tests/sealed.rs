//! What is not a whole, sensible snapshot is refused, and never a panic.
#![allow(
    clippy::arithmetic_side_effects,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    missing_docs
)]

mod catalogue;

use buffa::Message;
use catalogue::full;
use proptest::prelude::*;
use turnout_engine::{Context, Evaluation, Header, Instant, LinkError, Program, ValueRef};
use turnout_engine::{seal, seal_bytes};

#[test]
fn a_snapshot_cut_anywhere_is_refused() {
    let sealed = seal(Header::default(), &full());
    assert!(Program::link(&sealed).is_ok());
    for length in 0..sealed.len() {
        let error = Program::link(&sealed[..length]).expect_err("cut");
        assert!(matches!(error, LinkError::Damaged(_)), "{length}: {error}");
    }
    let mut longer = sealed;
    longer.push(0);
    assert!(Program::link(&longer).is_err());
}

#[test]
fn a_snapshot_with_any_byte_changed_is_refused() {
    let sealed = seal(Header::default(), &full());
    for at in 0..sealed.len() {
        for change in [0x01, 0x80, 0xff] {
            let mut changed = sealed.clone();
            changed[at] ^= change;
            assert!(Program::link(&changed).is_err(), "byte {at}");
        }
    }
}

#[test]
fn another_meaning_and_another_id_are_refused() {
    let mut later = full();
    later.semantics_version = 2;
    assert_eq!(
        Program::link(&seal(Header::default(), &later)).unwrap_err(),
        LinkError::Version(2)
    );
    let error = Program::link(b"TURNOUT\x02").expect_err("another seal");
    assert!(error.to_string().contains("TURNOUT"), "{error}");
}

#[test]
fn the_id_is_the_hash_of_the_content_alone() {
    let header = Header {
        revision: 7,
        published_by: "folder".to_owned(),
        ..Header::default()
    };
    let first = Program::link(&seal(Header::default(), &full())).unwrap();
    let second = Program::link(&seal(header, &full())).unwrap();
    assert_eq!((first.id(), first.id().len()), (second.id(), 64));
    assert_eq!((first.revision(), second.revision()), (0, 7));
    assert_eq!(second.header().published_by, "folder");
}

/// Asks everything of a program; whatever it answers, it may not panic.
fn ask_everything(program: &Program) {
    let values = [
        ValueRef::String("gold"),
        ValueRef::Boolean(true),
        ValueRef::Double(f64::NAN),
    ];
    for (value, partial) in values.into_iter().zip([false, true, false]) {
        let mut context = Context::new(program);
        context.partial(partial);
        context.unit(program, "user", "u-1");
        for attribute in program.attributes() {
            context.set(program, attribute, value);
        }
        let mut evaluation = Evaluation::new(program, &mut context, Instant(0));
        for item in program.items() {
            let decision = evaluation.decide(program.item(&item.key).expect("by its key"));
            let names = decision.unknown.names(program);
            assert_eq!(names.is_empty(), decision.unknown.is_empty());
        }
        for segment in program.segments() {
            evaluation.check_segment(program.segment(&segment.key).expect("by its key"));
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    /// Content that was changed and sealed again by someone who knows how.
    #[test]
    fn changed_content_links_or_is_refused(changes in prop::collection::vec(any::<(u16, u8)>(), 1..6)) {
        let mut content = full().encode_to_vec();
        for (at, byte) in changes {
            let at = usize::from(at) % content.len();
            content[at] = byte;
        }
        if let Ok(program) = Program::link(&seal_bytes(Header::default(), content)) {
            ask_everything(&program);
        }
    }

    #[test]
    fn any_bytes_are_refused(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        prop_assert!(Program::link(&bytes).is_err());
        if let Ok(program) = Program::link(&seal_bytes(Header::default(), bytes)) {
            ask_everything(&program);
        }
    }
}
