"""Tell two states of the city apart: what is new, gone, changed, moved, and who is reached."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

import click

from locator.cli.commands._common import console, print_json, shown, table, working
from locator.cli.commands._forms import json_option


@click.command()
@click.argument("before", type=click.Path(path_type=Path))
@click.argument("after", type=click.Path(path_type=Path))
@json_option
def command(before: Path, after: Path, as_json: bool) -> None:
    """Compare two states, BEFORE and AFTER: snapshots or city folders.

    Both are walked by the streets of AFTER, so that what differs is the facilities and the people.

    \b
    Example:
      locator compare krakow-2024.zip geodata
    """
    from locator.analysis.state_comparison import compare_states
    from locator.city.model import load_city
    from locator.curation.snapshot import opened_state
    from locator.walking.choose import choose_model

    with ExitStack() as stack, working("Comparing …"):
        old, new = (load_city(stack.enter_context(opened_state(path))) for path in (before, after))
        found = compare_states(old, new, choose_model(new))
    rows, coverage = found.facilities, found.coverage
    if as_json:
        print_json(
            {
                "facilities": _records(rows),
                "coverage": _records(coverage),
            }
        )
        return
    out = console()
    counts = rows["change"].value_counts()
    moved = int(rows["moved_m"].notna().sum())
    words = (f"{int(counts.get(name, 0))} {name}" for name in ("new", "gone", "changed"))
    out.print(f"Facilities: {', '.join(words)} ({moved} of them moved).")
    if len(rows):
        listed = table(
            "Facilities", {"id": "left", "name": "left", "change": "left", "what": "left"}
        )
        for name, row in rows.iterrows():
            far = "" if row["moved_m"] != row["moved_m"] else f" ({row['moved_m']:,.0f} m)"
            listed.add_row(str(name), row["name"], row["change"], f"{row['fields']}{far}")
        out.print(listed)
    shares = table(
        "Coverage", {"layer": "left", "before": "right", "after": "right", "people": "right"}
    )
    for name, row in coverage.iterrows():
        change = row["served_after"] - row["served_before"]
        shares.add_row(
            str(name),
            shown(row["share_before"], "{:.1%}"),
            shown(row["share_after"], "{:.1%}"),
            shown(change, "{:+,.0f}"),
        )
    out.print(shares)


def _records(frame: object) -> list[dict[str, object]]:
    import pandas as pd

    assert isinstance(frame, pd.DataFrame)
    clean = frame.astype(object).where(frame.notna(), None)
    return [{str(k): v for k, v in row.items()} for row in clean.reset_index().to_dict("records")]
