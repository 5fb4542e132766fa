"""A machine that has no room, no right or no peace: the command says what to do, and the sites that stood stand."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Built

ROOT = Path(__file__).parents[2]
SAID = {
    "read-only": "the file system is read-only: give --output a folder that can be written",
    "denied": "give the user of this command the right to write there",
    "two at once": "another build is at work here → wait for it",
    "full": "free some space on the disk; what stood before still stands",
}


@pytest.fixture(scope="module")
def told(built: Built, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What a real build says to each fault, on a small disk that is mounted for these tests and nobody else."""
    folder, output = tmp_path_factory.mktemp("faults"), built.small()
    shutil.copytree(output.parent / "project", folder / "project")
    page = folder / "project/content/en/about.md"
    page.write_text(page.read_text() + "\nOne more sentence.\n")
    (folder / "disk").mkdir()
    alone = ["unshare", "--mount"] if os.geteuid() == 0 else ["unshare", "--map-root-user", "--mount"]
    command = [*alone, sys.executable, "-m", "tests.publish.on_a_small_disk"]
    places = [str(folder / "disk"), str(folder / "project"), str(output)]
    ran = subprocess.run([*command, *places], cwd=ROOT, capture_output=True, text=True)
    assert ran.returncode == 0, f"a mount namespace is needed (as root, or with user namespaces): {ran.stderr[-2000:]}"
    return dict(json.loads(ran.stdout))


@pytest.mark.parametrize("fault", SAID)
def test_each_fault_is_told_in_words_and_leaves_the_sites(told: dict[str, Any], fault: str) -> None:
    """Exit code 4, the cause and the next step; every web root is byte for byte as it was, and nothing lies beside."""
    assert (told[fault]["code"], told[fault]["as before"]) == (4, True), told[fault]["said"]
    assert SAID[fault] in told[fault]["said"]
    assert "Traceback" not in told[fault]["said"]
    assert set(told[fault]["beside"]) <= {".cache", ".lock", "reports", "sites"}


def test_once_mended_the_same_command_publishes(told: dict[str, Any]) -> None:
    """With room, right and peace the build that failed four times succeeds."""
    assert (told["mended"]["code"], told["mended"]["as before"]) == (0, False), told["mended"]["said"]
