"""What goes out with the program: its version, how to cite it, the licences of what others made."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
import yaml
from fontTools.ttLib import TTFont

from pmm_site import __version__

ROOT = Path(__file__).parents[2]
STATIC = ROOT / "themes" / "default" / "static"
FONTS = sorted((STATIC / "fonts").glob("*.woff2"))
SCRIPTS = sorted((STATIC / "vendor").glob("*.js"))
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))


def test_the_version_stands_in_one_place_and_is_told_alike() -> None:
    """Pyproject takes it from the package; the newest entry of the changelog and the citation say the same."""
    assert "version" in PROJECT["project"]["dynamic"]
    assert PROJECT["tool"]["hatch"]["version"]["path"] == "pmm_site/__init__.py"
    newest = re.search(r"^## (\S+)", (ROOT / "CHANGELOG.md").read_text("utf-8"), re.MULTILINE)
    assert newest is not None
    assert newest.group(1) == __version__
    assert str(citation()["version"]) == __version__
    assigned = [path for path in (ROOT / "pmm_site").rglob("*.py") if f'"{__version__}"' in path.read_text("utf-8")]
    assert assigned == [ROOT / "pmm_site" / "__init__.py"]


def citation() -> dict[str, object]:
    """CITATION.cff, read."""
    found: dict[str, object] = yaml.safe_load((ROOT / "CITATION.cff").read_text("utf-8"))
    return found


def test_the_citation_is_one_of_the_citation_file_format() -> None:
    """What the format requires (1.2.0) is there, and the licence is the program's."""
    found = citation()
    assert {"cff-version", "message", "title", "authors"} <= found.keys()
    assert found["cff-version"] == "1.2.0"
    assert found["type"] == "software"
    assert all(author.keys() & {"name", "family-names"} for author in found["authors"])  # type: ignore[attr-defined]
    assert found["license"] == PROJECT["project"]["license"] == "MIT"
    assert (ROOT / "LICENSE").read_text("utf-8").startswith("MIT License")


@pytest.mark.parametrize("font", FONTS, ids=lambda path: path.name)
def test_each_font_has_its_licence_beside_it(font: Path) -> None:
    """The copyright notice inside of a font is that of the licence file of its family, the SIL Open Font License."""
    names = TTFont(font)["name"]
    family, notice = names.getDebugName(1), names.getDebugName(0)
    licence = (font.parent / f"LICENSE-{family.lower().replace(' ', '-')}.txt").read_text("utf-8")
    assert notice in licence
    assert "SIL OPEN FONT LICENSE Version 1.1" in licence


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_each_foreign_script_names_its_licence(script: Path) -> None:
    """Its first line says version and licence file, which holds the copyright and the permission."""
    first = script.read_text("utf-8").splitlines()[0]
    named = re.fullmatch(r"/\*! \S+ \d+\.\d+\.\d+, MIT licence: see (LICENSE-[\w-]+\.txt) \*/", first)
    assert named is not None
    licence = (script.parent / named.group(1)).read_text("utf-8")
    assert licence.startswith("Copyright")
    assert "Permission is hereby granted, free of charge" in licence


def test_nothing_else_of_the_theme_was_made_by_others() -> None:
    """Fonts and foreign scripts have their folders; no other file of the theme bears a notice or is a font."""
    others = [path for path in STATIC.rglob("*") if path.is_file() and path.parent.name not in ("fonts", "vendor")]
    assert {path.suffix for path in others} <= {".css", ".js", ".svg"}
    marked = re.compile(r"copyright|@licen[sc]e|licensed under|/\*!", re.IGNORECASE)
    assert [path.name for path in others if marked.search(path.read_text("utf-8"))] == []
    assert FONTS
    assert SCRIPTS
