"""Items of the store: the commands of all kinds, which are made from one table."""

import io
from datetime import UTC, datetime

import pytest
from google.protobuf import descriptor_pool, message_factory

from turnout.cli.control.kinds import KINDS
from turnout.cli.exit_codes import ExitCode
from turnout.control.conversion import Standing, to_message
from turnout.control.lifecycle import MOVES
from turnout.control.v1 import (
    experiment_pb2,
    flag_pb2,
    holdout_pb2,
    layer_pb2,
    query_pb2,
    segment_pb2,
)
from turnout.documents.names import nouns

MODULES = {
    "segment": segment_pb2,
    "flag": flag_pb2,
    "experiment": experiment_pb2,
    "layer": layer_pb2,
    "holdout": holdout_pb2,
    "query": query_pb2,
}
AT = datetime(2026, 11, 22, 12, 30, tzinfo=UTC)
COMMON = {"name", "etag", "request_id", "validate_only"}
CHECKOUT = {
    "description": "The page",
    "tags": ["checkout", "web"],
    "variants": {"on": True, "off": False},
    "default": "off",
    "rules": [{"name": "ramp", "when": {"segment": "pro"}, "split": {"on": "25%", "off": "75%"}}],
}
BUTTON = {
    "variants": {
        "control": {"weight": "50%", "value": False},
        "green": {"weight": "50%", "value": True},
    }
}
VERBS = [(kind, verb) for kind in KINDS.values() for verb in kind.verbs]


def item(kind, key, body, status=""):
    return to_message(kind, body, Standing(key, status, "e1", AT, AT))


def request_of(kind, verb):
    name = f"turnout.control.v1.{verb.name}{kind.name.capitalize()}Request"
    return descriptor_pool.Default().FindMessageTypeByName(name)


def test_each_kind_has_each_verb_that_there_is():
    for name, kind in KINDS.items():
        assert {verb.name for verb in kind.verbs} == {move.verb for move in MOVES[name]}


@pytest.mark.parametrize(("kind", "verb"), VERBS, ids=lambda one: one.name)
def test_a_verb_has_an_option_for_each_field_of_its_own(kind, verb):
    fields = {field.name for field in request_of(kind, verb).fields}
    assert {option.field for option in verb.options} == fields - COMMON
    for option in verb.options:
        field = request_of(kind, verb).fields_by_name[option.field]
        assert option.is_switch == (field.type == field.TYPE_BOOL)
        enum = field.enum_type
        words = [one.name for one in enum.values if one.number] if enum else []
        assert [f"{option.field}_{word}".upper() for word in option.words] == words


@pytest.mark.parametrize(("kind", "verb"), VERBS, ids=lambda one: one.name)
def test_a_verb_calls_its_method_once_and_says_what_came_of_it(run, plane, kind, verb):
    method = f"{verb.name}{kind.name.capitalize()}"
    bodies = {"flag": CHECKOUT, "experiment": BUTTON, "holdout": {"share": "5%", "scope": "all"}}
    status = {"segment": "paused", "flag": "disabled"}.get(kind.name, "running")
    plane.answers[method] = item(
        kind.name, "x", bodies.get(kind.name, {"kind": "everyone"}), status
    )
    done = run(kind.name, verb.command, "x", "--etag", "e0")
    assert done.code == ExitCode.OK, done.err
    assert done.out.startswith(f"{kind.name} `x` in the store: {status};")
    assert "turnout publish" in done.out
    (request,) = plane.requests(method)
    assert (request.name, request.etag) == (f"{kind.section}/x", "e0")
    assert len(request.request_id) == 36
    assert not request.validate_only


def test_options_of_a_verb_become_fields(run, plane):
    plane.answers["ConcludeExperiment"] = item("experiment", "x", BUTTON, "concluded")
    plane.answers["BumpEpochExperiment"] = item(
        "experiment", "x", {**BUTTON, "epoch": 3}, "running"
    )
    plane.answers["ArchiveSegment"] = item("segment", "s", {"kind": "everyone"}, "archived")
    run("experiment", "conclude", "x", "--winner", "green", "--winner-for", "everyone")
    bumped = run("experiment", "bump-epoch", "experiments/x", "--block-older")
    run("segment", "archive", "s", "--force")
    concluded, bump, archive = (one.request for one in plane.asked)
    assert (concluded.winner, concluded.winner_for) == ("green", experiment_pb2.WINNER_FOR_EVERYONE)
    assert (bump.name, bump.block_older) == ("experiments/x", True)
    assert archive.force
    assert "in the store: running, in epoch 3; " in bumped.out


def test_a_dry_run_has_no_effect_and_says_would(run, plane):
    plane.answers["DisableFlag"] = item("flag", "x", CHECKOUT, "disabled")
    done = run("flag", "disable", "x", "--dry-run")
    assert done.out == "flag `x` would be: disabled\n"
    (request,) = plane.requests("DisableFlag")
    assert request.validate_only
    assert not request.request_id


