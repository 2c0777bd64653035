"""A running server: what is broken goes on in its last good version, item by item."""

import json

import pytest
from snapshots import catalogue, compiled, content, messages

from turnout.compiler import CompileFailed, compile_documents
from turnout.engine import Program
from turnout.snapshot.v1 import snapshot_pb2 as pb

EXPERIMENT = """
experiments:
  e:
    variants: {control: {weight: 50%, value: V}, b: {weight: 50%, value: V}}
"""
GOOD_FLAG = {"variants": {"on": True, "off": False}, "default": "off"}


def run(steps):
    """Compiles one catalogue after the other, each with the history of the one before."""
    history, result = {}, None
    for step in steps:
        result = compile_documents(step, json.loads(json.dumps(history)))
        history = result.history
        Program(result.seal())
    return result


def of(result):
    return pb.Content.FromString(result.content)


def flag_text(default="off", more=""):
    return f"flags:\n  f: {{variants: {{on: true, off: false}}, default: {default}{more}}}\n"


def test_broken_item_is_served_as_it_was_and_the_rest_goes_on():
    result = run(
        [
            catalogue(a=flag_text("off"), b="segments: {s: {kind: everyone}}"),
            catalogue(a=flag_text("oof"), b="segments: {s: {kind: static, members: [u]}}"),
        ]
    )
    assert [flag.key for flag in of(result).flags] == ["f"]
    assert of(result).flags[0].default_variant == 1
    assert of(result).segments[0].members.unit_ids == ["u"]
    (problem,) = result.problems
    assert (problem.kind, problem.key, problem.file, problem.line) == ("flag", "f", "a.yaml", 2)
    assert problem.serving_last_good


def test_item_that_never_was_good_is_quarantined_and_its_users_are_not():
    result = run(
        [
            catalogue(
                a="segments: {s: {kind: static, tags: [x]}}",
                b=flag_text(more=", rules: [{when: {segment: s}, serve: on}]"),
            )
        ]
    )
    assert of(result).segments[0].WhichOneof("definition") == "quarantined"
    assert of(result).segments[0].tags == ["x"]
    assert not of(result).flags[0].quarantined
    assert [problem.key for problem in result.problems] == ["s"]
    assert not result.problems[0].serving_last_good


def test_reference_to_nothing_quarantines_the_referrer():
    broken = catalogue(b=flag_text(more=", rules: [{when: {segment: s}, serve: on}]"))
    result = run([broken])
    assert of(result).flags[0].quarantined
    assert "unknown segment `s`" in messages(result)[0]


def test_last_good_version_refers_to_the_new_catalogue():
    rule = ", rules: [{when: {segment: s}, serve: on}]"
    result = run(
        [
            catalogue(a="segments: {s: {kind: everyone}}", b=flag_text(more=rule)),
            catalogue(
                a="segments: {r: {kind: everyone}, s: {kind: static, members: [u]}}",
                b=flag_text("oof", more=rule),
            ),
        ]
    )
    assert of(result).flags[0].rules[0].when.segment == 1
    assert of(result).segments[1].members.unit_ids == ["u"]


def test_last_good_version_whose_reference_is_gone_is_quarantined():
    rule = ", rules: [{when: {segment: s}, serve: on}]"
    result = run(
        [
            catalogue(a="segments: {s: {kind: everyone}}", b=flag_text(more=rule)),
            catalogue(b=flag_text("oof", more=rule)),
        ]
    )
    assert of(result).flags[0].quarantined
    assert not any(problem.serving_last_good for problem in result.problems)


def test_file_that_cannot_be_read_keeps_its_items():
    result = run(
        [
            catalogue(a=flag_text(), b="segments: {s: {kind: everyone}}"),
            catalogue(a=flag_text("[["), b="segments: {s: {kind: everyone}}"),
        ]
    )
    assert [flag.key for flag in of(result).flags] == ["f"]
    (problem,) = result.problems
    assert (problem.kind, problem.key, problem.file) == ("file", "", "a.yaml")
    assert problem.serving_last_good


def test_misspelt_section_keeps_the_items_of_its_file():
    result = run([catalogue(a=flag_text()), catalogue(a=flag_text().replace("flags", "flagz"))])
    assert [flag.key for flag in of(result).flags] == ["f"]


