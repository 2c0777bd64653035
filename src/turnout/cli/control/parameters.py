"""Values for the parameters of a query, as they are typed."""

import json
from collections.abc import Sequence
from typing import Annotated

import typer
from google.protobuf import struct_pb2

from turnout.cli.failures import usage
from turnout.control.conversion.structs import to_struct

ParameterOption = Annotated[
    list[str] | None,
    typer.Option(
        "--param",
        metavar="NAME=VALUE",
        help="A parameter of the query; a number, `true`, `false` or quoted text is read as JSON,"
        " anything else is text. May be repeated.",
    ),
]


def read_parameters(given: Sequence[str] | None) -> struct_pb2.Struct:
    """The message of what was typed.

    Raises:
        Failed: Something is no `NAME=VALUE`, or no single value.
    """
    found: dict[str, object] = {}
    for one in given or ():
        name, sign, text = one.partition("=")
        if not name or not sign:
            raise usage(f"`--param {one}` is no parameter: write `--param NAME=VALUE`")
        found[name] = _value(text)
    return to_struct(found)


def _value(text: str) -> object:
    try:
        value = json.loads(text)
    except ValueError:
        return text
    return text if isinstance(value, list | dict) else value
