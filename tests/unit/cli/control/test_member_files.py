"""Unit ids of files: what is read, byte by byte, and what is told of rows that hold none."""

import csv
import io
import json

import duckdb
import pytest

from turnout.cli.control.member_files import Broken, Form, MemberFile, form_of
from turnout.cli.control.member_writing import write_ids
from turnout.cli.failures import Failed
from turnout.store.unit_ids import fault_of

IDS = ["u-1", " u-1", "ünï\tcode", 'with "quotes", and a comma', "two\nlines", "0042", "-7"]


HOSTILE = [
    "a\nb", "c\rd", "e\r\nf", "\r", "\n", "g\r", "h\n", "\ri", "\nj", '"', '""', '"k', 'l"', 'm"n',
    '"o"', "p,q", ",", " ", " r ", "\t", "\ts", "\x0b", "\x0c", "\x1c", "\x85", "\u2028", "\u2029",
    "\ufeff", "\ufefft", "\\", "\\n", "'", "u;v", "#w", "null", "NULL", "{}", '{"id": "x"}', "[",
    "=1+1", "unit_id", "é", "e\u0301", "🙂", "0", "007", "1e3", "true", "\x01", "\x7f",
]  # fmt: skip
"""Ids that the store takes."""


def read(path, form=None, column=""):
    return list(MemberFile(str(path), form_of(str(path), form), column).rows())


def written(tmp_path, name, content):
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


@pytest.mark.parametrize(
    ("name", "form"),
    [("a.csv", Form.CSV), ("a.CSV", Form.CSV), ("a.parquet", Form.PARQUET),
     ("a.jsonl", Form.JSONL), ("a.ndjson", Form.JSONL), ("a.txt", Form.LINES), ("-", Form.LINES)],
)  # fmt: skip
def test_the_name_says_how_a_file_holds_them(name, form):
    assert form_of(name, None) is form
    assert form_of(name, Form.CSV) is Form.CSV


@pytest.mark.parametrize("name", ["ids.csv", "ids.jsonl", "ids.parquet"])
def test_what_is_written_is_read_as_it_was(tmp_path, name):
    path = tmp_path / name
    write_ids([IDS[:3], IDS[3:]], str(path), form_of(name, None))
    assert read(path) == IDS
    assert [one.name for one in tmp_path.iterdir()] == [name]


@pytest.mark.parametrize("name", ["ids.csv", "ids.jsonl", "ids.parquet"])
def test_no_id_is_lost_or_invented_whatever_it_is(tmp_path, name):
    path = tmp_path / name
    assert not any(map(fault_of, HOSTILE))
    for ids in ([*HOSTILE], *([one] for one in HOSTILE), [*reversed(HOSTILE)]):
        write_ids([ids], str(path), form_of(name, None))
        assert read(path) == ids
        if name == "ids.parquet" and len(ids) > 1:
            write_ids([ids] * 5000, str(path), Form.PARQUET)
            assert read(path) == ids * 5000


@pytest.mark.parametrize("unit_id", HOSTILE)
def test_lines_hold_an_id_as_it_is_or_refuse_it(tmp_path, unit_id):
    path = tmp_path / "ids.txt"
    if not {"\n", "\r"} & set(unit_id) and not unit_id.startswith("\ufeff"):
        write_ids([[unit_id, "u-1", unit_id]], str(path), Form.LINES)
        assert read(path) == [unit_id, "u-1", unit_id]
        return
    with pytest.raises(Failed, match="use `--format csv` or `--format jsonl`") as failed:
        write_ids([["u-1", unit_id]], str(path), Form.LINES)
    assert failed.value.code == 2
    assert not path.exists()


def test_a_carriage_return_ends_no_line(tmp_path):
    assert read(written(tmp_path, "a.txt", "u\r1\r\nu-2\n")) == ["u\r1", "u-2"]
    assert read(written(tmp_path, "a.jsonl", '"u-1"\r\n\r"u-2"\r\n')) == ["u-1", "u-2"]
    found = read(written(tmp_path, "a.csv", "id\r\nu\r1\r\nu-2\r\n"))
    assert [found[0].line, found[1:]] == [2, ["u-2"]]


