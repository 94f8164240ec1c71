"""Share what the commands have in common: the city folder, tables, JSON, a sign of work."""

from __future__ import annotations

import gc
import json
import math
import shutil
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn
from rich.table import Table

from locator.cli.commands._complete import groups
from locator.cli.commands._tables import ReadableTable

if TYPE_CHECKING:
    from locator.api.context import AppState

PIPED_WIDTH = 160
"""Columns of a table that nobody looks at in a terminal."""

STEPS = {
    "areas": "Reading districts",
    "places": "Reading facilities and addresses",
    "download": "Downloading the extract (bytes)",
    "ways": "Reading ways",
    "nodes": "Reading nodes",
    "graph": "Making the graph",
    "indexes": "Indexing the nearest places",
    "material": "Reading buildings, numbers, land, places",
    "weighing": "Weighing dwellings",
    "layers": "Walking from every home, by layer",
    "digests": "Looking at the extracts",
    "inputs": "Looking at the units",
    "units": "Making cities, counting who is served",
}


def _remember(ctx: click.Context, _parameter: click.Parameter, value: Path | None) -> None:
    if value is not None:
        ctx.obj = value


geodata_option = click.option(
    "--geodata",
    type=click.Path(path_type=Path),
    expose_value=False,
    callback=_remember,
    help="City folder, as before the command.",
)


def standard_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add what a standard consists of: minutes on foot, for whom, how fast."""
    for name, help_text in (
        ("--pace", "Walking speed in m/s.  [default: the layer's]"),
        ("--group", "Id of an age group.  [default: the layer's]"),
        ("--minutes", "Standard, 1 to 60.  [default: the layer's]"),
    ):
        known = groups if name == "--group" else None
        command = click.option(name, default=None, help=help_text, shell_complete=known)(command)
    return command


def filter_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add which facilities count; the command takes them as keywords for `Pairs.given`."""
    at = click.option("--open-at", help="Only those known to be open then: 2026-12-01T18:00.")
    return traits_options(at(command))


def transit_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add whether trams and buses count, too; the command takes them as keywords for `ridden`."""
    options = (
        click.option(
            "--transit", is_flag=True, help="Say who is within the minutes by tram or bus, too."
        ),
        click.option("--depart", help="Leave in the hour from then, e.g. 2026-12-01T10:00."),
        click.option("--max-walk", help="Minutes on foot to and from stops.  [default: 15]"),
    )
    for option in reversed(options):
        command = option(command)
    return command


def ridden(*, transit: bool, depart: str | None, max_walk: str | None) -> dict[str, Any]:
    """Return the options of `transit_options` as parameters."""
    return {"by": "transit" if transit else None, "depart": depart, "max_walk": max_walk}


def traits_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add what facilities have to be like at any hour, for those who ask for the hour apart."""
    options = (
        click.option("--ownership", help="Only public, municipal or private ones."),
        click.option("--kind", multiple=True, help="Only those of this kind; repeatable."),
        click.option("--operator", multiple=True, help="Only those run by it; repeatable."),
        click.option("--step-free", is_flag=True, help="Only those known to be without steps."),
    )
    for option in reversed(options):
        command = option(command)
    return command


def chosen(**given: Any) -> dict[str, Any]:
    """Return the options of `filter_options` (or `traits_options`) as parameters."""
    return given | {"step_free": "yes" if given["step_free"] else None}


def folder_of(ctx: click.Context, folder: Path | None = None) -> Path:
    """Return the city folder: the argument, ``--geodata``, or the default one."""
    from locator.city.model import default_folder

    chosen: Path | None = folder or ctx.obj
    return chosen or default_folder()


@contextmanager
def working(message: str) -> Iterator[None]:
    """Show on standard error that something takes its time, where somebody is looking."""
    console = Console(stderr=True)
    if console.is_terminal:
        with console.status(message):
            yield
    else:
        yield


@contextmanager
def progress_bar(*, quiet: bool = False) -> Iterator[Callable[[str, int, int | None], None]]:
    """Give a progress function that draws one bar for each step, on standard error.

    Nothing at all is drawn as long as it is not called.
    """
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.completed:>12,}"),
        TimeElapsedColumn(),
    )
    bars = Progress(*columns, console=Console(stderr=True), disable=quiet)
    tasks: dict[str, TaskID] = {}

    def progress(step: str, done: int, total: int | None) -> None:
        bars.start()
        if step not in tasks:
            tasks[step] = bars.add_task(STEPS.get(step, step), total=total)
        bars.update(tasks[step], completed=done, total=total)
        if bars.finished:  # what is printed from now on is not to be drawn over
            bars.stop()
            bars.remove_task(tasks.pop(step))

    try:
        yield progress
    finally:
        if tasks:
            bars.stop()


def load(ctx: click.Context) -> AppState:
    """Return the city of the folder, ready to be walked; the same state as the web's."""
    with keeping_all():
        return _loaded(ctx)


@contextmanager
def keeping_all() -> Iterator[None]:
    """Look for no garbage while what is made is made to stay: modules, and a whole city."""
    looked = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if looked:
            gc.freeze()
            gc.enable()


def _loaded(ctx: click.Context) -> AppState:
    from datetime import datetime
    from zoneinfo import ZoneInfo

    from locator.api.context import AppState
    from locator.city.kept import kept_city
    from locator.walking.choose import choose_model
    from locator.walking.walkable_city import walkable

    folder = folder_of(ctx)
    with working(f"Reading {folder} …"):
        city = kept_city(folder)
    with progress_bar() as progress:
        model = choose_model(city, progress=progress)
    with working(f"Reading {folder} …"):
        walkable_city = walkable(city, model)
    return AppState(city, walkable_city, datetime.now(ZoneInfo(city.catalogue.timezone)))


def console() -> Console:
    """Return a console as wide as the terminal, or wide enough for a pipe."""
    width = None if sys.stdout.isatty() else max(PIPED_WIDTH, shutil.get_terminal_size().columns)
    return Console(width=width, highlight=False, emoji=False, markup=False, soft_wrap=False)


def print_body(body: bytes) -> None:
    """Print an answer exactly as the API sends it."""
    click.echo(body.decode(), nl=False)


def print_json(answer: Mapping[str, Any] | Sequence[Any] | bytes | str) -> None:
    """Print an answer as JSON in UTF-8; text that is JSON already goes out as it is."""
    if isinstance(answer, bytes):
        answer = answer.decode("utf-8")
    if isinstance(answer, str):
        click.echo(answer)
    else:
        click.echo(json.dumps(answer, ensure_ascii=False, indent=2, allow_nan=False))


def table(title: str, columns: Mapping[str, str]) -> Table:
    """Return an empty table; `columns` maps each header to ``left`` or ``right``."""
    made = ReadableTable(title=title, title_justify="left", title_style="bold")
    for header, justify in columns.items():
        made.add_column(header, justify="right" if justify == "right" else "left", overflow="fold")
    return made


def shown(value: Any, form: str | Callable[[Any], str] = "{}") -> str:
    """Return `value` for a table; a dash for what is not known."""
    import pandas as pd

    if pd.isna(value) or (isinstance(value, float) and math.isinf(value)):
        return "–"
    return form(value) if callable(form) else form.format(value)
