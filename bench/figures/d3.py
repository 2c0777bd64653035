"""D3: evaluation from DuckDB to a set that can be mapped, and import into a store."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bench import evaluation
from bench.figure import Number, spread

if TYPE_CHECKING:
    from bench.workbench import Workbench

TITLE = "evaluation and import of members"
_MILLION = 1e6


def measure(bench: Workbench) -> list[Number]:
    """On all cores, as a worker runs; the imports in turns."""
    folder = bench.folder / "audience"
    evaluations = evaluation.time_evaluations(bench, folder)
    imports = evaluation.time_imports(bench, folder)
    users = spread([evaluation.MEMBERS / _MILLION / one for one in evaluations.all_users])
    active = spread([evaluation.EVENTS / _MILLION / one for one in evaluations.active])
    numbers = [
        Number(
            "evaluation from DuckDB to a mapped set",
            users.median,
            ">= 1",
            "million members/s",
            f"{evaluation.MEMBERS:,} text ids in Parquet, to a synced file that answers; {users}",
        ),
        Number(
            "the template `active`",
            active.median,
            None,
            "million events/s",
            f"{evaluation.EVENTS:,} events to {evaluations.active_members:,} members; {active}",
        ),
        _import("SQLite", imports.sqlite),
    ]
    return [*numbers, _import("PostgreSQL", imports.postgresql)] if imports.postgresql else numbers


def _import(where: str, rounds: list[float]) -> Number:
    rows = spread(rounds)
    return Number(
        f"import into {where}",
        rows.median,
        ">= 200000",
        "rows/s",
        f"{evaluation.IMPORTED:,} text ids in memory, to the commit, fsync on; {rows}",
    )