def test_schema_and_workspace_of_a_broken_file_go_on():
    first = "workspace: {key: shop, timezone: Europe/Berlin}\nattributes: {a: list}\n"
    user = "segments: {s: {match: {attribute: a, is: [x]}}}"
    result = run([catalogue(a=first, b=user), catalogue(a=first + "\tx", b=user)])
    assert of(result).workspace == pb.Workspace(key="shop", timezone="Europe/Berlin")
    assert of(result).segments[0].rule.condition.type == pb.ATTRIBUTE_TYPE_LIST
    assert [problem.kind for problem in result.problems] == ["file"]


@pytest.mark.parametrize(
    ("before", "after"),
    [("attributes: {a: number}", "attributes: {a: string}"), ("{}", "attributes: {a: string}")],
)
def test_item_goes_on_with_the_types_it_was_good_with(before, after):
    user = "segments: {s: {match: {attribute: a, is_at_least: 18}}}"
    steps = [
        catalogue(a=before, b=user),
        catalogue(a=after, b=user),
        catalogue(a=after, b=user + " # edited"),
    ]
    for result in (run(steps[:2]), run(steps)):
        assert of(result).segments[0].rule.condition.type == pb.ATTRIBUTE_TYPE_NUMBER
        (problem,) = result.problems
        assert (problem.kind, problem.key, problem.serving_last_good) == ("segment", "s", True)


def test_bad_field_of_the_workspace_goes_on_as_it_was():
    result = run(
        [
            catalogue(a="workspace: {key: shop, timezone: Europe/Berlin}"),
            catalogue(a="workspace: {key: mart, timezone: PST}"),
        ]
    )
    assert of(result).workspace == pb.Workspace(key="mart", timezone="Europe/Berlin")
    assert result.problems[0].serving_last_good


def test_items_of_a_deleted_file_are_gone():
    result = run([catalogue(a=flag_text(), b="{}"), catalogue(b="{}")])
    assert not of(result).flags
    assert not result.problems


def test_moved_item_is_no_problem():
    result = run([catalogue(a=flag_text(), b="{}"), catalogue(a="{}", b=flag_text())])
    assert [flag.key for flag in of(result).flags] == ["f"]
    assert result.history["flags"]["f"]["file"] == "b.yaml"
    assert not result.problems


def test_item_in_two_files_names_both_and_keeps_what_was():
    result = run([catalogue(a=flag_text("off")), catalogue(a=flag_text("off"), b=flag_text("on"))])
    assert of(result).flags[0].default_variant == 1
    assert messages(result) == [
        "flag `f` is written twice, also in b.yaml:2",
        "flag `f` is written twice, also in a.yaml:2",
    ]
    assert all(problem.serving_last_good for problem in result.problems)


def test_cycle_is_the_fault_of_the_segment_that_changed():
    result = run(
        [
            catalogue(a="segments: {a: {match: {segment: b}}, b: {kind: everyone}}"),
            catalogue(a="segments: {a: {match: {segment: b}}, b: {match: {segment: a}}}"),
        ]
    )
    assert [problem.key for problem in result.problems] == ["b"]
    assert of(result).segments[1].WhichOneof("definition") == "everyone"


def test_cycle_that_never_was_good_quarantines_all_of_it():
    result = run([catalogue(a="segments: {a: {match: {segment: b}}, b: {match: {segment: a}}}")])
    kinds = [segment.WhichOneof("definition") for segment in of(result).segments]
    assert kinds == ["quarantined", "quarantined"]


def test_copied_salt_is_the_fault_of_the_copy():
    split = ", salt: x, rules: [{split: {on: 50%, off: 50%}}]"
    original = flag_text(more=split).replace("  f:", "  z:")
    copy = flag_text(more=split).replace("  f:", "  a:")
    result = run([catalogue(a=original), catalogue(a=original, b=copy)])
    assert [(flag.key, flag.quarantined) for flag in of(result).flags] == [
        ("a", True),
        ("z", False),
    ]


