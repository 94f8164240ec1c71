"""Look names of layers and age groups up in the catalogue, and say which ones there are."""

from __future__ import annotations

from collections.abc import Iterable

from locator.base.echo import shortened
from locator.base.errors import N_, InvalidParameterError, NotComputableError, NotFoundError
from locator.city.catalogue import AgeGroup, Catalogue, Layer

NO_LAYER = N_("There is no layer {given}. Layers: {known}.")
NO_KIND = N_("No facility of this layer is of the kind {given}. Kinds: {known}.")

NO_OPERATOR = N_("No facility of this layer is run by {given}. Operators: {known}.")
SAID_NAMES = 12
"""So many operators are written out in a sentence; a machine is told all."""


def listed(names: Iterable[object], most: int | None = SAID_NAMES) -> str:
    """Return names as a sentence lists them, no more than `most`; a dash where there are none.

    Parameters
    ----------
    names : iterable of object
    most : int or None
        None for all.

    Returns
    -------
    str
    """
    said = list(map(str, names))
    more = ["…"] if most is not None and len(said) > most else []
    return ", ".join(said[:most] + more) or "–"


def known_layer(catalogue: Catalogue, layer: str) -> Layer:
    """Return the layer with this id, or raise `NotFoundError` naming those there are.

    Parameters
    ----------
    catalogue : Catalogue
    layer : str
        Id.

    Returns
    -------
    Layer

    Raises
    ------
    NotFoundError
        There is no such layer.
    """
    if layer not in catalogue.layers:
        raise NotFoundError(
            NO_LAYER,
            parameter="layer",
            given=shortened(layer),
            known=", ".join(catalogue.layers),
        )
    return catalogue.layers[layer]


def known_layers(catalogue: Catalogue, layers: tuple[str, ...]) -> tuple[Layer, ...]:
    """Return the layers with these ids; at least one has to be named.

    Parameters
    ----------
    catalogue : Catalogue
    layers : tuple of str
        Ids.

    Returns
    -------
    tuple of Layer
        In the order asked for.

    Raises
    ------
    InvalidParameterError
        None is named.
    NotFoundError
        One of them is not there.
    """
    if not layers:
        raise InvalidParameterError(
            N_("Which layer? Give at least one of: {known}."),
            parameter="layer",
            accepted={"enum": list(catalogue.layers)},
            known=", ".join(catalogue.layers),
        )
    return tuple(known_layer(catalogue, layer) for layer in layers)


def standing_layer(catalogue: Catalogue, layer: str) -> Layer:
    """Return the layer with this id; raise unless there is one and it stands still.

    Parameters
    ----------
    catalogue : Catalogue
    layer : str
        Id.

    Returns
    -------
    Layer

    Raises
    ------
    NotFoundError
        There is no such layer.
    NotComputableError
        Its facilities are on vehicles.
    """
    found = known_layer(catalogue, layer)
    if found.moves:
        raise NotComputableError(
            N_("The facilities of this layer move, so they cover no fixed place."),
            parameter="layer",
        )
    return found


def known_group(catalogue: Catalogue, group: str) -> AgeGroup:
    """Return the age group with this id, or raise `InvalidParameterError` naming the others.

    Parameters
    ----------
    catalogue : Catalogue
    group : str
        Id.

    Returns
    -------
    AgeGroup

    Raises
    ------
    InvalidParameterError
        There is no such group; ``accepted`` has those there are.
    """
    if group not in catalogue.groups:
        raise InvalidParameterError(
            N_("{name} has to be one of: {choices}; given: {given}."),
            parameter="group",
            name="group",
            accepted={"enum": list(catalogue.groups)},
            choices=", ".join(catalogue.groups),
            given=shortened(group),
        )
    return catalogue.groups[group]
