"""Reads `conformance/`, and compares what a door answered with what is expected.

Known to the runners as a plain module: conftest.py puts this folder on the path.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from turnout import Context, StickyAssignment

ROOT = Path(__file__).parents[2] / "conformance"
NOW = "2016-06-23T12:00:00-07:00"
ZONE = "America/Los_Angeles"
NO_OPERAND = {"is_any", "is_set", "is_not_set", "is_empty", "is_not_empty", "is_on", "is_off"}


@dataclass(frozen=True)
class Row:
    """One condition of `conditions/`, and where it stands."""

    id: str
    fields: dict[str, Any]

    @property
    def refused(self) -> bool:
        """Whether no document may say it."""
        return self.fields.get("compiler") == "refuses"

    @property
    def schema(self) -> str | None:
        """The attribute's type in the schema; None when it is not declared."""
        return self.fields.get("schema")

    @property
    def now(self) -> datetime:
        """When it is asked."""
        return datetime.fromisoformat(self.fields.get("options", {}).get("now", NOW))

    @property
    def workspace(self) -> dict[str, str]:
        """The workspace that the row is about."""
        return {"timezone": self.fields.get("options", {}).get("zone", ZONE)}

    def documents(self) -> dict[str, Any]:
        """The row as the one segment of a document."""
        schema = {"a": self.schema} if self.schema else {}
        return {
            "workspace": self.workspace,
            "attributes": schema,
            "segments": {"row": self.segment()},
        }

    def segment(self, attribute: str = "a") -> dict[str, Any]:
        """The row as a segment that matches on it."""
        row = self.fields
        operand = True if row["operator"] in NO_OPERAND else row["operand"]
        options = {**row.get("options", {})}
        for name in ("now", "zone"):
            options.pop(name, None)
        if own := options.pop("condition_zone", None):
            options["zone"] = own
        condition = {"attribute": attribute, row["operator"]: operand, **options}
        if row["type"] not in ("any", None):
            condition["type"] = row["type"]
        return {"match": condition}

    def context(self, attribute: str = "a") -> Context:
        """The row's attribute as a context."""
        given = {name: value(one) for name, one in self.fields.get("others", {}).items()}
        unknown = [*self.fields.get("unknown", ())]
        if self.fields["attribute"]["state"] == "unknown":
            unknown.append(attribute)
        if self.fields["attribute"]["state"] == "set":
            given[attribute] = value(self.fields["attribute"]["value"])
        partial = self.fields.get("partial", False)
        return Context("u-1", given, unknown=unknown, partial=partial)

    def expected(self) -> tuple[str, list[str]]:
        """The state and the notes that every door must answer."""
        return self.fields["expected"], self.fields.get("notes", [])


@dataclass(frozen=True)
class Case:
    """One case of a file of `decisions/`."""

    id: str
    file: str
    fields: dict[str, Any]

    @property
    def now(self) -> datetime:
        """When it is asked."""
        return datetime.fromisoformat(self.fields["context"].get("now", NOW))

    def context(self) -> Context:
        """The context that the case asks with."""
        given = self.fields["context"]
        return Context(
            given.get("unit_id"),
            {name: value(v) for name, v in given.get("attributes", {}).items()},
            units=given.get("units"),
            unknown=given.get("unknown", ()),
            partial=given.get("partial", False),
            events_reached=given.get("events_reached", False),
            sticky_assignments=[_record(kept) for kept in given.get("sticky_assignments", ())],
        )

    @property
    def carries(self) -> bool:
        """Whether it sends assignments, or says what to keep."""
        parts = self.fields["context"].keys() | self.fields["expected"].keys()
        return bool(parts & {"sticky_assignments", "assignments_to_persist"})

    def expected(self) -> dict[str, Any]:
        """Everything that is compared: what a case leaves out is empty.

        What is to be kept is compared where a case says it.
        """
        if "segment" in self.fields:
            empty: dict[str, Any] = {"unknown_attributes": [], "notes": [], "member_age": None}
        else:
            empty = {
                "rule": None,
                "experiment": None,
                "experiment_variant": None,
                "enrolled": False,
                "error_code": None,
                "degraded": False,
                "unknown_attributes": [],
                "notes": [],
            }
        return empty | self.fields["expected"]


