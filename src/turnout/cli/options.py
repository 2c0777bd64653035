"""The options that several commands have."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer


class Output(StrEnum):
    """For whom the outcome is written."""

    TABLE = "table"
    JSON = "json"


DocumentsOption = Annotated[
    Path | None,
    typer.Option(
        "--documents",
        metavar="PATH",
        help="Decide in this process, from a folder or file of documents.",
    ),
]
ExplainOption = Annotated[
    bool, typer.Option("--explain", help="Show the way to the answer: rules, conditions, slots.")
]
OutputOption = Annotated[
    Output, typer.Option("--output", "-o", help="`table` for people, `json` for programs.")
]
