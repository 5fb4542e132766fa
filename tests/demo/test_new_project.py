"""The small project that a person begins with."""

import errno
from collections.abc import Callable
from pathlib import Path

import pytest

from pmm_site.demo import write_demo, write_new
from pmm_site.problems import UsageProblem, WriteFailed
from tests.demo.submissions import Submissions
from tests.demo.test_demo_project import assert_sound


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A new project."""
    write_new(tmp_path / "new")
    return tmp_path / "new"


def test_it_is_small_and_sound(project: Path) -> None:
    """Three outcomes, five KPIs, eight Members, one union, one cycle, and every reference holds."""
    small = Submissions(project, "c2024")
    assert (len(small.catalogue["outcomes"]), len(small.kpis), len(small.participants), len(small.unions)) == (
        3,
        5,
        8,
        1,
    )
    assert_sound(small)


def test_every_yaml_file_explains_itself(project: Path) -> None:
    """Each YAML file begins with a comment."""
    files = list(project.rglob("*.yml"))
    assert len(files) == 5
    assert all(path.read_text(encoding="utf-8").startswith("# ") for path in files)


def test_its_values_say_that_they_are_invented(project: Path) -> None:
    """The cycle is synthetic until a person says otherwise."""
    assert Submissions(project, "c2024").framework("cycles/c2024/cycle.yml")["synthetic"] is True


def test_the_secret_is_its_own(project: Path, tmp_path: Path) -> None:
    """Two new projects share no salt."""
    write_new(tmp_path / "other")
    salts = {(folder / "data" / "salt.txt").read_text() for folder in (project, tmp_path / "other")}
    assert len(salts) == 2
    assert all(len(salt.strip()) == 64 for salt in salts)


def test_it_does_not_write_over_anything(project: Path) -> None:
    """A second time into the same folder is refused."""
    with pytest.raises(UsageProblem):
        write_new(project)


@pytest.mark.parametrize("stood", [False, True])
@pytest.mark.parametrize("write", [write_new, write_demo])
def test_a_full_disk_leaves_nothing_behind(
    write: Callable[[Path], None], stood: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Half a project is none: the folder is as it was, the message names it, and the same command works afterwards."""
    place, written = tmp_path / "new", Path.write_bytes
    if stood:
        place.mkdir()

    def full(path: Path, content: bytes) -> int:
        if path.name == "salt.txt":
            raise OSError(errno.ENOSPC, "No space left on device")
        return written(path, content)

    with monkeypatch.context() as disk:
        disk.setattr(Path, "write_bytes", full)
        with pytest.raises(WriteFailed, match=r"new: could not be written \(No space left on device\).* → "):
            write(place)
    assert [*tmp_path.rglob("*")] == [place] * stood
    (tmp_path / "new/.part/data").mkdir(parents=True)  # and what was left by a command that was killed
    write(place)
    assert not (place / ".part").exists()
    assert (place / "data/salt.txt").is_file()
