"""A small world and its packages, written once; each test plants into a copy."""

from __future__ import annotations

import shutil
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
def packages(world: Dataset, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The release packages of all its sites."""
    output = tmp_path_factory.mktemp("packages")
    write_packages(world, output)
    return output


@pytest.fixture
def sites(packages: Path, tmp_path: Path) -> Path:
    """A copy of the packages, as a folder of web roots."""
    shutil.copytree(packages, tmp_path / "sites")
    return tmp_path / "sites"
