"""Run every benchmark and print one table: what, how long, its budget.

``python -m tests.bench [AREA ...]`` runs ``tests/bench/bench_<area>.py``, all of them but the
long ones by default.
Such a module has a function ``rows()`` that yields `tests.bench.measuring.Row`. Each area runs in
a process of its own, so that none is slowed by the memory of another. A budget that is missed by
the processor's clock, or in size, is an error; one that only the clock on the wall misses is shown.
Meanwhile each row is said as it comes. Under the table stands how quick the machine was: two tables
are compared by that.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from dataclasses import asdict
from importlib import import_module
from pathlib import Path

from rich.console import Console
from rich.table import Table

from tests.bench.measuring import OF, Row, turns_ms

HERE = Path(__file__).parent
AREAS = tuple(sorted(path.stem.removeprefix("bench_") for path in HERE.glob("bench_*.py")))
LONG = ("growth", "load", "peers", "pmedian", "profile", "ranges", "soak")
"""Areas that run only when they are named: everything else takes some seven minutes together."""

WIDTH = 140
"""Of the table when it goes to a file."""

_STYLES = {"ok": "green", "over": "bold red", "": "dim"}


def main() -> int:
    """Run the areas asked for and print their table."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("areas", nargs="*", metavar="AREA", help=", ".join(AREAS))
    parser.add_argument("--json", action="store_true", help="rows for machines")
    parser.add_argument("--of", metavar="FOLDER", help="measure the server of another checkout")
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    unknown = sorted(set(asked.areas) - set(AREAS))
    if unknown:
        parser.error(f"no benchmark {', '.join(unknown)}; there are {', '.join(AREAS)}")
    if asked.inside:
        _run_inside(asked.areas[0])
        return 0
    console = Console(stderr=asked.json, width=None if sys.stdout.isatty() else WIDTH)
    meanwhile = Console(stderr=True, highlight=False, soft_wrap=True)
    found: dict[str, list[Row]] = {}
    failed = []
    pace_ms = [turns_ms()]
    for area in asked.areas or [area for area in AREAS if area not in LONG]:
        meanwhile.print(f"{area} ...", style="dim")
        rows = _run_apart(area, asked.of, meanwhile)
        pace_ms.append(turns_ms())
        if rows is None:
            failed.append(area)
        else:
            found[area] = rows
    if asked.json:
        print(json.dumps({area: [asdict(row) for row in rows] for area, rows in found.items()}))
    else:
        console.print(_table(found))
        pace = " to ".join(f"{ms:.0f}" for ms in (min(pace_ms), max(pace_ms)))
        console.print(f"The machine meanwhile: {pace} ms of the processor for a million turns.")
    for area in failed:
        console.print(f"[bold red]{area} did not run[/]")
    missed = any(row.fails for rows in found.values() for row in rows)
    return 1 if failed or missed else 0


def _run_apart(area: str, of: str | None, meanwhile: Console) -> list[Row] | None:
    """Return the rows of an area, measured in a process of its own; None if it fails."""
    command = [sys.executable, "-m", "tests.bench", "--inside", area]
    env = os.environ | ({OF: str(Path(of).resolve())} if of else {})
    rows = []
    with subprocess.Popen(
        command, cwd=HERE.parents[1], env=env, stdout=subprocess.PIPE, text=True
    ) as measuring:
        for line in measuring.stdout or ():
            row = Row(**json.loads(line))
            meanwhile.print(f"  {row.what}: {_measured(row)}", style="dim", markup=False)
            rows.append(row)
    return None if measuring.returncode else rows


def _run_inside(area: str) -> None:
    """Measure one area and print its rows as JSON lines."""
    for row in import_module(f"tests.bench.bench_{area}").rows():
        print(json.dumps(asdict(row)), flush=True)


def _table(found: dict[str, list[Row]]) -> Table:
    table = Table(title="Measured against the budgets")
    table.add_column("area")
    table.add_column("what")
    table.add_column("measured", justify="right")
    table.add_column("processor", justify="right")
    table.add_column("budget", justify="right")
    table.add_column("")
    table.add_column("note")
    for area, rows in found.items():
        for i, row in enumerate(rows):
            table.add_row(
                area if i == 0 else "",
                row.what,
                _measured(row),
                "" if row.processor is None else f"{_number(row.processor)} {row.unit}",
                "" if row.budget is None else f"{_number(row.budget)} {row.unit}",
                f"[{_STYLES[row.verdict]}]{row.verdict}[/]",
                row.note,
                end_section=i == len(rows) - 1,
            )
    return table


def _measured(row: Row) -> str:
    return f"{_number(row.value)} {row.unit}"


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


if __name__ == "__main__":
    sys.exit(main())
