"""Write a whole set of report files into a folder, all of them or none."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from locator.analysis.district_report import DistrictReport
from locator.base.i18n import gettext
from locator.city.model import City
from locator.reports.content import all_tables, build_report, write_value
from locator.reports.document import Report
from locator.reports.exports import geopackage, layer_geojson, report_layers, table_csv
from locator.reports.page import write_page


@dataclass(frozen=True)
class ReportFiles:
    """A report as the files that it can be written as; composed once, when first needed.

    Attributes
    ----------
    city : City
    found : DistrictReport
        Of the same city.
    """

    city: City
    found: DistrictReport

    @cached_property
    def report(self) -> Report:
        """The document that all but the map layers are written from."""
        return build_report(self.city, self.found)

    def pdf(self) -> bytes:
        """Return it as PDF."""
        # What writes PDF and spreadsheets takes a while to load: here only, where it is needed.
        from locator.reports.pdf import write_pdf

        return write_pdf(self.report, number=write_value)

    def html(self) -> bytes:
        """Return it as one page that needs no server."""
        return write_page(self.report, number=write_value).encode()

    def xlsx(self) -> bytes:
        """Return its tables as a workbook."""
        from locator.reports.workbook import write_workbook

        return write_workbook(self.report, method_sheet=gettext("Method"))

    def gpkg(self) -> bytes:
        """Return its map layers as a GeoPackage."""
        return geopackage(self.city, self.found)


WHOLE: dict[str, Callable[[ReportFiles], bytes]] = {
    "pdf": ReportFiles.pdf,
    "html": ReportFiles.html,
    "xlsx": ReportFiles.xlsx,
    "gpkg": ReportFiles.gpkg,
}
"""What a whole report can be written as, by the ending of the file."""


def bundle_files(city: City, found: DistrictReport) -> Iterator[tuple[str, bytes]]:
    """Yield the name and content of every file of a report, each made when it is asked for."""
    files, stem = ReportFiles(city, found), file_stem(city, found)
    for ending, write in WHOLE.items():
        yield f"{stem}.{ending}", write(files)
    for name, layer in report_layers(city, found).items():
        yield f"{stem}-{name}.geojson", layer_geojson(layer).encode()
    for table in all_tables(files.report):
        yield f"{stem}-{table.name}.csv", table_csv(table).encode()


def file_names(city: City, found: DistrictReport) -> list[str]:
    """Return the names of the files that `bundle_files` yields, without making them.

    Parameters
    ----------
    city : City
    found : DistrictReport

    Returns
    -------
    list of str
        In the order in which they are yielded.
    """
    stem = file_stem(city, found)
    whole = [f"{stem}.{ending}" for ending in WHOLE]
    layers = [f"{stem}-{name}.geojson" for name in report_layers(city, found)]
    tables = [f"{stem}-{table.name}.csv" for table in all_tables(build_report(city, found))]
    return whole + layers + tables


def file_stem(city: City, found: DistrictReport) -> str:
    """Return what the names of a report's files begin with: layer, and district if any.

    Parameters
    ----------
    city : City
    found : DistrictReport

    Returns
    -------
    str
        Without an ending.
    """
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

    Yields
    ------
    Path
        In `folder`; it is there only when all are done.
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
