"""Non-interference: a site rendered again where nothing confidential exists must come out byte for byte the same."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from pmm_site.audit.files import Folder
from pmm_site.audit.findings import Finding

_SECONDS = 900


def rerender_differs(root: Path, project_themes: Path | None = None) -> tuple[Finding, ...]:
    """Render the release package of a web root again, by `pmm-site render` in an empty folder, and compare.

    project_themes: the project's `themes` folder, if it has one. A file that differs, is missing or is there
    beyond is a finding: something that is not in the package has had a hand in it.
    """
    with tempfile.TemporaryDirectory(prefix="pmm-site-") as folder:
        place = Path(folder)
        shutil.copytree(root / "data", place / "package")
        (place / "project").mkdir()
        if project_themes is not None and project_themes.is_dir():
            shutil.copytree(project_themes, place / "project" / "themes")
        failure = _rendered(place)
        if failure:
            return (Finding("rerender", root.name, "", "", failure),)
        return tuple(_differences(root, place / "site"))


def _rendered(place: Path) -> str:
    """Render the package below a folder into its `site`; what went wrong, nothing when nothing did."""
    source = Path(__file__).resolve().parent.parent.parent
    command = [sys.executable, "-m", "pmm_site", "render", "package", "--output", "site", "--project", "project"]
    kept = {name: os.environ[name] for name in ("PATH", "LANG", "LC_ALL", "SOURCE_DATE_EPOCH") if name in os.environ}
    try:
        ran = subprocess.run(
            command,
            cwd=place,
            env={**kept, "HOME": str(place), "PYTHONPATH": str(source)},
            capture_output=True,
            timeout=_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return f"could not be rendered again ({type(error).__name__})"
    return "" if ran.returncode == 0 else f"could not be rendered again (exit code {ran.returncode})"


def _differences(root: Path, again: Path) -> Iterator[Finding]:
    one, two = Folder(root), Folder(again)
    here, there = set(one.names()), set(two.names())
    for name in sorted(here | there):
        if name not in there:
            what = "is not among the files rendered again from the package"
        elif name not in here:
            what = "is missing: the package makes it"
        elif one.content(name) != two.content(name):
            what = "differs from what the package makes"
        else:
            continue
        yield Finding("rerender", root.name, name, "", what)
