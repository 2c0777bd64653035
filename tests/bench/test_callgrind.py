"""What is read out of the file that callgrind writes."""

import pytest
from bench.callgrind import read

COUNTS = """\
# callgrind format
version: 1
events: Ir

fl=(1) a.c
fn=(1) main
16 400
+3 20
cfn=(2) sha2::compress
calls=2 50
+1 3000
* 7
fn=(2)
60 2900
cfn=(3) memcpy
calls=1 5
61 100
fn=(3)
5 100
"""


def test_what_a_function_costs_itself_adds_up_and_the_hash_is_told_apart(tmp_path):
    counts = tmp_path / "callgrind.out"
    counts.write_text(COUNTS)
    assert read(counts) == (400 + 20 + 7 + 2900 + 100, 2900)


def test_a_file_without_counts_is_no_measurement(tmp_path):
    counts = tmp_path / "callgrind.out"
    counts.write_text("events: Ir\n\n")
    with pytest.raises(RuntimeError, match="no counts"):
        read(counts)
