"""Keep the state of the city folder as one file."""

from __future__ import annotations

from pathlib import Path

import click

from locator.cli.commands._common import folder_of, geodata_option


@click.command()
@click.argument("out", type=click.Path(path_type=Path, dir_okay=False, writable=True))
@geodata_option
@click.pass_context
def command(ctx: click.Context, out: Path) -> None:
    """Write the state of the city folder to OUT, a ZIP archive with a checksum of each file.

    Equal states make equal archives. `locator compare` tells two apart.

    \b
    Example:
      locator snapshot krakow-2026-11-28.zip
    """
    from locator.curation.snapshot import take_snapshot

    digest = take_snapshot(folder_of(ctx), out)
    click.echo(f"Written: {out} (sha256 of its files: {digest})")
