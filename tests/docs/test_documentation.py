"""The documentation builds to a site, says nothing of what is not there, and its examples run."""

from __future__ import annotations

import re
import shlex
import struct
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.pictures import PICTURES
from benchmarks.shape import figures
from pmm_site.commands.parsing import parser

ROOT = Path(__file__).parents[2]
TEXTS = [ROOT / "README.md", ROOT / "SECURITY.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
_LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)]*)?\)")
_PLACE = re.compile(r"`((?:pmm_site|benchmarks|themes/default|tests)/[\w./-]+\.\w+)(?:::(\w+))?`")


def test_it_builds_to_a_site_without_a_warning(tmp_path: Path) -> None:
    """MkDocs finds each page in the navigation, each link and each anchor.

    Never with --quiet: it drops warnings before --strict counts them.
    """
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(tmp_path)]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert (ran.returncode, [line for line in ran.stderr.splitlines() if not line.startswith("INFO")]) == (0, [])
    assert (tmp_path / "index.html").is_file()


def test_links_between_texts_lead_somewhere() -> None:
    """Every relative link of README, SECURITY, CONTRIBUTING and docs/ names a file that is there."""
    broken = [
        f"{path.relative_to(ROOT)}: {link}"
        for path in TEXTS
        for link in _LINK.findall(path.read_text("utf-8"))
        if "://" not in link and not link.startswith("mailto:") and not (path.parent / link).exists()
    ]
    assert broken == []


def test_files_functions_and_tests_that_are_named_exist() -> None:
    """Whoever follows a name from a text to a file, or to a function or class in it, finds it."""
    places = [(path.name, *place) for path in TEXTS for place in _PLACE.findall(path.read_text("utf-8"))]
    assert any(name == "value_table" for *_, name in places)
    assert [each for each in places if not is_there(*each[1:])] == []


def is_there(file: str, name: str) -> bool:
    """Whether a file stands there and defines the name, where one is given."""
    path = ROOT / file
    return path.exists() and (not name or bool(re.search(rf"^(?:def|class) {name}\b", path.read_text("utf-8"), re.M)))


def test_commands_that_are_shown_are_understood() -> None:
    """Each `pmm-site …` line in a block of commands is one that the program's parser takes, options and all."""
    lines = [
        (path.name, line.split("#")[0].split("&&")[0].strip())
        for path in TEXTS
        for block in re.findall(r"```(?:sh|console|bash)?\n(.*?)```", path.read_text("utf-8"), re.DOTALL)
        for line in block.splitlines()
        if line.startswith("pmm-site ")
    ]
    assert len(lines) > 15
    assert [each for each in lines if not is_understood(each[1])] == []


def is_understood(line: str) -> bool:
    """Whether the parser takes a line."""
    try:
        parser().parse_args(shlex.split(line)[1:])
    except SystemExit:
        return False
    return True


def test_decisions_are_numbered_without_a_gap_and_listed() -> None:
    """The files of decisions count up from 001, their headings say the same number, and the index has each."""
    folder = ROOT / "docs" / "decisions"
    files = sorted(path for path in folder.glob("*.md") if path.name != "README.md")
    assert [path.name[:3] for path in files] == [f"{number:03}" for number in range(1, len(files) + 1)]
    assert [path.read_text("utf-8")[:6] for path in files] == [f"# {path.name[:3]} " for path in files]
    assert re.findall(r"\((\d.*?\.md)\)", (folder / "README.md").read_text("utf-8")) == [path.name for path in files]


def test_pictures_are_those_that_a_command_takes() -> None:
    """`make pictures` takes each picture that stands there, in its size, and each is shown in a text."""
    folder = ROOT / "docs" / "pictures"
    assert {path.name for path in folder.iterdir()} == PICTURES.keys()
    for name, picture in PICTURES.items():
        header = (folder / name).read_bytes()[:24]
        assert struct.unpack(">II", header[16:]) == (picture.width, picture.height), name
        assert any(f"pictures/{name}" in path.read_text("utf-8") for path in TEXTS), name


def test_each_make_target_that_is_named_exists() -> None:
    """`make x` in a text is a target of the Makefile."""
    targets = set(re.findall(r"^([\w-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    named = {
        word
        for path in TEXTS
        for words in re.findall(r"`make ((?:[a-z-]+ ?)+)`|^make ([a-z-]+)", path.read_text("utf-8"), re.MULTILINE)
        for word in " ".join(words).split()
    }
    assert named <= targets


def numbers(text: object) -> list[float]:
    """The numbers in a text."""
    return [float(each.replace(",", "")) for each in re.findall(r"\d+(?:,\d{3})*(?:\.\d+)?", str(text))]


def test_the_shape_of_the_code_is_about_what_is_told() -> None:
    """Sizes that decision 007 sets beside those of other programs are within a tenth of what is counted now."""
    page = (ROOT / "docs/decisions/007-models.md").read_text("utf-8")
    told = dict(re.findall(r"^\| ([a-z][^|]+?) \| ([^|]+?) \|", page, re.MULTILINE))
    counted = figures()
    for name in ("modules, lines", "module median / longest", "lines of tests to a line of code"):
        assert numbers(told[name]) == pytest.approx(numbers(counted[name]), rel=0.1), name
