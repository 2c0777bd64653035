//! Where bytes go.
use std::convert::Infallible;

/// Takes bytes one after the other: a file's job is the caller's.
pub trait Sink {
    /// Why it takes no more.
    type Error;

    /// Takes all of the bytes.
    ///
    /// # Errors
    ///
    /// The sink takes no more; what was begun is of no use then.
    fn put(&mut self, bytes: &[u8]) -> Result<(), Self::Error>;
}

impl Sink for Vec<u8> {
    type Error = Infallible;

    fn put(&mut self, bytes: &[u8]) -> Result<(), Infallible> {
        self.extend_from_slice(bytes);
        Ok(())
    }
}

impl<S: Sink> Sink for &mut S {
    type Error = S::Error;

    fn put(&mut self, bytes: &[u8]) -> Result<(), S::Error> {
        (**self).put(bytes)
    }
}