def test_experiment_with_the_key_of_a_flag_is_left_out():
    text = EXPERIMENT.replace("V", "1").replace("\n  e:", "\n  f:")
    result = run([catalogue(a=text), catalogue(a=text, b=flag_text())])
    assert not of(result).flags
    assert [one.key for one in of(result).experiments] == ["f"]
    assert [problem.kind for problem in result.problems] == ["flag"]


def test_key_that_is_none_is_told_and_left_out():
    result = run([catalogue(a="flags: {'a b': {variants: {x: 1}, default: x}}")])
    assert not of(result).flags
    assert len(result.problems) == 1


def test_change_that_an_untouched_item_cannot_live_with_gives_way():
    asks = "flags:\n  f:\n    variants: {on: true, off: false}\n    default: off\n"
    asks += "    prerequisites: [{flag: g, variant_is_not: on}]\n"
    needed = "flags:\n  g: {variants: {%s: true, off: false}, default: off}\n"
    result = run([catalogue(a=asks, b=needed % "on"), catalogue(a=asks, b=needed % "yes")])
    assert not any(flag.quarantined for flag in of(result).flags)
    assert of(result).flags[1].variants[0].name == "on"
    (problem,) = result.problems
    assert (problem.key, problem.file, problem.serving_last_good) == ("g", "b.yaml", True)
    assert problem.message == "flag `f` asks for variant `on`: keep it, or change that first"
    together = asks.replace("variant_is_not: on", "variant_is_not: yes")
    result = run([catalogue(a=asks, b=needed % "on"), catalogue(a=together, b=needed % "yes")])
    assert not result.problems


def test_type_that_a_flag_hands_over_to_stays_for_an_untouched_flag():
    flag = flag_text(more=", rules: [{experiment: e}]")
    numbers = EXPERIMENT.replace("V", "1")
    result = run(
        [
            catalogue(a=flag, b=EXPERIMENT.replace("V", "true")),
            catalogue(a=flag, b=numbers),
        ]
    )
    assert not any(flag.quarantined for flag in of(result).flags)
    (problem,) = result.problems
    assert (problem.kind, problem.key, problem.serving_last_good) == ("experiment", "e", True)


def test_history_of_another_shape_is_no_history():
    for history in ({"flags": 3}, {"flags": {"f": 3}}, {"flags": {"f": {"raw": 1}}}, {"x": []}):
        result = compiled({"flags": {"f": {"variants": {}, "default": "x"}}}, history)
        assert of(result).flags[0].quarantined


def test_history_is_the_same_after_json():
    documents = {"flags": {"f": GOOD_FLAG}, "attributes": {"a": "list"}, "workspace": {"key": "k"}}
    history = compiled(documents).history
    assert json.loads(json.dumps(history)) == history
    assert compiled(documents, history).history == history


def test_without_history_any_problem_fails():
    with pytest.raises(CompileFailed) as failed:
        compiled({"flags": {"f": {"variants": {}, "default": "x"}}})
    assert failed.value.problems[0].file == "documents"
    assert "flags.f.variants: `variants` must not be empty" in str(failed.value)


def test_too_many_problems_are_counted():
    broken = {f"f{number:04}": 3 for number in range(1500)}
    result = compiled({"flags": broken}, {})
    assert len(result.problems) == 1001
    assert "and 500 more problems" in result.problems[-1].message
    assert len(of(result).flags) == 1500


def test_content_is_empty_without_documents():
    assert not content({}).flags


READS_SSN = "segments: {s: {match: {attribute: ssn, is_set: true}}}"


@pytest.mark.parametrize(
    "declared",
    [
        ["{type: strng, sensitive: true}"],
        ["{type: string, sensitive: true, kind: secret}"],
        ["{type: string, sensitive: yes}"],
        ["strng"],
        ["string", "{type: strng, sensitive: true}"],
        ["{type: string, sensitive: true}", "strng"],
    ],
)
def test_slip_in_a_declaration_unmasks_nothing(declared):
    steps = [catalogue(a=f"attributes: {{ssn: {one}}}", b=READS_SSN) for one in declared]
    found = of(run(steps))
    assert [found.attributes[at] for at in found.sensitive_attributes] == ["ssn"]


def test_what_is_declared_well_is_masked_only_where_it_says_so():
    found = of(run([catalogue(a="attributes: {ssn: string}", b=READS_SSN)]))
    assert list(found.sensitive_attributes) == []
