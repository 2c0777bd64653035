"""Log lines for people and for programs."""

import io
import json
import logging

import pytest

from turnout import telemetry


@pytest.fixture(autouse=True)
def _restore():
    root = logging.getLogger()
    before = root.handlers[:], root.level
    yield
    root.handlers[:], level = before
    root.setLevel(level)


def lines(log_format, write, level="INFO"):
    stream = io.StringIO()
    write(telemetry.configure("server", log_format=log_format, level=level, stream=stream))
    return stream.getvalue()


def test_people_get_the_instant_the_level_the_process_and_the_fields():
    text = lines(
        "text", lambda log: log.warning("it is %s", "so", extra=telemetry.fields(id="x", none=None))
    )
    instant, rest = text.split(" ", 1)
    assert instant.endswith("Z")
    assert rest == "warning server: it is so (id=x)\n"


def test_programs_get_one_object_a_line():
    entry = json.loads(
        lines("json", lambda log: log.error("a\nb", extra=telemetry.fields(revision=3)))
    )
    assert entry.pop("at").endswith("Z")
    assert entry == {"level": "error", "process": "server", "message": "a\nb", "revision": 3}


@pytest.mark.parametrize("log_format", ["text", "json"])
def test_an_exception_is_told_with_its_trace(log_format):
    def write(log):
        try:
            int("boom")
        except ValueError:
            log.exception("failed")

    assert "ValueError" in lines(log_format, write)


def test_what_is_below_the_level_is_left_out():
    assert lines("text", lambda log: log.info("quiet"), level="WARNING") == ""


def test_fields_that_a_record_carries_wrongly_are_left_out():
    assert "hello" in lines("text", lambda log: log.info("hello", extra={"turnout_fields": 3}))


@pytest.mark.parametrize("library", ["watchfiles", "alembic.runtime.plugins"])
def test_what_only_authors_of_libraries_want_to_know_is_left_out(library):
    def write(_log):
        logging.getLogger(library).info("setup plugin")
        logging.getLogger(library).warning("something is wrong")

    assert [line.rpartition(": ")[2] for line in lines("text", write).splitlines()] == [
        "something is wrong"
    ]
