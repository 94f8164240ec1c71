"""Offer the ``locator`` command: one group, each command loaded when it is called."""

from __future__ import annotations

import ast
import sys
from collections.abc import Sequence
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from pkgutil import iter_modules
from typing import Any

import click

from locator import __version__
from locator.base.errors import CityFolderError, InvalidParameterError, LocatorError
from locator.cli import commands

FIRST = ("serve", "nearest", "coverage", "check", "locate", "walking")
"""Commands listed first; every other module of `locator.cli.commands` follows by its name."""

OK, NO_ANSWER, USAGE = 0, 1, 2


class LazyGroup(click.Group):
    """A group whose commands are the modules of `locator.cli.commands`.

    A module's command is its attribute ``command``, or the one called like the module; its help
    in the list is the first line of the module's docstring. No module is imported before its
    command is called, so that ``locator --help`` is quick.
    """

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of the commands, the most used ones first."""
        found = [
            module.name
            for module in iter_modules(commands.__path__)
            if not module.name.startswith("_")
        ]
        return sorted(
            found, key=lambda name: (FIRST.index(name) if name in FIRST else len(FIRST), name)
        )

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import and return one command; None where there is no such module."""
        if cmd_name not in self.list_commands(ctx):
            return None
        module = import_module(f"{commands.__name__}.{cmd_name}")
        command = getattr(module, "command", None) or getattr(module, cmd_name)
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands by the docstrings of their modules."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, _summary(name)) for name in self.list_commands(ctx)])

    def main(self, args: Sequence[str] | None = None, *more: Any, **options: Any) -> Any:
        """Run, turning a `LocatorError` into one clear message and an exit code."""
        try:
            return super().main(args, *more, **options)
        except LocatorError as error:
            click.echo(f"Error: {explained(error)}", err=True)
            sys.exit(USAGE if isinstance(error, InvalidParameterError) else NO_ANSWER)
        except OSError as error:
            where = f"{error.filename}: " if error.filename else ""
            click.echo(f"Error: {where}{error.strerror or error}.", err=True)
            sys.exit(NO_ANSWER)


def explained(error: LocatorError) -> str:
    """Return the message of `error` as the command line says it."""
    if isinstance(error, CityFolderError):
        return f"{error.message}\nRun `locator check` to see them again after mending."
    if isinstance(error, InvalidParameterError):
        return "\n".join(fault.message for fault in error.faults)
    lines = [
        f"  {place.label} ({place.kind}: {place.lat:.5f}, {place.lon:.5f})"
        for place in getattr(error, "candidates", ())  # of an `AmbiguousPlaceError`
    ]
    return "\n".join([error.message, *lines])


def _summary(name: str) -> str:
    spec = find_spec(f"{commands.__name__}.{name}")
    if spec is None or spec.origin is None:
        return ""
    source = Path(spec.origin).read_text(encoding="utf-8")
    return (ast.get_docstring(ast.parse(source)) or "").partition("\n")[0]


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="locator")
@click.option(
    "--geodata",
    type=click.Path(path_type=Path),
    envvar="LOCATOR_GEODATA",
    show_envvar=True,
    help="City folder; without it, the city that comes with the program.",
)
@click.pass_context
def main(ctx: click.Context, geodata: Path | None) -> None:
    """Find the nearest facility on foot, and who has none within reach.

    \b
    Examples:
      locator serve --port 8000
      locator nearest "Rynek Główny 1" --layer nurseries -k 3
      locator coverage senior_activity_centres --minutes 15 --out seniors.csv
      locator check

    Exit codes: 0 all is well; 1 faults were found, or there is no answer; 2 wrong usage.
    """
    ctx.obj = geodata


if __name__ == "__main__":
    main()
