//! Comparisons of text: whole, in part, by pattern.
use memchr::memmem::Finder;
use regex::Regex;

use super::text_set::TextSet;
use super::{Comparison, Operands};
use crate::context::Entry;
use crate::link::LinkError;
use crate::regex::{SUBJECT_LIMIT, compile};
use crate::text::{Case, Text, nfc};
use crate::value::ValueRef;
use crate::words::Words;

/// Equal to one of a few.
#[derive(Debug)]
struct IsFew {
    case: Case,
    operands: Box<[Box<str>]>,
    /// Those of the operands that are short.
    short: Box<[Words]>,
}

impl IsFew {
    fn new(case: Case, operands: Box<[Box<str>]>) -> Self {
        let short = operands
            .iter()
            .filter_map(|operand| Words::of(operand.as_bytes()));
        Self {
            case,
            short: short.collect(),
            operands,
        }
    }

    /// Short ASCII text equals short operands only.
    #[inline]
    fn short(&self, text: &str) -> Option<bool> {
        let words = Words::of(text.as_bytes()).filter(|words| words.is_ascii())?;
        let words = match self.case {
            Case::Sensitive => words,
            Case::Folded => words.lowered(),
        };
        Some(self.short.contains(&words))
    }
}

impl Comparison for IsFew {
    fn holds(&self, entry: &Entry<'_>) -> Option<bool> {
        if let ValueRef::String(text) = entry.value
            && let Some(equal) = self.short(text)
        {
            return Some(equal);
        }
        let case = self.case;
        Text::of_entry(entry, |text| {
            self.operands
                .iter()
                .any(|operand| text.equals(case, operand))
        })
    }
}

/// Equal to one of many.
#[derive(Debug)]
struct IsMany {
    case: Case,
    operands: TextSet,
}

impl Comparison for IsMany {
    fn holds(&self, entry: &Entry<'_>) -> Option<bool> {
        let found = |form: &[u8]| self.operands.position(form).is_some();
        Text::of_entry(entry, |text| text.with_form(self.case, found))
    }
}

pub(super) fn is(operands: &Operands<'_>) -> Result<Box<dyn Comparison>, LinkError> {
    let case = operands.case;
    Ok(match TextSet::new(operands.texts()?.into_iter()) {
        TextSet::Few(operands) => Box::new(IsFew::new(case, operands)),
        operands => Box::new(IsMany { case, operands }),
    })
}

/// Has one of the needles in it; the empty needle is in every text.
#[derive(Debug)]
pub(super) struct Contains {
    case: Case,
    needles: Box<[Finder<'static>]>,
}

impl Comparison for Contains {
    fn holds(&self, entry: &Entry<'_>) -> Option<bool> {
        let found = |form: &[u8]| {
            self.needles
                .iter()
                .any(|needle| needle.find(form).is_some())
        };
        Text::of_entry(entry, |text| text.with_form(self.case, found))
    }
}

impl Contains {
    pub(super) fn link(operands: &Operands<'_>) -> Result<Self, LinkError> {
        let needles = operands.texts()?;
        let finders = needles
            .iter()
            .map(|needle| Finder::new(needle.as_bytes()).into_owned());
        Ok(Self {
            case: operands.case,
            needles: finders.collect(),
        })
    }
}

pub(super) fn contains(operands: &Operands<'_>) -> Result<Box<dyn Comparison>, LinkError> {
    Ok(Box::new(Contains::link(operands)?))
}

/// Has one of the ends, `found(text, end)`.
#[derive(Debug)]
struct Ends {
    case: Case,
    ends: Box<[Box<str>]>,
    found: fn(&[u8], &[u8]) -> bool,
}

impl Comparison for Ends {
    fn holds(&self, entry: &Entry<'_>) -> Option<bool> {
        let found = |form: &[u8]| {
            self.ends
                .iter()
                .any(|end| (self.found)(form, end.as_bytes()))
        };
        Text::of_entry(entry, |text| text.with_form(self.case, found))
    }
}

pub(super) fn starts_with(operands: &Operands<'_>) -> Result<Box<dyn Comparison>, LinkError> {
    let ends = operands.texts()?.into();
    Ok(Box::new(Ends {
        case: operands.case,
        ends,
        found: |text, end| text.starts_with(end),
    }))
}

pub(super) fn ends_with(operands: &Operands<'_>) -> Result<Box<dyn Comparison>, LinkError> {
    let ends = operands.texts()?.into();
    Ok(Box::new(Ends {
        case: operands.case,
        ends,
        found: |text, end| text.ends_with(end),
    }))
}

/// Matches one of the patterns anywhere; a subject over the limit is unusable.
#[derive(Debug)]
struct Matches(Box<[Regex]>);

impl Comparison for Matches {
    fn holds(&self, entry: &Entry<'_>) -> Option<bool> {
        let matched = |text: Text<'_>| {
            let subject = (text.raw().len() <= SUBJECT_LIMIT).then(|| nfc(text.raw()))?;
            Some(self.0.iter().any(|pattern| pattern.is_match(&subject)))
        };
        Text::of_entry(entry, matched).flatten()
    }
}

pub(super) fn matches(operands: &Operands<'_>) -> Result<Box<dyn Comparison>, LinkError> {
    let patterns = operands
        .raw_texts()?
        .into_iter()
        .map(|pattern| compile(pattern, operands.case));
    let patterns: Result<_, _> = patterns.collect();
    Ok(Box::new(Matches(
        patterns.map_err(|error| LinkError::new(error.message))?,
    )))
}
