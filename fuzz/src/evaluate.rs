//! Asks a program everything that it can be asked, with contexts of every kind.
use turnout_engine::{Context, Evaluation, Instant, Program, ValueRef};

const LIST: &[ValueRef<'static>] = &[
    ValueRef::String("gold"),
    ValueRef::Integer(-1),
    ValueRef::Double(0.5),
    ValueRef::Null,
];

const VALUES: [ValueRef<'static>; 16] = [
    ValueRef::Null,
    ValueRef::String(""),
    ValueRef::String("gold"),
    ValueRef::String("2016-06-23T12:00:00.123456789-07:00"),
    ValueRef::String("2016-03-13 02:30:00"),
    ValueRef::String("10.1.2.3"),
    ValueRef::String("37.7749,-122.4194"),
    ValueRef::String("v1.2.3-rc.1+b"),
    ValueRef::String("Europe/Berlin"),
    ValueRef::Integer(i64::MIN),
    ValueRef::Integer(3),
    ValueRef::Double(f64::NAN),
    ValueRef::Double(1e13),
    ValueRef::Boolean(true),
    ValueRef::List(LIST),
    ValueRef::Timestamp {
        seconds: i64::MAX,
        nanos: 999_999_999,
    },
];

const MOMENTS: [i64; 4] = [0, 1_466_708_400_000_000_000, i64::MIN, i64::MAX];

/// Decides all items and checks all segments, several times over.
pub fn everything(program: &Program) {
    for round in 0..VALUES.len() {
        let mut context = Context::new(program);
        context.partial(round % 3 == 1);
        context.events_reached(round % 2 == 1);
        for kind in program.unit_kinds().iter().skip(round % 2) {
            context.unit(program, kind, if round == 3 { "" } else { "u-1" });
        }
        for (at, name) in program.attributes().iter().enumerate() {
            match (at + round) % (VALUES.len() + 2) {
                16 => {}
                17 => context.unknown(program, name),
                value => context.set(program, name, VALUES[value]),
            }
        }
        let now = Instant(MOMENTS[round % MOMENTS.len()]);
        ask(&mut Evaluation::new(program, &mut context, now));
    }
}

fn ask(evaluation: &mut Evaluation<'_, '_, '_>) {
    let program = evaluation.program();
    for item in program.items() {
        let index = program.item(&item.key).expect("an item has an index");
        let decision = evaluation.decide(index);
        if let Some(variant) = decision.variant {
            assert!(program.variant(variant).is_some(), "a variant that is none");
        }
    }
    for segment in program.segments() {
        let index = program
            .segment(&segment.key)
            .expect("a segment has an index");
        evaluation.check_segment(index);
    }
    let items = program
        .items()
        .iter()
        .map(|item| ((), program.item(&item.key)));
    evaluation.decide_each(items, |(), decision| assert!(decision.is_some()));
}
