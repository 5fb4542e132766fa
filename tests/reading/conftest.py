"""Sites that hold a page of every kind: rendered once for the whole run, for each kind of site, in each language."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from pmm_site.model import SiteKind
from pmm_site.package import write
from pmm_site.render import packaged_themes, render
from tests.reading.sites import LANGUAGES
from tests.render.report_site import package

if TYPE_CHECKING:
    from tests.conftest import Built


@pytest.fixture(scope="session")
def sites(built: Built) -> Path:
    """A folder with a web root per kind of site, named after the kind."""

    def make(output: Path) -> None:
        for kind in SiteKind:
            root = output / kind.value
            write(package(kind, languages=LANGUAGES), root / "data")
            for file in render(root / "data", theme_directories=[packaged_themes()]):
                (root / file.path).parent.mkdir(parents=True, exist_ok=True)
                (root / file.path).write_bytes(file.content)

    return built.once("every-kind", make)
