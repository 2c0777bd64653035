//! Segments whose members are a set beside the snapshot.
#![allow(
    clippy::arithmetic_side_effects,
    clippy::expect_used,
    clippy::indexing_slicing,
    missing_docs
)]

mod catalogue;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use buffa_types::google::protobuf::{Duration as WireDuration, Timestamp};
use catalogue::*;
use turnout_engine::{
    Assignments, Context, Evaluation, Header, Instant, Kept, Lookup, MemberSets, NamedSet, NoSets,
    Opened, Place, Program, RemoteSet, SegmentCheck, SegmentIndex, SegmentReason, StepKind, Truth,
    UnitIds, member_segments, named_sets, seal,
};
use turnout_snapshot::turnout::snapshot::v1::{
    Content, MemberSet, Members, RedisSet, Segment, SegmentStatus, Unevaluated,
};

const SECOND: i64 = 1_000_000_000;

/// One set, by its name; who asks for another gets none.
struct One {
    named: NamedSet,
    ids: Arc<Ids>,
}

#[derive(Debug)]
struct Ids {
    ids: Vec<&'static str>,
    asked: AtomicUsize,
    /// Looked up and not told yet, and the most of them that ever were.
    ahead: AtomicUsize,
    most_ahead: AtomicUsize,
}

impl UnitIds for Ids {
    fn contains(&self, id: &str) -> bool {
        self.asked.fetch_add(1, Ordering::Relaxed);
        self.ids.contains(&id)
    }

    fn place(&self, id: &str) -> Place {
        let ahead = self.ahead.fetch_add(1, Ordering::Relaxed) + 1;
        self.most_ahead.fetch_max(ahead, Ordering::Relaxed);
        Place([7, u64::from(self.ids.contains(&id)), 9])
    }

    fn holds(&self, place: Place) -> bool {
        self.ahead.fetch_sub(1, Ordering::Relaxed);
        assert_eq!((place.0[0], place.0[2]), (7, 9), "the words that were told");
        place.0[1] == 1
    }
}

impl MemberSets for One {
    fn find(&self, named: &NamedSet) -> Option<Arc<dyn UnitIds>> {
        let found: Option<Arc<Ids>> = (*named == self.named).then(|| Arc::clone(&self.ids));
        Some(found?)
    }
}

