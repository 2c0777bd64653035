"""Columns of ids from whoever speaks Arrow."""

import struct

import arrow_by_hand as arrow
import pytest

from turnout.engine import MemberSet, MemberSetBuilder

KEY = bytes(range(16))
LONG = "a text that has no room in a view"
IDS = ["u-1", "", LONG, None, "\u00e9", "u-1"]


@pytest.fixture
def builder():
    return MemberSetBuilder(KEY, exact=True)


def finished(builder, tmp_path):
    builder.finish(tmp_path / "set")
    return MemberSet.open(tmp_path / "set").ids()


def columns():
    yield "u", arrow.texts(IDS)
    yield "U", arrow.texts(IDS, offsets="q")
    yield "vu", arrow.views(IDS)


@pytest.mark.parametrize("number", range(3))
def test_texts_are_read_byte_for_byte(builder, tmp_path, number):
    type_, array = list(columns())[number]
    nulls = builder.add_arrow(arrow.Exported(arrow.schema(type_), array))
    assert (nulls, builder.given) == (1, 5)
    assert finished(builder, tmp_path) == ["", LONG, "u-1", "\u00e9"]


@pytest.mark.parametrize("code", ["b", "h", "i", "q"])
def test_integers_with_a_sign_are_read_as_their_decimals(builder, tmp_path, code):
    type_ = {"b": "c", "h": "s", "i": "i", "q": "l"}[code]
    array = arrow.integers([7, 0, None, 100, -5, -128], code)
    assert builder.add_arrow(arrow.Exported(arrow.schema(type_), array)) == 1
    assert finished(builder, tmp_path) == ["-128", "-5", "0", "100", "7"]


@pytest.mark.parametrize("code", ["B", "H", "I", "Q"])
def test_integers_without_a_sign_are_members_as_integers(builder, tmp_path, code):
    type_ = {"B": "C", "H": "S", "I": "I", "Q": "L"}[code]
    most = 2 ** (8 * struct.calcsize(f"<{code}")) - 1
    builder.add_arrow(arrow.Exported(arrow.schema(type_), arrow.integers([7, None, most], code)))
    summary = builder.finish(tmp_path / "set")
    assert summary.kind == "integers"
    assert MemberSet.open(tmp_path / "set").ids() == ["7", str(most)]


def test_rows_before_the_offset_are_left_out(builder, tmp_path):
    array = arrow.texts(["x", "y", None, "u-1", None, "u-2"], offset=2)
    assert builder.add_arrow(arrow.Exported(arrow.schema("u"), array)) == 2
    array = arrow.integers([9, None, 8], "q", offset=1)
    assert builder.add_arrow(arrow.Exported(arrow.schema("l"), array)) == 1
    assert finished(builder, tmp_path) == ["8", "u-1", "u-2"]


def test_a_column_without_nulls_needs_no_bitmap(builder, tmp_path):
    packed = struct.pack("<3q", 1, 2, 3)
    array = arrow.array(3, [None, packed], null_count=0)
    assert builder.add_arrow(arrow.Exported(arrow.schema("l"), array)) == 0
    assert finished(builder, tmp_path) == ["1", "2", "3"]


def table(names, columns, *, valid, offset=0):
    children = [arrow.schema(type_, name) for name, (type_, _) in zip(names, columns, strict=True)]
    arrays = [array for _, array in columns]
    rows = arrow.array(len(valid) - offset, [arrow.bitmap(valid)], offset=offset, children=arrays)
    return arrow.schema("+s", children=children), rows


def test_the_only_column_of_a_table_is_taken(builder, tmp_path):
    schema, rows = table(["id"], [("u", arrow.texts(["a", "b", None, "c"]))], valid=[1, 1, 1, 0])
    assert builder.add_arrow(arrow.Streamed(schema, [rows])) == 2
    assert finished(builder, tmp_path) == ["a", "b"]


def test_a_table_may_begin_later_than_its_columns(builder, tmp_path):
    column = arrow.texts(["x", "a", "b", "c", "d"], offset=1)
    schema, rows = table(["id"], [("u", column)], valid=[1, 1, 0, 1], offset=1)
    assert builder.add_arrow(arrow.Exported(schema, rows)) == 1
    assert finished(builder, tmp_path) == ["b", "d"]


