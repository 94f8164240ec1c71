"""Tables of the command line keep their words whole on every terminal."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from locator.cli.commands._common import table
from locator.cli.commands._tables import column_widths


def drawn(width: int) -> list[str]:
    made = table("Nearest", {"min": "right", "facility": "left", "layer": "left"})
    made.add_row("12", "Żłobek Samorządowy Nr 1", "Nurseries")
    out = Console(file=io.StringIO(), width=width)
    out.print(made)
    assert isinstance(out.file, io.StringIO)
    return out.file.getvalue().splitlines()


@pytest.mark.parametrize(
    ("room", "widths"),
    [
        (99, [2, 6, 5]),
        (13, [2, 6, 5]),
        (12, [2, 5, 5]),
        (11, [2, 4, 5]),
        (10, [2, 3, 5]),
        (9, None),
    ],
)
def test_columns_give_way_down_to_their_longest_word(room: int, widths: list[int] | None) -> None:
    assert column_widths([["no", "1"], ["a b", "cd efg"], ["layer", "x"]], room) == widths


def test_a_wide_terminal_has_one_line_for_each_row() -> None:
    assert drawn(80)[3:5] == [
        "┡━━━━━╇━━━━━━━━━━━━━━━━━━━━━━━━━╇━━━━━━━━━━━┩",
        "│  12 │ Żłobek Samorządowy Nr 1 │ Nurseries │",
    ]


def test_a_narrow_terminal_breaks_lines_between_words() -> None:
    body = "\n".join(drawn(36)[4:-1])
    assert all(word in body for word in ("Żłobek", "Samorządowy", "Nurseries"))
    assert max(map(len, drawn(36))) <= 36


def test_a_very_narrow_terminal_has_a_paragraph_for_each_row() -> None:
    assert [line.rstrip() for line in drawn(30)] == [
        "Nearest",
        "  min 12 · facility Żłobek",
        "  Samorządowy Nr 1 · layer",
        "  Nurseries",
        "",
    ]
