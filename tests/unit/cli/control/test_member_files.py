"""Unit ids of files: what is read, byte by byte, and what is told of rows that hold none."""

import csv
import io
import json

import duckdb
import pytest

from turnout.cli.control.member_files import Broken, Form, MemberFile, form_of
from turnout.cli.control.member_writing import write_ids
from turnout.cli.failures import Failed

IDS = ["u-1", " u-1", "ünï\tcode", 'with "quotes", and a comma', "two\nlines", "0042", "-7"]


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
    assert broken[3] == "it has 1 columns, and not 2"
    assert broken[4] == "the unit id is empty"
    assert "no character" in broken[8]
    assert "the most is 2,048" in broken[10]


def test_a_quote_that_never_ends_is_a_broken_row(tmp_path):
    found = read(written(tmp_path, "a.csv", 'id\nu-1\n"u-2\nu-3\n'))
    assert found[0] == "u-1"
    assert isinstance(found[-1], Broken)


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
