"""Write the manual pages of the ``locator`` command, one for each command, from its help.

``make man`` writes them to ``build/man/man1``; ``man -M build/man locator-nearest`` shows one.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import click

from locator import __version__
from locator.cli.main import main

EXIT_CODES = (
    ("0", "All is well."),
    ("1", "Faults were found, or there is no answer."),
    ("2", "Wrong usage."),
)


def manual_pages(command: click.Command = main, *above: str) -> Iterator[tuple[str, str]]:
    """Yield the name and the text (roff) of the page of a command, then of those below it."""
    names = (*above, command.name if above else "locator")
    path = " ".join(str(name) for name in names)
    with click.Context(command, info_name=path) as ctx:
        below = []
        if isinstance(command, click.Group):
            for name in command.list_commands(ctx):
                one = command.get_command(ctx, name)
                assert one is not None
                one.name = name  # a module's command may be called otherwise
                below.append(one)
        yield path.replace(" ", "-"), _page(path, ctx, below)
    for one in below:
        yield from manual_pages(one, *map(str, names))


def _page(path: str, ctx: click.Context, below: list[click.Command]) -> str:
    command = ctx.command
    name = path.replace(" ", "-")
    usage = " ".join(command.collect_usage_pieces(ctx))
    lines = [
        f'.TH "{name.upper()}" "1" "" "locator {__version__}" "Service locator"',
        ".SH NAME",
        f"{_safe(name)} \\- {_safe(command.get_short_help_str(200))}",
        ".SH SYNOPSIS",
        f".B {_safe(path)}",
        _safe(usage),
        ".SH DESCRIPTION",
        *_prose(command.help or ""),
    ]
    options = [
        record
        for parameter in command.get_params(ctx)
        if isinstance(parameter, click.Option)
        and (record := parameter.get_help_record(ctx)) is not None
    ]
    lines += [".SH OPTIONS", *_terms(options)]
    if below:
        about = [(f"{name}-{one.name}(1)", one.get_short_help_str(200)) for one in below]
        lines += [".SH COMMANDS", *_terms(about)]
    lines += [".SH EXIT STATUS", *_terms(EXIT_CODES)]
    if " " in path:
        lines += [".SH SEE ALSO", f"{_safe(path.rpartition(' ')[0].replace(' ', '-'))}(1)"]
    return "\n".join(lines) + "\n"


def _prose(text: str) -> Iterator[str]:
    """Yield the paragraphs of a help text; after ``\\b`` lines stay as they are."""
    for paragraph in text.strip().split("\n\n"):
        lines = paragraph.splitlines()
        if lines[0].strip() == "\b":
            yield from (".PP", ".nf", *(_safe(line) for line in lines[1:]), ".fi")
        else:
            yield from (".PP", _safe(" ".join(" ".join(lines).split())))


def _terms(pairs: Iterable[tuple[str, str]]) -> Iterator[str]:
    for term, told in pairs:
        yield from (".TP", f".B {_safe(term)}", _safe(" ".join(told.split())) or "\\&")


def _safe(text: str) -> str:
    """Return a line that roff sets as it stands: no escape, no request, dashes to be copied."""
    plain = text.replace("\\", "\\e").replace("-", "\\-")
    return f"\\&{plain}" if plain.startswith((".", "'")) else plain


def write_manual(folder: Path) -> list[Path]:
    """Write all pages to ``man1`` in a folder and return the files."""
    made = folder / "man1"
    made.mkdir(parents=True, exist_ok=True)
    written = []
    for name, text in manual_pages():
        file = made / f"{name}.1"
        file.write_text(text, encoding="utf-8")
        written.append(file)
    return written


if __name__ == "__main__":
    print(f"{len(write_manual(Path(sys.argv[1])))} pages in {sys.argv[1]}/man1")
