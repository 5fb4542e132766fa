"""The HTML of every kind of page, by the checker of the Web's standards (vnu): one start of Java for all."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.reading.sites import LANGUAGES, page_of_each_kind

CHECKER = Path(__file__).parents[1] / "tools/node_modules/vnu-jar/build/dist/vnu.jar"
# The checker knows no 'self' for files on a disk. That the policy lets a page load what it needs is shown in a browser.
_BY_POLICY = ".*Content Security Policy.*"


@pytest.mark.server
def test_every_kind_of_page_is_valid_html(sites: Path) -> None:
    """Of each kind of site in each language, no page has an error or a warning; nor have the choosers of a language."""
    roots = sorted(path for path in sites.iterdir() if path.is_dir())
    pages = [page for root in roots for language in LANGUAGES for page in page_of_each_kind(root, language).values()]
    pages += [root / "index.html" for root in roots]
    assert len(roots) == 4
    checked = subprocess.run(
        ["java", "-jar", CHECKER, "--format", "gnu", "--filterpattern", _BY_POLICY, *pages],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert checked.stderr == ""
    assert checked.returncode == 0