def test_a_file_that_cannot_be_written_whole_is_as_it_was(tmp_path):
    path = written(tmp_path, "ids.txt", "before\n")

    def batches():
        yield ["a"]
        raise Failed("gone", 4)

    with pytest.raises(Failed):
        write_ids(batches(), str(path), Form.LINES)
    assert path.read_text() == "before\n"
    assert [one.name for one in tmp_path.iterdir()] == ["ids.txt"]


def test_lines_are_taken_as_they_are_and_empty_ones_left_out(tmp_path):
    path = written(tmp_path, "ids.txt", "u-1\r\n\n u-2 \nü\nlast")
    assert read(path) == ["u-1", " u-2 ", "ü", "last"]


def test_a_byte_order_mark_is_no_part_of_an_id(tmp_path):
    assert read(written(tmp_path, "ids.txt", b"\xef\xbb\xbfu-1\n")) == ["u-1"]


@pytest.mark.parametrize("column", ["unit_id", "user_id", "id"])
def test_a_usual_column_of_a_csv_file_is_found(tmp_path, column):
    path = written(tmp_path, "a.csv", f"name,{column}\nanna,u-1\nben,u-2\n")
    assert read(path) == ["u-1", "u-2"]


def test_a_column_is_taken_by_its_name_or_its_place(tmp_path):
    path = written(tmp_path, "a.csv", "u-1,x\nu-2,y\n")
    assert read(path, column="2") == ["x", "y"]
    assert read(path, column="x") == ["y"]


@pytest.mark.parametrize(
    ("content", "column", "told"),
    [("name,mail\n", "", "has no column `unit_id` or `user_id` or `id`, but `name`, `mail`"),
     ("id,id\n", "", "has two columns `id`"), ("id\n", "key", "has no column `key`, but `id`"),
     ("", "", "but none"), ("u-1\n", "0", "columns are counted from 1")],
)  # fmt: skip
def test_a_column_that_is_not_there_is_wrong_usage(tmp_path, content, column, told):
    with pytest.raises(Failed, match=told) as failed:
        read(written(tmp_path, "a.csv", content), column=column)
    assert failed.value.code == 2


def test_broken_rows_of_a_csv_file_are_named_by_line(tmp_path):
    rows = [
        "name,id",
        "a,u-1",
        "b",
        "c,",
        'd,"two\nlines"',
        "",
        "e,\udcff",
        "f,\0",
        f"g,{'x' * 2049}",
    ]
    content = "\n".join(rows).encode("utf-8", "surrogateescape")
    found = read(written(tmp_path, "a.csv", content + b"\nh,u-2\n"))
    assert [one for one in found if not isinstance(one, Broken)] == ["u-1", "two\nlines", "u-2"]
    broken = {one.line: one.why for one in found if isinstance(one, Broken)}
    assert set(broken) == {3, 4, 8, 9, 10}
    assert broken[3] == "it has 1 column, and not 2"
    assert broken[4] == "the unit id is empty"
    assert "no character" in broken[8]
    assert "the most is 2,048" in broken[10]


def test_rows_of_another_width_than_the_header_are_broken(tmp_path):
    content = "id,name\nu-1,anna\nu-2\nu-3,ben,x\n\nu-4,\n"
    assert read(written(tmp_path, "a.csv", content)) == [
        "u-1", Broken(3, "it has 1 column, and not 2"), Broken(4, "it has 3 columns, and not 2"),
        "u-4",
    ]  # fmt: skip


def test_without_a_header_rows_are_as_wide_as_the_first_one(tmp_path):
    content = "\nanna,u-1\nu-2\nben,u-3,x\ncarl,u-4\n"
    assert read(written(tmp_path, "a.csv", content), column="2") == [
        "u-1", Broken(3, "it has 1 column, and not 2"), Broken(4, "it has 3 columns, and not 2"),
        "u-4",
    ]  # fmt: skip
    assert read(written(tmp_path, "b.csv", "u-1\n"), column="2") == [
        Broken(1, "it has 1 column, and not 2")
    ]


def test_a_quote_that_never_ends_is_a_broken_row(tmp_path):
    found = read(written(tmp_path, "a.csv", 'id\nu-1\n"u-2\nu-3\n'))
    assert found == ["u-1", Broken(3, "unexpected end of data", 4)]


