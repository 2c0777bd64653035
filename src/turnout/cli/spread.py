"""Lets a command take many options as one value."""

from collections.abc import Callable
from dataclasses import fields
from functools import wraps
from inspect import Parameter, signature
from typing import Any

Run = Callable[..., None]


def spread(name: str, kind: type[Any]) -> Callable[[Run], Run]:
    """Puts the fields of a dataclass in the place of the parameter `name` of a command.

    The annotation of each field is its option, as Typer would have it of a parameter.
    """
    options = [
        Parameter(one.name, Parameter.KEYWORD_ONLY, default=one.default, annotation=one.type)
        for one in fields(kind)
    ]

    def decorate(command: Run) -> Run:
        @wraps(command)
        def run(**given: object) -> None:
            own = {one.name: given.pop(one.name) for one in options}
            command(**{name: kind(**own)}, **given)

        written = signature(command)
        others = [
            one.replace(kind=Parameter.KEYWORD_ONLY)
            for one in written.parameters.values()
            if one.name != name
        ]
        # Typer reads the options from here.
        run.__signature__ = written.replace(parameters=[*others, *options])  # type: ignore[attr-defined]
        return run

    return decorate
