//! Many short texts in one: each costs its bytes and four more.

/// Texts by their position, one behind the other.
#[derive(Debug, Default)]
pub struct Texts {
    text: String,
    /// Where each ends.
    ends: Vec<u32>,
}

impl Texts {
    /// Adds a text; its position, or `None` when there is no room in 32 bits.
    pub fn push(&mut self, text: &str) -> Option<usize> {
        let end = self.text.len().checked_add(text.len())?;
        let end = u32::try_from(end).ok()?;
        self.text.push_str(text);
        self.ends.push(end);
        self.ends.len().checked_sub(1)
    }

    /// The text at a position.
    #[inline]
    #[must_use]
    pub fn get(&self, position: usize) -> Option<&str> {
        let end = |at: usize| usize::try_from(*self.ends.get(at)?).ok();
        let start = match position.checked_sub(1) {
            Some(before) => end(before)?,
            None => 0,
        };
        self.text.get(start..end(position)?)
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// In the order of their positions.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &str> {
        (0..self.len()).map(|position| self.get(position).unwrap_or_default())
    }

    /// Gives back the room for more.
    #[must_use]
    pub fn shrunk(mut self) -> Self {
        self.text.shrink_to_fit();
        self.ends.shrink_to_fit();
        self
    }
}

/// Texts until there is no room.
impl<T: AsRef<str>> FromIterator<T> for Texts {
    fn from_iter<I: IntoIterator<Item = T>>(texts: I) -> Self {
        let mut all = Self::default();
        for text in texts {
            if all.push(text.as_ref()).is_none() {
                break;
            }
        }
        all.shrunk()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_found_by_their_position() {
        let texts: Texts = ["a", "", "bé"].into_iter().collect();
        assert_eq!(
            [0, 1, 2, 3].map(|at| texts.get(at)),
            [Some("a"), Some(""), Some("bé"), None]
        );
        assert!(texts.iter().eq(["a", "", "bé"]));
        assert_eq!((texts.len(), texts.is_empty()), (3, false));
        assert!(Texts::default().is_empty());
    }
}
