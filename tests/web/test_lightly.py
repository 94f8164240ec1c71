"""Folium with its templates left for later draws what folium draws."""

from __future__ import annotations

import copy
import subprocess
import sys

import jinja2
import pytest

from locator.web.map.lightly import LaterTemplate

DRAWN = """
import itertools, sys
numbers = itertools.count()
import branca.element, folium
branca.element.urandom = lambda count: next(numbers).to_bytes(count, "big")
from folium.plugins import MarkerCluster
map_ = folium.Map(location=(50.06, 19.94), zoom_start=12)
cluster = MarkerCluster().add_to(map_)
folium.Marker((50, 20), popup=folium.Popup("<b>a</b>"), tooltip="t").add_to(cluster)
folium.CircleMarker((50, 20.1), radius=4).add_to(map_)
at = {"type": "Point", "coordinates": [20, 50]}
shape = {"type": "Feature", "properties": {"n": 1}, "geometry": at}
shapes = {"type": "FeatureCollection", "features": [shape]}
folium.GeoJson(shapes, tooltip=folium.GeoJsonTooltip(["n"])).add_to(map_)
folium.LayerControl().add_to(map_)
print(map_.get_root().render())
"""

FIRST = """
import jinja2
before = jinja2.Template
import locator.web.map.lightly as lightly
assert jinja2.Template is before
made = [one for one in vars(lightly.folium).values() if isinstance(one, type)]
templates = {vars(one).get("_template") for one in made}
later = [one for one in templates if isinstance(one, lightly.LaterTemplate)]
assert len(later) > 20, templates
assert not any("root_render_func" in vars(one) for one in later), "compiled"
"""


@pytest.mark.slow
def test_a_map_is_what_it_is_by_folium_itself() -> None:
    drawn = [
        subprocess.run([sys.executable, "-c", first + DRAWN], capture_output=True, check=True)
        for first in ("", FIRST)
    ]
    assert b"L.markerClusterGroup" in drawn[0].stdout
    assert drawn[0].stdout == drawn[1].stdout


def test_a_template_is_made_when_it_is_used_first() -> None:
    template = LaterTemplate("{% macro html(this) %}<{{ this }}>{% endmacro %}[{{ a }}]")
    assert "root_render_func" not in vars(template)
    assert not hasattr(template, "__html__") and not hasattr(template, "unheard_of")
    assert template.render(a=1) == "[1]"
    assert template.module.html("b") == "<b>"
    assert isinstance(template, jinja2.Template)
    assert copy.copy(template).render(a=2) == "[2]"


def test_what_is_wrong_with_a_template_is_told_when_it_is_used() -> None:
    template = LaterTemplate("{% if %}")
    with pytest.raises(jinja2.TemplateSyntaxError):
        template.render()
