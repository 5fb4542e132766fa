"""The files that a build reads: everything that loading finds counts for what a site was made from."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from pmm_site.inputs import files_below
from pmm_site.stages.standing import hash_of_data


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project folder whose cycle is a link to another folder of it."""
    project = tmp_path / "project"
    (project / "archive" / "c2024").mkdir(parents=True)
    (project / "archive" / "c2024" / "values.csv").write_text("public\n")
    (project / "data" / "cycles").mkdir(parents=True)
    (project / "data" / "cycles" / "c2024").symlink_to("../../archive/c2024")
    (project / "site.yml").write_text("title: x\n")
    return project


def test_what_is_behind_a_link_counts(project: Path) -> None:
    """A level made stricter in a linked folder is a change, as it is for loading, which follows the link."""
    before = hash_of_data(project)
    (project / "archive" / "c2024" / "values.csv").write_text("country\n")
    assert hash_of_data(project) != before


def test_no_link_leads_out_of_the_folder(project: Path, tmp_path: Path) -> None:
    """A link to what lies outside is known by where it leads, and nothing behind it is read or told."""
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "values.csv").write_text("one\n")
    (project / "data" / "more").symlink_to(outside)
    before = hash_of_data(project)
    (outside / "values.csv").write_text("two\n")
    assert hash_of_data(project) == before
    assert [path for path, _ in files_below(project, "data")] == ["data/cycles/c2024/values.csv", "data/more"]


def test_links_in_a_circle_end(project: Path) -> None:
    """A link to itself or to nothing is given as it is, and so is the way back into a folder that holds a link."""
    for name, target in (("up", ".."), ("self", "self"), ("nothing", "nowhere")):
        (project / "data" / name).symlink_to(target)
    names = [path for path, _ in files_below(project, "data")]
    again = ["data/up/archive/c2024/values.csv", "data/up/data", "data/up/site.yml"]
    assert names == ["data/cycles/c2024/values.csv", "data/nothing", "data/self", *again]
    assert hash_of_data(project) == hash_of_data(project)


def test_a_folder_that_cannot_be_read_stops_nothing(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Loading reports it in words; here it counts as empty."""
    (project / "data" / "closed").mkdir()
    scandir = os.scandir

    def refused(place: Path) -> object:
        if Path(place).name == "closed":
            raise PermissionError(13, "Permission denied")
        return scandir(place)

    monkeypatch.setattr(os, "scandir", refused)
    assert [path for path, _ in files_below(project, "data")] == ["data/cycles/c2024/values.csv"]
