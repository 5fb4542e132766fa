"""What the tests of all stages share: projects built once, and the switch for expected outputs."""

from __future__ import annotations

import fcntl
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import tests.depth  # noqa: F401 - registers the profile of `make quick` before hypothesis is asked for it

if TYPE_CHECKING:
    from playwright.sync_api import Browser

ROOT = Path(__file__).parent.parent

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # as where tests run in the background: commands would inherit it
    signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Expected outputs are written anew only on request, and never where nobody reads the difference."""
    parser.addoption(
        "--regenerate", action="store_true", help="write expected outputs anew; review them before committing"
    )


def pytest_configure(config: pytest.Config) -> None:
    if config.getoption("--regenerate") and os.environ.get("CI"):
        raise pytest.UsageError("expected outputs are not written anew in continuous integration")


WHOLE = (
    "audit/test_canaries.py",
    "commands/",
    "gates/",
    "publish/",
    "reading/",
    "shipped/",
    "test_how_to.py",
    "test_wheel.py",
)
"""Tests that run the program as a whole, on projects that it builds."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what builds whole projects and what needs Chromium, so that `make quick` can leave it out."""
    for item in items:
        place = item.path.relative_to(ROOT / "tests").as_posix()
        fixtures = getattr(item, "fixturenames", ())
        if place.startswith(WHOLE) or "built" in fixtures:
            item.add_marker(pytest.mark.project)
        if "browser" in fixtures:
            item.add_marker(pytest.mark.browser)


CHROMIUM = Path("/usr/bin/chromium")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Debian's Chromium without a window, one per process; pages are opened in contexts of their own."""
    from playwright.sync_api import sync_playwright

    if not CHROMIUM.exists():
        pytest.fail(f"{CHROMIUM} is missing: apt-get install chromium", pytrace=False)
    with sync_playwright() as playwright:
        options = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=options)
        yield started
        started.close()


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    """Projects built once for the whole run, whichever test asks first and in however many processes it runs."""
    return Built(tmp_path_factory.getbasetemp().parent if os.environ.get("PYTEST_XDIST_WORKER") else
                 tmp_path_factory.getbasetemp())  # fmt: skip


class Built:
    """The shipped project and the small one of `pmm-site new`, each built by the command that a person would type."""

    def __init__(self, shared: Path) -> None:
        self._shared = shared

    SAMPLE = ("public", "wco", "union-eac", "country-ken", "country-uga")
    """Sites of the shipped project, one of each kind and a neighbour."""

    def shipped(self) -> Path:
        """The output folder of the shipped project with the sites of `SAMPLE`.

        Decisions that a build of this checkout kept by content are used again: to find the roundings takes longest.
        """

        def make(output: Path) -> None:
            kept = ROOT / "build" / ".cache" / "decisions"
            if kept.is_dir():
                shutil.copytree(kept, output / ".cache" / "decisions")
            sites = [word for site in self.SAMPLE for word in ("--site", site)]
            _pmm_site("build", "--project", ROOT, "--output", output, *sites)

        return self.once("shipped", make)

    def small(self) -> Path:
        """The output folder of the small project of `pmm-site new`; the project stands in `project` beside it."""

        def make(output: Path) -> None:
            _pmm_site("new", output.parent / "project")
            _pmm_site("build", "--project", output.parent / "project", "--output", output)

        return self.once("small", make)

    def once(self, name: str, make: Callable[[Path], None]) -> Path:
        """The folder that `make` filled, whichever process asked first."""
        place = self._shared / f"built-{name}"
        place.mkdir(exist_ok=True)
        with open(place / "lock", "w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not (place / "done").exists():
                make(place / "build")
                (place / "done").touch()
        return place / "build"


def _pmm_site(*arguments: object) -> None:
    ran = subprocess.run([sys.executable, "-m", "pmm_site", *map(str, arguments)], capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr or ran.stdout
