"""The command line as a person or a script meets it: exit codes, words for people, JSON for machines."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.conftest import Built


def pmm_site(*arguments: object, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the command in a process of its own, outside any continuous-integration service."""
    clean = {name: value for name, value in os.environ.items() if name not in ("CI", "PMM_SITE_ALLOW_CI")}
    command = [sys.executable, "-m", "pmm_site", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, env={**clean, **environment})


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project as `pmm-site new` writes it."""
    assert pmm_site("new", tmp_path / "project").returncode == 0
    return tmp_path / "project"


def test_a_new_project_has_no_problems(project: Path) -> None:
    """What `new` writes passes `check` without an error."""
    ran = pmm_site("check", "--project", project)
    assert ran.returncode == 0, ran.stdout
    assert "0 errors" in ran.stdout or "no problems" in ran.stdout


def test_a_project_is_not_written_over_another(project: Path) -> None:
    """`new` and `demo` refuse a folder that is not empty, as wrong usage, and leave it alone."""
    before = sorted(path.name for path in project.iterdir())
    for command in ("new", "demo"):
        assert pmm_site(command, project).returncode == 2
    assert sorted(path.name for path in project.iterdir()) == before


def test_problems_come_all_at_once_with_exit_code_1(project: Path) -> None:
    """`check` and `build` both tell every problem of every file and build nothing."""
    (project / "site.yml").write_text((project / "site.yml").read_text() + "\nlanguagse: [en]\n")
    cycle = next((project / "data" / "cycles").iterdir())
    (cycle / "values.csv").write_text((cycle / "values.csv").read_text() + "KEN,no-such-kpi,1,reported,publik,,\n")
    checked = pmm_site("check", "--project", project)
    built = pmm_site("build", "--project", project)
    assert (checked.returncode, built.returncode) == (1, 1)
    for words in (checked.stdout, built.stderr):
        assert "site.yml" in words
        assert "values.csv" in words
        assert "did you mean 'public'?" in words
        assert "Traceback" not in words
    assert not (project / "build" / "sites").exists()


def test_machines_get_json(project: Path) -> None:
    """`--format json` gives problems with code, file, line and rule; exit codes stay the same."""
    (project / "data" / "catalogue.yml").unlink()
    ran = pmm_site("check", "--project", project, "--format", "json")
    problems = json.loads(ran.stdout)["problems"]
    assert ran.returncode == 1
    assert {"code", "file", "line", "rule", "next_step", "severity"} <= problems[0].keys()


@pytest.mark.parametrize(
    "arguments",
    [[], ["bild"], ["build", "--sit", "public"], ["demo", "x", "--members", "0"], ["build", "--jobs", "none"]],
)
def test_wrong_usage_is_exit_code_2(arguments: list[str], tmp_path: Path) -> None:
    """A command, option or number that makes no sense is told on stderr without a traceback."""
    ran = pmm_site(*arguments)
    assert ran.returncode == 2
    assert "Traceback" not in ran.stderr


def test_a_site_that_does_not_exist_is_wrong_usage(project: Path) -> None:
    """`build --site` with a pattern that matches no site names it and builds nothing."""
    ran = pmm_site("build", "--project", project, "--site", "country-zzz")
    assert ran.returncode == 2
    assert "country-zzz" in ran.stderr


def test_a_folder_that_cannot_be_written_is_exit_code_4(project: Path, tmp_path: Path) -> None:
    """An output that cannot be written is told in words with the next step."""
    (tmp_path / "file").write_text("")
    ran = pmm_site("build", "--project", project, "--output", tmp_path / "file", "--site", "public")
    assert ran.returncode == 4
    assert "could not be written" in ran.stderr
    assert "Traceback" not in ran.stderr


def test_confidential_data_stay_away_from_services(project: Path) -> None:
    """On a continuous-integration service a cycle that is not synthetic is refused with exit code 3, unless allowed."""
    cycle = next((project / "data" / "cycles").iterdir()) / "cycle.yml"
    cycle.write_text(cycle.read_text().replace("synthetic: true", "synthetic: false"))
    refused = pmm_site("build", "--project", project, "--site", "public", CI="true")
    assert refused.returncode == 3
    assert "continuous-integration" in refused.stderr
    allowed = pmm_site("build", "--project", project, "--site", "public", CI="true", PMM_SITE_ALLOW_CI="1")
    assert allowed.returncode == 0, allowed.stderr


def test_rendering_a_package_gives_the_bytes_of_the_build(built: Built, tmp_path: Path) -> None:
    """`pmm-site render` in a folder where nothing confidential exists gives every site byte for byte."""
    sites = built.small() / "sites"
    for site in sorted(sites.iterdir()):
        shutil.copytree(site / "data", tmp_path / "in" / site.name)
        ran = pmm_site("render", tmp_path / "in" / site.name, "--output", tmp_path / site.name)
        assert ran.returncode == 0, ran.stderr
        assert contents(tmp_path / site.name) == contents(site), site.name


def test_two_builds_give_the_same_bytes(built: Built, tmp_path: Path) -> None:
    """Another hash seed, time zone, folder and number of processes change no byte."""
    sites = built.small() / "sites"
    project = sites.parent.parent / "project"
    options = ("--project", project, "--output", tmp_path / "elsewhere", "--jobs", 1)
    ran = pmm_site("build", *options, PYTHONHASHSEED="7", TZ="Pacific/Auckland")
    assert ran.returncode == 0, ran.stderr
    for site in sorted(sites.iterdir()):
        assert contents(tmp_path / "elsewhere" / "sites" / site.name) == contents(site), site.name


def contents(root: Path) -> dict[str, bytes]:
    """Every file below a folder."""
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in sorted(root.rglob("*")) if path.is_file()}
