"""Reads `conformance/` for the model."""

import json
from datetime import datetime

from conformance import member_sets
from conformance.golden import NO_OPERAND, NOW, ROOT, ZONE, value
from reference.model import Model
from reference.question import Ctx, Members, Record, nanoseconds


def rows():
    """The rows of conditions, with a name for each."""
    for file in sorted((ROOT / "conditions").glob("*.json")):
        for number, row in enumerate(json.loads(file.read_text("utf-8"))["rows"]):
            yield f"{file.stem}-{number:04}-{row['operator']}", row


def row_document(row):
    """A row as the one segment of a document."""
    options = {k: v for k, v in row.get("options", {}).items() if k != "now"}
    operand = True if row["operator"] in NO_OPERAND else row["operand"]
    condition = {"attribute": "a", row["operator"]: operand, **options}
    zone = condition.pop("zone", ZONE)
    if "condition_zone" in condition:
        condition["zone"] = condition.pop("condition_zone")
    if row["type"] not in ("any", None):
        condition["type"] = row["type"]
    schema = {"a": row["schema"]} if row.get("schema") else {}
    return {
        "workspace": {"timezone": zone},
        "attributes": schema,
        "segments": {"row": {"match": condition}},
    }


def row_context(row):
    """The attribute of a row."""
    attribute = row["attribute"]
    given = {name: value(one) for name, one in row.get("others", {}).items()}
    if attribute["state"] == "set":
        given["a"] = value(attribute["value"])
    unknown = [*row.get("unknown", ()), *(["a"] if attribute["state"] == "unknown" else [])]
    now = row.get("options", {}).get("now", NOW)
    return Ctx(
        attributes=given,
        unknown=frozenset(unknown),
        partial=row.get("partial", False),
        now=nanoseconds(datetime.fromisoformat(now)),
    )


def decisions():
    """The cases of decisions: a name, a model of the documents and the case."""
    for file in sorted((ROOT / "decisions").glob("*.json")):
        content = json.loads(file.read_text("utf-8"))
        model = Model(content["documents"], members(content))
        for case in content["cases"]:
            yield f"{file.stem}: {case['name']}", model, case


def members(content):
    """The member sets that a file gives its segments."""
    return {
        key: Members(
            None if given.is_missing else given.artifact,
            given.evaluated_at and nanoseconds(given.evaluated_at),
        )
        for key, given in member_sets.of(content).items()
    }


def case_context(given):
    """The context of a case."""
    units = dict(given.get("units", {}))
    if given.get("unit_id"):
        units["user"] = given["unit_id"]
    now = given.get("now", NOW)
    records = {
        (kept["experiment"], kept["epoch"], kept["unit_kind"], kept["unit_id"]): Record(
            kept["variant"], nanoseconds(datetime.fromisoformat(kept["assigned_at"]))
        )
        for kept in given.get("sticky_assignments", [])
    }
    return Ctx(
        units=units,
        attributes={name: value(v) for name, v in given.get("attributes", {}).items()},
        unknown=frozenset(given.get("unknown", ())),
        partial=given.get("partial", False),
        now=nanoseconds(datetime.fromisoformat(now)),
        events_reached=given.get("events_reached", False),
        records=records,
    )
