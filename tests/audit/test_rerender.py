"""Rendering again where nothing confidential exists gives the same bytes; a page that knows more is found."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from pmm_site.audit.rerender import rerender_differs


@pytest.fixture(scope="module")
def site(built: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of a site of the small project."""
    copy = tmp_path_factory.mktemp("rerender") / "public"
    shutil.copytree(built.small() / "sites" / "public", copy)
    return copy


def test_a_site_is_a_function_of_its_package(site: Path) -> None:
    """Nothing differs."""
    assert rerender_differs(site) == ()


def test_what_is_not_from_the_package_is_found(site: Path, tmp_path: Path) -> None:
    """A page changed by a word, a file too many and a file too few are named."""
    copy = tmp_path / "public"
    shutil.copytree(site, copy)
    page = copy / "en" / "index.html"
    page.write_bytes(page.read_bytes().replace(b"</body>", b"<p>more</p></body>"))
    (copy / "more.json").write_text("{}")
    (copy / "fr" / "index.html").unlink(missing_ok=True)
    (copy / "en" / "404.html").unlink()
    places = {each.place for each in rerender_differs(copy)}
    assert {"en/index.html", "more.json", "en/404.html"} <= places


def test_a_package_that_cannot_be_rendered_is_a_finding(tmp_path: Path) -> None:
    """No proof is no pass."""
    (tmp_path / "public" / "data").mkdir(parents=True)
    (finding,) = rerender_differs(tmp_path / "public")
    assert finding.check == "rerender"
