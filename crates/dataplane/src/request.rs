//! The usual form of a request, read field by field without a message in between.
//!
//! What is unusual (a field twice, a field that is not known, a value that is broken) is `None` here:
//! the caller then reads the whole message by its view, which also knows what to say of it.
use buffa::encoding::{Tag, WireType, decode_varint};
use buffa::types::{borrow_bytes, borrow_str};
use buffa::{EnumValue, MessageView};
use turnout_protos::turnout::v1::{ExposureMode, ValueType};

/// What a unary request about one key says, the context still encoded.
#[derive(Default)]
pub(crate) struct Usual<'a> {
    pub key: &'a str,
    pub context: Option<&'a [u8]>,
    pub expected_type: EnumValue<ValueType>,
    pub exposure_mode: EnumValue<ExposureMode>,
    pub min_revision: u64,
}

impl<'a> Usual<'a> {
    /// Reads a `DecideRequest` that names no instant.
    #[inline]
    pub(crate) fn decide(mut bytes: &'a [u8]) -> Option<Usual<'a>> {
        let mut usual = Usual::default();
        while !bytes.is_empty() {
            match field(&mut bytes)? {
                (1, WireType::LengthDelimited) => usual.key = borrow_str(&mut bytes).ok()?,
                (2, WireType::LengthDelimited) if usual.context.is_none() => {
                    usual.context = Some(borrow_bytes(&mut bytes).ok()?);
                }
                (3, WireType::Varint) => {
                    usual.expected_type = EnumValue::from(enumerated(&mut bytes)?)
                }
                (4, WireType::Varint) => {
                    usual.exposure_mode = EnumValue::from(enumerated(&mut bytes)?)
                }
                (5, WireType::Varint) => usual.min_revision = decode_varint(&mut bytes).ok()?,
                _ => return None,
            }
        }
        Some(usual)
    }

    /// Reads a `CheckSegmentRequest` that names no instant.
    #[inline]
    pub(crate) fn check_segment(mut bytes: &'a [u8]) -> Option<Usual<'a>> {
        let mut usual = Usual::default();
        while !bytes.is_empty() {
            match field(&mut bytes)? {
                (1, WireType::LengthDelimited) => usual.key = borrow_str(&mut bytes).ok()?,
                (2, WireType::LengthDelimited) if usual.context.is_none() => {
                    usual.context = Some(borrow_bytes(&mut bytes).ok()?);
                }
                (3, WireType::Varint) => usual.min_revision = decode_varint(&mut bytes).ok()?,
                _ => return None,
            }
        }
        Some(usual)
    }
}

#[inline]
fn enumerated(bytes: &mut &[u8]) -> Option<i32> {
    // An enum is an int32: its negative values take ten bytes.
    decode_varint(bytes).ok().map(|number| number as i32)
}

/// The number and the wire type of the next field.
#[inline]
fn field(bytes: &mut &[u8]) -> Option<(u32, WireType)> {
    let tag = Tag::decode(bytes).ok()?;
    Some((tag.field_number(), tag.wire_type()))
}

/// One field of an encoded `Context`.
pub(crate) enum ContextField<'a> {
    TargetingKey(&'a str),
    Unit(&'a str, &'a str),
    Attribute(&'a str, UsualValue<'a>),
    Unknown(&'a str),
    Partial(bool),
    EventsReached(bool),
}

/// A scalar, or a value that has to be read by its view.
pub(crate) enum UsualValue<'a> {
    String(&'a str),
    Integer(i64),
    Double(f64),
    Boolean(bool),
    Other(turnout_snapshot::turnout::v1::ValueView<'a>),
}

/// Takes the next field of an encoded `Context`.
#[inline]
pub(crate) fn next_context_field<'a>(bytes: &mut &'a [u8]) -> Option<ContextField<'a>> {
    match field(bytes)? {
        (1, WireType::LengthDelimited) => borrow_str(bytes).ok().map(ContextField::TargetingKey),
        (2, WireType::LengthDelimited) => {
            let (kind, mut id) = entry(borrow_bytes(bytes).ok()?)?;
            let id = text(&mut id)?;
            Some(ContextField::Unit(kind, id))
        }
        (3, WireType::LengthDelimited) => {
            let (name, mut rest) = entry(borrow_bytes(bytes).ok()?)?;
            let encoded = borrow_bytes(&mut rest).ok().filter(|_| rest.is_empty())?;
            Some(ContextField::Attribute(name, value(encoded)?))
        }
        (4, WireType::LengthDelimited) => borrow_str(bytes).ok().map(ContextField::Unknown),
        (5, WireType::Varint) => decode_varint(bytes)
            .ok()
            .map(|flag| ContextField::Partial(flag != 0)),
        (7, WireType::Varint) => decode_varint(bytes)
            .ok()
            .map(|flag| ContextField::EventsReached(flag != 0)),
        _ => None,
    }
}

/// The key of a map's entry, and what follows the tag of its value.
#[inline]
fn entry(mut bytes: &[u8]) -> Option<(&str, &[u8])> {
    let (1, WireType::LengthDelimited) = field(&mut bytes)? else {
        return None;
    };
    let key = borrow_str(&mut bytes).ok()?;
    let (2, WireType::LengthDelimited) = field(&mut bytes)? else {
        return None;
    };
    Some((key, bytes))
}

/// A text that is the last thing of its message.
#[inline]
fn text<'a>(bytes: &mut &'a [u8]) -> Option<&'a str> {
    borrow_str(bytes).ok().filter(|_| bytes.is_empty())
}

#[inline]
fn value(encoded: &[u8]) -> Option<UsualValue<'_>> {
    let mut bytes = encoded;
    let value = match field(&mut bytes)? {
        (2, WireType::LengthDelimited) => UsualValue::String(borrow_str(&mut bytes).ok()?),
        (3, WireType::Varint) => UsualValue::Integer(decode_varint(&mut bytes).ok()? as i64),
        (4, WireType::Fixed64) => {
            let (double, rest) = bytes.split_first_chunk()?;
            bytes = rest;
            UsualValue::Double(f64::from_le_bytes(*double))
        }
        (5, WireType::Varint) => UsualValue::Boolean(decode_varint(&mut bytes).ok()? != 0),
        _ => {
            bytes = &[];
            UsualValue::Other(MessageView::decode_view(encoded).ok()?)
        }
    };
    bytes.is_empty().then_some(value)
}
