//! An attribute's value as a request carries it.
use crate::place;

/// A borrowed value; lists refer to memory of the caller.
#[derive(Clone, Copy, Debug)]
pub enum ValueRef<'a> {
    /// The explicit null: UNSET, also in a partial context.
    Null,
    /// Text, any case, any normalisation.
    String(&'a str),
    /// A whole number.
    Integer(i64),
    /// A double; NaN and the infinities are unusable.
    Double(f64),
    /// A real boolean.
    Boolean(bool),
    /// An instant since 1970-01-01T00:00:00Z.
    Timestamp {
        /// Whole seconds, may be negative.
        seconds: i64,
        /// 0 to 999,999,999, counted forward.
        nanos: i32,
    },
    /// Values in order.
    List(&'a [ValueRef<'a>]),
    /// An object; [`ValueRef::object`] makes one.
    Object,
    /// An object with numbers `lat` and `lon`.
    Place {
        /// `lat`, in degrees if it is a place at all.
        latitude: f64,
        /// `lon`, in degrees if it is a place at all.
        longitude: f64,
    },
}

impl<'a> ValueRef<'a> {
    /// An object, as much of it as an operator looks at.
    pub fn object<'n>(fields: impl IntoIterator<Item = (&'n str, ValueRef<'a>)>) -> Self {
        let (mut latitude, mut longitude) = (None, None);
        for (name, value) in fields {
            match name {
                "lat" => latitude = place::number(value),
                "lon" => longitude = place::number(value),
                _ => {}
            }
        }
        match (latitude, longitude) {
            (Some(latitude), Some(longitude)) => Self::Place {
                latitude,
                longitude,
            },
            _ => Self::Object,
        }
    }
}
