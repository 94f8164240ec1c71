"""Give a point to facilities that have only an address."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from locator.cli.commands._common import (
    console,
    folder_of,
    geodata_option,
    print_json,
    shown,
    table,
    working,
)
from locator.cli.commands._forms import json_option


@click.command()
@click.argument("folder", type=click.Path(path_type=Path), required=False)
@click.option("--dry-run", is_flag=True, help="Report only; write nothing.")
@click.option(
    "--source",
    default=None,
    help='Where the address points come from: "OpenStreetMap 2026-10-03".',
)
@json_option
@geodata_option
@click.pass_context
def command(
    ctx: click.Context, folder: Path | None, dry_run: bool, source: str | None, as_json: bool
) -> None:
    """Locate the facilities of FOLDER that have an address and no point; never guess.

    Found ones get their point, how precise it is (exact, street, area) and where it is from. The
    others stay in the list without a point, and this report says why.

    \b
    Examples:
      locator locate --dry-run
      locator locate geodata --source "OpenStreetMap 2026-10-03"
    """
    from locator.curation.locate import locate_folder

    with working("Locating …"):
        report = locate_folder(folder_of(ctx, folder), write=not dry_run, source=source)
    if as_json:
        rows: Any = report.astype(object).where(report.notna(), None).reset_index(names="id")
        print_json(rows.to_dict("records"))
        return
    out = console()
    made = table(
        "Facilities without a point",
        {"id": "left", "address": "left", "outcome": "left", "place or reason": "left"},
    )
    for facility_id, row in report.iterrows():
        address = " ".join(
            part for part in (row["street"], row["housenumber"]) if shown(part) != "–"
        )
        made.add_row(
            str(facility_id),
            address or "–",
            str(row["outcome"]),
            shown(row["reason"] if row["outcome"] == "not_located" else row["place"]),
        )
    if len(report):
        out.print(made)
    counts = report["outcome"].value_counts()
    summary = ", ".join(f"{name} {count}" for name, count in counts.items()).replace("_", " ")
    out.print(f"{summary or 'Every facility with an address has a point'}.")
    if dry_run:
        out.print("Nothing was written.")
