"""What a city says that it has changed, as sections of a report and as files."""

from __future__ import annotations

from pathlib import Path

import pytest

from locator.analysis.access.claims import answer_claim
from locator.analysis.district_report import ReportQuery, district_report
from locator.base.i18n import speaking
from locator.reports.changes import claim_section
from locator.reports.content import build_report, write_value
from locator.reports.exports import table_csv
from locator.reports.html import section_html
from tests.analysis.test_claims import walked
from tests.breaking import edit_feature
from tests.tinycity import point


@pytest.mark.parametrize("language", ["pl", "en", "uk"])
def test_what_is_not_known_of_a_facility_is_a_dash(tiny_folder: Path, language: str):
    edit_feature(
        tiny_folder, position=3, places=None, places_basis=None, geometry=point(3250, 1500)
    )
    city = walked(tiny_folder, coming=2, new=None, places=100)
    with speaking(language):
        section = claim_section(city.city, answer_claim(city, "nurseries"))
        html = section_html(section, 1, write=write_value)
    assert '<td class="num">–</td>' in html
    assert "<NA>" not in html
    assert ">nan<" not in html
    named, gained = (table_csv(table).splitlines() for table in section.tables)
    with speaking("en"):
        bullets = claim_section(city.city, answer_claim(city, "nurseries")).bullets
    assert "Not on the list, so not counted: 1." in bullets
    assert named == [
        "name,district_name,opens,places,reached,gained",
        "Żłobek w budowie,Południe,2027,,3,3",
    ]
    assert gained == ["name,people,gained", "Południe,18,3"]


def test_the_report_of_the_city_has_the_chapter_and_a_district_has_not(tiny_folder: Path):
    city = walked(tiny_folder, coming=1, new=None)
    headings = []
    for district in (None, 1):
        found = district_report(city, ReportQuery(layer="nurseries", district=district))
        with speaking("en"):
            report = build_report(city.city, found)
        headings.append([section.heading for section in report.sections])
    assert "Nurseries" in headings[0]
    assert "Nurseries" not in headings[1]
