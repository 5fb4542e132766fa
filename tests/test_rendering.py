"""Rendering a release package by itself, as a service does that sees nothing else."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from pmm_site.package import PackageDamaged
from pmm_site.stages.rendering import render_package, theme_directories

if TYPE_CHECKING:
    from tests.conftest import Built


@pytest.fixture
def package(built: Built, tmp_path: Path) -> Path:
    """A copy of the public release package of the small project."""
    return Path(shutil.copytree(built.small() / "sites" / "public" / "data", tmp_path / "package"))


def edited(name: str, edit: Callable[[str], str]) -> Callable[[Path], None]:
    """A change of a file of the package."""

    def change(package: Path) -> None:
        path = package / name
        text = path.read_text("utf-8")
        assert edit(text) != text
        path.write_text(edit(text), "utf-8")

    return change


def with_fields(**fields: object) -> Callable[[str], str]:
    """A change of fields of a JSON object."""
    return lambda text: json.dumps({**json.loads(text), **fields})


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda package: (package / "aggregates.csv").unlink(), r"aggregates\.csv: missing"),
        (lambda package: next((package / "kpi").iterdir()).unlink(), r"kpi/.*\.csv: missing"),
        (edited("values.csv", lambda text: text.replace("cycle,kpi", "cycle,KPI", 1)), r"values\.csv:1: the columns"),
        (edited("values.csv", lambda text: text + "c2024,kpi\n"), r"values\.csv:\d+: a row is not .* →"),
        (edited("values.csv", lambda text: text + '"c2024'), r"values\.csv:\d+: the rest is no table"),
        (edited("datapackage.json", lambda text: text[:-9]), r"datapackage\.json: cannot be read"),
        (edited("site.json", lambda text: text.replace('"kind"', '"sort"', 1)), "no release package of this version"),
        (edited("site.json", with_fields(site="../../public")), "an id that no release package has"),
        (edited("site.json", with_fields(languages=["en", "/tmp/en"])), "an id that no release package has"),
        (
            edited("catalogue.json", lambda text: text.replace('"id": "', '"id": "../../../', 1)),
            "an id that no release",
        ),
        (edited("cycles.csv", lambda text: text.replace("\nc2", "\n../../../c2", 1)), "an id that no release package"),
        (edited("members.csv", lambda text: text.replace(",KEN,", ",../../../KEN,")), "an id that no release package"),
    ],
    ids=[
        "no table",
        "no table of a KPI",
        "header",
        "short row",
        "open quote",
        "no JSON",
        "another version",
        "a site elsewhere",
        "a language elsewhere",
        "an id elsewhere",
        "a cycle elsewhere",
        "a Member elsewhere",
    ],
)
def test_a_damaged_package_is_told(damage: Callable[[Path], None], message: str, package: Path, tmp_path: Path) -> None:
    """The file that is wrong is named, and nothing is left at the output."""
    damage(package)
    with pytest.raises(PackageDamaged, match=message):
        render_package(package, tmp_path / "site", themes=theme_directories(tmp_path))
    assert [each.name for each in tmp_path.iterdir()] == ["package"]


def test_a_link_out_of_a_package_is_not_followed(package: Path, tmp_path: Path) -> None:
    """What lies beside a package on this machine, such as the data, is no part of a site that is made from it."""
    (package / "catalogue.json").rename(tmp_path / "elsewhere.json")
    (package / "catalogue.json").symlink_to(tmp_path / "elsewhere.json")
    with pytest.raises(PackageDamaged, match=r"catalogue\.json: a link leads out of the package"):
        render_package(package, tmp_path / "site", themes=theme_directories(tmp_path))


def test_a_table_of_a_kpi_that_says_something_else_is_told(package: Path, tmp_path: Path) -> None:
    """The tables by KPI are read by nobody but their readers: they are held against the table of all values."""
    path = next(path for path in sorted((package / "kpi").iterdir()) if len(path.read_text("utf-8").splitlines()) > 1)
    path.write_text(path.read_text("utf-8") + "c2024,x,KEN,1,A,F\n", "utf-8")
    with pytest.raises(PackageDamaged, match="not the rows of values"):
        render_package(package, tmp_path / "site", themes=theme_directories(tmp_path))


def test_what_is_no_part_of_a_package_is_not_published(package: Path, tmp_path: Path) -> None:
    """A file that lies beside the tables, whoever left it there, stays where it is."""
    (package / "values.csv.bak").write_text("98.25")
    (package / "content" / "notes.txt").write_text("98.25")
    render_package(package, tmp_path / "site", themes=theme_directories(tmp_path))
    names = {path.name for path in (tmp_path / "site").rglob("*")}
    assert "values.csv" in names
    assert not {"values.csv.bak", "notes.txt"} & names
