"""Write a whole set of report files into a folder, all of them or none."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from locator.analysis.district_report import DistrictReport
from locator.base.i18n import gettext
from locator.city.model import City
from locator.reports.content import all_tables, build_report, write_value
from locator.reports.exports import geopackage, layer_geojson, report_layers, table_csv
from locator.reports.page import write_page


def bundle_files(city: City, found: DistrictReport) -> Iterator[tuple[str, bytes]]:
    """Yield the name and content of every file of a report, each made when it is asked for."""
    # What writes PDF and spreadsheets takes a while to load: here only, where it is needed.
    from locator.reports.pdf import write_pdf
    from locator.reports.workbook import write_workbook

    report = build_report(city, found)
    stem = file_stem(city, found)
    yield f"{stem}.pdf", write_pdf(report, number=write_value)
    yield f"{stem}.html", write_page(report, number=write_value).encode()
    yield f"{stem}.xlsx", write_workbook(report, method_sheet=gettext("Method"))
    yield f"{stem}.gpkg", geopackage(city, found)
    for name, layer in report_layers(city, found).items():
        yield f"{stem}-{name}.geojson", layer_geojson(layer).encode()
    for table in all_tables(report):
        yield f"{stem}-{table.name}.csv", table_csv(table).encode()


def file_names(city: City, found: DistrictReport) -> list[str]:
    """Return the names of the files that `bundle_files` yields, without making them."""
    stem = file_stem(city, found)
    whole = [f"{stem}.{kind}" for kind in ("pdf", "html", "xlsx", "gpkg")]
    layers = [f"{stem}-{name}.geojson" for name in report_layers(city, found)]
    tables = [f"{stem}-{table.name}.csv" for table in all_tables(build_report(city, found))]
    return whole + layers + tables


def file_stem(city: City, found: DistrictReport) -> str:
    """Return what the names of a report's files begin with: layer, and district if any."""
    if found.query.district is None:
        return f"{city.catalogue.id}-{found.query.layer}"
    district = city.districts.at[found.query.district, "roman"] or found.query.district
    return f"{city.catalogue.id}-{found.query.layer}-{district}"


def write_bundle(city: City, found: DistrictReport, folder: Path) -> Iterator[Path]:
    """Yield each file of a report as it is written; a failure leaves `folder` as it was.

    Parameters
    ----------
    city : City
    found : DistrictReport
    folder : Path
        Made when it is not there; files of the same names are replaced at the end.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder, prefix=".report-") as aside:
        written = []
        for name, content in bundle_files(city, found):
            path = Path(aside) / name
            path.write_bytes(content)
            written.append(path)
            yield folder / name
        for path in written:
            shutil.move(path, folder / path.name)
