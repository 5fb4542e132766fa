"""A small world and its packages, written once; each test plants into a copy, whose files are shared until changed."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from pmm_site.audit.sites import SiteAuditor
from pmm_site.model import Dataset
from tests.audit.worlds import small_world, write_packages


@pytest.fixture(scope="session")
def world() -> Dataset:
    """Eight Members and two KPIs."""
    return small_world()


@pytest.fixture(scope="session")
def auditor(world: Dataset) -> SiteAuditor:
    """The auditor of the small world, with a theme of one file."""
    return SiteAuditor(world)


@pytest.fixture(scope="session")
def packages(world: Dataset, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The release packages of all its sites; the tests together must have left every byte of them."""
    output = tmp_path_factory.mktemp("packages")
    write_packages(world, output)
    written = _contents(output)
    yield output
    assert _contents(output) == written, "a test wrote into a shared file; `put` writes a new one"


def _contents(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture
def sites(packages: Path, tmp_path: Path) -> Path:
    """A copy of the packages, as a folder of web roots."""
    shutil.copytree(packages, tmp_path / "sites", copy_function=os.link)
    return tmp_path / "sites"
