"""Setting fields in a text leaves every other character where it was."""

import json
import stat

import pytest

from turnout.documents import CannotWrite, FieldChange, rewritten, set_fields
from turnout.documents.document import read_document
from turnout.documents.writing import write_file

HALVES = {"control": ["0%-50%"], "green": ["50%-100%"]}
FLOW = '{control: ["0%-50%"], green: ["50%-100%"]}'


def experiment(text, value=HALVES, key="e", **how):
    return set_fields(text, [FieldChange(("experiments", key), "ranges", "variants", value)], **how)


def rule(text, at=0, value=HALVES):
    path = ("flags", "f", "rules", at)
    return set_fields(text, [FieldChange(path, "ranges", "split", value)])


def test_a_block_mapping_gets_a_line_of_its_own():
    text = (
        "# the tests\n"
        "experiments:\n"
        "  e:   # ours\n"
        "    variants:\n"
        "      control: {weight: 50%, value: 1}  # as it was\n"
        "\n"
        "      green:\n"
        "        weight: 50%\n"
        "        value: 'a # b'  # new\n"
        "        # said of green\n"
        "    # said of traffic\n"
        "    traffic: 50%\n"
    )
    line = "        # said of green\n"
    assert experiment(text) == text.replace(line, f"{line}    ranges: {FLOW}\n")


def test_at_the_end_of_a_file_without_a_line_break():
    text = "experiments:\n  e:\n    variants: {a: 1}"
    assert experiment(text) == f"{text}\n    ranges: {FLOW}"


def test_line_breaks_stay_what_they_are():
    text = "experiments:\r\n  e:\r\n    variants: {a: 1}  # x\r\n    traffic: 5%\r\n"
    assert experiment(text) == text.replace("# x\r\n", f"# x\r\n    ranges: {FLOW}\r\n")


def test_a_literal_text_in_the_last_variant():
    text = (
        "experiments:\n  e:\n    variants:\n      a:\n        value: |\n          one\n"
        "          two\n\n    traffic: 5%\n"
    )
    assert experiment(text) == text.replace("two\n", f"two\n    ranges: {FLOW}\n")


def test_a_rule_in_brackets():
    text = (
        "flags:\n  f:\n    rules:\n"
        "      - {name: a, split: {on: 25%, off: 75%}, on_unknown: match}   # why\n"
        "      - { split: {on: 25%,\n            off: 75%} }\n"
    )
    changed = rule(rule(text, 0), 1)
    assert changed == text.replace("75%}, on", f"75%}}, ranges: {FLOW}, on").replace(
        "75%} }", f"75%}}, ranges: {FLOW} }}"
    )


def test_a_rule_in_a_list_of_blocks():
    text = "flags:\n  f:\n    rules:\n    - name: a\n      split: {on: 1%}\n    - split: {on: 2%}\n"
    changed = rule(rule(text, 1), 0)
    assert changed == (
        "flags:\n  f:\n    rules:\n    - name: a\n      split: {on: 1%}\n"
        f"      ranges: {FLOW}\n    - split: {{on: 2%}}\n      ranges: {FLOW}\n"
    )


def test_a_mapping_in_brackets_with_a_field_a_line():
    text = "experiments: {\n  e: {\n    variants: {a: 1},\n    traffic: 5%\n  }\n}\n"
    assert experiment(text) == text.replace("1},", f"1}},\n    ranges: {FLOW},")


def test_ranges_that_are_there_are_replaced():
    text = "experiments:\n  e:\n    ranges: {control: [0%-1%]}  # kept\n    variants: {a: 1}\n"
    assert experiment(text) == text.replace("{control: [0%-1%]}", FLOW)


def test_ranges_in_blocks_stay_in_blocks():
    text = (
        "experiments:\n  e:\n    ranges:\n      control:\n        - 0%-1%\n      green: []\n"
        "    # of variants\n    variants: {a: 1}\n"
    )
    assert experiment(text) == (
        'experiments:\n  e:\n    ranges:\n      control: ["0%-50%"]\n      green: ["50%-100%"]\n'
        "    # of variants\n    variants: {a: 1}\n"
    )


@pytest.mark.parametrize("nothing", ["ranges:", "ranges: ", "ranges:   # none", "ranges: null"])
def test_ranges_that_are_nothing(nothing):
    text = f"experiments:\n  e:\n    {nothing}\n    variants: {{a: 1}}\n"
    changed = experiment(text)
    assert read_document(changed.encode()).items["experiment", "e"].raw["ranges"] == HALVES
    assert changed.count("\n") == text.count("\n")
    assert ("# none" in changed) == ("# none" in nothing)


def test_json_stays_json_whatever_it_holds():
    document = {"experiments": {"e": {"description": "\t é\u2028", "variants": {"ü😀": 1}, "z": 2}}}
    for text in (
        json.dumps(document),
        json.dumps(document, indent=2, ensure_ascii=False),
        json.dumps(document, indent="\t"),
    ):
        changed = experiment(text, {"ü😀": ["0%-50%"]}, is_json=True)
        expected = json.loads(text)
        expected["experiments"]["e"]["ranges"] = {"ü😀": ["0%-50%"]}
        assert json.loads(changed) == expected
        without = changed.replace(json.dumps({"ü😀": ["0%-50%"]}), "")
        assert len(without) - len(text) < 30


def test_names_are_quoted_where_they_must():
    names = {"on": ["0%-1%"], "a: b": [], 'say "x"': [], "": [], "-": [], "é\x7f\u2028": []}
    changed = experiment("experiments:\n  e:\n    variants: {a: 1}\n", names)
    assert read_document(changed.encode()).items["experiment", "e"].raw["ranges"] == names


def test_an_alias_is_not_changed():
    text = (
        "experiments:\n  a: &same\n    variants: {a: 1}\n  e: *same\n"
        "flags: {f: {rules: [{split: &s {on: 1%}}, {split: *s}]}}\n"
    )
    with pytest.raises(CannotWrite, match=r"`experiments[.]e` is written as an alias"):
        experiment(text)
    with pytest.raises(CannotWrite, match="cannot be changed where it stands"):
        experiment(text, key="a")
    assert rule(text, 1) == text.replace("*s}", f"*s, ranges: {FLOW}}}")


def test_a_mark_at_the_start_of_the_file_stays():
    content = b"\xef\xbb\xbfexperiments:\n  e:\n    variants: {a: 1}\n"
    change = FieldChange(("experiments", "e"), "ranges", "variants", HALVES)
    assert rewritten(content, [change]) == content + f"    ranges: {FLOW}\n".encode()


def test_a_file_is_replaced_with_its_rights_and_through_its_link(tmp_path):
    file, link = tmp_path / "a.yaml", tmp_path / "link.yaml"
    file.write_bytes(b"old")
    file.chmod(0o640)
    link.symlink_to(file)
    write_file(link, b"new")
    assert (file.read_bytes(), link.is_symlink()) == (b"new", True)
    assert stat.S_IMODE(file.stat().st_mode) == 0o640
    assert sorted(one.name for one in tmp_path.iterdir()) == ["a.yaml", "link.yaml"]
