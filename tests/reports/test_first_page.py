"""The first page of a report: what was found, what follows from it, and the map of walks."""

import re
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from locator.analysis.district_report import DistrictReport, ReportQuery, district_report
from locator.base.i18n import speaking
from locator.reports.canvas import Canvas
from locator.reports.conclusions import findings, recommendations
from locator.reports.content import build_report
from locator.reports.document import Report
from locator.reports.figures import shade_bounds
from locator.reports.maplabels import Label, overlap, place_labels
from locator.reports.maplegend import draw_legend
from locator.walking.walkable_city import WalkableCity


def asked(walkable_city: WalkableCity, **query: object) -> DistrictReport:
    return district_report(walkable_city, ReportQuery(layer="nurseries", group="all", **query))  # type: ignore[arg-type]


def written(walkable_city: WalkableCity, found: DistrictReport) -> Report:
    with speaking("en"):
        return build_report(walkable_city.city, found)


def test_three_findings_repeat_what_the_chapters_say(walkable_city: WalkableCity) -> None:
    report = written(walkable_city, asked(walkable_city))
    assert report.findings == (
        "Most left out: Południe (14% beyond the standard); least: Północ (0%).",
        "The largest gap is near Most Środkowy (Południe): 100 people, 100% of all who are left "
        "out.",
        "Places are short for 100 people: they reach less than half as many places for each person "
        "as the city has on average; 100 reach none.",
    )


def test_completeness_is_one_sentence_with_the_extremes(walkable_city: WalkableCity) -> None:
    # 4 are expected, 2 of those are on the map; only nurseries-1 and -2 are confirmed.
    said = "2 of the 4 facilities that the city counts are not on the map"
    whole = asked(walkable_city)
    assert written(walkable_city, whole).completeness == (
        f"{said}; with only those that are confirmed and on the map the share would be 66.6%, with "
        "all of them at their best places 95.3%. Its range, 66.7% to 95.3%, weighs all doubts "
        "together: nine in ten draws lie in it."
    )
    south = written(walkable_city, asked(walkable_city, district=2))
    said = "the share would be 0.0%, with all of them at their best places 85.8%."
    assert said in south.completeness


def test_what_is_recommended_follows_from_results(walkable_city: WalkableCity) -> None:
    opened, located, confirmed = written(walkable_city, asked(walkable_city)).recommendations
    # nurseries-4 is under construction at (3000, 500): 16 of the 100 people out of reach gain it.
    assert opened == (
        "Open what is under way (Żłobek w budowie): 16 people more would be within reach, 96.0% "
        "instead of 95.2%."
    )
    assert located == (
        "Find the address of 1 facility that is not on the map: Żłobek bez punktu. 1 more is "
        "counted officially and named in no list."
    )
    assert confirmed == (
        "Confirm 1 facility that only an older list calls open: Żłobek Południowy."
    )


def test_the_largest_gain_comes_first(walkable_city: WalkableCity) -> None:
    found = asked(walkable_city, minutes=10)
    assert found.siting is not None
    assert found.within.sites is not None
    first, (low, _) = found.siting.sites.iloc[0], found.within.sites.of_site(0)
    assert written(walkable_city, found).recommendations[0] == (
        f"Add one near {first['name']} ({first['district_name']}): 120 ({low} – 120) people more "
        "would be within reach; at all 5 suggested sites together 240, 11.4% of all in the city. "
        "No other choice of as many sites gains more: this is proven."
    )


def test_a_site_for_a_few_people_is_not_recommended(walkable_city: WalkableCity) -> None:
    found = asked(walkable_city, minutes=10)
    assert found.siting is not None
    few = replace(found.siting, sites=found.siting.sites.assign(gained=99.0))
    said = written(walkable_city, replace(found, siting=few)).recommendations
    assert not [one for one in said if "Add one" in one]


def test_that_there_is_nothing_to_do_is_said(walkable_city: WalkableCity) -> None:
    found = asked(walkable_city)
    known = found.facilities.loc[["nurseries-1", "nurseries-2"]]
    row = found.coverage.completeness.copy()
    row["expected"] = row["located"] = row["listed"]
    row["all_not_located"] = 0
    done = replace(
        found,
        planned=None,
        siting=None,
        facilities=known,
        coverage=replace(found.coverage, completeness=row),
    )
    with speaking("en"):
        assert recommendations(walkable_city.city, done) == (
            "Nothing: the results ask for no further facility, and all that are listed are on the "
            "map.",
        )
        assert len(findings(walkable_city.city, done)) == 3
        row["all_not_located"] = 1  # somewhere else in the city
        assert recommendations(walkable_city.city, done) == (
            "Nothing here: the results ask for no further facility.",
        )
        sites = pd.DataFrame({"gained": [4.0, 1.0]})
        few = replace(done, siting=replace(found.siting, sites=sites))
        assert recommendations(walkable_city.city, few) == (
            "Too few for a facility of their own: at the best site 4 people more would be within "
            "reach.",
        )


