//! A linked snapshot that Python code decides with.
use std::path::{Path, PathBuf};

use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyList, PyString};
use turnout_dataplane::{ExplainedStep, MappedSets, explained_steps};
use turnout_engine::{
    self as engine, Evaluation, Explanation, Instant, ItemIndex, LinkError, Opened, SegmentIndex,
    Truth, ValueType,
};

use crate::answers::Answers;
use crate::attributes::text;
use crate::classes::Classes;
use crate::explanation;
use crate::failures::{
    flag_not_found, invalid_argument, no_flag, no_segment, segment_not_found, snapshot_refused,
    type_mismatch,
};
use crate::memory::Memory;
use crate::moments::{read_now, type_name};
use crate::request::Request;
use crate::status;

/// A linked snapshot: immutable, without threads, good in a forked child.
///
/// `members` is the folder of the member sets that the snapshot names, each `<sha256>.set`; a set
/// that is not there, or damaged, makes its segments UNKNOWN, `MEMBERS_MISSING`. Linking raises
/// SnapshotRefused for bytes that are no sealed snapshot, or a damaged one; other Python threads run
/// meanwhile.
#[pyclass(frozen, subclass, module = "turnout.engine")]
pub struct Program {
    program: engine::Program,
    answers: Answers,
    memory: Memory,
}

#[pymethods]
impl Program {
    #[new]
    #[pyo3(signature = (sealed, members=None))]
    fn new(
        py: Python<'_>,
        sealed: &Bound<'_, PyBytes>,
        members: Option<PathBuf>,
    ) -> PyResult<Self> {
        let classes = Classes::get(py)?;
        let bytes = sealed.as_bytes();
        let program = py
            .detach(|| link(bytes, members.as_deref()))
            .map_err(|error| snapshot_refused(py, &error.to_string()))?;
        let answers = Answers::new(py, classes, &program)?;
        Ok(Self {
            program,
            answers,
            memory: Memory::default(),
        })
    }

    /// SHA-256 of the content, 64 lower-case hex digits.
    #[getter]
    fn id(&self) -> &str {
        self.program.id()
    }

    /// The publisher's counter.
    #[getter]
    fn revision(&self) -> u64 {
        self.program.revision()
    }

