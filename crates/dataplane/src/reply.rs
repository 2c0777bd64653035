//! Replies, written straight into one buffer from parts that are encoded once a snapshot.
use buffa::Message;
use turnout_engine::{
    Assignment, Decision, ErrorCode, ItemIndex, Notes, Program, RuleIndex, SegmentCheck, Truth,
    UnknownSet, Variant, VariantIndex,
};
use turnout_sticky::Write;

use crate::errors::CallError;
use crate::served::id_and_revision;
use crate::wire::{
    self, duration_length, field_length, put_bytes, put_bytes_if, put_duration, put_header,
    put_number, put_number_if,
};

/// What is the same in every reply of a program.
#[derive(Debug)]
pub(crate) struct Tables {
    variants: Box<[EncodedVariant]>,
    /// Field `key` of `Decision`, for each item of the program.
    keys: Box<[Box<[u8]>]>,
    /// Field `rule` of `Decision`, for each rule of the program.
    rules: Box<[Box<[u8]>]>,
    reference: Box<[u8]>,
}

/// What a decision for a variant begins with.
#[derive(Debug)]
struct EncodedVariant {
    /// Fields `key`, of the variant's item, `variant` and `value` of `Decision`.
    beginning: Box<[u8]>,
    /// Where `variant` begins.
    key_end: usize,
}

impl EncodedVariant {
    fn new(key: &[u8], variant: &Variant) -> EncodedVariant {
        let mut beginning = key.to_vec();
        put_bytes(&mut beginning, 2, variant.name.as_bytes());
        put_bytes(&mut beginning, 3, &variant.value.encode_to_vec());
        EncodedVariant {
            beginning: beginning.into(),
            key_end: key.len(),
        }
    }

    /// Fields `variant` and `value` alone.
    fn without_key(&self) -> &[u8] {
        self.beginning.get(self.key_end..).unwrap_or_default()
    }
}

impl Tables {
    pub(crate) fn new(program: &Program) -> Tables {
        let text = |field, text: &str| {
            let mut out = Vec::new();
            put_bytes_if(&mut out, field, text.as_bytes());
            out.into_boxed_slice()
        };
        let keys: Box<[_]> = (program.items().iter())
            .map(|item| text(1, &item.key))
            .collect();
        let key_of = |variant: &Variant| keys.get(variant.item.at()).map_or(&[][..], |key| key);
        Tables {
            variants: (program.variants().iter())
                .map(|variant| EncodedVariant::new(key_of(variant), variant))
                .collect(),
            keys,
            rules: program.rule_names().map(|name| text(6, name)).collect(),
            reference: id_and_revision(program.id(), program.revision()).into(),
        }
    }

    /// The id and the revision of a `SnapshotReference`.
    pub(crate) fn reference(&self) -> &[u8] {
        &self.reference
    }

    fn key(&self, item: ItemIndex) -> &[u8] {
        self.keys.get(item.at()).map_or(&[], |bytes| bytes)
    }

    fn rule(&self, rule: Option<RuleIndex>) -> &[u8] {
        rule.and_then(|index| self.rules.get(index.at()))
            .map_or(&[], |bytes| bytes)
    }

    fn variant(&self, variant: Option<VariantIndex>) -> Option<&EncodedVariant> {
        variant.and_then(|index| self.variants.get(index.at()))
    }

    /// Fields `key`, `variant` and `value` of an item that answers with a variant of its own.
    fn beginning(&self, item: ItemIndex, variant: Option<VariantIndex>) -> &[u8] {
        self.variant(variant)
            .map_or_else(|| self.key(item), |encoded| &encoded.beginning)
    }
}

/// Appends `turnout.v1.Decision` as a field, inside a further field when `outer` is given.
#[inline]
pub(crate) fn put_decision(
    out: &mut Vec<u8>,
    fields: (Option<u32>, u32),
    (program, tables): (&Program, &Tables),
    decision: &Decision,
) {
    let plain = decision.experiment.is_none()
        && decision.error.is_none()
        && !decision.degraded
        && !decision.enrolled
        && decision.notes.is_empty()
        && decision.assignments.is_empty()
        && decision.unknown.is_empty();
    if plain {
        let beginning = tables.beginning(decision.item, decision.variant);
        let rule = tables.rule(decision.rule);
        let length = beginning.len() + FLAG_BYTES + rule.len();
        out.reserve(field_length(fields.1, length) + MOST_HEADER);
        put_headers(out, fields, length);
        out.extend_from_slice(beginning);
        put_number(out, 4, decision.reason as u64);
        out.extend_from_slice(rule);
        return;
    }
    let reply = DecisionReply::new(program, tables, decision);
    put_headers(out, fields, reply.length);
    reply.put(out);
}

