//! Text as operators compare it: rendered, normalised, folded.
use std::borrow::Cow;
use std::cell::OnceCell;

use icu_casemap::{CaseMapper, CaseMapperBorrowed};
use icu_normalizer::{ComposingNormalizer, ComposingNormalizerBorrowed};

use crate::context::Entry;
use crate::render::Rendered;
use crate::value::ValueRef;

const NFC: ComposingNormalizerBorrowed<'static> = ComposingNormalizer::new_nfc();
const CASES: CaseMapperBorrowed<'static> = CaseMapper::new();

/// ASCII text up to this length is lowered on the stack.
const SHORT: usize = 128;

/// Whether upper and lower case differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Case {
    Sensitive,
    Folded,
}

impl Case {
    /// The form in which operands are kept and attributes are compared.
    pub(crate) fn form(self, text: &str) -> Cow<'_, str> {
        match self {
            Self::Sensitive => nfc(text),
            Self::Folded => fold(text),
        }
    }
}

/// NFC, full case folding, NFC; never locale-aware.
fn fold(text: &str) -> Cow<'_, str> {
    if text.is_ascii() {
        return match text.bytes().any(|byte| byte.is_ascii_uppercase()) {
            true => Cow::Owned(text.to_ascii_lowercase()),
            false => Cow::Borrowed(text),
        };
    }
    let composed = NFC.normalize(text);
    let folded = CASES.fold_string(&composed);
    Cow::Owned(NFC.normalize(&folded).into_owned())
}

/// The composed form.
pub(crate) fn nfc(text: &str) -> Cow<'_, str> {
    if text.is_ascii() {
        Cow::Borrowed(text)
    } else {
        NFC.normalize(text)
    }
}

/// An attribute's text, or an element's.
#[derive(Clone, Copy)]
pub(crate) struct Text<'t> {
    raw: &'t str,
    ascii: bool,
    /// Where the folded form is kept for the next condition.
    folded: Option<&'t OnceCell<Box<str>>>,
}

impl<'t> Text<'t> {
    #[inline]
    fn new(raw: &'t str, folded: Option<&'t OnceCell<Box<str>>>) -> Self {
        Self {
            raw,
            ascii: raw.is_ascii(),
            folded,
        }
    }

    /// Calls `f` with the text of an attribute; `None` when it has none.
    #[inline]
    pub(crate) fn of_entry<R>(entry: &Entry<'_>, f: impl FnOnce(Text<'_>) -> R) -> Option<R> {
        match entry.value {
            ValueRef::String(raw) => Some(f(Text::new(raw, Some(&entry.folded)))),
            value => Self::of_value(value, f),
        }
    }

    /// Calls `f` with the text of a value; `None` for a list, an object, a timestamp, a null, NaN
    /// and the infinities, which have none.
    pub(crate) fn of_value<R>(value: ValueRef<'_>, f: impl FnOnce(Text<'_>) -> R) -> Option<R> {
        let rendered = match value {
            ValueRef::String(raw) => return Some(f(Text::new(raw, None))),
            ValueRef::Boolean(true) => {
                return Some(f(Text::new("true", None)));
            }
            ValueRef::Boolean(false) => {
                return Some(f(Text::new("false", None)));
            }
            ValueRef::Integer(value) => Rendered::integer(value)?,
            ValueRef::Double(value) => Rendered::double(value)?,
            _ => return None,
        };
        Some(f(Text::new(rendered.as_str(), None)))
    }

    /// As it was sent or rendered.
    pub(crate) fn raw(&self) -> &str {
        self.raw
    }

    /// Whether it equals an operand that is in the form of `case`.
    #[inline]
    pub(crate) fn equals(&self, case: Case, operand: &str) -> bool {
        match (self.ascii, case) {
            (true, Case::Sensitive) => self.raw == operand,
            (true, Case::Folded) => self.raw.eq_ignore_ascii_case(operand),
            (false, _) => self.with_form(case, |form| form == operand.as_bytes()),
        }
    }

    /// Calls `f` with the bytes in the form of `case`; short ASCII text allocates nothing.
    #[inline]
    pub(crate) fn with_form<R>(&self, case: Case, f: impl FnOnce(&[u8]) -> R) -> R {
        if !self.ascii {
            return self.with_full_form(case, f);
        }
        if case == Case::Sensitive {
            return f(self.raw.as_bytes());
        }
        let mut short = [0; SHORT];
        match short.get_mut(..self.raw.len()) {
            Some(lowered) => {
                lowered.copy_from_slice(self.raw.as_bytes());
                lowered.make_ascii_lowercase();
                f(lowered)
            }
            None => f(fold(self.raw).as_bytes()),
        }
    }

    #[cold]
    fn with_full_form<R>(&self, case: Case, f: impl FnOnce(&[u8]) -> R) -> R {
        match (case, self.folded) {
            (Case::Sensitive, _) => f(nfc(self.raw).as_bytes()),
            (Case::Folded, None) => f(fold(self.raw).as_bytes()),
            (Case::Folded, Some(kept)) => f(kept.get_or_init(|| fold(self.raw).into()).as_bytes()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn equals(text: &str, operand: &str, case: Case) -> bool {
        let operand = case.form(operand).into_owned();
        let text = Text::new(text, None);
        let equal = text.equals(case, &operand);
        assert_eq!(
            text.with_form(case, |form| form == operand.as_bytes()),
            equal
        );
        equal
    }

    #[test]
    fn folding_is_full_and_composes() {
        for (text, operand) in [
            ("GOLD", "gold"),
            ("Straße", "STRASSE"),
            ("A\u{30a}", "\u{e5}"),
            ("\u{212a}", "k"),
            ("ſ", "S"),
            ("ΣΊΣΥΦΟΣ", "σίσυφος"),
            ("\u{fb03}", "FFI"),
        ] {
            assert!(equals(text, operand, Case::Folded), "{text} {operand}");
        }
        assert!(!equals("I", "ı", Case::Folded), "never locale-aware");
        assert!(!equals("gold ", "gold", Case::Folded), "no trimming");
    }

    #[test]
    fn case_sensitive_text_is_composed_and_not_folded() {
        assert!(equals("A\u{30a}", "\u{c5}", Case::Sensitive));
        assert!(!equals("GOLD", "gold", Case::Sensitive));
        assert!(!equals("\u{c5}", "\u{e5}", Case::Sensitive));
    }

    #[test]
    fn long_ascii_folds_as_short_ascii() {
        for length in [1, SHORT - 1, SHORT, SHORT + 1, 5_000] {
            assert!(equals(
                &"A".repeat(length),
                &"a".repeat(length),
                Case::Folded
            ));
            assert!(!equals(
                &"A".repeat(length),
                &"a".repeat(length + 1),
                Case::Folded
            ));
        }
    }
}
