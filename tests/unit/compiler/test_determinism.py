"""The same documents give the same bytes, and the id is theirs."""

import hashlib
import random
from datetime import UTC, datetime
from importlib.metadata import version

import yaml
from snapshots import compiled, content

from turnout.compiler import compile_documents, emit
from turnout.documents import read_paths
from turnout.engine import Program
from turnout.snapshot.seal import MAGIC
from turnout.snapshot.v1 import snapshot_pb2 as pb

SECTIONS = {
    "workspace": {"key": "shop"},
    "attributes": {"plan": "string", "age": "number", "likes": "list"},
    "segments": {
        "west": {"match": {"any": [{"attribute": "plan", "is": ["b", "a"]}, {"segment": "east"}]}},
        "east": {"kind": "static", "members": ["u-2", "u-1", "u-2"], "tags": ["b", "a"]},
        "all": {"kind": "everyone", "exclude": ["west", "east"], "unit": "company"},
    },
    "flags": {
        "b": {
            "variants": {"y": {"b": 1, "a": [None]}, "x": {}},
            "default": "x",
            "overrides": {"u-2": "y", "u-1": "x"},
        },
        "a": {
            "variants": {"on": True, "off": False},
            "default": "off",
            "rules": [{"experiment": "e"}, {"split": {"off": "10%", "on": "90%"}}],
        },
    },
    "experiments": {
        "e": {
            "variants": {
                "control": {"weight": "50%", "value": False},
                "b": {"weight": "50%", "value": True},
            }
        },
    },
}


def shuffled(mapping, seed):
    keys = list(mapping)
    random.Random(seed).shuffle(keys)
    return {key: mapping[key] for key in keys}


def spread(folder, seed):
    """Writes the items over files in another order each time."""
    draw = random.Random(seed)
    files = {}
    for section, items in shuffled(SECTIONS, seed).items():
        if section == "workspace":
            files.setdefault(draw.randrange(4), {})[section] = items
            continue
        for key, item in shuffled(items, seed).items():
            files.setdefault(draw.randrange(4), {}).setdefault(section, {})[key] = item
    folder.mkdir(parents=True)
    for number, document in files.items():
        text = yaml.safe_dump(document, sort_keys=False)
        (folder / f"{draw.choice('abc')}{number}.yaml").write_text(text, encoding="utf-8")


def test_order_of_files_and_items_and_the_path_change_no_byte(tmp_path):
    ids = set()
    for seed in range(20):
        folder = tmp_path / f"{seed}" / ("x" * seed + "y")
        spread(folder, seed)
        ids.add(compile_documents(read_paths(folder)).id)
    assert ids == {compiled(SECTIONS).id}


def test_variants_and_rules_keep_their_order():
    flags = content(SECTIONS).flags
    assert [variant.name for variant in flags[1].variants] == ["y", "x"]
    assert [rule.name for rule in flags[0].rules] == ["rules[0]", "rules[1]"]


def test_lists_are_sorted_and_indices_meet():
    whole = content(SECTIONS)
    assert list(whole.attributes) == ["plan"]
    assert list(whole.unit_kinds) == ["company", "user"]
    assert [segment.key for segment in whole.segments] == ["all", "east", "west"]
    assert list(whole.segments[0].exclude) == [1, 2]
    assert list(whole.segments[1].members.unit_ids) == ["u-1", "u-2"]
    assert list(whole.segments[1].tags) == ["a", "b"]
    assert whole.segments[2].rule.any.expressions[1].segment == 1
    assert [override.unit_id for override in whole.flags[1].overrides] == ["u-1", "u-2"]
    fields = whole.flags[1].variants[0].value.object.fields
    assert [field.name for field in fields] == ["a", "b"]


def test_unchanged_items_are_linked_again_when_others_move_them(tmp_path):
    """Compiled items are kept, so their indices must follow a catalogue that changes."""
    (tmp_path / "a.yaml").write_text(
        "segments: {m: {match: {all: [{segment: z}, {attribute: k, is: 1}]}}, z: {kind: everyone}}"
    )
    first = compile_documents(read_paths(tmp_path))
    (tmp_path / "b.yaml").write_text("segments: {a: {match: {attribute: b, is: 1}}}")
    second = pb.Content.FromString(compile_documents(read_paths(tmp_path)).content)
    assert second.segments[1].rule.all.expressions[0].segment == 2
    assert second.segments[1].rule.all.expressions[1].condition.attribute == 1
    (tmp_path / "b.yaml").unlink()
    assert compile_documents(read_paths(tmp_path)).content == first.content


def test_changed_schema_compiles_unchanged_items_again(tmp_path):
    (tmp_path / "a.yaml").write_text("segments: {s: {match: {attribute: k, is: [a]}}}")
    (tmp_path / "b.yaml").write_text("attributes: {k: string}")
    kinds = []
    for declared in ("string", "list"):
        (tmp_path / "b.yaml").write_text(f"attributes: {{k: {declared}}}")
        whole = pb.Content.FromString(compile_documents(read_paths(tmp_path)).content)
        kinds.append(whole.segments[0].rule.condition.type)
    assert kinds == [pb.ATTRIBUTE_TYPE_STRING, pb.ATTRIBUTE_TYPE_LIST]


def test_seal_is_what_the_engine_opens():
    result = compiled(SECTIONS)
    moment = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    sealed = result.seal(revision=7, published_at=moment, published_by="folder")
    assert sealed[:8] == MAGIC
    assert sealed[8:40] == hashlib.sha256(sealed[40:]).digest()
    snapshot = pb.Snapshot.FromString(sealed[40:])
    assert snapshot.content == result.content
    assert snapshot.header.id == hashlib.sha256(result.content).hexdigest() == result.id
    assert snapshot.header.published_at.ToDatetime(UTC) == moment
    program = Program(sealed)
    assert (program.id, program.revision) == (result.id, 7)


def test_versions_are_those_of_the_packages():
    whole = content({})
    assert whole.semantics_version == emit.SEMANTICS_VERSION == 1
    assert whole.compiler_version == version("turnout")
    assert whole.tzdata_version
