"""What `pip install` brings: everything that a project needs, in the wheel alone."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.conftest import Built

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of this checkout, unpacked."""
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    (built,) = folder.glob("*.whl")
    with zipfile.ZipFile(built) as archive:
        archive.extractall(folder / "unpacked")
    return folder / "unpacked"


def run(wheel: Path, folder: Path, *arguments: object) -> None:
    """Run the program of the wheel, and not that of the checkout, in a folder."""
    command = [sys.executable, "-P", "-m", "pmm_site", *map(str, arguments)]
    subprocess.run(command, cwd=folder, env={**os.environ, "PYTHONPATH": str(wheel)}, check=True, capture_output=True)


def test_a_project_is_written_and_checked_from_the_wheel(wheel: Path, tmp_path: Path) -> None:
    """`new` and `demo` find what they write, in an empty folder."""
    run(wheel, tmp_path, "new", "small")
    run(wheel, tmp_path, "demo", "large", "--members", 5, "--cycles", 1)
    for project in ("small", "large"):
        run(wheel, tmp_path, "check", "--project", project)


def test_a_site_rendered_from_the_wheel_is_that_of_the_checkout(wheel: Path, built: Built, tmp_path: Path) -> None:
    """The theme in the wheel is whole: the pages are the same, byte for byte, and no npm is asked for."""
    site = built.small() / "sites" / "public"
    run(wheel, tmp_path, "render", site / "data", "--output", "site")
    for path in (each for each in site.rglob("*") if each.is_file()):
        assert (tmp_path / "site" / path.relative_to(site)).read_bytes() == path.read_bytes(), path


def test_the_wheel_holds_the_program_only(wheel: Path) -> None:
    """No tests, no data of a project, no sources of scripts beside the built ones; and every licence."""
    tops = {path.name for path in wheel.iterdir() if not path.name.endswith(".dist-info")}
    assert tops == {"pmm_site"}
    assert [*wheel.glob("*.dist-info/licenses/LICENSE")]
    licences = {path.name for path in (ROOT / "themes" / "default").rglob("LICENSE*")}
    assert {path.name for path in (wheel / "pmm_site" / "themes").rglob("LICENSE*")} == licences
    assert not [path for path in wheel.rglob("*") if path.name in ("node_modules", "package.json", "salt.txt")]
