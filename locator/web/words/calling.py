"""Say whom one can call about a layer, before going anywhere."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from locator.base.opening_hours.state import hours_in_words
from locator.city.helplines import Helpline
from locator.web.i18n import current_language, day, gettext, text
from locator.web.state import state
from locator.web.words.cards import Phone, phones


@dataclass(frozen=True)
class Line:
    """One helpline in the reader's words; `hours` may say that they are not known."""

    phone: Phone
    name: str
    purpose: str
    hours: str
    source: str
    date: str


def lines_for(layer_ids: Iterable[str]) -> tuple[Line, ...]:
    """Return the helplines that stand on the pages of any of these layers."""
    asked = set(layer_ids)
    return tuple(_line(one) for one in state().city.helplines if not asked.isdisjoint(one.layers))


def lines_called(ids: Iterable[str]) -> tuple[Line, ...]:
    """Return the helplines of these ids, in their order."""
    lines = {one.id: one for one in state().city.helplines}
    return tuple(_line(lines[name]) for name in ids)


def _line(helpline: Helpline) -> Line:
    hours = helpline.opening_hours
    return Line(
        phone=phones(helpline.number)[0],
        name=text(helpline.names),
        purpose=text(helpline.purposes),
        hours=hours_in_words(hours, current_language()) if hours else gettext("Hours not known"),
        source=helpline.source,
        date=day(helpline.source_date),
    )