def test_a_row_of_several_lines_is_named_by_its_first_and_last(tmp_path):
    content = 'id,x\na,1\n"b\nc,2\nd",3\ne,4\n"f\n\udcff",5\n"g\nh"\ni,6\n'
    found = read(written(tmp_path, "a.csv", content.encode("utf-8", "surrogateescape")))
    assert [one for one in found if isinstance(one, str)] == ["a", "b\nc,2\nd", "e", "i"]
    broken = [(one.line, one.last_line) for one in found if isinstance(one, Broken)]
    assert broken == [(7, 8), (9, 10)]
    content = content.replace("\udcff", "")
    found = read(written(tmp_path, "a.csv", content), column="x")
    assert found[-2:] == [Broken(9, "it has 1 column, and not 2", 10), "6"]


def test_rows_of_json_lines_are_texts_numbers_or_objects(tmp_path):
    lines = ['"u-1"', "42", '{"user_id": "u-2"}', "", '{"id": 9007199254740993}']
    assert read(written(tmp_path, "a.jsonl", "\n".join(lines))) == [
        "u-1", "42", "u-2", "9007199254740993",
    ]  # fmt: skip


def test_broken_rows_of_json_lines_are_named_by_line(tmp_path):
    lines = ["{", '{"name": 1}', "1.5", "true", "null", '""', "[1]", '"u-1"', "[" * 100_000]
    found = read(written(tmp_path, "a.jsonl", "\n".join(lines)))
    assert [one.line for one in found if isinstance(one, Broken)] == [1, 2, 3, 4, 5, 6, 7, 9]
    assert found[1].why == "it has no field `unit_id` or `user_id` or `id`"
    assert read(written(tmp_path, "b.jsonl", '{"k": "u"}'), column="k") == ["u"]


def parquet(tmp_path, query):
    path = tmp_path / "a.parquet"
    with duckdb.connect() as database:
        database.execute(f"COPY ({query}) TO '{path}' (FORMAT parquet)")
    return path


def test_a_parquet_file_has_texts_or_whole_numbers(tmp_path):
    assert read(parquet(tmp_path, "SELECT 'u-' || i AS anything FROM range(3) t(i)")) == [
        "u-0", "u-1", "u-2",
    ]  # fmt: skip
    assert read(parquet(tmp_path, "SELECT i::UBIGINT AS id, 1.5 AS x FROM range(2) t(i)")) == [
        "0", "1",
    ]  # fmt: skip
    found = read(parquet(tmp_path, "SELECT unnest(['u', NULL, '']) AS id"))
    assert [found[0], found[1].line, found[2].line] == ["u", 2, 3]


@pytest.mark.parametrize(
    ("query", "told"),
    [("SELECT 1.5 AS id", "ids are text or whole numbers"),
     ("SELECT 'a' AS x, 'b' AS y", "has no column")],
)  # fmt: skip
def test_a_parquet_file_without_ids_is_wrong_usage(tmp_path, query, told):
    with pytest.raises(Failed, match=told):
        read(parquet(tmp_path, query))


def test_what_is_no_parquet_file_is_wrong_usage(tmp_path):
    with pytest.raises(Failed, match="is no Parquet file that can be read"):
        read(written(tmp_path, "it's.parquet", "no"))
    with pytest.raises(Failed, match="is no stream"):
        read("-", Form.PARQUET)


def test_how_far_it_is_is_known(tmp_path):
    path = written(tmp_path, "a.txt", "u-1\nu-2\n")
    file = MemberFile(str(path), Form.LINES, "")
    assert list(file.rows()) == ["u-1", "u-2"]
    assert (file.done, file.total) == (8, 8)


def test_forms_are_what_other_programs_read(tmp_path):
    write_ids([IDS], str(tmp_path / "a.csv"), Form.CSV)
    with (tmp_path / "a.csv").open(newline="") as file:
        assert [row["unit_id"] for row in csv.DictReader(file)] == IDS
    write_ids([IDS], str(tmp_path / "a.jsonl"), Form.JSONL)
    lines = io.StringIO((tmp_path / "a.jsonl").read_text())
    assert [json.loads(line)["unit_id"] for line in lines] == IDS
