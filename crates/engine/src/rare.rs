//! A list that is empty as a rule.
use std::ops::Deref;

/// A list that takes one word while it is empty, so that an answer without it stays small.
#[allow(clippy::box_collection)] // A `Vec` takes three words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rare<T>(Option<Box<Vec<T>>>);

impl<T> Default for Rare<T> {
    #[inline]
    fn default() -> Self {
        Self(None)
    }
}

impl<T> From<Vec<T>> for Rare<T> {
    fn from(list: Vec<T>) -> Self {
        Self((!list.is_empty()).then(|| Box::new(list)))
    }
}

impl<T> Deref for Rare<T> {
    type Target = [T];

    #[inline]
    fn deref(&self) -> &[T] {
        self.0.as_deref().map_or(&[], Vec::as_slice)
    }
}

impl<T> IntoIterator for Rare<T> {
    type Item = T;
    type IntoIter = std::vec::IntoIter<T>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.map(|list| *list).unwrap_or_default().into_iter()
    }
}

impl<'r, T> IntoIterator for &'r Rare<T> {
    type Item = &'r T;
    type IntoIter = std::slice::Iter<'r, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_one_word_and_the_list_that_was_put_in() {
        assert_eq!(size_of::<Rare<u64>>(), size_of::<usize>());
        assert_eq!(Rare::from(Vec::<u8>::new()), Rare::default());
        let list = Rare::from(vec![1, 2]);
        assert_eq!((&list).into_iter().sum::<i32>(), 3);
        assert_eq!(list.into_iter().collect::<Vec<_>>(), [1, 2]);
    }
}