def _record(kept: dict[str, Any]) -> StickyAssignment:
    at = datetime.fromisoformat(kept["assigned_at"])
    return StickyAssignment(**{**kept, "assigned_at": at})


def value(given: Any) -> Any:
    """A JSON value as a Python one.

    `{"$float": "NaN"}` is that float, and `{"$timestamp": "2016-06-23T12:00:00Z"}` that instant.
    """
    if isinstance(given, dict) and set(given) == {"$float"}:
        return float(given["$float"])
    if isinstance(given, dict) and set(given) == {"$timestamp"}:
        return datetime.fromisoformat(given["$timestamp"])
    return given


@cache
def read(path: str) -> dict[str, Any]:
    """The content of one file, by its path in `conformance/`."""
    return json.loads((ROOT / path).read_text(encoding="utf-8"))


def rows(*, refused: bool) -> list[Row]:
    """The rows of all files of conditions, in order."""
    found = []
    for file in sorted((ROOT / "conditions").glob("*.json")):
        for number, fields in enumerate(read(f"conditions/{file.name}")["rows"]):
            row = Row(f"{file.stem}-{number:04}-{fields['operator']}", fields)
            if row.refused == refused:
                found.append(row)
    return found


def catalogues(chosen: list[Row]) -> dict[str, dict[str, Any]]:
    """A document for each zone of a workspace, with a segment for each row, under its id.

    Attributes are named like their rows.
    """
    found: dict[str, dict[str, Any]] = {}
    for row in chosen:
        empty: dict[str, Any] = {"workspace": row.workspace, "attributes": {}, "segments": {}}
        document = found.setdefault(row.workspace["timezone"], empty)
        if row.schema:
            document["attributes"][row.id] = row.schema
        document["segments"][row.id] = row.segment(attribute=row.id)
    return found


def decision_files() -> list[str]:
    """The names of the files of `decisions/`, without the ending."""
    return sorted(file.stem for file in (ROOT / "decisions").glob("*.json"))


def content(file: str) -> dict[str, Any]:
    """What a file of `decisions/` says."""
    return read(f"decisions/{file}.json")


def documents(file: str) -> dict[str, Any]:
    """What a file of `decisions/` compiles."""
    return content(file)["documents"]


def cases() -> Iterator[Case]:
    """The cases of all files of `decisions/`."""
    for file in decision_files():
        for fields in content(file)["cases"]:
            yield Case(f"{file}: {fields['name']}", file, fields)


def refused_documents() -> Iterator[tuple[str, dict[str, Any]]]:
    """The cases of all files of `refused/`, by name."""
    for file in sorted((ROOT / "refused").glob("*.json")):
        for fields in read(f"refused/{file.name}")["cases"]:
            yield f"{file.stem}: {fields['name']}", fields


def answered(result: Any, expected: dict[str, Any]) -> dict[str, Any]:
    """What a result says, in the shape of `expected`."""
    given = {}
    for name in expected:
        found = getattr(result, name)
        given[name] = list(found) if isinstance(found, tuple) else found
        if isinstance(found, timedelta):
            given[name] = int(found.total_seconds())
    if "assignments_to_persist" in given:
        given["assignments_to_persist"] = [_kept(one) for one in given["assignments_to_persist"]]
    return given


def _kept(assignment: StickyAssignment) -> dict[str, Any]:
    """An assignment as a case writes it; the snapshot is the one that answered."""
    fields = assignment._asdict()
    del fields["snapshot_id"]
    return fields | {"assigned_at": written(fields["assigned_at"])}


def written(instant: datetime) -> str:
    """An instant as a case writes it."""
    return instant.isoformat().replace("+00:00", "Z")


def same(left: Any, right: Any) -> bool:
    """Whether two answers are equal, and of the same kinds: 1 is not 1.0, and not true."""
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() == right.keys() and all(same(left[k], right[k]) for k in left)
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(map(same, left, right))
    if isinstance(left, str) and isinstance(right, str):
        return str(left) == str(right)
    return type(left) is type(right) and left == right
