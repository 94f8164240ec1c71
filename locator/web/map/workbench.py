"""Compose the map of a change: districts by difference, areas gained and lost, places to be."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from locator.web.map.elements import AreaLayer, FeatureLayer
from locator.web.map.symbols import Symbol
from locator.web.map.views import Ground, Shading, base_map

if TYPE_CHECKING:
    from locator.web.map.figure import Map


def change_map(
    ground: Ground,
    *,
    areas_url: str,
    features_url: str,
    sites_url: str | None,
    shading: Shading,
    symbols: Sequence[Symbol],
    add_url: str,
    labels: Mapping[str, str],
) -> Map:
    """Return the map of a change; a click on it adds a site there.

    Parameters
    ----------
    areas_url, features_url : str
        GeoJSON of districts and changed areas, and of the facilities.
    sites_url : str or None
        GeoJSON of the new sites, numbered as in the list; None without any.
    shading : Shading
        Of the difference, diverging.
    symbols : sequence of Symbol
    add_url : str
        Page that takes ``lat`` and ``lon`` of a click.
    labels : mapping of str to str
        What the click and its keyboard twin are called here.
    """
    own = replace(ground, labels={**ground.labels, **labels})
    map_ = base_map(own, nearest_url=add_url, at_once=True, keep_state=True)
    AreaLayer(
        areas_url,
        title=shading.title,
        value=shading.value,
        breaks=shading.breaks,
        class_labels=shading.class_labels,
        scale=shading.scale,
        gap_label=shading.gap_label,
    ).add_to(map_)
    FeatureLayer(
        features_url,
        symbols=symbols,
        facility_url=ground.facility_url,
        cluster_above=1000,
        small=True,
        crowded=True,
    ).add_to(map_)
    if sites_url:
        FeatureLayer(
            sites_url, symbols=symbols, legend=False, cluster_above=1000, crowded=True
        ).add_to(map_)
    return map_