@pytest.mark.parametrize("language", ["pl", "uk"])
def test_the_first_page_is_in_the_language_of_the_report(
    walkable_city: WalkableCity, language: str
) -> None:
    found = asked(walkable_city)
    with speaking(language):
        said = build_report(walkable_city.city, found)
    english = written(walkable_city, found)
    assert not {*said.findings, *said.recommendations} & {
        *english.findings,
        *english.recommendations,
    }


def drawn(report: Report) -> str:
    assert report.map is not None
    canvas = Canvas(560, 560 * report.map.ratio, label="")
    report.map.draw(canvas)
    return canvas.markup()


def test_the_map_has_squares_of_walks_in_the_scope_only(walkable_city: WalkableCity) -> None:
    def tones(found: DistrictReport) -> list[int]:
        markup = drawn(written(walkable_city, found))
        return sorted({int(one) for one in re.findall(r'"fill-walk(\d)" fill-opacity', markup)})

    # Half of the standard, all of it, and over twice as long for the 100 people over the river.
    assert tones(asked(walkable_city)) == [0, 1, 4]
    assert tones(asked(walkable_city, district=1)) == [0, 1]


def test_the_map_has_a_scale_north_and_its_source(walkable_city: WalkableCity) -> None:
    markup = drawn(written(walkable_city, asked(walkable_city)))
    assert ">1 km</text>" in markup
    assert ">N</text>" in markup
    assert ">Invented data · data of 1 November 2026</text>" in markup


@pytest.mark.parametrize(("wide", "anchor"), [(560, "end"), (420, "start"), (280, "start")])
def test_the_source_of_a_map_has_a_row_of_its_own_where_there_is_no_room(
    wide: float, anchor: str
) -> None:
    canvas = Canvas(wide, wide, label="")
    source = "© OpenStreetMap contributors (ODbL); City of Kraków; Statistics Poland; data of 2026"
    draw_legend(canvas, (), source=source, scale=0.02, shade=1)
    assert f'text-anchor="{anchor}">{source}<' in canvas.markup()


def test_the_legend_names_what_the_map_has(walkable_city: WalkableCity) -> None:
    markup = drawn(written(walkable_city, asked(walkable_city)))
    assert [">up to 7.5 min<" in markup, ">15–22.5 min<" in markup, ">over 30 min<" in markup] == [
        True,
        False,
        True,
    ]
    assert ">under way<" in markup
    assert ">suggested<" not in markup, "no site is suggested"


def test_labels_do_not_lie_on_each_other() -> None:
    rng = np.random.default_rng(7)
    points = rng.uniform(40, 160, (30, 2))
    labels = [
        Label(str(place), (x, y, x, y), 14, 10, is_inside=place % 2 == 0)
        for place, (x, y) in enumerate(points)
    ]
    placed = place_labels(labels, within=(0, 0, 560, 340), taken=[(90, 90, 110, 110)])
    boxes = [label.at(centre) for label, centre in zip(labels, placed, strict=True)]
    boxes.append((90, 90, 110, 110))
    pairs = [(one, other) for place, one in enumerate(boxes) for other in boxes[:place]]
    assert not [pair for pair in pairs if overlap(*pair)]


def test_a_label_stands_on_what_it_names_and_leaves_it_only_for_another() -> None:
    one = Label("1", (100, 100, 100, 100), 10, 10, is_inside=True)
    assert place_labels([one], within=(0, 0, 200, 200)) == [(100, 100)]
    first, second = place_labels([one, one], within=(0, 0, 200, 200))
    assert first == (100, 100)
    assert second != first
    gap = Label("2", (80, 80, 120, 120), 10, 10, is_inside=False)
    x, y = place_labels([gap], within=(0, 0, 200, 200))[0]
    assert not (85 < x < 115 and 85 < y < 115), "beside the area, which stays to be seen"


def test_labels_stay_on_the_map_and_off_the_markers() -> None:
    corner = Label("1", (195, 5, 195, 5), 10, 10, is_inside=False)
    ((x, y),) = place_labels([corner], within=(0, 0, 200, 200), dots=[(188.0, 12.0)])
    left, top, right, bottom = corner.at((x, y))
    assert min(left, top) >= 0
    assert max(right, bottom) <= 200
    assert not (left < 188 < right and top < 12 < bottom)


@pytest.mark.parametrize(
    ("shares", "bounds"),
    [
        ([0.11, 0.29, 0.52, 0.71, 0.93], (0.25, 0.45, 0.6, 0.75)),
        ([0.90, 0.91, 0.92, 0.93, 0.94], (0.91, 0.92, 0.93)),
        ([0.5, 0.5, 0.5], ()),
        ([0.2, 0.9], (0.35,)),
        ([], ()),
    ],
)
def test_shades_part_the_districts_and_none_is_empty(
    shares: list[float], bounds: tuple[float, ...]
) -> None:
    found = shade_bounds(np.array(shares))
    assert len(found) < 5
    counts = np.histogram(shares, [-1, *found, 2])[0] if shares else np.array([1])
    assert (counts > 0).all()
    assert found == bounds