    /// The reference that answers carry; its age is 0.
    #[getter]
    fn snapshot<'py>(&self, py: Python<'py>) -> Bound<'py, PyAny> {
        self.answers.snapshot(py).clone()
    }

    /// Describes the snapshot: counts, publisher and problems.
    fn snapshot_status<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        status::write(
            self.answers.classes(),
            &self.program,
            self.answers.snapshot(py).clone(),
        )
    }

    /// Keys of flags and experiments, sorted.
    #[getter]
    fn keys(&self) -> Vec<&str> {
        self.program.items().iter().map(|item| &*item.key).collect()
    }

    /// Keys of segments, sorted.
    #[getter]
    fn segment_keys(&self) -> Vec<&str> {
        self.program
            .segments()
            .iter()
            .map(|segment| &*segment.key)
            .collect()
    }

    /// Decides one flag or experiment.
    ///
    /// Args:
    ///     key: The flag's or experiment's key.
    ///     context: For whom; by default someone of whom nothing is known.
    ///     now: The instant to decide at, an aware datetime; by default the system's clock.
    ///     default: The decision's value when it has no variant.
    ///     expected_type: `bool`, `str`, `int`, `float` or `dict`.
    ///
    /// Raises:
    ///     FlagNotFound: No flag or experiment has this key.
    ///     TypeMismatch: Its values are not of the expected type.
    ///     InvalidArgument: The context, or another argument, cannot be used.
    #[pyo3(signature = (key, context=None, *, now=None, default=None, expected_type=None))]
    fn decide<'py>(
        &self,
        key: &Bound<'py, PyAny>,
        context: Option<&Bound<'py, PyAny>>,
        now: Option<&Bound<'py, PyAny>>,
        default: Option<&Bound<'py, PyAny>>,
        expected_type: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let py = key.py();
        let item = self.item(key)?;
        if let Some(expected) = expected_type {
            self.check_type(py, item, expected)?;
        }
        let decision = self.evaluate(py, context, now, |evaluation| evaluation.decide(item))?;
        let none = py.None().into_bound(py);
        let default = default.unwrap_or(&none);
        self.answers
            .decision(&self.program, decision, self.answers.snapshot(py), default)
    }

    /// Decides several keys at one `now`, in the order asked.
    ///
    /// A key that is not there gives an ItemFailure in the place of its Decision.
    #[pyo3(signature = (keys, context=None, *, now=None))]
    fn decide_many<'py>(
        &self,
        keys: &Bound<'py, PyAny>,
        context: Option<&Bound<'py, PyAny>>,
        now: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyList>> {
        let py = keys.py();
        let keys = key_list(keys)?;
        let items: Vec<_> = keys.iter().map(|key| self.program.item(key)).collect();
        let decisions = self.evaluate(py, context, now, |evaluation| {
            let mut decisions = Vec::with_capacity(items.len());
            let asked = items.iter().map(|item| ((), *item));
            evaluation.decide_each(asked, |(), decision| decisions.push(decision));
            decisions
        })?;
        let snapshot = self.answers.snapshot(py);
        let none = py.None().into_bound(py);
        let answers = PyList::empty(py);
        for (key, decision) in keys.iter().zip(decisions) {
            answers.append(match decision {
                Some(decision) => {
                    self.answers
                        .decision(&self.program, decision, snapshot, &none)?
                }
                None => self
                    .answers
                    .item_failure(py, key, "FLAG_NOT_FOUND", &no_flag(key))?,
            })?;
        }
        Ok(answers)
    }

    /// Decides every flag and experiment, or those of a tag or a key prefix, sorted by key.
    #[pyo3(signature = (context=None, *, tag=None, prefix=None, now=None))]
    fn decide_all<'py>(
        &self,
        py: Python<'py>,
        context: Option<&Bound<'py, PyAny>>,
        tag: Option<&str>,
        prefix: Option<&str>,
        now: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyList>> {
        let items = self.program.items().iter().enumerate();
        let chosen = items.filter(|(_, item)| chosen(&item.key, &item.tags, tag, prefix));
        let chosen: Vec<_> = chosen.filter_map(|(at, _)| ItemIndex::new(at)).collect();
        let decisions = self.evaluate(py, context, now, |evaluation| {
            let mut decisions = Vec::with_capacity(chosen.len());
            let asked = chosen.iter().map(|item| ((), Some(*item)));
            evaluation.decide_each(asked, |(), decision| decisions.extend(decision));
            decisions
        })?;
        let snapshot = self.answers.snapshot(py);
        let none = py.None().into_bound(py);
        let answers = PyList::empty(py);
        for decision in decisions {
            answers.append(
                self.answers
                    .decision(&self.program, decision, snapshot, &none)?,
            )?;
        }
        Ok(answers)
    }

    /// Tells whether a context is in a segment.
    ///
    /// Raises:
    ///     SegmentNotFound: No segment has this key.
    #[pyo3(signature = (key, context=None, *, now=None))]
    fn check_segment<'py>(
        &self,
        key: &Bound<'py, PyAny>,
        context: Option<&Bound<'py, PyAny>>,
        now: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let py = key.py();
        let segment = self.segment(key)?;
        let check = self.evaluate(py, context, now, |evaluation| {
            evaluation.check_segment(segment)
        })?;
        let snapshot = self.answers.snapshot(py);
        self.answers
            .segment_check(&self.program, segment, &check, snapshot)
    }

    /// Decides one flag or experiment and shows the way to the decision.
    ///
    /// Raises:
    ///     FlagNotFound: No flag or experiment has this key.
    #[pyo3(signature = (key, context=None, *, now=None, default=None))]
    fn explain<'py>(
        &self,
        key: &Bound<'py, PyAny>,
        context: Option<&Bound<'py, PyAny>>,
        now: Option<&Bound<'py, PyAny>>,
        default: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let py = key.py();
        let item = self.item(key)?;
        let (decision, steps) =
            self.explained(py, context, now, |evaluation| evaluation.explain(item))?;
        let none = py.None().into_bound(py);
        let (snapshot, default) = (self.answers.snapshot(py), default.unwrap_or(&none));
        let answer = self
            .answers
            .decision(&self.program, decision, snapshot, default)?;
        explanation::write(self.answers.classes(), answer, &steps)
    }

    /// Checks one segment and shows the way to the answer.
    ///
    /// Raises:
    ///     SegmentNotFound: No segment has this key.
    #[pyo3(signature = (key, context=None, *, now=None))]
    fn explain_segment<'py>(
        &self,
        key: &Bound<'py, PyAny>,
        context: Option<&Bound<'py, PyAny>>,
        now: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let py = key.py();
        let segment = self.segment(key)?;
        let (check, steps) = self.explained(py, context, now, |evaluation| {
            evaluation.explain_segment(segment)
        })?;
        let snapshot = self.answers.snapshot(py);
        let answer = self
            .answers
            .segment_check(&self.program, segment, &check, snapshot)?;
        explanation::write(self.answers.classes(), answer, &steps)
    }

    /// Checks several segments at one `now`, in the order asked.
    ///
    /// A key that is not there gives an ItemFailure in the place of its SegmentCheck.
    #[pyo3(signature = (keys, context=None, *, now=None))]
    fn check_segments<'py>(
        &self,
        keys: &Bound<'py, PyAny>,
        context: Option<&Bound<'py, PyAny>>,
        now: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyList>> {
        let py = keys.py();
        let keys = key_list(keys)?;
        let segments: Vec<_> = keys.iter().map(|key| self.program.segment(key)).collect();
        let checks = self.evaluate(py, context, now, |evaluation| {
            let mut check = |segment| (segment, evaluation.check_segment(segment));
            segments
                .iter()
                .copied()
                .map(|segment| segment.map(&mut check))
                .collect::<Vec<_>>()
        })?;
        let snapshot = self.answers.snapshot(py);
        let answers = PyList::empty(py);
        for (key, checked) in keys.iter().zip(&checks) {
            answers.append(match checked {
                Some((segment, check)) => {
                    self.answers
                        .segment_check(&self.program, *segment, check, snapshot)?
                }
                None => {
                    self.answers
                        .item_failure(py, key, "SEGMENT_NOT_FOUND", &no_segment(key))?
                }
            })?;
        }
        Ok(answers)
    }

    /// Lists the segments that a context is in, and those for which it could not be known.
    #[pyo3(signature = (context=None, *, tag=None, prefix=None, now=None))]
    fn matching_segments<'py>(
        &self,
        py: Python<'py>,
        context: Option<&Bound<'py, PyAny>>,
        tag: Option<&str>,
        prefix: Option<&str>,
        now: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let segments = self.program.segments().iter().enumerate();
        let chosen =
            segments.filter(|(_, segment)| chosen(&segment.key, &segment.tags, tag, prefix));
        let chosen: Vec<_> = chosen.filter_map(|(at, _)| SegmentIndex::new(at)).collect();
        let states = self.evaluate(py, context, now, |evaluation| {
            evaluation.look_ahead(chosen.iter().copied());
            chosen
                .iter()
                .map(|one| evaluation.check_segment(*one).state)
                .collect::<Vec<_>>()
        })?;
        let keys = |wanted: Truth| {
            let found = chosen
                .iter()
                .zip(&states)
                .filter(move |(_, state)| **state == wanted);
            PyList::new(
                py,
                found
                    .filter_map(|(one, _)| self.answers.segment_key(*one))
                    .collect::<Vec<_>>(),
            )
        };
        let parts = (
            keys(Truth::True)?,
            keys(Truth::Unknown)?,
            self.answers.snapshot(py).clone(),
        );
        self.answers
            .classes()
            .matching_segments
            .bind(py)
            .call1(parts)
    }
}

