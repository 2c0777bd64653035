"""Documents go through messages and mean the same: every example and every golden document."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from turnout.compiler import compile_documents
from turnout.control.conversion import RESOURCES, Standing, messages_deep, to_body, to_message
from turnout.control.conversion.structs import MOST_MESSAGES, to_struct
from turnout.control.v1 import audit_pb2, flag_pb2
from turnout.documents import read_mapping, read_paths
from turnout.documents.names import ITEM_KINDS

ROOT = Path(__file__).parents[4]
AT = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
NOT_IN_BODIES = ("status", "members")


def sets():
    shop = {}
    for file in read_paths(ROOT / "examples" / "shop").files:
        document = file.document
        shop.setdefault("workspace", {}).update(document.workspace or {})
        shop.setdefault("attributes", {}).update(document.attributes)
        for section, kind in ITEM_KINDS.items():
            items = {key: item.raw for (of, key), item in document.items.items() if of == kind}
            shop.setdefault(section, {}).update(items)
    yield pytest.param(shop, id="shop")
    for file in sorted((ROOT / "conformance" / "decisions").glob("*.json")):
        yield pytest.param(json.loads(file.read_text())["documents"], id=file.stem)


def through_a_message(kind, key, item):
    body = {name: value for name, value in item.items() if name not in NOT_IN_BODIES}
    if "members" in item:
        body["kind"] = "static"
    sent = to_message(kind, body, Standing(key, item.get("status", ""), "e", AT, AT))
    received = RESOURCES[kind].FromString(sent.SerializeToString())
    back = to_body(kind, received)
    again = to_message(kind, back, Standing(key, item.get("status", ""), "e", AT, AT))
    assert again == sent
    return back | {name: item[name] for name in NOT_IN_BODIES if name in item}


@pytest.mark.parametrize("documents", list(sets()))
def test_documents_mean_the_same_after_a_message(documents):
    through = {
        section: {
            key: through_a_message(ITEM_KINDS[section], key, item) for key, item in items.items()
        }
        if section in ITEM_KINDS
        else items
        for section, items in documents.items()
    }
    before = compile_documents(read_mapping(documents), history={})
    after = compile_documents(read_mapping(through), history={})
    assert not before.problems
    assert [problem.message for problem in after.problems] == []
    assert after.id == before.id


def nested(group, depth):
    condition = {"attribute": "a", "is": [["x"]]}
    for _ in range(depth):
        condition = {"all": [condition]} if group == "all" else {"not": condition}
    return condition


@pytest.mark.parametrize("group", ["all", "not"])
def test_the_deepest_item_that_is_read_can_be_sent_in_any_message(group):
    depth = 1
    body = {"rules": [{"when": nested(group, depth)}]}
    while messages_deep(body) <= MOST_MESSAGES:
        pages = flag_pb2.ListFlagsResponse(
            flags=[to_message("flag", body, Standing("f", "draft", "e", AT, AT))]
        )
        flag_pb2.ListFlagsResponse.FromString(pages.SerializeToString())
        events = audit_pb2.ListAuditEventsResponse()
        events.audit_events.add().before.CopyFrom(to_struct(body))
        audit_pb2.ListAuditEventsResponse.FromString(events.SerializeToString())
        depth += 1
        body = {"rules": [{"when": nested(group, depth)}]}
    assert depth > 14
