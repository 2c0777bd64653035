//! Two sorted sequences beside each other.
use std::cmp::Ordering;
use std::iter::Peekable;

/// Where a member is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Side<T> {
    Left(T),
    Right(T),
    Both(T),
}

pub(crate) struct Merge<L: Iterator, R: Iterator<Item = L::Item>> {
    left: Peekable<L>,
    right: Peekable<R>,
}

/// Says of each member of sorted sequences without duplicates where it is, in order.
pub(crate) fn merge<T: Ord, L: Iterator<Item = T>, R: Iterator<Item = T>>(
    left: L,
    right: R,
) -> Merge<L, R> {
    Merge {
        left: left.peekable(),
        right: right.peekable(),
    }
}

impl<T: Clone, L, R> Clone for Merge<L, R>
where
    L: Iterator<Item = T> + Clone,
    R: Iterator<Item = T> + Clone,
{
    fn clone(&self) -> Self {
        Self {
            left: self.left.clone(),
            right: self.right.clone(),
        }
    }
}

impl<T: Ord, L: Iterator<Item = T>, R: Iterator<Item = T>> Iterator for Merge<L, R> {
    type Item = Side<T>;

    #[inline]
    fn next(&mut self) -> Option<Side<T>> {
        let order = match (self.left.peek(), self.right.peek()) {
            (Some(left), Some(right)) => left.cmp(right),
            (Some(_), None) => Ordering::Less,
            (None, _) => Ordering::Greater,
        };
        match order {
            Ordering::Less => self.left.next().map(Side::Left),
            Ordering::Greater => self.right.next().map(Side::Right),
            Ordering::Equal => {
                self.right.next();
                self.left.next().map(Side::Both)
            }
        }
    }
}

impl<T> Side<T> {
    pub(crate) fn only_left(self) -> Option<T> {
        match self {
            Self::Left(member) => Some(member),
            Self::Right(_) | Self::Both(_) => None,
        }
    }

    pub(crate) fn any(self) -> T {
        match self {
            Self::Left(member) | Self::Right(member) | Self::Both(member) => member,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_member_is_told_once_and_in_order() {
        let told: Vec<_> = merge([1, 3, 4].into_iter(), [2, 3, 5, 6].into_iter()).collect();
        let expected = [
            Side::Left(1),
            Side::Right(2),
            Side::Both(3),
            Side::Left(4),
            Side::Right(5),
            Side::Right(6),
        ];
        assert_eq!(told, expected);
    }

    #[test]
    fn a_side_may_be_empty() {
        let nothing: [u8; 0] = [];
        assert_eq!(merge(nothing.into_iter(), nothing.into_iter()).count(), 0);
        let left: Vec<_> = merge([1, 2].into_iter(), nothing.into_iter())
            .filter_map(Side::only_left)
            .collect();
        assert_eq!(left, [1, 2]);
    }
}
