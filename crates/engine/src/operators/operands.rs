//! The operands of one condition while it is linked.
use turnout_snapshot::turnout::snapshot::v1::__buffa::view::OperandView;
use turnout_snapshot::turnout::snapshot::v1::__buffa::view::oneof::operand::Kind;
use turnout_snapshot::turnout::snapshot::v1::AttributeType;

use super::text_set::TextSet;
use crate::link::LinkError;
use crate::literal::{self, LiteralError};
use crate::network::Network;
use crate::number::Number;
use crate::place::Circle;
use crate::render::Rendered;
use crate::text::Case;
use crate::time::Moment;
use crate::version::KeptVersion;

/// What a condition compares with, and how.
pub(crate) struct Operands<'o> {
    /// The operator's name, for errors.
    pub(crate) operator: &'static str,
    pub(crate) declared: AttributeType,
    pub(crate) case: Case,
    pub(crate) list: &'o [OperandView<'o>],
}

impl Operands<'_> {
    /// Refuses any operand.
    pub(crate) fn none(&self) -> Result<(), LinkError> {
        if self.list.is_empty() {
            return Ok(());
        }
        Err(LinkError::new(format!(
            "`{}` takes no operand",
            self.operator
        )))
    }

    /// Every operand as it is compared as text.
    pub(crate) fn texts(&self) -> Result<Vec<Box<str>>, LinkError> {
        self.each("text", |kind| match kind {
            Kind::Text(text) => Some(Ok(self.case.form(text).into())),
            Kind::Boolean(value) => Some(Ok(if *value { "true" } else { "false" }.into())),
            Kind::Number(text) => Some(render(text)),
            _ => None,
        })
    }

    /// Every operand as it was written.
    pub(crate) fn raw_texts(&self) -> Result<Vec<&str>, LinkError> {
        self.each("text", |kind| match kind {
            Kind::Text(text) => Some(Ok(*text)),
            _ => None,
        })
    }

    pub(crate) fn numbers(&self) -> Result<Vec<Number>, LinkError> {
        self.each("a number", |kind| match kind {
            Kind::Number(text) => Some(literal::parse_number(text)),
            _ => None,
        })
    }

    pub(crate) fn booleans(&self) -> Result<Vec<bool>, LinkError> {
        self.each("a boolean", |kind| match kind {
            Kind::Boolean(value) => Some(Ok(*value)),
            _ => None,
        })
    }

    /// Low and high, both included.
    pub(crate) fn intervals(&self) -> Result<Vec<(Number, Number)>, LinkError> {
        self.each("a pair of numbers", |kind| match kind {
            Kind::Interval(pair) => Some(
                literal::parse_number(pair.low)
                    .and_then(|low| literal::parse_number(pair.high).map(|high| (low, high))),
            ),
            _ => None,
        })
    }

    /// Divisor and remainder.
    pub(crate) fn moduli(&self) -> Result<Vec<(i128, i128)>, LinkError> {
        self.each("a divisor and a remainder", |kind| match kind {
            Kind::Modulo(modulo) => Some(modulus(modulo.divisor, modulo.remainder)),
            _ => None,
        })
    }

    pub(crate) fn versions(&self) -> Result<Vec<KeptVersion>, LinkError> {
        self.each("a version", |kind| match kind {
            Kind::Text(text) => Some(literal::parse_version(text).map(KeptVersion::from)),
            _ => None,
        })
    }

    /// Low and high, both included.
    pub(crate) fn version_pairs(&self) -> Result<Vec<(KeptVersion, KeptVersion)>, LinkError> {
        let kept = |text| literal::parse_version(text).map(KeptVersion::from);
        self.each("a pair of versions", |kind| match kind {
            Kind::Versions(pair) => {
                Some(kept(pair.low).and_then(|low| Ok((low, kept(pair.high)?))))
            }
            _ => None,
        })
    }

    pub(crate) fn networks(&self) -> Result<Vec<Network>, LinkError> {
        self.each("a network", |kind| match kind {
            Kind::Text(text) => Some(literal::parse_network(text)),
            _ => None,
        })
    }

    pub(crate) fn circles(&self) -> Result<Vec<Circle>, LinkError> {
        self.each("a circle", |kind| match kind {
            Kind::Circle(circle) => Some(literal::link_circle(circle)),
            _ => None,
        })
    }

    pub(crate) fn moments(&self) -> Result<Vec<Moment>, LinkError> {
        self.each("a moment", |kind| match kind {
            Kind::Moment(moment) => Some(literal::link_moment(moment)),
            _ => None,
        })
    }

    /// Low and high, both included.
    pub(crate) fn moment_pairs(&self) -> Result<Vec<(Moment, Moment)>, LinkError> {
        self.each("a pair of moments", |kind| match kind {
            Kind::Moments(pair) => Some(
                literal::link_moment(&pair.low)
                    .and_then(|low| Ok((low, literal::link_moment(&pair.high)?))),
            ),
            _ => None,
        })
    }

    /// Whole lists.
    pub(crate) fn lists(&self) -> Result<Vec<TextSet>, LinkError> {
        self.each("a list", |kind| match kind {
            Kind::List(list) => Some(Ok(TextSet::new(
                list.texts.iter().map(|text| self.case.form(text).into()),
            ))),
            _ => None,
        })
    }

    fn each<'s, T>(
        &'s self,
        expected: &str,
        read: impl Fn(&'s Kind<'_>) -> Option<Result<T, LiteralError>>,
    ) -> Result<Vec<T>, LinkError> {
        let wrong = || {
            LinkError::new(format!(
                "an operand of `{}` must be {expected}",
                self.operator
            ))
        };
        self.list
            .iter()
            .map(|operand| {
                let value = operand.kind.as_ref().and_then(&read).ok_or_else(wrong)?;
                value.map_err(|error| LinkError::new(error.message))
            })
            .collect()
    }
}

fn modulus(divisor: &str, remainder: &str) -> Result<(i128, i128), LiteralError> {
    let numbers = (
        literal::parse_integer(divisor)?,
        literal::parse_integer(remainder)?,
    );
    if numbers.0 < 1 {
        return Err(LiteralError::new(format!(
            "divisor `{divisor}` must be at least 1"
        )));
    }
    Ok(numbers)
}

/// A number as text: digits as they are compared, a double as it renders.
fn render(text: &str) -> Result<Box<str>, LiteralError> {
    match literal::parse_number(text)? {
        Number::Integer(value) => Ok(value.to_string().into()),
        Number::Double(value) => Rendered::double(value)
            .map(|text| text.as_str().into())
            .ok_or_else(|| LiteralError::new(format!("`{text}` has no text form"))),
    }
}
