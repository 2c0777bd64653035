"""Shows items of the store: rows of a list, or one with its document."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import typer

from turnout.cli.control.kinds import Kind
from turnout.cli.control.releasing import instant_text
from turnout.cli.output import print_fields, print_json, print_table
from turnout.control.conversion import status_of, to_body
from turnout.documents.yaml_text import yaml_text

Item = Any
"""A resource of `turnout.control.v1`."""
_Cell = Callable[[Item], object]


def _names(item: Item) -> list[str]:
    return [variant.name for variant in item.variants]


def _members(item: Item) -> str:
    count = getattr(item, "member_count", 0)
    return f"{count:,}" if count else ""


def _evaluated(item: Item) -> str:
    evaluated = getattr(item, "evaluate_time", None)
    return instant_text(evaluated) if evaluated else ""


def _set_size(item: Item) -> str:
    size = getattr(item, "member_set_size_bytes", 0)
    return f"{size:,} bytes" if size else ""


_COLUMNS: dict[str, dict[str, _Cell]] = {
    "segment": {
        "kind": lambda item: _word(item, "kind"),
        "members": _members,
        "evaluated": _evaluated,
    },
    "flag": {"variants": _names, "default": lambda item: item.default_variant},
    "experiment": {
        "variants": _names,
        "traffic": lambda item: item.traffic,
        "layer": lambda item: item.layer,
    },
    "layer": {"experiments": lambda item: [one.owner for one in item.allocations]},
    "holdout": {"share": lambda item: item.share},
    "query": {
        "connection": lambda item: item.connection,
        "segments": lambda item: _keys(item.segments),
    },
}


def print_items(kind: Kind, items: Iterable[Item], *, as_json: bool) -> None:
    """Writes one row an item."""
    if as_json:
        print_json([item_object(kind, item) for item in items])
        return
    own = _COLUMNS[kind.name]
    status = ["status"] if kind.has_status else []
    head = (kind.name, *status, *own, "tags", "updated")
    print_table(head, (_row(kind, one) for one in items))


def show_item(
    kind: Kind,
    item: Item,
    *,
    as_json: bool,
    more: Mapping[str, object] | None = None,
    more_object: Mapping[str, object] | None = None,
) -> None:
    """Writes an item: what the store knows of it, then its document.

    Args:
        kind: Of the item.
        item: As the store has it.
        as_json: A program reads it.
        more: What else is known of it, for people.
        more_object: The same for programs.
    """
    if as_json:
        print_json(item_object(kind, item) | dict(more_object or {}))
        return
    key = _key(kind, item)
    print_fields(
        {
            kind.name: key,
            "status": standing(kind, item),
            "members": _members(item),
            "evaluated": _evaluated(item),
            "set": _set_size(item),
            **(more or {}),
            "segments": _keys(getattr(item, "segments", ())) or None,
            "created": instant_text(item.create_time),
            "updated": instant_text(item.update_time),
            "etag": item.etag,
        }
    )
    typer.echo()
    typer.echo(yaml_text({kind.section: {key: _document(kind, item)}}), nl=False)


def standing(kind: Kind, item: Item) -> str:
    """The status, and what stands beside it."""
    parts = [status_of(kind.name, item).replace("_", " ")]
    if kind.name == "experiment":
        parts += ["killed"] if item.killed else []
        parts += [f"in epoch {item.epoch}"] if item.epoch > 1 else []
        parts += [f"won by {item.winner}"] if item.winner else []
    return ", ".join(parts)


def item_object(kind: Kind, item: Item) -> dict[str, object]:
    """An item for programs; `document` is what a document says of it."""
    return {
        "name": item.name,
        "key": _key(kind, item),
        "etag": item.etag,
        "create_time": item.create_time.ToJsonString(),
        "update_time": item.update_time.ToJsonString(),
        **_found(kind, item),
        "document": _document(kind, item),
    }


def _found(kind: Kind, item: Item) -> dict[str, object]:
    """What the store knows of some kinds alone."""
    if kind.name == "query":
        return {"segments": list(item.segments)}
    if kind.name != "segment":
        return {}
    evaluated = item.HasField("evaluate_time")
    return {
        "member_count": item.member_count,
        "member_set_size_bytes": item.member_set_size_bytes,
        "evaluate_time": item.evaluate_time.ToJsonString() if evaluated else None,
    }


def _document(kind: Kind, item: Item) -> dict[str, Any]:
    body = to_body(kind.name, item)
    if body.get("salt") == _key(kind, item):
        del body["salt"]  # which it is without a word
    status = status_of(kind.name, item)
    return {"status": status, **body} if status else body


def _row(kind: Kind, item: Item) -> list[object]:
    own = [cell(item) for cell in _COLUMNS[kind.name].values()]
    status = [standing(kind, item)] if kind.has_status else []
    updated = instant_text(item.update_time)
    return [_key(kind, item), *status, *own, list(item.tags), updated]


def _key(kind: Kind, item: Item) -> str:
    return str(item.name).removeprefix(f"{kind.section}/")


def _word(item: Item, field: str) -> str:
    value = item.DESCRIPTOR.fields_by_name[field].enum_type.values_by_number.get(
        getattr(item, field)
    )
    return str(value.name).rpartition("_")[2].lower() if value is not None else ""


def _keys(names: Iterable[str]) -> list[str]:
    return [name.partition("/")[2] for name in names]
