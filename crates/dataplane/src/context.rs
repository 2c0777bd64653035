//! A request's context → the engine's, with every limit checked on the way.
use bumpalo::Bump;
use turnout_engine::{Context, Program, ValueRef};
use turnout_protos::turnout::v1::ContextView;
use turnout_snapshot::turnout::v1::__buffa::view::oneof::value::Kind;
use turnout_snapshot::turnout::v1::__buffa::view::{ObjectValueView, ValueView};
use turnout_sticky::Ledger;

use crate::errors::CallError;
use crate::request::{ContextField, UsualValue, next_context_field};
use crate::settings::Limits;

const DEFAULT_UNIT: &str = "user";

/// Where in the request a context is, for messages.
#[derive(Clone, Copy)]
pub(crate) enum Place {
    Request,
    Item(usize),
}

impl Place {
    pub(crate) fn field(self, rest: impl std::fmt::Display) -> String {
        match self {
            Place::Request => format!("context.{rest}"),
            Place::Item(index) => format!("items[{index}].context.{rest}"),
        }
    }
}

/// What filling a context needs to know.
pub(crate) struct Filling<'p, 'a> {
    pub program: &'p Program,
    pub limits: &'p Limits,
    /// Takes the assignments that the caller carries.
    pub ledger: &'p Ledger<'p>,
    /// Holds converted lists as long as the context.
    pub arena: &'a Bump,
    pub place: Place,
}

