"""Downloads: what a spreadsheet program opens is what the release package holds, and nothing runs."""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys
import zipfile
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest

from pmm_site import package
from pmm_site.model import Bounds, Catalogue, ConfStatus, Dimension, Direction, Kpi, ObsStatus, Outcome, SiteKind, Unit
from pmm_site.package import PackageInfo, ReleasePackage
from pmm_site.publish.downloads import downloads
from pmm_site.publish.spreadsheets import sheet, table_sheet, workbook
from pmm_site.tables import AggregateRow, AnswerRow, CycleRow, MemberRow, ValueRow, VisibilityRow

SHOWN = (ObsStatus.SHOWN, ConfStatus.FREE)
NASTY = '=cmd|"/c calc"!A1, <b>\n& more'


def site_root(folder: Path, kind: SiteKind) -> Path:
    """A staged site of two KPIs and two Members whose package is written by the program itself."""
    site = {SiteKind.COUNTRY: "country-ken"}.get(kind, kind.value)
    kpis = tuple(
        Kpi(identifier, "outcome", {"en": f"KPI {identifier}"}, Unit.PERCENT, Bounds(0, 100), Direction.HIGHER)
        for identifier in ("a", "b")
    )
    catalogue = Catalogue("1", (Dimension("d", {"en": "D"}),), (Outcome("outcome", "d", {"en": "O"}),), kpis)
    country = kind is SiteKind.COUNTRY
    disclosure, note = None if kind is SiteKind.PUBLIC else "wco", NASTY if country else None
    tables = {
        "cycles": (CycleRow("c2024", {"en": "2024"}, 2024, 2, None, True, ""),),
        "members": tuple(MemberRow("c2024", each, {"en": each.title()}, True, {}, None) for each in ("KEN", "UGA")),
        "values": (ValueRow("c2024", "a", "KEN", "71.20", *SHOWN, disclosure, note),
                   ValueRow("c2024", "a", "UGA", "5", *SHOWN, disclosure, None),
                   ValueRow("c2024", "b", "UGA", "", ObsStatus.NOT_SHOWN, ConfStatus.NOT_AT_THIS_LEVEL, None, None)),
        "aggregates": (AggregateRow("c2024", "a", "all", "all", 9, Decimal("70.1"), Decimal("0.1"), *SHOWN, 2,
                                    Decimal("38.10")),),
        "answers": (AnswerRow("c2024", "tool", "yes", "in-use"),),
        "visibility": (VisibilityRow("c2024", "a", "wco", "", "wco;union-*;country-*"),),
    }  # fmt: skip
    info = PackageInfo(site, kind, "KEN" if country else None, {"en": "Performance & more"}, ("en", "fr"),
                       ("everyone",) if kind is SiteKind.PUBLIC else ("secretariat",), ("KEN",) if country else (),
                       "r1", True, ("c2024",), licence={"en": "CC BY 4.0"}, organization={"en": "WCO"})  # fmt: skip
    package.write(ReleasePackage(info, catalogue, (), tables), folder / site / "data")
    return folder / site


def opened(content: bytes) -> openpyxl.Workbook:
    """A workbook as a spreadsheet program reads it."""
    return openpyxl.load_workbook(io.BytesIO(content))


def cells(content: bytes, name: str) -> list[tuple[object, ...]]:
    """The rows of a sheet."""
    return list(opened(content)[name].iter_rows(values_only=True))


@pytest.mark.parametrize("kind", [SiteKind.PUBLIC, SiteKind.WCO, SiteKind.UNION, SiteKind.COUNTRY])
def test_each_kind_of_site_has_its_downloads(tmp_path: Path, kind: SiteKind) -> None:
    """The names follow the fixed rule that pages link by."""
    root = site_root(tmp_path, kind)
    site = root.name
    names = {f"downloads/{site}.xlsx", f"downloads/{site}.zip", "data/csv-metadata.json"}
    if kind is SiteKind.COUNTRY:
        names |= {f"downloads/{site}-own.xlsx"}
    if kind in (SiteKind.PUBLIC, SiteKind.WCO):
        names |= {f"downloads/{site}-kpi-{kpi}.xlsx" for kpi in "ab"}
    if kind is SiteKind.WCO:
        names |= {f"downloads/wco-sdmx-{table}.csv" for table in ("values", "aggregates")}
    assert downloads(root).keys() == names


def test_the_workbook_holds_every_table_cell_for_cell(tmp_path: Path) -> None:
    """Each sheet equals its CSV file: numbers as numbers, texts as texts, blanks as blanks."""
    root = site_root(tmp_path, SiteKind.COUNTRY)
    content = downloads(root)["downloads/country-ken.xlsx"]
    for path in root.glob("data/*.csv"):
        with path.open(encoding="utf-8", newline="") as stream:
            expected = list(csv.reader(stream))
        found = [["" if cell is None else str(cell) for cell in row] for row in cells(content, path.stem)]
        assert [[_as_number(cell) for cell in row] for row in found] == [
            [_as_number(cell) for cell in row] for row in expected
        ], path.stem


def _as_number(text: str) -> str | float:
    try:
        return float(text)
    except ValueError:
        return text


def test_no_cell_is_a_formula(tmp_path: Path) -> None:
    """A note that begins like a formula is a text in every workbook, and keeps its letters."""
    found = downloads(site_root(tmp_path, SiteKind.COUNTRY))
    for name in ("downloads/country-ken.xlsx", "downloads/country-ken-own.xlsx"):
        texts = [cell.value for page in opened(found[name]) for row in page.iter_rows() for cell in row
                 if cell.data_type == "s"]  # fmt: skip
        assert "'" + NASTY in texts
        assert not any(
            cell.data_type == "f" for page in opened(found[name]) for row in page.iter_rows() for cell in row
        )


