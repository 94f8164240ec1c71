"""Serve the pages and the API of a city."""

from __future__ import annotations

import gc
from pathlib import Path
from typing import Any

import click

from locator.cli.commands._common import geodata_option, progress_bar


@click.command()
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=None,
    help="Port to listen on; 0 takes any free one.  [default: PORT, or 8000]",
)
@click.option(
    "--host",
    default=None,
    help="Address to listen on.  [default: HOST, or this machine only]",
)
@geodata_option
@click.pass_context
def command(ctx: click.Context, port: int | None, host: str | None) -> None:
    """Serve the pages and the API of a city until Ctrl+C.

    \b
    Examples:
      locator serve
      locator serve --port 8080
      locator serve --host 0.0.0.0 --geodata ../another-city
    """
    from locator.base.supervising import supervised

    generation = supervised(host=host, port=port)  # whoever supervises does not come back
    gc.disable()  # until the city is made: see `locator.base.freeing.made_to_stay`
    from locator.base.lighter import import_lightly

    import_lightly()
    from locator.web.workers import run

    folder: Path | None = ctx.obj
    config: dict[str, Any] = {"GEODATA": str(folder)} if folder else {}
    with progress_bar() as progress:
        run(config, generation=generation, host=host, port=port, progress=progress)