/// Bytes of the header of a field that holds another.
const MOST_HEADER: usize = 16;

/// What of a decision goes into `turnout.v1.Decision`, in the order of the fields.
struct DecisionReply<'p> {
    /// Encoded, as `variant` and `rule` are.
    key: &'p [u8],
    variant: &'p [u8],
    reason: u64,
    notes: Notes,
    rule: &'p [u8],
    experiment: &'p str,
    experiment_variant: &'p str,
    enrolled: bool,
    error: Option<ErrorCode>,
    degraded: bool,
    unknown: Vec<&'p str>,
    /// Each an encoded `StickyAssignment`.
    assignments: Vec<Vec<u8>>,
    length: usize,
}

/// Bytes of a boolean, or of a small enum, that is set.
const FLAG_BYTES: usize = 2;

impl<'p> DecisionReply<'p> {
    fn new(program: &'p Program, tables: &'p Tables, decision: &Decision) -> Self {
        let experiment = decision
            .experiment
            .and_then(|item| program.items().get(item.at()));
        let experiment_variant = decision
            .experiment_variant
            .and_then(|variant| program.variant(variant));
        let mut reply = DecisionReply {
            key: tables.key(decision.item),
            variant: (tables.variant(decision.variant)).map_or(&[], EncodedVariant::without_key),
            reason: decision.reason as u64,
            notes: decision.notes,
            rule: tables.rule(decision.rule),
            experiment: experiment.map_or("", |item| &item.key),
            experiment_variant: experiment_variant.map_or("", |variant| &variant.name),
            enrolled: decision.enrolled,
            error: decision.error,
            degraded: decision.degraded,
            unknown: unknown_names(program, &decision.unknown),
            assignments: (decision.assignments.iter())
                .filter_map(|assignment| encode_assignment(program, assignment))
                .collect(),
            length: 0,
        };
        reply.length = reply.measure();
        reply
    }

    fn measure(&self) -> usize {
        self.key.len()
            + self.variant.len()
            + FLAG_BYTES
            + notes_length(5, self.notes)
            + self.rule.len()
            + text_length(7, self.experiment)
            + text_length(8, self.experiment_variant)
            + usize::from(self.enrolled) * FLAG_BYTES
            + self
                .error
                .map_or(0, |error| text_length(10, error.as_str()))
            + usize::from(self.degraded) * FLAG_BYTES
            + self
                .unknown
                .iter()
                .map(|name| field_length(12, name.len()))
                .sum::<usize>()
            + self
                .assignments
                .iter()
                .map(|assignment| field_length(14, assignment.len()))
                .sum::<usize>()
    }

    /// Appends the message, without a header.
    fn put(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(self.key);
        out.extend_from_slice(self.variant);
        put_number(out, 4, self.reason);
        put_notes(out, 5, self.notes);
        out.extend_from_slice(self.rule);
        put_bytes_if(out, 7, self.experiment.as_bytes());
        put_bytes_if(out, 8, self.experiment_variant.as_bytes());
        if self.enrolled {
            put_number(out, 9, 1);
        }
        if let Some(error) = self.error {
            put_bytes(out, 10, error.as_str().as_bytes());
        }
        if self.degraded {
            put_number(out, 11, 1);
        }
        for name in &self.unknown {
            put_bytes(out, 12, name.as_bytes());
        }
        for assignment in &self.assignments {
            put_bytes(out, 14, assignment);
        }
    }
}

