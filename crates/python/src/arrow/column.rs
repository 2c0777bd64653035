//! The values of one column of an array, as ids.
#![allow(unsafe_code)]
use std::ffi::c_void;
use std::fmt;

use super::abi::Array;

/// Who takes the ids of a column.
pub trait Taker {
    /// An id that is a text.
    fn text(&mut self, id: &str);
    /// An id that is an integer.
    fn integer(&mut self, id: u64);
}

/// The types that ids may have.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Type {
    /// UTF-8 with offsets of 32 bits.
    Text,
    /// UTF-8 with offsets of 64 bits.
    LargeText,
    /// UTF-8, short texts in place and long ones elsewhere.
    TextView,
    /// 8 to 64 bits with a sign.
    I8,
    I16,
    I32,
    I64,
    /// 8 to 64 bits without one.
    U8,
    U16,
    U32,
    U64,
}

impl Type {
    /// The type of a format string.
    pub fn of(format: &str) -> Option<Self> {
        Some(match format {
            "u" => Self::Text,
            "U" => Self::LargeText,
            "vu" => Self::TextView,
            "c" => Self::I8,
            "s" => Self::I16,
            "i" => Self::I32,
            "l" => Self::I64,
            "C" => Self::U8,
            "S" => Self::U16,
            "I" => Self::U32,
            "L" => Self::U64,
            _ => return None,
        })
    }
}

/// Values that lie one behind the other, aligned or not.
#[derive(Clone, Copy)]
struct Values<T>(*const T);

impl<T: Copy> Values<T> {
    fn of(buffer: *const c_void) -> Self {
        Self(buffer.cast())
    }

    /// # Safety
    ///
    /// The buffer has more than so many values.
    #[inline]
    unsafe fn get(self, index: usize) -> T {
        // SAFETY: the caller's.
        unsafe { self.0.add(index).read_unaligned() }
    }
}

/// Which rows have a value.
#[derive(Clone, Copy)]
struct Validity(Option<Values<u8>>);

impl Validity {
    fn of(array: &Array) -> Self {
        let bits = array.buffer(0);
        Self((array.null_count != 0 && !bits.is_null()).then_some(Values::of(bits)))
    }

    /// # Safety
    ///
    /// The array reaches to the row, its offset included.
    #[inline]
    unsafe fn has(self, row: usize) -> bool {
        // SAFETY: the caller's: the bitmap has a bit for each row of the array.
        self.0
            .is_none_or(|bits| unsafe { bits.get(row >> 3) } >> (row & 7) & 1 == 1)
    }
}

/// Rows of an array or of a column of a table.
pub struct Column<'a> {
    array: &'a Array,
    /// Of the table: its validity, and where it begins.
    table: Option<(Validity, usize)>,
    first: usize,
    rows: usize,
}

/// What the producer said cannot be.
#[derive(Debug)]
pub struct Damaged(&'static str);

impl fmt::Display for Damaged {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "the column is damaged: {}", self.0)
    }
}

impl<'a> Column<'a> {
    /// All rows of an array.
    pub fn whole(array: &'a Array) -> Result<Self, Damaged> {
        Ok(Self {
            array,
            table: None,
            first: whole(array.offset)?,
            rows: whole(array.length)?,
        })
    }

    /// The rows of a column that its table has.
    pub fn of_table(table: &Array, array: &'a Array) -> Result<Self, Damaged> {
        let before = whole(table.offset)?;
        let first = whole(array.offset)?.saturating_add(before);
        let rows = whole(table.length)?;
        if whole(array.length)? < before.saturating_add(rows) {
            return Err(Damaged("it is shorter than its table"));
        }
        Ok(Self {
            array,
            table: Some((Validity::of(table), before)),
            first,
            rows,
        })
    }

    /// Gives all values to who takes them, and says how many rows had none.
    ///
    /// # Safety
    ///
    /// The array is what its producer says and has this type.
    pub unsafe fn give_to(&self, taker: &mut impl Taker, of: Type) -> Result<u64, Damaged> {
        let needed = if of == Type::TextView {
            3
        } else {
            2 + usize::from(of.has_offsets())
        };
        if self.array.buffers() < needed {
            return Err(Damaged("it has too few buffers"));
        }
        if self.rows == 0 {
            return Ok(0);
        }
        if self.array.buffer(1).is_null() {
            return Err(Damaged("it has no values"));
        }
        // SAFETY: the caller's, and there is a row.
        unsafe {
            match of {
                Type::Text => self.give_texts::<i32>(taker),
                Type::LargeText => self.give_texts::<i64>(taker),
                Type::TextView => self.give_views(taker),
                Type::I8 => self.give_integers::<i8>(taker),
                Type::I16 => self.give_integers::<i16>(taker),
                Type::I32 => self.give_integers::<i32>(taker),
                Type::I64 => self.give_integers::<i64>(taker),
                Type::U8 => self.give_integers::<u8>(taker),
                Type::U16 => self.give_integers::<u16>(taker),
                Type::U32 => self.give_integers::<u32>(taker),
                Type::U64 => self.give_integers::<u64>(taker),
            }
        }
    }

