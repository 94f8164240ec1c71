"""What is documented exists: commands, options, make targets, pages, addresses, files."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import click
import pytest
from click.testing import CliRunner
from flask import Flask

from locator.cli.main import main

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
GUIDES = sorted((ROOT / "docs").glob("*.md"))
TEXTS = "\n".join(
    path.read_text(encoding="utf-8")
    for path in (ROOT / "README.md", ROOT / "CONTRIBUTING.md", *GUIDES)
)
TARGETS = sorted(set(re.findall(r"(?m)(?:`|^)make ([a-z-]+)", TEXTS)))
PAGES = re.findall(r"(?m)^\| `(/[^`]*)` \|", README)
FILES = sorted(set(re.findall(r"`(LICENSE|[A-Z-]+\.md|[\w/]+\.(?:py|txt|md))`", TEXTS)))


def shell_lines() -> list[str]:
    blocks = re.findall(r"```(?:sh)?\n(.*?)```", TEXTS, re.DOTALL)
    return [line.strip() for block in blocks for line in block.splitlines() if line.strip()]


COMMANDS = [line for line in shell_lines() if line.startswith("locator ")]
URLS = [line for line in shell_lines() if line.startswith("curl ")]


def resolved(line: str) -> tuple[list[str], click.Command, list[str]]:
    """Return path, command and options of a documented command line."""
    words = shlex.split(line, comments=True)[1:]
    command: click.Command = main
    path: list[str] = []
    options: list[str] = []
    skip = False
    for word in words:
        if skip:
            skip = False
        elif word.startswith("-"):
            names = {
                name: option
                for option in command.params
                if isinstance(option, click.Option)
                for name in option.opts
            }
            assert word in names, f"{line!r}: {' '.join(path)} has no option {word}"
            options.append(word)
            skip = not names[word].is_flag
        elif isinstance(command, click.Group):
            found = command.get_command(click.Context(command), word)
            assert found is not None, f"{line!r}: there is no command {word}"
            command = found
            path.append(word)
    return path, command, options


@pytest.mark.parametrize("line", COMMANDS)
def test_a_documented_command_exists_with_its_options_and_explains_itself(line: str) -> None:
    path, command, _ = resolved(line)
    assert not isinstance(command, click.Group)
    result = CliRunner().invoke(main, [*path, "--help"])
    assert result.exit_code == 0
    assert result.stdout.startswith("Usage: ")


def test_every_command_of_the_first_rank_is_documented() -> None:
    documented = {resolved(line)[0][0] for line in COMMANDS}
    assert {"serve", "nearest", "coverage", "check", "locate", "walking"} <= documented


def test_the_two_commands_stand_at_the_top() -> None:
    assert "make run" in shell_lines()[0]
    assert "make test" in shell_lines()[1]


@pytest.mark.parametrize("target", TARGETS)
def test_a_documented_make_target_exists(target: str) -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert re.search(rf"^{target}:", makefile, re.MULTILINE)


@pytest.mark.parametrize("line", URLS)
def test_a_documented_address_answers(krakow_app: Flask, line: str) -> None:
    url = shlex.split(line)[1].removeprefix("http://localhost:8000")
    assert url.isascii()  # curl sends what it is given, and a URL has no other letters
    assert krakow_app.test_client().get(url).status_code == 200


@pytest.mark.parametrize("path", PAGES)
def test_a_documented_page_answers(krakow_app: Flask, path: str) -> None:
    url = path.replace("<layer>", "nurseries")
    for prefix in ("", "/en", "/uk"):
        assert krakow_app.test_client().get(prefix + url).status_code == 200


@pytest.mark.parametrize("name", FILES)
def test_a_documented_file_exists(name: str) -> None:
    assert (ROOT / name).exists()
