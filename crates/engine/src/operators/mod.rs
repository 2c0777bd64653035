//! The table of operators. Adding one is a row here and a function that links its operands.
mod boolean;
mod list;
mod number;
mod operands;
mod presence;
mod string;
mod text_set;

use std::fmt::Debug;

use turnout_snapshot::turnout::snapshot::v1::{AttributeType, Operator};

use crate::context::Entry;
use crate::link::LinkError;
use crate::truth::Truth;
pub(crate) use operands::Operands;

/// A linked comparison of an attribute that is set: the positive form.
pub(crate) trait Comparison: Debug + Send + Sync {
    /// Whether it holds; `None` when the value cannot be used for it.
    fn holds(&self, entry: &Entry<'_>) -> Option<bool>;
}

/// Links the operands of a condition into the form that compares fastest.
type Link = fn(&Operands<'_>) -> Result<Box<dyn Comparison>, LinkError>;

/// How an operator is linked and what it gives where there is nothing to compare.
pub(crate) struct Row {
    pub(crate) operator: Operator,
    /// As documents write it.
    pub(crate) name: &'static str,
    /// The truth for an UNSET attribute, unless the condition says otherwise.
    pub(crate) unset: Truth,
    /// The truth for an attribute that is not known.
    pub(crate) unknown: Truth,
    /// Whether it holds where its comparison does not.
    pub(crate) inverted: bool,
    forms: Forms,
}

enum Forms {
    /// The operator has no type: a declared one changes nothing.
    AnyType(Link),
    /// One form a type; a single one is also meant when no type is declared.
    Typed(&'static [(AttributeType, Link)]),
}

impl Row {
    pub(crate) fn of(operator: Operator) -> Option<&'static Self> {
        TABLE.iter().find(|row| row.operator == operator)
    }

    pub(crate) fn link(&self, operands: &Operands<'_>) -> Result<Box<dyn Comparison>, LinkError> {
        let form = match self.forms {
            Forms::AnyType(link) => Some(link),
            Forms::Typed([(_, link)]) if operands.declared == AttributeType::Unspecified => {
                Some(*link)
            }
            Forms::Typed(forms) => forms
                .iter()
                .find(|(of, _)| *of == operands.declared)
                .map(|(_, link)| *link),
        };
        let Some(link) = form else {
            let message = format!(
                "`{}` cannot compare the type {:?}",
                self.name, operands.declared
            );
            return Err(LinkError::new(message));
        };
        link(operands)
    }
}

impl Debug for Row {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str(self.name)
    }
}

const ANY: AttributeType = AttributeType::Unspecified;
const STRING: AttributeType = AttributeType::String;
const NUMBER: AttributeType = AttributeType::Number;
const BOOLEAN: AttributeType = AttributeType::Boolean;
const LIST: AttributeType = AttributeType::List;

/// UNSET is FALSE.
const fn positive(operator: Operator, name: &'static str, forms: Forms) -> Row {
    Row {
        operator,
        name,
        unset: Truth::False,
        unknown: Truth::Unknown,
        inverted: false,
        forms,
    }
}

/// The complement law: holds where the positive form does not, and UNSET is TRUE.
const fn negative(operator: Operator, name: &'static str, forms: Forms) -> Row {
    Row {
        operator,
        name,
        unset: Truth::True,
        unknown: Truth::Unknown,
        inverted: true,
        forms,
    }
}

const IS: Forms = Forms::Typed(&[
    (STRING, string::is),
    (NUMBER, number::is),
    (BOOLEAN, boolean::is),
    (LIST, list::is),
]);
const CONTAINS: Forms = Forms::Typed(&[
    (STRING, string::contains),
    (LIST, list::contains_any),
    (ANY, list::contains),
]);
const EMPTY: Forms = Forms::Typed(&[
    (STRING, presence::is_empty_text),
    (LIST, presence::is_empty_list),
    (NUMBER, presence::is_empty_number),
    (BOOLEAN, presence::is_empty_boolean),
    (ANY, presence::is_empty),
]);
const SET: Forms = Forms::AnyType(presence::is_set);

/// Every operator that is built, in the order of the proto.
pub(crate) static TABLE: &[Row] = &[
    Row {
        unset: Truth::True,
        unknown: Truth::True,
        ..positive(Operator::IsAny, "is_any", SET)
    },
    positive(Operator::IsSet, "is_set", SET),
    negative(Operator::IsNotSet, "is_not_set", SET),
    positive(Operator::IsEmpty, "is_empty", EMPTY),
    Row {
        inverted: true,
        ..positive(Operator::IsNotEmpty, "is_not_empty", EMPTY)
    },
    positive(Operator::Is, "is", IS),
    negative(Operator::IsNot, "is_not", IS),
    positive(Operator::Contains, "contains", CONTAINS),
    negative(Operator::DoesNotContain, "does_not_contain", CONTAINS),
    positive(
        Operator::ContainsAny,
        "contains_any",
        Forms::Typed(&[(LIST, list::contains_any)]),
    ),
    positive(
        Operator::ContainsAll,
        "contains_all",
        Forms::Typed(&[(LIST, list::contains_all)]),
    ),
    negative(
        Operator::ContainsNone,
        "contains_none",
        Forms::Typed(&[(LIST, list::contains_any)]),
    ),
    positive(
        Operator::StartsWith,
        "starts_with",
        Forms::Typed(&[(STRING, string::starts_with)]),
    ),
    negative(
        Operator::DoesNotStartWith,
        "does_not_start_with",
        Forms::Typed(&[(STRING, string::starts_with)]),
    ),
    positive(
        Operator::EndsWith,
        "ends_with",
        Forms::Typed(&[(STRING, string::ends_with)]),
    ),
    negative(
        Operator::DoesNotEndWith,
        "does_not_end_with",
        Forms::Typed(&[(STRING, string::ends_with)]),
    ),
    positive(
        Operator::Matches,
        "matches",
        Forms::Typed(&[(STRING, string::matches)]),
    ),
    negative(
        Operator::DoesNotMatch,
        "does_not_match",
        Forms::Typed(&[(STRING, string::matches)]),
    ),
    positive(
        Operator::IsGreaterThan,
        "is_greater_than",
        Forms::Typed(&[(NUMBER, number::is_greater_than)]),
    ),
    positive(
        Operator::IsLessThan,
        "is_less_than",
        Forms::Typed(&[(NUMBER, number::is_less_than)]),
    ),
    positive(
        Operator::IsAtLeast,
        "is_at_least",
        Forms::Typed(&[(NUMBER, number::is_at_least)]),
    ),
    positive(
        Operator::IsAtMost,
        "is_at_most",
        Forms::Typed(&[(NUMBER, number::is_at_most)]),
    ),
    positive(
        Operator::IsBetween,
        "is_between",
        Forms::Typed(&[(NUMBER, number::is_between)]),
    ),
    negative(
        Operator::IsNotBetween,
        "is_not_between",
        Forms::Typed(&[(NUMBER, number::is_between)]),
    ),
    positive(
        Operator::IsOn,
        "is_on",
        Forms::Typed(&[(BOOLEAN, boolean::is_on)]),
    ),
    positive(
        Operator::IsOff,
        "is_off",
        Forms::Typed(&[(BOOLEAN, boolean::is_off)]),
    ),
    positive(
        Operator::Modulo,
        "modulo",
        Forms::Typed(&[(NUMBER, number::modulo)]),
    ),
];

#[cfg(test)]
mod tests {
    use buffa::Enumeration;

    use super::*;

    #[test]
    fn every_operator_of_the_proto_has_one_row_of_its_name() {
        for operator in Operator::values()
            .iter()
            .filter(|o| **o != Operator::Unspecified)
        {
            let rows: Vec<_> = TABLE
                .iter()
                .filter(|row| row.operator == *operator)
                .collect();
            assert_eq!(rows.len(), 1, "{operator:?}");
            let name = format!("OPERATOR_{}", rows[0].name.to_uppercase());
            assert_eq!(operator.proto_name(), name);
        }
    }

    #[test]
    fn the_negative_operators_are_exactly_those_of_the_contract() {
        let negative: Vec<_> = TABLE
            .iter()
            .filter(|row| row.inverted && row.unset == Truth::True)
            .map(|row| row.name)
            .collect();
        assert_eq!(
            negative,
            [
                "is_not_set",
                "is_not",
                "does_not_contain",
                "contains_none",
                "does_not_start_with",
                "does_not_end_with",
                "does_not_match",
                "is_not_between",
            ]
        );
    }
}