def test_the_own_workbook_holds_the_own_member_beside_the_world(tmp_path: Path) -> None:
    """Only the Member's own values, with the mean over all Members beside each, its answers and who sees what."""
    content = downloads(site_root(tmp_path, SiteKind.COUNTRY))["downloads/country-ken-own.xlsx"]
    assert [row[2] for row in cells(content, "Values")[1:]] == ["KEN"]
    assert cells(content, "Values")[1][-5:] == ("KPI a", "percent", 70.1, 0.1, 9)
    assert cells(content, "Instruments")[1] == ("c2024", "tool", "yes", "in-use")
    assert "UGA" not in {cell for page in ("Values", "Instruments") for row in cells(content, page) for cell in row}


def test_a_kpi_workbook_speaks_of_one_kpi(tmp_path: Path) -> None:
    """Its sheets hold the KPI's rows and no other's; a KPI without rows has empty sheets."""
    found = downloads(site_root(tmp_path, SiteKind.WCO))
    assert {row[1] for row in cells(found["downloads/wco-kpi-a.xlsx"], "Values")[1:]} == {"a"}
    assert len(cells(found["downloads/wco-kpi-b.xlsx"], "By group")) == 1


def test_the_zip_explains_itself(tmp_path: Path) -> None:
    """Tables, README in each language with what was filtered, licence, citation, and a data package that is whole."""
    root = site_root(tmp_path, SiteKind.PUBLIC)
    with zipfile.ZipFile(io.BytesIO(downloads(root)["downloads/public.zip"])) as archive:
        names = set(archive.namelist())
        assert {f"public/{name}" for name in ("README-en.txt", "README-fr.txt", "LICENCE.txt", "CITATION.txt",
                                              "values.csv", "catalogue.json", "csv-metadata.json")
                } <= names  # fmt: skip
        assert "share with everyone" in archive.read("public/README-en.txt").decode()
        assert archive.read("public/LICENCE.txt") == b"CC BY 4.0\n"
        described = json.loads(archive.read("public/datapackage.json"))
        assert {f"public/{each['path']}" for each in described["resources"]} <= names
        assert archive.read("public/values.csv") == (root / "data/values.csv").read_bytes()
        assert {member.date_time for member in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_csv_metadata_describes_every_column(tmp_path: Path) -> None:
    """CSV on the Web: each table with its columns in file order, each with its meaning and type."""
    root = site_root(tmp_path, SiteKind.WCO)
    content = json.loads(downloads(root)["data/csv-metadata.json"])
    for table in content["tables"]:
        header = (root / "data" / table["url"]).read_text().splitlines()[0].split(",")
        assert [column["name"] for column in table["tableSchema"]["columns"]] == header
        assert all(column["dc:description"] for column in table["tableSchema"]["columns"])


def test_sdmx_csv_carries_the_codes(tmp_path: Path) -> None:
    """Dataflow, dimensions, the value as submitted, and both status codes, blanks included."""
    found = downloads(site_root(tmp_path, SiteKind.WCO))
    lines = found["downloads/wco-sdmx-values.csv"].decode().splitlines()
    assert lines[0] == "DATAFLOW,FREQ,REF_AREA,INDICATOR,TIME_PERIOD,OBS_VALUE,OBS_STATUS,CONF_STATUS"
    assert lines[1] == "WCO:PMM_VALUES(1.0),A2,KEN,a,2024,71.20,A,F"
    assert lines[3] == "WCO:PMM_VALUES(1.0),A2,UGA,b,2024,,Q,N"
    assert (
        "WCO:PMM_AGGREGATES(1.0),A2,all,all,a,2024,70.1,A,F,0.1,9"
        in found["downloads/wco-sdmx-aggregates.csv"].decode()
    )


def test_the_same_package_gives_the_same_bytes(tmp_path: Path) -> None:
    """In another process with another hash seed and time zone, every download is the same to the byte."""
    root = site_root(tmp_path, SiteKind.WCO)
    script = ("import hashlib, sys, pathlib; from pmm_site.publish.downloads import downloads\n"
              "found = downloads(pathlib.Path(sys.argv[1]))\n"
              "print([(name, hashlib.sha256(found[name]).hexdigest()) for name in sorted(found)])")  # fmt: skip
    runs = {
        subprocess.run([sys.executable, "-c", script, str(root)], capture_output=True, text=True, check=True,
                       env={**os.environ, "PYTHONHASHSEED": seed, "TZ": zone}).stdout
        for seed, zone in (("1", "UTC"), ("2", "Asia/Kathmandu"))
    }  # fmt: skip
    assert len(runs) == 1


def test_sheet_names_and_signs_fit_every_program() -> None:
    """Names are cut, tidied and told apart; signs that XML cannot hold are replaced; a quoted line end is kept."""
    long = "A very long name of a sheet [2022/2024]"
    made = workbook(
        [sheet(long, (("x\x01", False),), [("a\x00b\ud800",)]), sheet(long, (), []),
         table_sheet("t", (("x", False), ("n", True)), 'x,n\n"two\nlines, ""quoted""",-1.5\n')],
        title="T", creator="C",
    )  # fmt: skip
    found = opened(made)
    assert found.sheetnames == ["A very long name of a sheet  20", "A very long name of a sheet 2", "t"]
    assert found.worksheets[0]["A2"].value == "a\ufffdb\ufffd"
    assert [cell.value for cell in found["t"][2]] == ['two\nlines, "quoted"', -1.5]