def test_a_column_is_taken_by_its_name(builder, tmp_path):
    columns = [("l", arrow.integers([1, 2], "q")), ("u", arrow.texts(["a", "b"]))]
    schema, rows = table(["age", "id"], columns, valid=[1, 1])
    builder.add_arrow(arrow.Streamed(schema, [rows]), column="id")
    assert finished(builder, tmp_path) == ["a", "b"]


def test_a_table_of_several_columns_needs_a_name(builder):
    columns = [("l", arrow.integers([1], "q")), ("l", arrow.integers([2], "q"))]
    schema, rows = table(["a", "b"], columns, valid=[1])
    with pytest.raises(ValueError, match="2 columns: name one"):
        builder.add_arrow(arrow.Exported(schema, rows))
    with pytest.raises(ValueError, match="no column `c`"):
        builder.add_arrow(arrow.Exported(schema, rows), column="c")


def test_a_stream_is_read_to_its_end_and_given_back(builder, tmp_path):
    before = dict(arrow.RELEASED)
    arrays = [arrow.texts(["a", None]), arrow.texts([]), arrow.texts(["b", "a"])]
    assert builder.add_arrow(arrow.Streamed(arrow.schema("u"), arrays)) == 1
    taken = {name: count - before[name] for name, count in arrow.RELEASED.items()}
    assert taken == {"schema": 1, "array": 3, "stream": 1}
    assert finished(builder, tmp_path) == ["a", "b"]


def test_an_array_is_given_back(builder):
    before = dict(arrow.RELEASED)
    builder.add_arrow(arrow.Exported(arrow.schema("u"), arrow.texts(["a"])))
    taken = {name: count - before[name] for name, count in arrow.RELEASED.items()}
    assert taken == {"schema": 1, "array": 1, "stream": 0}


def test_what_fails_says_why_and_keeps_what_came_before(builder, tmp_path):
    stream = arrow.Streamed(arrow.schema("u"), [arrow.texts(["a"])], error="the query was ended")
    with pytest.raises(ValueError, match="the query was ended"):
        builder.add_arrow(stream)
    assert finished(builder, tmp_path) == ["a"]


@pytest.mark.parametrize("type_", ["g", "b", "tdD", "z", "n", "+l", "vz", ""])
def test_other_types_are_refused(builder, type_):
    exported = arrow.Exported(arrow.schema(type_), arrow.array(0, [None, b""]))
    with pytest.raises(TypeError, match="ids are texts or integers"):
        builder.add_arrow(exported)


def test_a_dictionary_is_refused(builder):
    schema = arrow.schema("i", dictionary=arrow.schema("u"))
    with pytest.raises(TypeError, match="a dictionary"):
        builder.add_arrow(arrow.Exported(schema, arrow.integers([0], "i")))


def test_what_speaks_no_arrow_is_refused(builder):
    with pytest.raises(TypeError, match="__arrow_c_stream__"):
        builder.add_arrow(["a"])


DAMAGED = {
    "its offsets fall": ("u", [struct.pack("<4i", 0, 3, 1, 5), b"abcde"]),
    "no UTF-8": ("u", [struct.pack("<4i", 0, 1, 2, 3), b"a\xffb"]),
    "is no UTF-8": ("u", [struct.pack("<4i", 0, 1, 2, 3), "a\u00e9".encode()]),
    "negative": ("u", [struct.pack("<4i", -1, 1, 2, 3), b"abc"]),
    "too few buffers": ("u", [struct.pack("<4i", 0, 1, 2, 3)]),
    "no texts": ("u", [struct.pack("<4i", 0, 1, 2, 3), None]),
    "no values": ("l", [None]),
    "outside of its buffer": (
        "vu",
        [struct.pack("<i4sii", 30, b"aaaa", 0, 5) * 3, b"a" * 30, struct.pack("<q", 30)],
    ),
    "outside of": ("vu", [struct.pack("<i4sii", 30, b"aaaa", 7, 0) * 3, struct.pack("<q", 0)]),
}


@pytest.mark.parametrize("message", DAMAGED)
def test_a_damaged_column_is_refused(builder, message):
    type_, buffers = DAMAGED[message]
    array = arrow.array(3, [None, *buffers], null_count=0)
    with pytest.raises(ValueError, match=message):
        builder.add_arrow(arrow.Exported(arrow.schema(type_), array))


def test_a_column_shorter_than_its_table_is_refused(builder):
    schema, rows = table(["id"], [("u", arrow.texts(["a", "b"]))], valid=[1, 1, 1])
    with pytest.raises(ValueError, match="shorter than its table"):
        builder.add_arrow(arrow.Exported(schema, rows))
