//! The engine's answers as the named tuples of `turnout.results`.
use std::time::Duration;

use pyo3::prelude::*;
use pyo3::types::{PyBool, PyString, PyTuple};
use turnout_engine::{
    Assignment, Decision, ErrorCode, Notes, Program, RuleIndex, SegmentCheck, SegmentIndex,
    SegmentReason, Truth, UnknownSet, VariantIndex,
};

use crate::carried;
use crate::classes::Classes;
use crate::memory::Latest;
use crate::moments;
use crate::status;
use crate::values;

/// Python objects of one program, made once: keys, names, values.
pub struct Answers {
    classes: &'static Classes,
    items: Vec<Py<PyString>>,
    segments: Vec<Py<PyString>>,
    rules: Vec<Py<PyString>>,
    variants: Vec<Variant>,
    errors: Vec<Py<PyString>>,
    segment_reasons: Vec<Py<PyString>>,
    snapshot: Py<PyAny>,
}

struct Variant {
    name: Py<PyString>,
    /// `None` for a list or a dict: each answer has its own, so that a caller who changes it
    /// changes nothing else.
    value: Option<Py<PyAny>>,
    latest: Latest,
}

impl Answers {
    /// Makes the objects of a program.
    pub fn new(py: Python<'_>, classes: &'static Classes, program: &Program) -> PyResult<Self> {
        let text = |text: &str| PyString::new(py, text).unbind();
        let interned = |text: &str| PyString::intern(py, text).unbind();
        let variants = program.variants().iter().map(|variant| {
            let value = if values::is_mutable(&variant.value) {
                None
            } else {
                Some(values::write(py, &variant.value)?.unbind())
            };
            Ok(Variant {
                name: interned(&variant.name),
                value,
                latest: Latest::default(),
            })
        });
        let rules = (0..).map_while(|at| match program.rule_name(RuleIndex::from(at)) {
            "" => None,
            name => Some(text(name)),
        });
        Ok(Self {
            classes,
            items: program.items().iter().map(|item| text(&item.key)).collect(),
            segments: program
                .segments()
                .iter()
                .map(|segment| text(&segment.key))
                .collect(),
            rules: rules.collect(),
            variants: variants.collect::<PyResult<_>>()?,
            errors: ErrorCode::ALL
                .iter()
                .map(|code| interned(code.as_str()))
                .collect(),
            segment_reasons: SegmentReason::ALL
                .iter()
                .map(|why| interned(why.as_str()))
                .collect(),
            snapshot: status::reference(py, classes, program, Duration::ZERO, false)?.unbind(),
        })
    }

