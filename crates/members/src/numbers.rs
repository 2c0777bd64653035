//! Little-endian numbers in bytes, and widths of numbers.

/// The bytes from `at` on, as many as the array holds.
#[inline]
pub(crate) fn array_at<const N: usize>(bytes: &[u8], at: usize) -> Option<[u8; N]> {
    bytes.get(at..)?.first_chunk().copied()
}

#[inline]
pub(crate) fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    array_at(bytes, at).map(u16::from_le_bytes)
}

#[inline]
pub(crate) fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    array_at(bytes, at).map(u32::from_le_bytes)
}

#[inline]
pub(crate) fn u64_at(bytes: &[u8], at: usize) -> Option<u64> {
    array_at(bytes, at).map(u64::from_le_bytes)
}

/// A position; beyond what this machine can address, one that no bytes have.
#[inline]
pub(crate) fn position(number: impl TryInto<usize>) -> usize {
    number.try_into().unwrap_or(usize::MAX)
}

/// A length: no machine has more than 64 bits of it.
#[inline]
pub(crate) fn length(number: usize) -> u64 {
    u64::try_from(number).unwrap_or(u64::MAX)
}

/// The high and the low 64 bits.
#[inline]
pub(crate) fn halves(number: u128) -> (u64, u64) {
    let half = |number: u128| u64::try_from(number & u128::from(u64::MAX)).unwrap_or_default();
    (half(number >> 64), half(number))
}

/// The low 16 bits.
#[inline]
pub(crate) fn low16(number: u64) -> u16 {
    u16::try_from(number & 0xffff).unwrap_or_default()
}

/// The low 32 bits.
#[inline]
pub(crate) fn low32(number: u64) -> u32 {
    u32::try_from(number & 0xffff_ffff).unwrap_or_default()
}
