"""Show an answer where a notebook shows it: a line, and a small table."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape


def facts_html(title: str, facts: Iterable[tuple[str, object]], notes: Iterable[str] = ()) -> str:
    """Return a table of two columns, and sentences below it.

    Parameters
    ----------
    title : str
    facts : iterable of (str, object)
    notes : iterable of str

    Returns
    -------
    str
        HTML; all texts are escaped.
    """
    rows = "".join(
        f'<tr><th scope="row">{escape(name)}</th><td>{escape(str(value))}</td></tr>'
        for name, value in facts
    )
    below = "".join(f"<li>{escape(note)}</li>" for note in notes)
    return f"<table><caption>{escape(title)}</caption><tbody>{rows}</tbody></table>" + (
        f"<ul>{below}</ul>" if below else ""
    )


def percent(share: float) -> str:
    """Return a share with one digit.

    Parameters
    ----------
    share : float

    Returns
    -------
    str
    """
    return f"{share:.1%}"
