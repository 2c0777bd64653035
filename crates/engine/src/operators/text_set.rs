//! The distinct texts of a condition's operands.
use std::collections::HashMap;

use foldhash::fast::RandomState;

/// A list up to this length is compared one by one, which is quicker than hashing.
const FEW: usize = 8;

/// Texts in the form of one case, each once.
#[derive(Debug)]
pub(crate) enum TextSet {
    Few(Box<[Box<str>]>),
    /// Each with its position among the others.
    Many(HashMap<Box<[u8]>, usize, RandomState>),
}

impl TextSet {
    pub(crate) fn new(texts: impl Iterator<Item = Box<str>>) -> Self {
        let mut texts: Vec<Box<str>> = texts.collect();
        texts.sort_unstable();
        texts.dedup();
        if texts.len() <= FEW {
            return Self::Few(texts.into());
        }
        let bytes = texts.into_iter().map(|text| text.into_boxed_bytes());
        Self::Many(
            bytes
                .enumerate()
                .map(|(position, text)| (text, position))
                .collect(),
        )
    }

    pub(crate) fn len(&self) -> usize {
        match self {
            Self::Few(texts) => texts.len(),
            Self::Many(texts) => texts.len(),
        }
    }

    /// Which of the texts it is.
    #[inline]
    pub(crate) fn position(&self, text: &[u8]) -> Option<usize> {
        match self {
            Self::Few(texts) => texts.iter().position(|known| known.as_bytes() == text),
            Self::Many(texts) => texts.get(text).copied(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_and_many_find_the_same() {
        for count in [0, 1, FEW, FEW + 1, 1_000] {
            let texts: Vec<Box<str>> = (0..count).map(|n| format!("t{n}").into()).collect();
            let set = TextSet::new(texts.iter().chain(&texts).cloned());
            assert_eq!(set.len(), count, "each once");
            let mut found: Vec<_> = texts
                .iter()
                .filter_map(|t| set.position(t.as_bytes()))
                .collect();
            found.sort_unstable();
            assert_eq!(found, (0..count).collect::<Vec<_>>());
            assert_eq!(set.position(b"t"), None);
        }
    }
}
