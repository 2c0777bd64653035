//! An attribute's value as a request carries it.

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
    /// An object; nothing compares with one yet.
    Object,
}
