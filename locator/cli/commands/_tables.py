"""Draw tables that keep their words whole, on a narrow terminal too."""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, RenderResult
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

BORDER = 3
"""Characters that each column costs beside its content: its line and two spaces."""


class ReadableTable(Table):
    """A table whose columns are never narrower than their longest word.

    Where even the longest words do not fit beside each other, each row becomes a paragraph that
    names its values.
    """

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Yield the table, or its rows as paragraphs."""
        widths = column_widths(
            [[str(column.header), *map(str, column.cells)] for column in self.columns],
            options.max_width - BORDER * len(self.columns) - 1,
        )
        if widths is None:
            yield from self._paragraphs()
            return
        for column, width in zip(self.columns, widths, strict=True):
            column.width = width
        yield from super().__rich_console__(console, options)

    def _paragraphs(self) -> RenderResult:
        if self.title:
            yield Text(str(self.title), style=self.title_style or "")
        for row in zip(*(list(column.cells) for column in self.columns), strict=True):
            line = Text()
            for column, value in zip(self.columns, row, strict=True):
                line.append(" · " if line else "")
                line.append(f"{column.header} " if column.header else "", style="dim")
                line.append(str(value))
            # A hanging indent shows where the next row begins.
            yield Padding(line, (0, 0, 0, 2))
            yield Text()


def column_widths(columns: Sequence[Sequence[str]], room: int) -> list[int] | None:
    """Share out `room` characters among columns; None if their longest words do not fit.

    Parameters
    ----------
    columns : sequence of sequence of str
        The texts of each column, its header among them.
    room : int
        Characters there are for all contents together.
    """
    most = [max(map(cell_len, texts)) for texts in columns]
    least = [
        max((cell_len(word) for text in texts for word in text.split()), default=0)
        for texts in columns
    ]
    spare, wanted = room - sum(least), sum(most) - sum(least)
    if spare >= wanted:
        return most
    if spare < 0:
        return None
    shares = [(high - low) * spare // wanted for high, low in zip(most, least, strict=True)]
    return [low + share for low, share in zip(least, shares, strict=True)]