/// A `turnout.v1.StickyAssignment`.
fn encode_assignment(program: &Program, assignment: &Assignment) -> Option<Vec<u8>> {
    let Write { key, record, .. } = Write::of(program, assignment.clone())?;
    let nanoseconds = record.assigned_at.0;
    let mut assigned_at = Vec::new();
    // A negative number takes the ten bytes of its two's complement.
    let seconds = nanoseconds.div_euclid(NANOS).cast_unsigned();
    put_number_if(&mut assigned_at, 1, seconds);
    let nanos = nanoseconds.rem_euclid(NANOS).cast_unsigned();
    put_number_if(&mut assigned_at, 2, nanos);
    let mut out = Vec::new();
    put_bytes(&mut out, 1, key.experiment.as_bytes());
    put_number_if(&mut out, 2, u64::from(record.epoch));
    put_bytes(&mut out, 3, key.unit_kind.as_bytes());
    put_bytes(&mut out, 4, key.unit_id.as_bytes());
    put_bytes(&mut out, 5, record.variant.as_bytes());
    put_bytes(&mut out, 6, &assigned_at);
    put_bytes_if(&mut out, 7, record.snapshot.as_bytes());
    Some(out)
}

/// Nanoseconds of a second.
const NANOS: i64 = 1_000_000_000;

/// Appends `turnout.v1.SegmentCheck` as a field, inside a further field when `outer` is given.
pub(crate) fn put_check(
    out: &mut Vec<u8>,
    fields: (Option<u32>, u32),
    program: &Program,
    key: &str,
    check: &SegmentCheck,
) {
    let unknown = unknown_names(program, &check.unknown);
    let age = check.member_age.map(duration_length);
    let length = text_length(1, key)
        + FLAG_BYTES
        + text_length(3, check.reason.as_str())
        + notes_length(4, check.notes)
        + unknown
            .iter()
            .map(|name| field_length(5, name.len()))
            .sum::<usize>()
        + age.map_or(0, |length| field_length(6, length));
    put_headers(out, fields, length);
    put_bytes_if(out, 1, key.as_bytes());
    put_number(out, 2, state_number(check.state));
    put_bytes(out, 3, check.reason.as_str().as_bytes());
    put_notes(out, 4, check.notes);
    for name in unknown {
        put_bytes(out, 5, name.as_bytes());
    }
    if let (Some(age), Some(length)) = (check.member_age, age) {
        put_header(out, 6, length);
        put_duration(out, age);
    }
}

/// Appends `turnout.v1.ItemError` as field 2 of a result that is field 1 of a batch.
pub(crate) fn put_item_error(out: &mut Vec<u8>, key: &str, error: &CallError) {
    let parts = error.parts();
    let mut body = Vec::new();
    put_bytes_if(&mut body, 1, key.as_bytes());
    put_number(&mut body, 2, u64::from(parts.code.grpc_code()));
    put_bytes(&mut body, 3, parts.reason.as_bytes());
    put_bytes(&mut body, 4, parts.message.as_bytes());
    put_headers(out, (Some(1), 2), body.len());
    out.extend_from_slice(&body);
}

/// Appends the header of a field, inside the header of a further field when there is one.
#[inline(always)]
fn put_headers(out: &mut Vec<u8>, (outer, field): (Option<u32>, u32), length: usize) {
    if let Some(outer) = outer {
        put_header(out, outer, field_length(field, length));
    }
    put_header(out, field, length);
}

const fn state_number(state: Truth) -> u64 {
    match state {
        Truth::True => 1,
        Truth::False => 2,
        Truth::Unknown => 3,
    }
}

#[inline]
fn unknown_names<'p>(program: &'p Program, unknown: &UnknownSet) -> Vec<&'p str> {
    if unknown.is_empty() {
        Vec::new()
    } else {
        unknown.names(program)
    }
}

#[inline]
fn text_length(field: u32, text: &str) -> usize {
    if text.is_empty() {
        0
    } else {
        field_length(field, text.len())
    }
}

#[inline]
fn notes_length(field: u32, notes: Notes) -> usize {
    if notes.is_empty() {
        0
    } else {
        field_length(field, notes.iter().count())
    }
}

/// Repeated enums are packed; every note's number takes one byte.
#[inline]
fn put_notes(out: &mut Vec<u8>, field: u32, notes: Notes) {
    if !notes.is_empty() {
        put_header(out, field, notes.iter().count());
        for note in notes.iter() {
            wire::put_varint(out, note as u64);
        }
    }
}
