"""Complete the names of layers, districts and groups while a command is typed.

Nothing but two files is looked at: whoever presses the tab key does not wait for a city.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import click
from click.shell_completion import CompletionItem

from locator.base.folders import bundled

Items = list[CompletionItem]


def layers(ctx: click.Context, _parameter: click.Parameter, typed: str) -> Items:
    """Return the layers whose id begins with what is typed, each with its name."""
    return _declared(ctx, "layers", typed)


def groups(ctx: click.Context, _parameter: click.Parameter, typed: str) -> Items:
    """Return the age groups whose id begins with what is typed, each with its name."""
    return _declared(ctx, "groups", typed)


def sources(ctx: click.Context, _parameter: click.Parameter, typed: str) -> Items:
    """Return the official sources whose id begins with what is typed, each with its title."""
    with suppress(OSError, ValueError):
        told = tomllib.loads((_folder(ctx) / "sources.toml").read_text("utf-8"))
        return [
            CompletionItem(name, help=str(one.get("title", "")))
            for name, one in told.items()
            if name.startswith(typed) and isinstance(one, dict)
        ]
    return []


def districts(ctx: click.Context, _parameter: click.Parameter, typed: str) -> Items:
    """Return the districts whose Roman number or name begins with what is typed."""
    wanted = typed.casefold()
    found = []
    for roman, name in _districts(_folder(ctx)):
        if roman.casefold().startswith(wanted):
            found.append(CompletionItem(roman, help=name))
        elif name.casefold().startswith(wanted):
            found.append(CompletionItem(name, help=roman))
    return found


def _declared(ctx: click.Context, table: str, typed: str) -> Items:
    with suppress(OSError, ValueError, AttributeError):  # a completion says nothing of faults
        catalogue = tomllib.loads((_folder(ctx) / "catalogue.toml").read_text("utf-8"))
        return [
            CompletionItem(name, help=str(one.get("names", {}).get("en", "")))
            for name, one in catalogue.get(table, {}).items()
            if name.startswith(typed)
        ]
    return []


def _districts(folder: Path) -> Iterator[tuple[str, str]]:
    with suppress(OSError, ValueError, KeyError, TypeError):
        for one in json.loads((folder / "districts.geojson").read_text("utf-8"))["features"]:
            known = one["properties"]
            yield str(known["roman"]), str(known["name"])


def _folder(ctx: click.Context) -> Path:
    root = ctx.find_root()
    return Path(ctx.obj or root.params.get("geodata") or bundled("geodata"))
