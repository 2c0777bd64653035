//! The table of operators. Adding one is a row here and a function that links its operands.
mod boolean;
mod datetime;
mod geo;
mod ip;
mod list;
mod number;
mod operands;
mod presence;
mod string;
mod text_set;
mod version;

use std::fmt::Debug;

use turnout_snapshot::turnout::snapshot::v1::{AttributeType, Operator};

use crate::context::Entry;
use crate::link::LinkError;
use crate::time::Zone;
use crate::truth::Truth;
pub(crate) use datetime::Dated;
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
    /// How it compares dates, if it does.
    dates: Option<datetime::Link>,
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

    /// Links a comparison of dates; `None` when the operator compares something else by this type.
    pub(crate) fn link_dates(
        &self,
        operands: &Operands<'_>,
        zone: Option<Zone>,
    ) -> Option<Result<Dated, LinkError>> {
        let only_dates = matches!(self.forms, Forms::Typed([]));
        let declared = match operands.declared {
            AttributeType::Unspecified => only_dates,
            declared => declared == AttributeType::Datetime,
        };
        self.dates
            .filter(|_| declared)
            .map(|link| link(operands, zone))
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
const VERSION: AttributeType = AttributeType::Version;
const IP: AttributeType = AttributeType::Ip;
const GEO: AttributeType = AttributeType::Geo;

/// UNSET is FALSE.
const fn positive(operator: Operator, name: &'static str, forms: Forms) -> Row {
    Row {
        operator,
        name,
        unset: Truth::False,
        unknown: Truth::Unknown,
        inverted: false,
        forms,
        dates: None,
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
        dates: None,
    }
}

/// Compares dates alone.
const fn on_dates(operator: Operator, name: &'static str, link: datetime::Link) -> Row {
    Row {
        dates: Some(link),
        ..positive(operator, name, Forms::Typed(&[]))
    }
}

const IS: Forms = Forms::Typed(&[
    (STRING, string::is),
    (NUMBER, number::is),
    (BOOLEAN, boolean::is),
    (LIST, list::is),
    (VERSION, version::is),
]);
const BETWEEN: Forms =
    Forms::Typed(&[(NUMBER, number::is_between), (VERSION, version::is_between)]);
const IN_CIDR: Forms = Forms::Typed(&[(IP, ip::is_in_cidr)]);
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

/// Every operator, in the order of the proto.
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
        Forms::Typed(&[
            (NUMBER, number::is_greater_than),
            (VERSION, version::is_greater_than),
        ]),
    ),
    positive(
        Operator::IsLessThan,
        "is_less_than",
        Forms::Typed(&[
            (NUMBER, number::is_less_than),
            (VERSION, version::is_less_than),
        ]),
    ),
    positive(
        Operator::IsAtLeast,
        "is_at_least",
        Forms::Typed(&[
            (NUMBER, number::is_at_least),
            (VERSION, version::is_at_least),
        ]),
    ),
    positive(
        Operator::IsAtMost,
        "is_at_most",
        Forms::Typed(&[(NUMBER, number::is_at_most), (VERSION, version::is_at_most)]),
    ),
    Row {
        dates: Some(datetime::is_between),
        ..positive(Operator::IsBetween, "is_between", BETWEEN)
    },
    Row {
        dates: Some(datetime::is_between),
        ..negative(Operator::IsNotBetween, "is_not_between", BETWEEN)
    },
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
    on_dates(Operator::IsAfter, "is_after", datetime::is_after),
    on_dates(Operator::IsBefore, "is_before", datetime::is_before),
    on_dates(Operator::IsSince, "is_since", datetime::is_since),
    on_dates(Operator::IsUntil, "is_until", datetime::is_until),
    on_dates(Operator::IsNotAfter, "is_not_after", datetime::is_until),
    on_dates(Operator::IsNotBefore, "is_not_before", datetime::is_since),
    on_dates(Operator::IsOnDate, "is_on_date", datetime::is_on_date),
    positive(Operator::IsInCidr, "is_in_cidr", IN_CIDR),
    negative(Operator::IsNotInCidr, "is_not_in_cidr", IN_CIDR),
    positive(
        Operator::IsWithin,
        "is_within",
        Forms::Typed(&[(GEO, geo::is_within)]),
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
                "is_not_in_cidr",
            ]
        );
    }
}
