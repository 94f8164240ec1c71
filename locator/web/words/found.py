"""Say in words what was found near a place."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import pandas as pd

from locator.analysis.nearest import NearestResult, Reached, nearest
from locator.api.queries import NearestParams, filter_of, nearest_query_of
from locator.api.street_info import walk_words
from locator.city.catalogue import Layer
from locator.city.model import City
from locator.walking.walkable_city import WalkableCity
from locator.web.i18n import gettext, ngettext, text, url
from locator.web.nearest_form import Form
from locator.web.words.cards import Card, Chip
from locator.web.words.routes import Route, routes
from locator.web.words.starting import Link, Origin

MOST = 20


@dataclass(frozen=True)
class Found:
    """One result: a facility and the walk to it; more such places where all kinds are shown."""

    facility: Card
    said: str
    walk_s: float
    walk_m: float
    via: str
    routes: tuple[Route, ...]
    more_url: str


@dataclass(frozen=True)
class Unlocated:
    """Facilities that could not be considered because nobody knows where they are."""

    sentence: str
    url: str


def title_of(city: City, layer_ids: tuple[str, ...]) -> str:
    """Return the page's heading."""
    if len(layer_ids) == 1 and layer_ids[0] in city.catalogue.layers:
        return gettext("Nearest: {layer}", layer=text(city.catalogue.layers[layer_ids[0]].names))
    return gettext("What is near you?") if not layer_ids else gettext("The nearest services")


def standing_layers(city: City) -> tuple[str, ...]:
    """Return the layers that are looked through for somebody who asks for none.

    Vehicles have no fixed place: they are shown only to those who ask for them.
    """
    return tuple(layer.id for layer in city.catalogue.layers.values() if not layer.moves)


def find_nearest(
    walkable_city: WalkableCity, params: NearestParams, origin: Origin, at: datetime
) -> NearestResult:
    """Return the nearest of the layers asked for; of no layer: the nearest one of each."""
    asked = replace(nearest_query_of(params, origin.lon, origin.lat), at=at)
    query = (
        asked if params.layer else replace(asked, layers=standing_layers(walkable_city.city), k=1)
    )
    return nearest(walkable_city, query)


def found(
    walkable_city: WalkableCity, form: Form, origin: Origin, row: Reached, facility: Card
) -> Found:
    """Return one result in words."""
    place = facility.facts["geometry"]
    return Found(
        facility=facility,
        said=" · ".join(filter(None, _said(facility, one_layer=len(form.layers) == 1))),
        walk_s=row.walk_s,
        walk_m=row.walk_m,
        via=walk_words(row.via, walkable_city.model.name),
        routes=routes((place.x, place.y), start=(origin.lon, origin.lat)),
        more_url="" if form.layers else form.url(layer=[facility.layer.id], k=""),
    )


def _said(facility: Card, *, one_layer: bool) -> Iterator[str]:
    """Yield what kind of place a facility is, as far as the heading of the page does not say it."""
    if not one_layer:
        yield text(facility.layer.names)
    if facility.tells_kind:
        yield facility.kind
    yield facility.places
    if facility.precision == "area":
        yield facility.precision_brief


def said_once(cards: Sequence[Card]) -> tuple[tuple[Chip, ...], Sequence[Card]]:
    """Return the remarks that hold for every result, and the results without them."""
    if len(cards) < 2:
        return (), cards
    shared = tuple(chip for chip in cards[0].chips if all(chip in one.chips for one in cards))
    if not shared:
        return (), cards
    rest = [
        replace(one, chips=tuple(chip for chip in one.chips if chip not in shared)) for one in cards
    ]
    return tuple(map(_of_all, shared)), rest


def _of_all(chip: Chip) -> Chip:
    if chip.label == gettext("Hours not known"):
        return replace(chip, label=gettext("The opening hours of these places are not published."))
    return replace(chip, label=gettext("All of these: {remark}", remark=chip.label))


def empty_words(params: NearestParams, layers: list[Layer]) -> str:
    """Return why there are no results."""
    if layers and all(layer.moves for layer in layers):
        return gettext("Which vehicles carry these is not published, so none is offered as near.")
    if filter_of(params):
        return gettext("None of these is known to fit what was chosen.")
    if params.open == "now":
        return gettext("None that we know to be open now. Many do not publish their hours.")
    return gettext("None of these is on the map yet.")


def wider_link(form: Form, params: NearestParams) -> Link | None:
    """Return a way out of an empty answer."""
    if filter_of(params):
        return Link(form.url(**dict.fromkeys(form.traits(), "")), gettext("Show all places"))
    if params.open == "now":
        return Link(form.url(open=""), gettext("Show those with unknown hours too"))
    if params.status == "open":
        return Link(form.url(status="all"), gettext("Show planned and closed ones too"))
    return None


def more_url(form: Form, params: NearestParams, shown: int) -> str | None:
    """Return the address that shows more, while there may be more."""
    if not params.layer or shown < params.k * len(params.layer) or params.k >= MOST:
        return None
    return form.url(k=str(min(MOST, params.k + 5)))


def unlocated(walkable_city: WalkableCity, layers: list[Layer]) -> Unlocated | None:
    """Return the notice of facilities that fit what is chosen and are listed but not located."""
    if len(layers) != 1:
        return None
    count = unplaced(walkable_city, layers[0].id)
    if not count:
        return None
    sentence = ngettext(
        "{n} more is known, but not where exactly; it may be nearer.",
        "{n} more are known, but not where exactly; one of them may be nearer.",
        count,
    )
    return Unlocated(sentence, url("layer.page", layer_id=layers[0].id, precision="none"))


def unplaced(walkable_city: WalkableCity, layer_id: str) -> int:
    """Return how many facilities of a layer fit what is chosen and are not located."""

    def counted() -> int:
        layer, x, status = (walkable_city.city.columns[name] for name in ("layer", "x", "status"))
        known = (layer == layer_id) & pd.isna(x) & (status == "open")
        return int((known & walkable_city.fit.known).sum())

    everything = walkable_city.everything
    question = (everything.number, "unplaced", walkable_city.which, layer_id)
    return everything.memory.get(question, counted)