impl<'a> Filling<'_, 'a> {
    /// Fills an empty context from its encoded form; `None` when that form is unusual, or over a limit.
    ///
    /// The context may then be filled in part: empty it, and fill it by its view.
    #[inline]
    pub(crate) fn fill_usual(&self, context: &mut Context<'a>, mut bytes: &'a [u8]) -> Option<()> {
        let (mut targeting_key, mut user) = ("", "");
        let (mut attributes, mut units, mut unknown) = (0, 0, 0);
        while !bytes.is_empty() {
            match next_context_field(&mut bytes)? {
                ContextField::TargetingKey(id) => targeting_key = self.short(id)?,
                ContextField::Unit(kind, id) => {
                    units += 1;
                    if kind == DEFAULT_UNIT {
                        user = id;
                    }
                    context.unit(self.program, self.short(kind)?, self.short(id)?);
                }
                ContextField::Attribute(name, value) => {
                    attributes += 1;
                    self.usual_attribute(context, self.short(name)?, value)?;
                }
                ContextField::Unknown(name) => {
                    unknown += 1;
                    context.unknown(self.program, self.short(name)?);
                }
                ContextField::Partial(partial) => context.partial(partial),
                ContextField::EventsReached(reached) => context.events_reached(reached),
            }
        }
        let limit = self.limits.attributes;
        // Units are few; several of them are looked at for contradictions by the view.
        if attributes > limit || unknown > limit || units > 1 {
            return None;
        }
        if !targeting_key.is_empty() {
            if !user.is_empty() && user != targeting_key {
                return None;
            }
            context.unit(self.program, DEFAULT_UNIT, targeting_key);
        }
        Some(())
    }

    #[inline]
    fn usual_attribute(
        &self,
        context: &mut Context<'a>,
        name: &'a str,
        value: UsualValue<'a>,
    ) -> Option<()> {
        let index = Context::looks_at(self.program, name);
        let value = match value {
            UsualValue::String(text) => ValueRef::String(self.short(text)?),
            UsualValue::Integer(number) => ValueRef::Integer(number),
            UsualValue::Double(number) => ValueRef::Double(number),
            UsualValue::Boolean(boolean) => ValueRef::Boolean(boolean),
            UsualValue::Other(view) => self.value(name, &view, 1, index.is_some()).ok()?,
        };
        if let Some(index) = index {
            context.set_at(index, value);
        }
        Some(())
    }

    #[inline]
    fn short(&self, text: &'a str) -> Option<&'a str> {
        (text.len() <= self.limits.string_bytes).then_some(text)
    }

    /// Fills an empty context.
    ///
    /// # Errors
    /// A field is over its limit, holds a bad value, or is not built yet.
    pub(crate) fn fill(
        &self,
        context: &mut Context<'a>,
        view: &ContextView<'a>,
    ) -> Result<(), CallError> {
        self.sticky_assignments(view)?;
        self.units(context, view)?;
        self.attributes(context, view)?;
        self.count("unknown_attributes", view.unknown_attributes.len())?;
        for name in view.unknown_attributes.iter() {
            self.text("unknown_attributes", name)?;
            context.unknown(self.program, name);
        }
        context.partial(view.partial);
        context.events_reached(view.events_reached);
        Ok(())
    }

    fn units(&self, context: &mut Context<'a>, view: &ContextView<'a>) -> Result<(), CallError> {
        self.text("targeting_key", view.targeting_key)?;
        if !view.targeting_key.is_empty() {
            context.unit(self.program, DEFAULT_UNIT, view.targeting_key);
        }
        if view.units.is_empty() {
            return Ok(());
        }
        self.count("units", view.units.len())?;
        for (kind, id) in view.units.iter_unique() {
            self.text("units", kind)?;
            self.text("units", id)?;
            let contradicts = *kind == DEFAULT_UNIT
                && !view.targeting_key.is_empty()
                && *id != view.targeting_key;
            if contradicts && !id.is_empty() {
                return Err(CallError::Field {
                    field: self.place.field("targeting_key"),
                    reason: "CONTRADICTING_UNITS",
                    message:
                        "`targeting_key` and `units[\"user\"]` name different ids; send one of them"
                            .to_owned(),
                });
            }
            context.unit(self.program, kind, id);
        }
        Ok(())
    }

    fn attributes(
        &self,
        context: &mut Context<'a>,
        view: &ContextView<'a>,
    ) -> Result<(), CallError> {
        self.count("attributes", view.attributes.len())?;
        for (name, value) in view.attributes.iter() {
            self.text("attributes", name)?;
            let index = Context::looks_at(self.program, name);
            // A value that nothing looks at is checked all the same, and not kept.
            let value = self.value(name, value, 1, index.is_some())?;
            if let Some(index) = index {
                context.set_at(index, value);
            }
        }
        Ok(())
    }

    fn value(
        &self,
        name: &str,
        value: &ValueView<'a>,
        depth: usize,
        keep: bool,
    ) -> Result<ValueRef<'a>, CallError> {
        let Some(kind) = &value.kind else {
            return Err(
                self.bad_value(name, "has a value without a kind; send `null` for no value")
            );
        };
        Ok(match kind {
            Kind::Null(_) => ValueRef::Null,
            Kind::String(text) => {
                self.attribute_text(name, text)?;
                ValueRef::String(text)
            }
            Kind::Integer(number) => ValueRef::Integer(*number),
            Kind::Double(number) => ValueRef::Double(*number),
            Kind::Boolean(boolean) => ValueRef::Boolean(*boolean),
            Kind::Timestamp(instant) => {
                if !(0..=999_999_999).contains(&instant.nanos) {
                    return Err(self
                        .bad_value(name, "has a timestamp whose nanos are not 0 to 999,999,999"));
                }
                ValueRef::Timestamp {
                    seconds: instant.seconds,
                    nanos: instant.nanos,
                }
            }
            Kind::List(list) => {
                self.nested(name, list.values.len(), depth)?;
                self.list(name, list.values.iter(), depth, keep)?
            }
            Kind::Object(object) => {
                self.nested(name, object.fields.len(), depth)?;
                self.object(name, object, depth)?
            }
        })
    }

    fn object(
        &self,
        name: &str,
        object: &ObjectValueView<'a>,
        depth: usize,
    ) -> Result<ValueRef<'a>, CallError> {
        let mut failure = None;
        let fields = object.fields.iter().map_while(|field| {
            let read = self.attribute_text(name, field.name).and_then(|()| {
                let value = field.value.as_option();
                value.map_or(Ok(ValueRef::Null), |value| {
                    self.value(name, value, depth + 1, false)
                })
            });
            match read {
                Ok(value) => Some((field.name, value)),
                Err(error) => {
                    failure = Some(error);
                    None
                }
            }
        });
        let read = ValueRef::object(fields);
        failure.map_or(Ok(read), Err)
    }

    fn list<'v>(
        &self,
        name: &str,
        values: impl ExactSizeIterator<Item = &'v ValueView<'a>>,
        depth: usize,
        keep: bool,
    ) -> Result<ValueRef<'a>, CallError>
    where
        'a: 'v,
    {
        let room = if keep { values.len() } else { 0 };
        let mut list = bumpalo::collections::Vec::with_capacity_in(room, self.arena);
        for value in values {
            let value = self.value(name, value, depth + 1, keep)?;
            if keep {
                list.push(value);
            }
        }
        Ok(ValueRef::List(list.into_bump_slice()))
    }

    fn nested(&self, name: &str, length: usize, depth: usize) -> Result<(), CallError> {
        let field = || self.place.field(format_args!("attributes[{name:?}]"));
        if depth > self.limits.depth {
            return Err(CallError::Limit {
                field: field(),
                limit: self.limits.depth,
                actual: depth,
            });
        }
        if length > self.limits.list_length {
            return Err(CallError::Limit {
                field: field(),
                limit: self.limits.list_length,
                actual: length,
            });
        }
        Ok(())
    }

    fn attribute_text(&self, name: &str, text: &str) -> Result<(), CallError> {
        if text.len() > self.limits.string_bytes {
            let field = self.place.field(format_args!("attributes[{name:?}]"));
            return Err(CallError::Limit {
                field,
                limit: self.limits.string_bytes,
                actual: text.len(),
            });
        }
        Ok(())
    }

    fn bad_value(&self, name: &str, what: &str) -> CallError {
        CallError::Field {
            field: self.place.field(format_args!("attributes[{name:?}]")),
            reason: "BAD_VALUE",
            message: format!("attribute `{name}` {what}"),
        }
    }

    #[inline]
    fn text(&self, field: &str, text: &str) -> Result<(), CallError> {
        if text.len() > self.limits.string_bytes {
            return Err(self.over(field, self.limits.string_bytes, text.len()));
        }
        Ok(())
    }

    #[inline]
    pub(crate) fn count(&self, field: &str, actual: usize) -> Result<(), CallError> {
        if actual > self.limits.attributes {
            return Err(self.over(field, self.limits.attributes, actual));
        }
        Ok(())
    }

    pub(crate) fn over(&self, field: &str, limit: usize, actual: usize) -> CallError {
        CallError::Limit {
            field: self.place.field(field),
            limit,
            actual,
        }
    }
}