impl Program {
    /// Runs an evaluation of a context; no Python code runs inside of it.
    #[inline]
    fn evaluate<R>(
        &self,
        py: Python<'_>,
        context: Option<&Bound<'_, PyAny>>,
        now: Option<&Bound<'_, PyAny>>,
        evaluate: impl FnOnce(&mut Evaluation<'_, '_, '_>) -> R,
    ) -> PyResult<R> {
        let classes = self.answers.classes();
        let now: Instant = read_now(py, now)?;
        let request = Request::read(classes, context.unwrap_or_else(|| classes.anyone.bind(py)))?;
        request.with(classes, &self.program, &self.memory, |context, carried| {
            let mut evaluation = Evaluation::new(&self.program, context, now);
            match carried {
                None => evaluate(&mut evaluation),
                Some(mut ledger) => evaluate(&mut evaluation.with_assignments(&mut ledger)),
            }
        })
    }

    /// Runs an evaluation that is explained, and reads its steps.
    fn explained<R>(
        &self,
        py: Python<'_>,
        context: Option<&Bound<'_, PyAny>>,
        now: Option<&Bound<'_, PyAny>>,
        explain: impl FnOnce(&mut Evaluation<'_, '_, '_>) -> (R, Explanation),
    ) -> PyResult<(R, Vec<ExplainedStep>)> {
        self.evaluate(py, context, now, |evaluation| {
            let (answer, explanation) = explain(evaluation);
            (answer, explained_steps(evaluation, &explanation))
        })
    }

    fn item(&self, key: &Bound<'_, PyAny>) -> PyResult<ItemIndex> {
        let name = key_text(key)?;
        self.program
            .item(name)
            .ok_or_else(|| flag_not_found(key.py(), name))
    }

    fn segment(&self, key: &Bound<'_, PyAny>) -> PyResult<SegmentIndex> {
        let name = key_text(key)?;
        self.program
            .segment(name)
            .ok_or_else(|| segment_not_found(key.py(), name))
    }

    fn check_type(
        &self,
        py: Python<'_>,
        item: ItemIndex,
        expected: &Bound<'_, PyAny>,
    ) -> PyResult<()> {
        let Some(item) = self.program.items().get(item.at()) else {
            return Ok(());
        };
        let name = expected
            .getattr("__name__")
            .and_then(|name| name.extract::<String>());
        let (expected, word) = match name.as_deref() {
            Ok("bool") => (ValueType::FLAG_TYPE_BOOLEAN, "boolean"),
            Ok("str") => (ValueType::FLAG_TYPE_STRING, "string"),
            Ok("int") => (ValueType::FLAG_TYPE_INTEGER, "integer"),
            Ok("float") => (ValueType::FLAG_TYPE_DOUBLE, "double"),
            Ok("dict") => (ValueType::FLAG_TYPE_OBJECT, "object"),
            _ => {
                let message = format!(
                    "expected type `{expected}` is not `bool`, `str`, `int`, `float` or `dict`"
                );
                return Err(invalid_argument(py, &message));
            }
        };
        let actual = item.value_type();
        if actual == expected || actual == ValueType::FLAG_TYPE_UNSPECIFIED {
            return Ok(());
        }
        Err(type_mismatch(py, &item.key, type_word(actual), word))
    }
}

fn link(sealed: &[u8], members: Option<&Path>) -> Result<engine::Program, LinkError> {
    let opened = Opened::open(sealed, || {})?;
    // What cannot be had is told by the answers: a library writes no log of its own.
    let sets = MappedSets::quiet().find(members, &opened.member_sets());
    opened.link(&sets)
}

fn type_word(kind: ValueType) -> &'static str {
    match kind {
        ValueType::FLAG_TYPE_UNSPECIFIED => "unknown",
        ValueType::FLAG_TYPE_BOOLEAN => "boolean",
        ValueType::FLAG_TYPE_STRING => "string",
        ValueType::FLAG_TYPE_INTEGER => "integer",
        ValueType::FLAG_TYPE_DOUBLE => "double",
        ValueType::FLAG_TYPE_OBJECT => "object",
    }
}

fn chosen(key: &str, tags: &[Box<str>], tag: Option<&str>, prefix: Option<&str>) -> bool {
    prefix.is_none_or(|prefix| key.starts_with(prefix))
        && tag.is_none_or(|tag| tag.is_empty() || tags.iter().any(|own| **own == *tag))
}

fn key_text<'a>(key: &'a Bound<'_, PyAny>) -> PyResult<&'a str> {
    let py = key.py();
    let name = text(key.as_borrowed())
        .map_err(|_| invalid_argument(py, &format!("key is a `{}`: give text", type_name(key))))?;
    if name.is_empty() {
        return Err(invalid_argument(py, "key is empty"));
    }
    Ok(name)
}

fn key_list(keys: &Bound<'_, PyAny>) -> PyResult<Vec<String>> {
    if keys.is_instance_of::<PyString>() {
        let message = format!("`keys` is the text `{keys}`: write a list of keys");
        return Err(invalid_argument(keys.py(), &message));
    }
    let refused = |_| {
        let message = format!("`keys` is a `{}`: give a list of keys", type_name(keys));
        invalid_argument(keys.py(), &message)
    };
    keys.try_iter()
        .map_err(refused)?
        .map(|key| Ok(key_text(&key?)?.to_owned()))
        .collect()
}
