//! The three values inside: TRUE, FALSE, UNKNOWN (Kleene).

/// What an expression comes out as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Truth {
    /// It does not hold.
    False,
    /// It holds.
    True,
    /// It could not be known.
    Unknown,
}

impl Truth {
    /// `TRUE`, `FALSE` or `UNKNOWN`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::False => "FALSE",
            Self::True => "TRUE",
            Self::Unknown => "UNKNOWN",
        }
    }
}

impl std::ops::Not for Truth {
    type Output = Self;

    /// Swaps TRUE and FALSE, leaves UNKNOWN.
    fn not(self) -> Self {
        match self {
            Self::False => Self::True,
            Self::True => Self::False,
            Self::Unknown => Self::Unknown,
        }
    }
}

impl From<bool> for Truth {
    fn from(holds: bool) -> Self {
        if holds { Self::True } else { Self::False }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn not_leaves_unknown() {
        assert_eq!(!Truth::True, Truth::False);
        assert_eq!(!Truth::False, Truth::True);
        assert_eq!(!Truth::Unknown, Truth::Unknown);
    }
}
