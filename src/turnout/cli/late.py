"""Commands that are imported when they run, so that the others start without them."""

# ruff: noqa: PLC0415 - what is heavy is imported when it is needed

from collections.abc import Callable, Mapping
from typing import Any

from typer.core import TyperCommand, TyperGroup

Load = Callable[[str], Any]
"""From the name of a command to what Typer made of it."""
PANEL = "Control plane"
"""Where they stand in the help."""


def late_group(late: Mapping[str, str], load: Load) -> type[TyperGroup]:
    """A group that has more commands than were given to it.

    Args:
        late: What each of those does, by its name, in the order of the help.
        load: Imports one of them.
    """

    class LateGroup(TyperGroup):
        def list_commands(self, ctx: Any) -> list[str]:  # noqa: ANN401 - click's own
            return [*super().list_commands(ctx), *late]

        def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ANN401 - click's own
            found = super().get_command(ctx, cmd_name)
            if found is None and cmd_name in late:
                # Enough for the help.
                return TyperCommand(cmd_name, help=late[cmd_name], rich_help_panel=PANEL)
            return found

        def resolve_command(self, ctx: Any, args: list[str]) -> Any:  # noqa: ANN401 - click's own
            name, command, rest = super().resolve_command(ctx, args)
            return name, load(str(name)) if name in late else command, rest

    return LateGroup


def load_from(package: str) -> Load:
    """Takes the `app` of the module that is called like the command."""

    def load(name: str) -> Any:  # noqa: ANN401 - click's own
        from importlib import import_module

        from typer.main import get_command

        command = get_command(import_module(f"{package}.{name}").app)
        command.name = name
        return command

    return load
