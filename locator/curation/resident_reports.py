"""Say what a resident reports of a facility, and what is decided on it.

A report says what is wrong of one facility, or that all is right. Nothing is kept of who sent it:
the facility, the kind, the words, the language and the day, and what was decided.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, get_args

Kind = Literal["closed", "moved", "hours", "phone", "not_step_free", "other", "right"]
State = Literal["pending", "accepted", "rejected"]
Action = Literal["accepted", "rejected", "undone", "deleted"]

KINDS: tuple[Kind, ...] = get_args(Kind)
STATES: tuple[State, ...] = get_args(State)
RIGHT: Kind = "right"

MOST_LETTERS = 1000
"""Of the words that may go with a report."""


@dataclass(frozen=True)
class ResidentReport:
    """What somebody says of a facility.

    Attributes
    ----------
    id : str
        Names it for good; who sends one twice sends the same.
    facility : str
    kind : str
        One of `KINDS`.
    words : str
        At most `MOST_LETTERS`; may be empty.
    language : str
        That the form was in.
    reported_on : str
        The day (ISO 8601).
    state : str
        One of `STATES`.
    decided_on : str or None
        The day of the latest decision.
    """

    id: str
    facility: str
    kind: Kind
    words: str
    language: str
    reported_on: str
    state: State = "pending"
    decided_on: str | None = None


@dataclass(frozen=True)
class Decision:
    """A line of the audit: who decided what on a report, and when (ISO 8601, with its zone)."""

    report: str
    facility: str
    who: str
    at: str
    action: Action
    detail: str = ""


def plain_words(given: str) -> str:
    """Return what was typed as text that shows as it is.

    Without control characters and without signs that turn the direction of writing; at most one
    empty line in a row.

    Parameters
    ----------
    given : str
        Of any length, with whatever in it.

    Returns
    -------
    str
        In Unicode's composed form (NFC).
    """
    lines = re.split(r"\r\n|[\r\n\u2028\u2029]", unicodedata.normalize("NFC", given))
    shown = (
        "".join(" " if c.isspace() else c for c in line if c.isprintable() or c.isspace())
        for line in lines
    )
    return re.sub(r"\n{3,}", "\n\n", "\n".join(" ".join(line.split()) for line in shown)).strip()


def moment_text(at: datetime) -> str:
    """Return a moment as the audit writes it."""
    return at.isoformat(timespec="seconds")
