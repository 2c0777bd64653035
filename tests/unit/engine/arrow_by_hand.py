"""A producer of Arrow columns made by hand: any layout, also ones that no library would give.

https://arrow.apache.org/docs/format/CDataInterface.html
"""

import ctypes as c
import struct
from itertools import accumulate

NEW_CAPSULE = c.pythonapi.PyCapsule_New
NEW_CAPSULE.restype = c.py_object
NEW_CAPSULE.argtypes = [c.c_void_p, c.c_char_p, c.c_void_p]


class Schema(c.Structure):
    pass


class Array(c.Structure):
    pass


class Stream(c.Structure):
    pass


SCHEMA_RELEASE = c.CFUNCTYPE(None, c.POINTER(Schema))
ARRAY_RELEASE = c.CFUNCTYPE(None, c.POINTER(Array))
STREAM_RELEASE = c.CFUNCTYPE(None, c.POINTER(Stream))
GET_SCHEMA = c.CFUNCTYPE(c.c_int, c.POINTER(Stream), c.POINTER(Schema))
GET_NEXT = c.CFUNCTYPE(c.c_int, c.POINTER(Stream), c.POINTER(Array))
GET_LAST_ERROR = c.CFUNCTYPE(c.c_void_p, c.POINTER(Stream))

Schema._fields_ = [
    ("format", c.c_char_p),
    ("name", c.c_char_p),
    ("metadata", c.c_char_p),
    ("flags", c.c_int64),
    ("n_children", c.c_int64),
    ("children", c.POINTER(c.POINTER(Schema))),
    ("dictionary", c.POINTER(Schema)),
    ("release", SCHEMA_RELEASE),
    ("private", c.c_void_p),
]
Array._fields_ = [
    ("length", c.c_int64),
    ("null_count", c.c_int64),
    ("offset", c.c_int64),
    ("n_buffers", c.c_int64),
    ("n_children", c.c_int64),
    ("buffers", c.POINTER(c.c_void_p)),
    ("children", c.POINTER(c.POINTER(Array))),
    ("dictionary", c.POINTER(Array)),
    ("release", ARRAY_RELEASE),
    ("private", c.c_void_p),
]
Stream._fields_ = [
    ("get_schema", GET_SCHEMA),
    ("get_next", GET_NEXT),
    ("get_last_error", GET_LAST_ERROR),
    ("release", STREAM_RELEASE),
    ("private", c.c_void_p),
]

RELEASED = {"schema": 0, "array": 0, "stream": 0}
"""How many of each were given back."""

ALIVE = []
"""What the structures point to, for the life of the tests."""


def _release(name):
    def release(pointer):
        RELEASED[name] += 1
        pointer.contents.release = type(pointer.contents.release)(0)

    return release


RELEASE_SCHEMA = SCHEMA_RELEASE(_release("schema"))
RELEASE_ARRAY = ARRAY_RELEASE(_release("array"))
RELEASE_STREAM = STREAM_RELEASE(_release("stream"))


def _pointers(kind, items):
    pointers = (c.POINTER(kind) * len(items))(*(c.pointer(item) for item in items))
    ALIVE.append((pointers, items))
    return c.cast(pointers, c.POINTER(c.POINTER(kind)))


def schema(type_, name="", children=(), dictionary=None):
    made = Schema(type_.encode(), name.encode(), release=RELEASE_SCHEMA)
    if children:
        made.n_children, made.children = len(children), _pointers(Schema, children)
    if dictionary:
        made.dictionary = c.pointer(dictionary)
    ALIVE.append(made)
    return made


def bitmap(values):
    bits = sum(1 << index for index, value in enumerate(values) if value)
    return bits.to_bytes(len(values) // 8 + 1, "little")


def array(length, buffers, *, offset=0, null_count=-1, children=()):
    kept = [None if buffer is None else c.create_string_buffer(buffer) for buffer in buffers]
    pointers = (c.c_void_p * len(kept))(
        *(None if buffer is None else c.addressof(buffer) for buffer in kept)
    )
    made = Array(
        length,
        null_count,
        offset,
        len(kept),
        buffers=c.cast(pointers, c.POINTER(c.c_void_p)),
        release=RELEASE_ARRAY,
    )
    if children:
        made.n_children, made.children = len(children), _pointers(Array, children)
    ALIVE.append((made, kept, pointers))
    return made


def texts(values, *, offsets="i", offset=0):
    """Texts with offsets of 32 (`i`) or 64 (`q`) bits; None is null; `offset` rows are left out."""
    encoded = [(value or "").encode() for value in values]
    ends = [0, *accumulate(map(len, encoded))]
    packed = struct.pack(f"<{len(ends)}{offsets}", *ends)
    valid = bitmap([value is not None for value in values])
    return array(len(values) - offset, [valid, packed, b"".join(encoded)], offset=offset)


def views(values):
    """Texts as views: short ones in place, long ones by turns in two buffers."""
    pools, packed = [b"", b""], b""
    for index, value in enumerate(values):
        text = (value or "").encode()
        if len(text) <= 12:
            packed += struct.pack("<i12s", len(text), text)
        else:
            pool = index % 2
            packed += struct.pack("<i4sii", len(text), text[:4], pool, len(pools[pool]))
            pools[pool] += text
    lengths = struct.pack("<2q", *map(len, pools))
    valid = bitmap([value is not None for value in values])
    return array(len(values), [valid, packed, *pools, lengths])


def integers(values, code, *, offset=0):
    packed = struct.pack(f"<{len(values)}{code}", *(value or 0 for value in values))
    valid = bitmap([value is not None for value in values])
    return array(len(values) - offset, [valid, packed], offset=offset)


class Exported:
    """One array, as `__arrow_c_array__` gives it."""

    def __init__(self, schema, array):
        self.schema, self.array = schema, array

    def __arrow_c_array__(self, requested_schema=None):
        return (
            NEW_CAPSULE(c.addressof(self.schema), b"arrow_schema", None),
            NEW_CAPSULE(c.addressof(self.array), b"arrow_array", None),
        )


class Streamed:
    """Several arrays, as `__arrow_c_stream__` gives them; with an error behind them or not."""

    def __init__(self, schema, arrays, error=None):
        left = list(arrays)

        def get_schema(_, out):
            c.memmove(out, c.byref(schema), c.sizeof(Schema))
            return 0

        def get_next(_, out):
            if left:
                c.memmove(out, c.byref(left.pop(0)), c.sizeof(Array))
                return 0
            c.memset(out, 0, c.sizeof(Array))
            return 5 if error else 0

        message = c.create_string_buffer((error or "").encode())
        self.callbacks = (
            GET_SCHEMA(get_schema),
            GET_NEXT(get_next),
            GET_LAST_ERROR(lambda _: c.addressof(message)),
            RELEASE_STREAM,
        )
        self.stream = Stream(*self.callbacks)
        ALIVE.append((self, message))

    def __arrow_c_stream__(self, requested_schema=None):
        return NEW_CAPSULE(c.addressof(self.stream), b"arrow_array_stream", None)