    /// The reference to the snapshot. Its age is 0: what was given to this process has no source
    /// that could be ahead of it.
    pub fn snapshot<'py>(&self, py: Python<'py>) -> &Bound<'py, PyAny> {
        self.snapshot.bind(py)
    }

    /// A `Decision`; `default` is its value when there is no variant.
    #[inline]
    pub fn decision<'py>(
        &self,
        program: &Program,
        decision: Decision,
        snapshot: &Bound<'py, PyAny>,
        default: &Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, PyAny>> {
        // Lists and dicts are the caller's own, and what is unknown differs from call to call.
        let latest = decision
            .variant
            .and_then(|index| self.variants.get(index.at()))
            .filter(|variant| {
                variant.value.is_some()
                    && decision.unknown.is_empty()
                    && decision.assignments.is_empty()
            })
            .map(|variant| &variant.latest);
        let Some(latest) = latest else {
            return self.new_decision(program, &decision, snapshot, default);
        };
        if let Some(answer) = latest.get(snapshot.py(), &decision) {
            return Ok(answer);
        }
        let answer = self.new_decision(program, &decision, snapshot, default)?;
        latest.put(snapshot.py(), decision, &answer);
        Ok(answer)
    }

    fn new_decision<'py>(
        &self,
        program: &Program,
        decision: &Decision,
        snapshot: &Bound<'py, PyAny>,
        default: &Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let py = snapshot.py();
        let none = || py.None().into_bound(py);
        let text = |text: Option<&Py<PyString>>| {
            text.map_or_else(none, |text| text.bind(py).clone().into_any())
        };
        let value = match decision.variant {
            None => default.clone(),
            Some(variant) => self.value(py, program, variant)?,
        };
        let name = |variant: Option<VariantIndex>| {
            text(
                variant
                    .and_then(|index| self.variants.get(index.at()))
                    .map(|variant| &variant.name),
            )
        };
        let rule = match decision.rule {
            None => none(),
            Some(index) => match self.rules.get(index.at()) {
                Some(rule) => rule.bind(py).clone().into_any(),
                None => PyString::new(py, program.rule_name(index)).into_any(),
            },
        };
        let error = decision
            .error
            .and_then(|code| self.errors.get(position(code.number())));
        self.classes.maker.build(
            py,
            &self.classes.decision,
            [
                text(self.items.get(decision.item.at())),
                name(decision.variant),
                value,
                member(py, &self.classes.reasons, decision.reason.number()),
                rule,
                text(
                    decision
                        .experiment
                        .and_then(|index| self.items.get(index.at())),
                ),
                name(decision.experiment_variant),
                PyBool::new(py, decision.enrolled).to_owned().into_any(),
                text(error),
                PyBool::new(py, decision.degraded).to_owned().into_any(),
                self.unknown(py, program, &decision.unknown)?,
                self.notes(py, decision.notes)?,
                self.assignments(py, program, &decision.assignments)?,
                snapshot.clone(),
            ],
        )
    }

    fn assignments<'py>(
        &self,
        py: Python<'py>,
        program: &Program,
        assignments: &[Assignment],
    ) -> PyResult<Bound<'py, PyAny>> {
        if assignments.is_empty() {
            return Ok(self.classes.nothing.bind(py).clone().into_any());
        }
        carried::write(py, self.classes, program, assignments)
    }

    /// A `SegmentCheck`.
    pub fn segment_check<'py>(
        &self,
        program: &Program,
        segment: SegmentIndex,
        check: &SegmentCheck,
        snapshot: &Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let py = snapshot.py();
        let text = |text: Option<&Py<PyString>>| {
            text.map_or_else(
                || py.None().into_bound(py),
                |text| text.bind(py).clone().into_any(),
            )
        };
        let state = match check.state {
            Truth::True => 1,
            Truth::False => 2,
            Truth::Unknown => 3,
        };
        self.classes.maker.build(
            py,
            &self.classes.segment_check,
            [
                text(self.segments.get(segment.at())),
                member(py, &self.classes.segment_states, state),
                text(self.segment_reasons.get(position(check.reason.number()))),
                self.unknown(py, program, &check.unknown)?,
                self.notes(py, check.notes)?,
                match check.member_age {
                    Some(age) => moments::write_duration(py, age)?,
                    None => py.None().into_bound(py),
                },
                snapshot.clone(),
            ],
        )
    }

    /// An `ItemFailure`.
    pub fn item_failure<'py>(
        &self,
        py: Python<'py>,
        key: &str,
        reason: &str,
        message: &str,
    ) -> PyResult<Bound<'py, PyAny>> {
        let text = |text: &str| PyString::new(py, text).into_any();
        let fields = [text(key), text("NOT_FOUND"), text(reason), text(message)];
        self.classes
            .maker
            .build(py, &self.classes.item_failure, fields)
    }

    /// A segment's key.
    pub fn segment_key(&self, segment: SegmentIndex) -> Option<&Py<PyString>> {
        self.segments.get(segment.at())
    }

    /// The classes that answers are made of.
    pub fn classes(&self) -> &'static Classes {
        self.classes
    }

    fn value<'py>(
        &self,
        py: Python<'py>,
        program: &Program,
        variant: VariantIndex,
    ) -> PyResult<Bound<'py, PyAny>> {
        match self.variants.get(variant.at()) {
            Some(Variant {
                value: Some(value), ..
            }) => Ok(value.bind(py).clone()),
            _ => match program.variant(variant) {
                Some(variant) => values::write(py, &variant.value),
                None => Ok(py.None().into_bound(py)),
            },
        }
    }

    fn unknown<'py>(
        &self,
        py: Python<'py>,
        program: &Program,
        unknown: &UnknownSet,
    ) -> PyResult<Bound<'py, PyAny>> {
        if unknown.is_empty() {
            return Ok(self.classes.nothing.bind(py).clone().into_any());
        }
        Ok(PyTuple::new(py, unknown.names(program))?.into_any())
    }

    fn notes<'py>(&self, py: Python<'py>, notes: Notes) -> PyResult<Bound<'py, PyAny>> {
        if notes.is_empty() {
            return Ok(self.classes.nothing.bind(py).clone().into_any());
        }
        let members: Vec<_> = notes
            .iter()
            .map(|note| member(py, &self.classes.notes, note.number()))
            .collect();
        Ok(PyTuple::new(py, members)?.into_any())
    }
}

/// Numbers of closed lists start at 1.
fn position(number: i32) -> usize {
    usize::try_from(number).unwrap_or(0).saturating_sub(1)
}

fn member<'py>(py: Python<'py>, members: &[Py<PyAny>], number: i32) -> Bound<'py, PyAny> {
    usize::try_from(number)
        .ok()
        .and_then(|at| members.get(at))
        .map_or_else(
            || py.None().into_bound(py),
            |member| member.bind(py).clone(),
        )
}