def test_a_word_that_is_none_is_wrong_usage(run, plane):
    done = run("experiment", "conclude", "x", "--winner-for", "nobody")
    assert done.code == ExitCode.USAGE
    assert not plane.asked


def test_one_item_is_shown_as_its_document(run, plane):
    plane.answers["GetFlag"] = item("flag", "checkout", CHECKOUT, "enabled")
    done = run("flag", "get", "checkout")
    assert done.out == (
        "flag      checkout\n"
        "status    enabled\n"
        "created   2026-11-22 12:30:00Z\n"
        "updated   2026-11-22 12:30:00Z\n"
        "etag      e1\n"
        "\n"
        "flags:\n"
        "  checkout:\n"
        "    status: enabled\n"
        "    description: The page\n"
        "    tags: [checkout, web]\n"
        "    variants: {'on': true, 'off': false}\n"
        "    default: 'off'\n"
        "    rules:\n"
        "    - {name: ramp, when: {segment: pro}, split: {'on': 25%, 'off': 75%}}\n"
    )
    told = run("flag", "get", "flags/checkout", "--output", "json").json
    assert told["document"] == {"status": "enabled", **CHECKOUT}
    assert (told["name"], told["key"], told["etag"]) == ("flags/checkout", "checkout", "e1")
    assert {one.name for one in plane.requests("GetFlag")} == {"flags/checkout"}


def test_a_list_is_read_page_by_page(run, plane):
    flags = [item("flag", f"f{number}", CHECKOUT, "enabled") for number in range(3)]

    def answer(request):
        at = int(request.page_token or 0)
        token = str(at + 1) if at < 2 else ""
        return flag_pb2.ListFlagsResponse(flags=[flags[at]], next_page_token=token)

    plane.answers["ListFlags"] = answer
    done = run("flag", "get", "--filter", "tags:checkout", "--archived")
    lines = done.out.splitlines()
    assert lines[0].split() == ["flag", "status", "variants", "default", "tags", "updated"]
    assert [line.split()[0] for line in lines[1:]] == ["f0", "f1", "f2"]
    assert "on, off" in lines[1]
    assert all(one.show_archived for one in plane.requests("ListFlags"))
    assert {one.filter for one in plane.requests("ListFlags")} == {"tags:checkout"}
    told = run("flag", "get", "--limit", "1", "-o", "json").json
    assert [one["key"] for one in told] == ["f0"]
    assert plane.requests("ListFlags")[-1].page_size == 1


def test_a_limit_is_for_lists(run, plane):
    done = run("flag", "get", "x", "--limit", "3")
    assert done.code == ExitCode.USAGE
    assert not plane.asked


@pytest.mark.parametrize("name", KINDS)
def test_each_kind_can_be_listed(run, plane, name):
    kind = KINDS[name]
    response = MODULES[name].DESCRIPTOR.message_types_by_name[f"List{nouns(name)}Response"]
    plane.answers[f"List{nouns(name)}"] = message_factory.GetMessageClass(response)()
    done = run(name, "get")
    assert done.code == ExitCode.OK, done.err
    assert done.out.startswith(kind.name)


def test_a_layer_has_no_status(run, plane):
    body = {"allocations": {"a": ["0%-10%"], "b": ["10%-20%"]}}
    plane.answers["ListLayers"] = layer_pb2.ListLayersResponse(layers=[item("layer", "till", body)])
    head, row = run("layer", "get").out.splitlines()
    assert head.split() == ["layer", "experiments", "tags", "updated"]
    assert row.startswith("till    a, b")


def test_a_query_is_shown_with_those_who_use_it(run, plane):
    found = item("query", "buyers", {"sql": "select unit_id\nfrom t", "tags": ["shop"]})
    found.segments.extend(["segments/a", "segments/b"])
    plane.answers["ListQueries"] = query_pb2.ListQueriesResponse(queries=[found])
    head, row = run("query", "get").out.splitlines()
    assert head.split() == ["query", "connection", "segments", "tags", "updated"]
    assert row.startswith("buyers   duckdb       a, b")
    plane.answers["GetQuery"] = found
    told = run("query", "get", "buyers").out
    assert "segments   a, b\n" in told
    assert "status" not in told
    assert "sql: " in told
    assert "salt" not in told
    assert run("query", "get", "buyers", "-o", "json").json["segments"] == list(found.segments)


def test_a_query_that_is_deleted_has_nothing_to_be_published(run, plane):
    plane.answers["DeleteQuery"] = query_pb2.DeleteQueryResponse()
    assert run("query", "delete", "buyers", "--yes").out == "query `buyers`: gone\n"


def test_what_is_deleted_is_confirmed(run, plane, terminal):
    plane.answers["DeleteFlag"] = flag_pb2.DeleteFlagResponse()
    refused = run("flag", "delete", "x")
    assert refused.code == ExitCode.USAGE
    assert "write `--yes`" in refused.err
    terminal(False)
    declined = run("flag", "delete", "x")
    assert declined.code == ExitCode.PROBLEMS
    assert declined.err == "error: nothing was done\n"
    assert not plane.asked
    terminal(True)
    assert run("flag", "delete", "x").out.startswith("flag `x` in the store: gone")
    assert run("flag", "delete", "x", "--yes", "-o", "json").json == {
        "name": "flags/x",
        "deleted": True,
    }


