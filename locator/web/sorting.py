"""Sort a table by what the address asks for, and give each column its address."""

from __future__ import annotations

from dataclasses import dataclass

from werkzeug.datastructures import MultiDict

from locator.web.i18n import url

FILTER_NAMES = ("ownership", "kind", "operator", "open_at", "step_free")
"""Parameters of which facilities count."""
TRANSIT_NAMES = ("by", "depart", "max_walk")
"""Parameters of riding beside walking."""
CARRIED = ("minutes", "group", "pace", "people", "profile", "at", *TRANSIT_NAMES, *FILTER_NAMES)
"""Parameters that a link of a report takes along."""


@dataclass(frozen=True)
class Sorting:
    """How a table is sorted, and the address that sorts it by another column."""

    key: str
    descending: bool
    args: dict[str, list[str]]
    endpoint: str
    values: dict[str, str]

    def href(self, key: str) -> str:
        """Return the address that sorts by `key`, the other way round if it is the present one."""
        turn = key == self.key and not self.descending
        order = "desc" if turn else "asc"
        return url(self.endpoint, self.args | {"sort": [key], "order": [order]}, **self.values)


def sorting_of(
    args: MultiDict[str, str], keys: tuple[str, ...], endpoint: str, **values: str
) -> Sorting:
    """Return the sorting asked for in a query string; an unknown column means the first."""
    key = args.get("sort", "")
    known = key in keys
    kept = {name: args.getlist(name) for name in CARRIED if name in args}
    return Sorting(
        key=key if known else keys[0],
        descending=known and args.get("order") == "desc",
        args=kept,
        endpoint=endpoint,
        values=values,
    )