fn sets(ids: &[&'static str]) -> One {
    One {
        named: NamedSet {
            sha256: [7; 32],
            size: 100,
            count: 2,
        },
        ids: Arc::new(Ids {
            ids: ids.to_vec(),
            asked: AtomicUsize::new(0),
            ahead: AtomicUsize::new(0),
            most_ahead: AtomicUsize::new(0),
        }),
    }
}

/// Evaluated at 10 s, and refused beyond so many seconds.
fn set(max_age: Option<i64>) -> MemberSet {
    MemberSet {
        sha256: vec![7; 32],
        size: 100,
        count: 2,
        evaluated_at: Timestamp {
            seconds: 10,
            ..Default::default()
        }
        .into(),
        max_age: max_age
            .map(|seconds| WireDuration {
                seconds,
                ..Default::default()
            })
            .map_or_else(Default::default, Into::into),
        ..Default::default()
    }
}

fn dynamic(set: MemberSet) -> Segment {
    let members = Members {
        set: set.into(),
        ..Default::default()
    };
    segment("s", members)
}

fn alone(segment: Segment) -> Content {
    content(vec![segment], vec![], vec![])
}

fn linked(content: &Content, sets: &dyn MemberSets) -> Program {
    let sealed = seal(Header::default(), content);
    let opened = Opened::open(&sealed, || {}).expect("whole");
    opened.link(sets).expect("it links")
}

fn check_at(program: &Program, seconds: i64, fill: impl FnOnce(&mut Context<'_>)) -> SegmentCheck {
    let mut context = Context::new(program);
    fill(&mut context);
    let segment = program.segment("s").expect("the segment");
    let now = Instant(seconds * SECOND);
    Evaluation::new(program, &mut context, now).check_segment(segment)
}

fn said(check: &SegmentCheck) -> (Truth, SegmentReason) {
    (check.state, check.reason)
}

#[test]
fn membership_is_what_the_set_says_and_the_age_is_told() {
    let program = linked(&alone(dynamic(set(None))), &sets(&["u-1", "u-2"]));
    let of =
        |id: &'static str| check_at(&program, 70, |context| context.unit(&program, "user", id));
    let age = Some(Duration::from_secs(60));
    let inside = of("u-1");
    assert_eq!(said(&inside), (Truth::True, SegmentReason::Member));
    assert_eq!((inside.member_age, inside.unknown.is_empty()), (age, true));
    let outside = of("U-1");
    assert_eq!(said(&outside), (Truth::False, SegmentReason::NotMember));
    assert_eq!(outside.member_age, age);
    let nobody = check_at(&program, 70, |_| {});
    assert_eq!(said(&nobody), (Truth::False, SegmentReason::NoUnit));
    assert_eq!(nobody.member_age, age);
    let partial = check_at(&program, 70, |context| context.partial(true));
    assert_eq!(said(&partial), (Truth::Unknown, SegmentReason::NoUnit));
    assert_eq!(partial.unknown.names(&program), ["user"]);
    let before = check_at(&program, 3, |context| context.unit(&program, "user", "u-1"));
    assert_eq!(before.member_age, Some(Duration::ZERO));
}

#[test]
fn members_beyond_their_age_are_unknown_at_the_instant_of_the_call() {
    let program = linked(&alone(dynamic(set(Some(60)))), &sets(&["u-1"]));
    let at = |seconds| {
        check_at(&program, seconds, |context| {
            context.unit(&program, "user", "u-1")
        })
    };
    assert_eq!(said(&at(70)), (Truth::True, SegmentReason::Member));
    let late = at(71);
    assert_eq!(said(&late), (Truth::Unknown, SegmentReason::MembersTooOld));
    assert_eq!(late.unknown.names(&program), ["s"]);
    assert_eq!(late.member_age, Some(Duration::from_secs(61)));
}

#[test]
fn a_list_that_is_kept_by_hand_has_no_age() {
    let by_hand = MemberSet {
        evaluated_at: None.into(),
        ..set(Some(1))
    };
    let program = linked(&alone(dynamic(by_hand)), &sets(&["u-1"]));
    let check = check_at(&program, 1_000, |context| {
        context.unit(&program, "user", "u-1")
    });
    assert_eq!(said(&check), (Truth::True, SegmentReason::Member));
    assert_eq!(check.member_age, None);
}

#[test]
fn members_that_are_not_there_are_unknown_but_for_who_has_no_id() {
    let unevaluated = alone(segment("s", Unevaluated::default()));
    let missing = alone(dynamic(set(None)));
    for (content, reason) in [
        (unevaluated, SegmentReason::NotEvaluated),
        (missing, SegmentReason::MembersMissing),
    ] {
        let program = linked(&content, &NoSets);
        let known = check_at(&program, 70, |context| {
            context.unit(&program, "user", "u-1")
        });
        assert_eq!(said(&known), (Truth::Unknown, reason));
        assert_eq!(known.unknown.names(&program), ["s"]);
        let nobody = check_at(&program, 70, |_| {});
        assert_eq!(said(&nobody), (Truth::False, SegmentReason::NoUnit));
        let partial = check_at(&program, 70, |context| context.partial(true));
        assert_eq!(said(&partial), (Truth::Unknown, reason));
    }
}

#[test]
fn who_is_listed_beside_the_members_is_in_or_out_whatever_they_are() {
    let mut listed = dynamic(set(None));
    listed.include_units = vec!["friend".to_owned()];
    listed.exclude_units = vec!["foe".to_owned()];
    let program = linked(&alone(listed), &NoSets);
    let of = |id: &'static str| {
        let check = check_at(&program, 70, |context| context.unit(&program, "user", id));
        assert_eq!(check.member_age, Some(Duration::from_secs(60)));
        said(&check)
    };
    assert_eq!(of("friend"), (Truth::True, SegmentReason::Included));
    assert_eq!(of("foe"), (Truth::False, SegmentReason::Excluded));
    assert_eq!(of("u-1"), (Truth::Unknown, SegmentReason::MembersMissing));
}

#[test]
fn what_refers_to_missing_members_matches_neither_way_and_is_degraded() {
    let rules = vec![
        rule("in", Some(in_segment(0)), serve(1)),
        rule("out", Some(not(in_segment(0))), serve(1)),
    ];
    let content = content(vec![dynamic(set(None))], vec![flag("f", rules)], vec![]);
    let program = linked(&content, &NoSets);
    let decision = decide(&program, "f", |context| {
        context.unit(&program, "user", "u-1")
    });
    assert_eq!(variant(&program, &decision), "off");
    assert!(decision.degraded);
    assert_eq!(decision.unknown.names(&program), ["s"]);
}

#[test]
fn a_set_is_asked_once_a_call_however_many_rules_share_it() {
    let found = sets(&["u-9"]);
    let rules = (0..5).map(|at| rule(&format!("r{at}"), Some(in_segment(0)), serve(1)));
    let content = content(
        vec![dynamic(set(None))],
        vec![flag("f", rules.collect())],
        vec![],
    );
    let program = linked(&content, &found);
    decide(&program, "f", |context| {
        context.unit(&program, "user", "u-1")
    });
    assert_eq!(found.ids.asked.load(Ordering::Relaxed), 1);
}

#[test]
fn looking_ahead_changes_no_answer_and_looks_several_up_at_once() {
    let found = sets(&["u-1"]);
    let mut segments: Vec<Segment> = (0..40)
        .map(|at| {
            let mut one = dynamic(set(if at % 4 == 0 { Some(1) } else { None }));
            one.key = format!("s{at:02}");
            if at % 5 == 0 {
                one.exclude_units = vec!["u-1".to_owned()];
            }
            one
        })
        .collect();
    segments.push(segment("listed", members(&["u-1"])));
    let program = linked(&content(segments, vec![], vec![]), &found);
    let all: Vec<_> = (0..41).filter_map(SegmentIndex::new).collect();
    for unit in [Some("u-1"), Some("u-2"), None] {
        let answers = |ahead: bool| {
            let mut context = Context::new(&program);
            if let Some(id) = unit {
                context.unit(&program, "user", id);
            }
            let now = Instant(70 * SECOND);
            let mut evaluation = Evaluation::new(&program, &mut context, now);
            if ahead {
                evaluation.look_ahead(all.iter().copied());
            }
            let checks = all.iter().map(|index| evaluation.check_segment(*index));
            checks.collect::<Vec<_>>()
        };
        let alone = answers(false);
        let asked = found.ids.asked.load(Ordering::Relaxed);
        assert_eq!(answers(true), alone);
        assert_eq!(
            found.ids.asked.load(Ordering::Relaxed),
            asked,
            "asked ahead"
        );
    }
    assert_eq!(found.ids.ahead.load(Ordering::Relaxed), 0);
    assert_eq!(found.ids.most_ahead.load(Ordering::Relaxed), 16);
}

#[test]
fn a_draft_and_an_archived_segment_have_no_members_to_tell_of() {
    for status in [SegmentStatus::Draft, SegmentStatus::Archived] {
        let mut segment = dynamic(set(None));
        segment.status = status.into();
        let program = linked(&alone(segment), &sets(&["u-1"]));
        let check = check_at(&program, 70, |context| {
            context.unit(&program, "user", "u-1")
        });
        assert_eq!((check.state, check.member_age), (Truth::Unknown, None));
    }
    let mut paused = dynamic(set(None));
    paused.status = SegmentStatus::Paused.into();
    let program = linked(&alone(paused), &sets(&["u-1"]));
    let check = check_at(&program, 70, |context| {
        context.unit(&program, "user", "u-1")
    });
    assert_eq!(said(&check), (Truth::True, SegmentReason::Member));
}

#[test]
fn an_explanation_tells_how_many_members_there_are_and_how_old_they_are() {
    let here = segment("here", members(&["a", "b", "c"]));
    let content = content(vec![dynamic(set(None)), here], vec![], vec![]);
    let program = linked(&content, &sets(&["u-1"]));
    let mut context = Context::new(&program);
    context.unit(&program, "user", "u-1");
    let mut evaluation = Evaluation::new(&program, &mut context, Instant(70 * SECOND));
    let mut of = |key| {
        let segment = program.segment(key).expect("the segment");
        let (_, explanation) = evaluation.explain_segment(segment);
        let steps: Vec<_> = evaluation
            .readable(&explanation)
            .map(|step| (step.kind, step.members, step.member_age))
            .collect();
        steps
    };
    let age = Some(Duration::from_secs(60));
    assert_eq!(of("s"), [(StepKind::Segment, Some(2), age)]);
    assert_eq!(of("here"), [(StepKind::Segment, Some(3), None)]);
}

#[test]
fn a_snapshot_says_which_sets_it_names_each_once() {
    let mut segments: Vec<Segment> = (0..4_u8)
        .map(|at| {
            let mut one = dynamic(MemberSet {
                sha256: vec![9 - at % 2; 32],
                ..set(None)
            });
            one.key = format!("s{at}");
            one
        })
        .collect();
    segments.push(segment("listed", members(&["a"])));
    let sealed = seal(Header::default(), &content(segments, vec![], vec![]));
    let named = Opened::open(&sealed, || {}).expect("whole").member_sets();
    assert_eq!(named_sets(&sealed).expect("whole"), named);
    assert!(named_sets(&sealed[..sealed.len() - 1]).is_err());
    assert!(member_segments(&sealed[..sealed.len() - 1]).is_err());
    let sha256s: Vec<_> = named.iter().map(|set| set.sha256).collect();
    assert_eq!(sha256s, [[8; 32], [9; 32]]);
    let (eight, nine) = (Some(named[0]), Some(named[1]));
    assert_eq!(
        member_segments(&sealed).expect("whole"),
        [
            ("listed", None),
            ("s0", nine),
            ("s1", eight),
            ("s2", nine),
            ("s3", eight)
        ]
    );
    assert_eq!((named[0].size, named[0].count), (100, 2));
}

#[test]
fn what_names_no_set_is_refused() {
    let mut both = dynamic(set(None));
    if let Some(definition) = &mut both.definition {
        let mut given = members(&["a"]);
        given.set = set(None).into();
        *definition = given.into();
    }
    let short = dynamic(MemberSet {
        sha256: vec![7; 31],
        ..set(None)
    });
    for (segment, words) in [
        (both, "lists members"),
        (short, "31 bytes"),
        (dynamic(set(Some(-1))), "max_age"),
    ] {
        let message = refusal(&alone(segment));
        assert!(
            message.contains("segment `s`") && message.contains(words),
            "{message}"
        );
    }
}

/// Answers all questions alike, and notes them.
struct Redis {
    says: Lookup,
    asked: Vec<(RemoteSet, String)>,
}

impl Assignments for Redis {
    fn find(&mut self, _: &str, _: &str, _: &str) -> Kept {
        Kept::Records(Vec::new())
    }

    fn member(&mut self, set: &RemoteSet, id: &str) -> Lookup {
        self.asked.push((*set, id.to_owned()));
        self.says
    }
}

fn in_redis(change: impl FnOnce(&mut RedisSet)) -> Segment {
    let MemberSet {
        evaluated_at,
        max_age,
        ..
    } = set(Some(5));
    let mut set = RedisSet {
        name: vec![9; 32],
        count: 3,
        shards: 4,
        evaluated_at,
        max_age,
        ..Default::default()
    };
    change(&mut set);
    let members = Members {
        in_redis: set.into(),
        ..Default::default()
    };
    segment("s", members)
}

#[test]
fn members_in_redis_are_asked_for_and_never_guessed() {
    let program = linked(&alone(in_redis(|_| {})), &NoSets);
    let ask = |says, id: Option<&str>, now: i64| {
        let mut context = Context::new(&program);
        if let Some(id) = id {
            context.unit(&program, "user", id);
        }
        let mut redis = Redis {
            says,
            asked: Vec::new(),
        };
        let mut evaluation = Evaluation::new(&program, &mut context, Instant(now * SECOND))
            .with_assignments(&mut redis);
        let check = evaluation.check_segment(SegmentIndex::from(0));
        let pending = evaluation.is_pending();
        (check.state, check.reason, pending, redis.asked.len())
    };
    let unreachable = SegmentReason::MembersUnreachable;
    for (says, expected) in [
        (
            Lookup::Found(true),
            (Truth::True, SegmentReason::Member, false, 1),
        ),
        (
            Lookup::Found(false),
            (Truth::False, SegmentReason::NotMember, false, 1),
        ),
        (Lookup::Pending, (Truth::Unknown, unreachable, true, 1)),
        (Lookup::Unreachable, (Truth::Unknown, unreachable, false, 1)),
    ] {
        assert_eq!(ask(says, Some("u-1"), 12), expected);
    }
    let nobody = ask(Lookup::Found(true), None, 12);
    assert_eq!(nobody, (Truth::False, SegmentReason::NoUnit, false, 0));
    let late = ask(Lookup::Found(true), Some("u-1"), 16);
    assert_eq!(
        late,
        (Truth::Unknown, SegmentReason::MembersTooOld, false, 0)
    );
}

#[test]
fn without_a_way_to_redis_its_members_are_unreachable() {
    let program = linked(&alone(in_redis(|_| {})), &NoSets);
    let mut context = Context::new(&program);
    context.unit(&program, "user", "u-1");
    let mut evaluation = Evaluation::new(&program, &mut context, Instant(12 * SECOND));
    let check = evaluation.check_segment(SegmentIndex::from(0));
    assert_eq!(
        (check.state, check.reason),
        (Truth::Unknown, SegmentReason::MembersUnreachable)
    );
    assert_eq!(check.unknown.names(&program), ["s"]);
    assert_eq!(check.member_age, Some(Duration::from_secs(2)));
}

#[test]
fn a_set_in_redis_that_cannot_be_is_refused() {
    for (wrong, why) in [
        (
            in_redis(|set| set.name.truncate(31)),
            "31 bytes instead of 32",
        ),
        (in_redis(|set| set.shards = 0), "no shards"),
    ] {
        let message = refusal(&alone(wrong));
        assert!(message.contains(why), "{message}");
    }
}
