"""Write a whole set of report files into a folder, all of them or none."""

from __future__ import annotations

import shutil
import tempfile
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path

import geopandas as gpd

from locator.analysis.district_report import DistrictReport
from locator.analysis.scenario.findings import ScenarioFindings
from locator.base.i18n import gettext
from locator.city.facility_filter import FacilityFilter
from locator.city.model import City
from locator.geocoding.names import fold
from locator.reports.content import all_tables, build_report, write_value
from locator.reports.document import Report, Table
from locator.reports.exports import (
    coded_layers,
    geopackage,
    layer_geojson,
    report_layers,
    table_csv,
)
from locator.reports.page import write_page
from locator.reports.scenario import scenario_report
from locator.reports.scenario_layers import scenario_layers


class DocumentFiles(ABC):
    """A document as the files that it can be written as.

    Attributes
    ----------
    city : City
    report : Report
    stem : str
    """

    city: City

    @cached_property
    @abstractmethod
    def report(self) -> Report:
        """The document that all but the map layers are written from; composed once."""

    @abstractmethod
    def layers(self) -> dict[str, gpd.GeoDataFrame]:
        """Return its map layers by name, WGS84."""

    @property
    @abstractmethod
    def stem(self) -> str:
        """What the names of its files begin with."""

    @property
    @abstractmethod
    def which(self) -> FacilityFilter:
        """Which facilities it counts."""

    def pdf(self) -> bytes:
        """Return it as PDF."""
        # What writes PDF and spreadsheets takes a while to load: here only, where it is needed.
        from locator.reports.pdf import write_pdf

        return write_pdf(self.report, number=write_value)

    def docx(self) -> bytes:
        """Return it as DOCX, to be edited."""
        from locator.reports.wordfile import write_word

        return write_word(self.report, number=write_value)

    def html(self) -> bytes:
        """Return it as one page that needs no server."""
        return write_page(self.report, number=write_value).encode()

    def xlsx(self) -> bytes:
        """Return its tables as a workbook."""
        from locator.reports.workbook import write_workbook

        return write_workbook(self.report, method_sheet=gettext("Method"))

    def gpkg(self) -> bytes:
        """Return its map layers as a GeoPackage."""
        return geopackage(self.city, self.layers(), which=self.which)


@dataclass(frozen=True)
class ReportFiles(DocumentFiles):
    """The report of a layer as files.

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
        """The document that all but the map layers are written from; composed once."""
        return build_report(self.city, self.found)

    def layers(self) -> dict[str, gpd.GeoDataFrame]:
        """Return its map layers by name, WGS84."""
        return report_layers(self.city, self.found)

    @property
    def stem(self) -> str:
        """What the names of its files begin with."""
        return file_stem(self.city, self.found)

    @property
    def which(self) -> FacilityFilter:
        """Which facilities it counts."""
        return self.found.query.which


@dataclass(frozen=True)
class ScenarioFiles(DocumentFiles):
    """The report of a scenario as files.

    Attributes
    ----------
    city : City
    findings : ScenarioFindings
        Of the same city.
    """

    city: City
    findings: ScenarioFindings

    @cached_property
    def report(self) -> Report:
        """The document that all but the map layers are written from; composed once."""
        return scenario_report(self.city, self.findings)

    def layers(self) -> dict[str, gpd.GeoDataFrame]:
        """Return its map layers by name, WGS84."""
        return coded_layers(self.city, scenario_layers(self.city, self.findings.compared))

    @property
    def stem(self) -> str:
        """What the names of its files begin with: the city, the layer, the scenario's name."""
        change = self.findings.compared.scenario
        name = fold(change.name).replace(" ", "-") or "scenario"
        return f"{self.city.catalogue.id}-{change.layer}-{name}"

    @property
    def which(self) -> FacilityFilter:
        """Which facilities it counts."""
        return self.findings.compared.scenario.which


WHOLE: dict[str, Callable[[DocumentFiles], bytes]] = {
    "pdf": DocumentFiles.pdf,
    "docx": DocumentFiles.docx,
    "html": DocumentFiles.html,
    "xlsx": DocumentFiles.xlsx,
    "gpkg": DocumentFiles.gpkg,
}
"""What a whole report can be written as, by the ending of the file."""


def bundle_files(files: DocumentFiles, formats: Sequence[str] = ()) -> Iterator[tuple[str, bytes]]:
    """Yield the name and content of every file of a report, each made when it is asked for."""
    for name, write in _writers(files, formats):
        yield name, write()


def _writers(
    files: DocumentFiles, formats: Sequence[str]
) -> Iterator[tuple[str, Callable[[], bytes]]]:
    """Yield the name of every file of some formats (none: of all), and what makes it."""
    for ending, write in WHOLE.items():
        if not formats or ending in formats:
            yield f"{files.stem}.{ending}", partial(write, files)
    if not formats or "geojson" in formats:
        for name, layer in files.layers().items():
            yield f"{files.stem}-{name}.geojson", partial(_geojson, layer)
    if not formats or "csv" in formats:
        for table in all_tables(files.report):
            yield f"{files.stem}-{table.name}.csv", partial(_csv, table)


def _geojson(layer: gpd.GeoDataFrame) -> bytes:
    return layer_geojson(layer).encode()


def _csv(table: Table) -> bytes:
    return table_csv(table).encode()


def file_names(files: DocumentFiles, formats: Sequence[str] = ()) -> list[str]:
    """Return the names of the files that `bundle_files` yields, without making them.

    Parameters
    ----------
    files : DocumentFiles
    formats : sequence of str
        Only files with these endings; none: all.

    Returns
    -------
    list of str
        In the order in which they are yielded.
    """
    return [name for name, _ in _writers(files, formats)]


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
    query, parts = found.query, [city.catalogue.id, found.query.layer]
    if query.unit is not None:
        parts.append(query.unit)
    elif query.district is not None:
        parts.append(str(city.districts.at[query.district, "roman"] or query.district))
    parts += ["filtered"] if query.which else []
    parts += [query.profile] if query.profile != "foot" else []
    parts += ["transit"] if query.ride is not None else []
    return "-".join(parts)


def write_bundle(files: DocumentFiles, folder: Path, formats: Sequence[str] = ()) -> Iterator[Path]:
    """Yield each file of a report as it is written; a failure leaves `folder` as it was.

    Parameters
    ----------
    files : DocumentFiles
    folder : Path
        Made when it is not there; files of the same names are replaced at the end.
    formats : sequence of str
        Only files with these endings; none: all.

    Yields
    ------
    Path
        In `folder`; it is there only when all are done.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder, prefix=".report-") as aside:
        written = []
        for name, content in bundle_files(files, formats):
            path = Path(aside) / name
            path.write_bytes(content)
            written.append(path)
            yield folder / name
        for path in written:
            shutil.move(path, folder / path.name)