def test_the_commands_of_segments_that_ask_about_decisions_are_as_they_were(run, documents, plane):
    done = run("segment", "list", "--unit", "u-1", "--documents", documents, "-o", "json")
    assert "staff" in done.json["keys"]
    done = run("segment", "check", "staff", "--unit", "u-1", "--documents", documents)
    assert done.code == ExitCode.OK
    assert not plane.asked


class Members:
    def __init__(self, plane):
        self.ids = {"u-0"}
        plane.answers |= {"AddMembers": self.add, "RemoveMembers": self.remove}

    def add(self, request):
        before = len(self.ids)
        self.ids |= set(request.unit_ids)
        added = len(self.ids) - before
        return segment_pb2.AddMembersResponse(added_count=added, member_count=len(self.ids))

    def remove(self, request):
        before = len(self.ids)
        self.ids -= set(request.unit_ids)
        removed = before - len(self.ids)
        return segment_pb2.RemoveMembersResponse(removed_count=removed, member_count=len(self.ids))


def test_members_are_added_and_removed(run, plane):
    members = Members(plane)
    done = run("segment", "members", "add", "staff", "u-1", "u-2", "u-0")
    assert done.out.startswith("added 2, so that there are 3 in the store")
    told = run("segment", "members", "remove", "staff", "u-1", "-o", "json").json
    assert told == {"removed_count": 1, "member_count": 2}
    assert members.ids == {"u-0", "u-2"}
    assert {one.request.name for one in plane.asked} == {"segments/staff"}


def test_members_of_a_file_are_sent_in_batches(run, plane, tmp_path, monkeypatch):
    members = Members(plane)
    ids = [f"unit {number}" for number in range(25_000)]
    file = tmp_path / "ids"
    file.write_text("\r\n".join(ids) + "\n")
    done = run("segment", "members", "add", "staff", "--file", file)
    assert done.out.startswith("added 25,000, so that there are 25,001")
    assert [len(one.unit_ids) for one in plane.requests("AddMembers")] == [10_000, 10_000, 5_000]
    assert len({one.request_id for one in plane.requests("AddMembers")}) == 3
    assert members.ids == {"u-0", *ids}
    monkeypatch.setattr("sys.stdin", io.StringIO("unit 1\n\nunit 2"))
    assert run("segment", "members", "remove", "staff", "--file", "-").out.startswith("removed 2,")


def test_long_members_are_sent_in_more_batches(run, plane, tmp_path):
    members = Members(plane)
    ids = [f"{number:04}" + "ü" * 500 for number in range(3000)]
    file = tmp_path / "ids"
    file.write_text("\n".join([*ids, *ids]), encoding="utf-8")
    assert run("segment", "members", "add", "staff", "--file", file).out.startswith("added 3,000,")
    for one in plane.requests("AddMembers"):
        assert sum(len(unit_id.encode()) for unit_id in one.unit_ids) <= 2 * 1024 * 1024
    assert members.ids == {"u-0", *ids}


def test_members_are_only_counted_in_a_dry_run(run, plane):
    Members(plane)
    done = run("segment", "members", "add", "staff", "u-1", "u-1", "--dry-run")
    assert done.out == "would be added: 1\n"
    told = run("segment", "members", "remove", "staff", "u-1", "--dry-run", "-o", "json").json
    assert told == {"removed_count": 1}
    assert all(one.request.validate_only and not one.request.request_id for one in plane.asked)


def test_a_file_of_members_that_is_no_text_is_wrong_usage(run, plane, tmp_path):
    file = tmp_path / "ids"
    file.write_bytes(b"u-1\n\xff\n")
    done = run("segment", "members", "add", "staff", "--file", file)
    assert done.code == ExitCode.USAGE
    assert "no text in UTF-8, at byte 4" in done.err
    assert not plane.asked


def test_no_members_are_wrong_usage(run, plane, tmp_path):
    empty = tmp_path / "ids"
    empty.write_text("\n\n")
    for arguments in ([], ["--file", empty]):
        done = run("segment", "members", "add", "staff", *arguments)
        assert done.code == ExitCode.USAGE
        assert "one a line" in done.err
    assert not plane.asked


def test_members_are_listed_one_a_line(run, plane):
    def answer(request):
        token = "" if request.page_token else "2"
        ids = ["c\x1b"] if request.page_token else ["a", "b"]
        return segment_pb2.ListMembersResponse(unit_ids=ids, next_page_token=token)

    plane.answers["ListMembers"] = answer
    assert run("segment", "members", "list", "staff").out == 'a\nb\n"c\\u001b"\n'
    told = run("segment", "members", "list", "segments/staff", "-o", "json").json
    assert told == {"unit_ids": ["a", "b", "c\x1b"]}
    assert {one.page_size for one in plane.requests("ListMembers")} == {10_000}
