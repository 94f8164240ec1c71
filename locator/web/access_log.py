"""Say of each answer what was asked for and how long it took; never from where, or by whom."""

from __future__ import annotations

import logging

MOST_LETTERS = 200

log = logging.getLogger("locator.access")


def tell(method: str, path: str, status: int, took_s: float) -> None:
    """Log an answer.

    Never the query string, the visitor's address or the browser: where somebody wants to walk
    from is nobody's business.

    Parameters
    ----------
    method, path : str
    status : int
    took_s : float
    """
    plain = path.encode("unicode_escape").decode("ascii")[:MOST_LETTERS]
    log.info("%s %s %d %.0f ms", method, plain, status, took_s * 1000)