    /// Calls with the place of each row that has a value, and counts the others.
    ///
    /// # Safety
    ///
    /// As [`Column::give_to`].
    #[inline]
    unsafe fn each(
        &self,
        mut run: impl FnMut(usize) -> Result<(), Damaged>,
    ) -> Result<u64, Damaged> {
        let (own, mut nulls) = (Validity::of(self.array), 0);
        for row in 0..self.rows {
            // SAFETY: the caller's: both reach over all rows.
            let has = unsafe {
                own.has(self.first + row)
                    && self
                        .table
                        .is_none_or(|(validity, before)| validity.has(before + row))
            };
            if has {
                run(self.first + row)?;
            } else {
                nulls += 1;
            }
        }
        Ok(nulls)
    }

    unsafe fn give_integers<T: Copy>(&self, taker: &mut impl Taker) -> Result<u64, Damaged>
    where
        i128: From<T>,
    {
        let values = Values::<T>::of(self.array.buffer(1));
        // SAFETY: the caller's: the buffer has a value for each row.
        unsafe {
            self.each(|row| {
                let number = i128::from(values.get(row));
                match u64::try_from(number) {
                    Ok(number) => taker.integer(number),
                    Err(_) => taker.text(&number.to_string()),
                }
                Ok(())
            })
        }
    }

    unsafe fn give_texts<O: Copy>(&self, taker: &mut impl Taker) -> Result<u64, Damaged>
    where
        i64: From<O>,
    {
        let offsets = Values::<O>::of(self.array.buffer(1));
        // SAFETY: the caller's: there is an offset for each row, and one more.
        let at = |row| whole(i64::from(unsafe { offsets.get(row) }));
        let (from, to) = (at(self.first)?, at(self.first + self.rows)?);
        let length = to.checked_sub(from).ok_or(FALLING)?;
        // SAFETY: the caller's: the texts reach to the last offset.
        let bytes = unsafe { bytes(self.array.buffer(2), from, length)? };
        // All at once, which is several times as fast as one by one.
        let text = std::str::from_utf8(bytes).map_err(|_| NO_TEXT)?;
        // SAFETY: the caller's.
        unsafe {
            self.each(|row| {
                let (start, end) = (at(row)?, at(row + 1)?);
                let inside = start.checked_sub(from).zip(end.checked_sub(from));
                let (start, end) = inside.filter(|(start, end)| start <= end).ok_or(FALLING)?;
                taker.text(text.get(start..end).ok_or(NO_TEXT)?);
                Ok(())
            })
        }
    }

    unsafe fn give_views(&self, taker: &mut impl Taker) -> Result<u64, Damaged> {
        let views = Values::<[u8; 16]>::of(self.array.buffer(1));
        // Behind validity and views come the texts, and their lengths last.
        let texts = self.array.buffers() - 3;
        let lengths = Values::<i64>::of(self.array.buffer(texts + 2));
        // SAFETY: the caller's: there is a view for each row, and a length for each buffer of texts.
        unsafe {
            self.each(|row| {
                let view = View(views.get(row));
                let length = whole(view.field(0).into())?;
                let inline = view.0.get(4..4 + length.min(12)).unwrap_or_default();
                let id = if length <= 12 {
                    inline
                } else {
                    let (buffer, start) =
                        (whole(view.field(2).into())?, whole(view.field(3).into())?);
                    if buffer >= texts || whole(lengths.get(buffer))? < start + length {
                        return Err(Damaged("a text lies outside of its buffer"));
                    }
                    bytes(self.array.buffer(2 + buffer), start, length)?
                };
                taker.text(std::str::from_utf8(id).map_err(|_| NO_TEXT)?);
                Ok(())
            })
        }
    }
}

impl Type {
    fn has_offsets(self) -> bool {
        matches!(self, Self::Text | Self::LargeText)
    }
}

const FALLING: Damaged = Damaged("its offsets fall");
const NO_TEXT: Damaged = Damaged("a text is no UTF-8");

/// Four numbers of 32 bits, or a length and a short text.
struct View([u8; 16]);

impl View {
    fn field(&self, number: usize) -> i32 {
        let bytes = self.0.get(number * 4..).and_then(<[u8]>::first_chunk);
        bytes.copied().map_or(-1, i32::from_le_bytes)
    }
}

/// # Safety
///
/// The buffer reaches that far and lives as long as it is looked at.
unsafe fn bytes<'a>(
    buffer: *const c_void,
    start: usize,
    length: usize,
) -> Result<&'a [u8], Damaged> {
    if length == 0 {
        return Ok(&[]);
    }
    if buffer.is_null() {
        return Err(Damaged("it has no texts"));
    }
    // SAFETY: the caller's, and it is not null.
    Ok(unsafe { std::slice::from_raw_parts(buffer.cast::<u8>().add(start), length) })
}

fn whole(number: i64) -> Result<usize, Damaged> {
    usize::try_from(number).map_err(|_| Damaged("a length is negative"))
}
