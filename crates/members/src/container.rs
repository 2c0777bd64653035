//! One container of a bitmap: the low 16 bits of numbers that share all others.
//!
//! The three forms are those of the portable format of Roaring bitmaps.
use crate::numbers::{length, position, u16_at, u64_at};

/// The most members of an array; from there on a bitset is smaller.
const ARRAY_MOST: usize = 4096;
const BITS_LENGTH: usize = 8192;

/// How a container holds its members.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    /// Sorted, two bytes each.
    Array,
    /// A bit for each of 65,536.
    Bits,
    /// How many runs; for each its first member and how many follow it.
    Runs,
}

impl Form {
    /// The least form of sorted members, and its bytes.
    pub(crate) fn least(members: &[u16]) -> (Self, usize) {
        let (array, runs) = (
            members.len().saturating_mul(2),
            runs(members).count().saturating_mul(4).saturating_add(2),
        );
        if runs < array.min(BITS_LENGTH) {
            (Self::Runs, runs)
        } else if members.len() <= ARRAY_MOST {
            (Self::Array, array)
        } else {
            (Self::Bits, BITS_LENGTH)
        }
    }

    pub(crate) fn write(self, members: &[u16], out: &mut Vec<u8>) {
        match self {
            Self::Array => out.extend(members.iter().flat_map(|low| low.to_le_bytes())),
            Self::Bits => out.extend(bits(members).iter().flat_map(|word| word.to_le_bytes())),
            Self::Runs => {
                let count = u16::try_from(runs(members).count()).unwrap_or(u16::MAX);
                out.extend(count.to_le_bytes());
                for (first, more) in runs(members) {
                    out.extend(first.to_le_bytes());
                    out.extend(more.to_le_bytes());
                }
            }
        }
    }
}

fn runs(members: &[u16]) -> impl Iterator<Item = (u16, u16)> {
    members
        .chunk_by(|low, next| low.checked_add(1) == Some(*next))
        .filter_map(|run| Some((*run.first()?, run.last()?.checked_sub(*run.first()?)?)))
}

fn bits(members: &[u16]) -> [u64; 1024] {
    let mut words = [0; 1024];
    for low in members {
        if let Some(word) = words.get_mut(usize::from(*low >> 6)) {
            *word |= 1_u64.wrapping_shl(u32::from(*low));
        }
    }
    words
}

/// A container where it lies.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Container<'a> {
    form: Form,
    bytes: &'a [u8],
}

impl<'a> Container<'a> {
    /// The container at the start of the bytes; `None` when they are too few.
    #[inline]
    pub(crate) fn open(runs: bool, members: usize, bytes: &'a [u8]) -> Option<Self> {
        let (form, length) = if runs {
            let count = usize::from(u16_at(bytes, 0)?);
            (Form::Runs, count.checked_mul(4)?.checked_add(2)?)
        } else if members <= ARRAY_MOST {
            (Form::Array, members.checked_mul(2)?)
        } else {
            (Form::Bits, BITS_LENGTH)
        };
        let bytes = bytes.get(..length)?;
        Some(Self { form, bytes })
    }

    #[inline]
    pub(crate) fn len(&self) -> usize {
        self.bytes.len()
    }

    #[inline]
    pub(crate) fn contains(&self, low: u16) -> bool {
        match self.form {
            Form::Array => find(self.bytes, 2, low).is_ok(),
            Form::Bits => u64_at(self.bytes, usize::from(low >> 6).saturating_mul(8))
                .is_some_and(|word| word.wrapping_shr(u32::from(low)) & 1 == 1),
            Form::Runs => {
                let runs = self.bytes.get(2..).unwrap_or_default();
                let behind = match find(runs, 4, low) {
                    Ok(_) => return true,
                    Err(behind) => behind,
                };
                behind.checked_sub(1).is_some_and(|run| {
                    matches!(run_at(runs, run), Some((first, more)) if low.saturating_sub(first) <= more)
                })
            }
        }
    }

    /// All members, sorted; at most 65,536 of them, whatever the bytes are.
    pub(crate) fn members(&self) -> Vec<u16> {
        match self.form {
            Form::Array => pairs(self.bytes).collect(),
            Form::Bits => (0..=u16::MAX).filter(|low| self.contains(*low)).collect(),
            Form::Runs => {
                let runs = self.bytes.get(2..).unwrap_or_default();
                let mut members: Vec<u16> = Vec::new();
                for (first, more) in (0..).map_while(|run| run_at(runs, run)) {
                    // Runs of a damaged set may lie over each other.
                    if members.last().is_none_or(|last| *last < first) {
                        members.extend(first..=first.saturating_add(more));
                    }
                }
                members
            }
        }
    }
}

fn pairs(bytes: &[u8]) -> impl Iterator<Item = u16> {
    bytes.chunks_exact(2).filter_map(|pair| u16_at(pair, 0))
}

fn run_at(runs: &[u8], run: usize) -> Option<(u16, u16)> {
    let at = run.checked_mul(4)?;
    Some((u16_at(runs, at)?, u16_at(runs, at.checked_add(2)?)?))
}

/// By halves: where a record begins with the number, or the first that begins with a higher one.
#[inline]
pub(crate) fn find(records: &[u8], stride: usize, number: u16) -> Result<usize, usize> {
    let (mut low, mut high) = (0, records.len().checked_div(stride).unwrap_or_default());
    while low < high {
        let middle = low.midpoint(high);
        let there = u16_at(records, middle.saturating_mul(stride)).unwrap_or(u16::MAX);
        match there.cmp(&number) {
            std::cmp::Ordering::Equal => return Ok(middle),
            std::cmp::Ordering::Less => low = middle.saturating_add(1),
            std::cmp::Ordering::Greater => high = middle,
        }
    }
    Err(low)
}

/// Calls with the high 48 bits of sorted numbers and the low 16 of all that share them.
pub(crate) fn for_each_container(
    numbers: impl Iterator<Item = u64>,
    mut run: impl FnMut(u64, &[u16]),
) {
    let (mut high, mut members) = (0, Vec::new());
    for number in numbers {
        if number >> 16 != high && !members.is_empty() {
            run(high, &members);
            members.clear();
        }
        high = number >> 16;
        members.push(crate::numbers::low16(number));
    }
    if !members.is_empty() {
        run(high, &members);
    }
}

/// What a container adds to its bitmap: key, cardinality, offset and itself.
pub(crate) fn cost(members: &[u16]) -> u64 {
    length(Form::least(members).1).saturating_add(8)
}

/// Members less one, as a bitmap's header says it.
pub(crate) fn cardinality(members: &[u16]) -> u16 {
    u16::try_from(members.len().saturating_sub(1)).unwrap_or(u16::MAX)
}

/// Members as a bitmap's header says them.
#[inline]
pub(crate) fn from_cardinality(less_one: u16) -> usize {
    position(less_one).saturating_add(1)
}
