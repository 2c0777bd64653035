//! The structures of the Arrow C data and stream interfaces, which own what a producer gave.
//!
//! <https://arrow.apache.org/docs/format/CDataInterface.html>
#![allow(unsafe_code)]
use std::ffi::{CStr, c_char, c_int, c_void};
use std::ptr::null_mut;

/// How a structure is given back.
type Release<T> = Option<unsafe extern "C" fn(*mut T)>;

/// What a column is.
#[repr(C)]
pub struct Schema {
    format: *const c_char,
    name: *const c_char,
    metadata: *const c_char,
    flags: i64,
    n_children: i64,
    children: *mut *mut Schema,
    dictionary: *mut Schema,
    release: Release<Schema>,
    private: *mut c_void,
}

/// What a column holds.
#[repr(C)]
pub struct Array {
    pub length: i64,
    pub null_count: i64,
    pub offset: i64,
    n_buffers: i64,
    n_children: i64,
    buffers: *mut *const c_void,
    children: *mut *mut Array,
    dictionary: *mut Array,
    release: Release<Array>,
    private: *mut c_void,
}

/// Arrays of one schema, one after the other.
#[repr(C)]
pub struct Stream {
    get_schema: Option<unsafe extern "C" fn(*mut Stream, *mut Schema) -> c_int>,
    get_next: Option<unsafe extern "C" fn(*mut Stream, *mut Array) -> c_int>,
    get_last_error: Option<unsafe extern "C" fn(*mut Stream) -> *const c_char>,
    release: Release<Stream>,
    private: *mut c_void,
}

/// A structure that says itself how it is given back.
pub trait Released: Sized {
    /// One that holds nothing.
    fn released() -> Self;

    /// Takes a structure from where its producer put it.
    ///
    /// # Safety
    ///
    /// The pointer is to a valid structure that nobody else uses.
    unsafe fn take(from: *mut Self) -> Self {
        // SAFETY: the caller's; what is left says that it holds nothing any more.
        unsafe { from.replace(Self::released()) }
    }
}

macro_rules! released {
    ($type:ident { $($field:ident: $nothing:expr),* }) => {
        impl Released for $type {
            fn released() -> Self {
                Self { $($field: $nothing,)* release: None, private: null_mut() }
            }
        }

        impl Drop for $type {
            fn drop(&mut self) {
                if let Some(release) = self.release {
                    // SAFETY: it was not released before, and its producer's callback may be
                    // called from any thread.
                    unsafe { release(self) };
                }
            }
        }

        // SAFETY: producers hand these out for consumers on any thread, one at a time.
        unsafe impl Send for $type {}
    };
}

released!(Schema {
    format: std::ptr::null(),
    name: std::ptr::null(),
    metadata: std::ptr::null(),
    flags: 0,
    n_children: 0,
    children: null_mut(),
    dictionary: null_mut()
});
released!(Array {
    length: 0,
    null_count: 0,
    offset: 0,
    n_buffers: 0,
    n_children: 0,
    buffers: null_mut(),
    children: null_mut(),
    dictionary: null_mut()
});
released!(Stream {
    get_schema: None,
    get_next: None,
    get_last_error: None
});

impl Schema {
    /// The type, in the format strings of the interface.
    pub fn format(&self) -> String {
        text(self.format)
    }

    /// The name of the column.
    pub fn name(&self) -> String {
        text(self.name)
    }

    /// Whether values are numbers of entries of a dictionary.
    pub fn is_dictionary(&self) -> bool {
        !self.dictionary.is_null()
    }

    /// The columns of a table.
    pub fn children(&self) -> Vec<&Schema> {
        children(self.children, self.n_children)
    }
}

impl Array {
    /// The columns of a table.
    pub fn children(&self) -> Vec<&Array> {
        children(self.children, self.n_children)
    }

    /// A buffer by its number; null where there is none.
    pub fn buffer(&self, number: usize) -> *const c_void {
        let there = usize::try_from(self.n_buffers).unwrap_or(0);
        if number >= there || self.buffers.is_null() {
            return std::ptr::null();
        }
        // SAFETY: the producer says that there are so many.
        unsafe { *self.buffers.add(number) }
    }

    /// How many buffers there are.
    pub fn buffers(&self) -> usize {
        usize::try_from(self.n_buffers).unwrap_or(0)
    }
}

impl Stream {
    /// The type of all arrays.
    pub fn schema(&mut self) -> Result<Schema, String> {
        let mut schema = Schema::released();
        let Some(get_schema) = self.get_schema else {
            return Err("the stream has ended already".to_owned());
        };
        // SAFETY: a stream that was not released, and a place for the schema.
        let code = unsafe { get_schema(self, &mut schema) };
        self.checked(code).map(|()| schema)
    }

    /// The next array; none at the end.
    pub fn next(&mut self) -> Result<Option<Array>, String> {
        let mut array = Array::released();
        let Some(get_next) = self.get_next else {
            return Ok(None);
        };
        // SAFETY: a stream that was not released, and a place for the array.
        let code = unsafe { get_next(self, &mut array) };
        self.checked(code)
            .map(|()| array.release.is_some().then_some(array))
    }

    fn checked(&mut self, code: c_int) -> Result<(), String> {
        if code == 0 {
            return Ok(());
        }
        // SAFETY: a stream that was not released; the text lives until the next call.
        let message = self
            .get_last_error
            .map(|last| text(unsafe { last(self) }))
            .unwrap_or_default();
        Err(format!("the source failed with {code}: {message}"))
    }
}

fn text(pointer: *const c_char) -> String {
    if pointer.is_null() {
        return String::new();
    }
    // SAFETY: texts of the interface end with a zero byte.
    let text = unsafe { CStr::from_ptr(pointer) };
    text.to_string_lossy().into_owned()
}

fn children<'a, T>(children: *mut *mut T, count: i64) -> Vec<&'a T> {
    let count = usize::try_from(count).unwrap_or(0);
    if children.is_null() {
        return Vec::new();
    }
    (0..count)
        // SAFETY: the producer says that there are so many; they live as long as their parent.
        .filter_map(|index| unsafe { children.add(index).read().as_ref() })
        .collect()
}
