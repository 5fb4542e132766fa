"""Files that are not what they should be: refused with file and line, quickly, and nothing outside is read."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from pmm_site.load import load
from pmm_site.load.log import MOST_ALIKE
from pmm_site.problems import Problem
from tests.load.projects import NOW, change, copy_of_valid

VALUES = "data/cycles/c2022/values.csv"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return copy_of_valid(tmp_path / "project")


def problems_of(project: Path) -> tuple[Problem, ...]:
    """The problems of a project that must not load."""
    dataset, problems = load(project, now=NOW)
    assert dataset is None
    return problems


def replace_by_link(project: Path, path: str, target: Path) -> None:
    (project / path).unlink()
    (project / path).symlink_to(target)


@pytest.mark.parametrize("path", ["site.yml", "data/catalogue.yml", "data/members.csv", VALUES, "data/salt.txt"])
def test_a_symlink_out_of_the_project_is_not_followed(path: str, project: Path, tmp_path: Path) -> None:
    """A file that lies elsewhere is refused, even when it is a right one."""
    outside = tmp_path / "outside"
    outside.write_bytes((project / path).read_bytes())
    replace_by_link(project, path, outside)
    assert {problem.code.split("-")[-1] for problem in problems_of(project) if problem.file == path} >= {"outside"}


def test_a_symlink_inside_of_the_project_is_a_file_like_another(project: Path) -> None:
    """What stays in the project may be linked."""
    (project / "shared.csv").write_bytes((project / "data/members.csv").read_bytes())
    replace_by_link(project, "data/members.csv", Path("../shared.csv"))
    assert load(project, now=NOW)[1] == ()


def test_a_symlink_to_itself_is_told_as_such(project: Path) -> None:
    """A link in a circle leads nowhere, and not out of the project."""
    replace_by_link(project, "data/members.csv", Path("members.csv"))
    rules = [problem.rule for problem in problems_of(project) if problem.code == "members-outside"]
    assert rules == ["the symlink leads back to itself"]


def test_a_linked_folder_out_of_the_project_is_not_entered(project: Path, tmp_path: Path) -> None:
    """A cycle, a language or a page that lies elsewhere is refused."""
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "page.md").write_text("---\ntitle: Outside\n---\n", encoding="utf-8")
    (project / "content/es").symlink_to(outside)
    (project / "content/en/linked.md").symlink_to(outside / "page.md")
    (project / "data/cycles/c2030").symlink_to(outside)
    told = {(problem.file, problem.code) for problem in problems_of(project)}
    assert ("content/en/linked.md", "content-outside") in told
    assert {file for file, _ in told} >= {"content/es", "data/cycles/c2030"}


def test_a_loop_of_links_is_told(project: Path) -> None:
    """A link to itself is no file."""
    replace_by_link(project, "data/unions.yml", Path("unions.yml"))
    assert "unions-outside" in {problem.code for problem in problems_of(project)}


def test_a_pipe_is_not_waited_for(project: Path) -> None:
    """What is no regular file is refused without opening it."""
    (project / VALUES).unlink()
    os.mkfifo(project / VALUES)
    assert [problem.code for problem in problems_of(project)] == ["values-unreadable"]


def test_a_folder_in_place_of_a_file_is_told(project: Path) -> None:
    """A folder called values.csv is no table."""
    (project / VALUES).unlink()
    (project / VALUES).mkdir()
    assert [problem.code for problem in problems_of(project)] == ["values-unreadable"]


def test_a_project_that_is_no_folder_is_told(tmp_path: Path) -> None:
    """Nothing there, or a file there: one problem."""
    (tmp_path / "file").write_text("", encoding="utf-8")
    for missing in (tmp_path / "missing", tmp_path / "file"):
        assert [problem.code for problem in load(missing)[1]] == ["project-missing-folder"]


def test_a_file_in_another_encoding_is_told_with_its_line(project: Path) -> None:
    """Latin 1 and UTF-16 are not guessed."""
    text = (project / "data/members.csv").read_text(encoding="utf-8").replace("Belgique", "Belgiqué")
    (project / "data/members.csv").write_bytes(text.encode("latin-1"))
    found = [problem for problem in problems_of(project) if problem.code == "members-encoding"]
    assert [(problem.file, problem.line) for problem in found] == [("data/members.csv", 2)]
    (project / "data/members.csv").write_bytes(text.encode("utf-16"))
    assert "members-encoding" in {problem.code for problem in problems_of(project)}


def test_one_broken_file_hides_nothing_in_others(project: Path) -> None:
    """With an unreadable members.csv, a bad number and a misspelt level are still told, and no Member is unknown."""
    (project / "data/members.csv").write_bytes(b"\xff\xfe\x00")
    change(project, VALUES, "98.10,reported,public", "98.10,reported,pubic")
    change(project, "data/cycles/c2024/values.csv", "80,reported", "eighty,reported")
    assert [problem.code for problem in problems_of(project)] == [
        "values-level",
        "values-number",
        "members-unchecked",
        "members-encoding",
    ]


HEADER = b"member,kpi,value,status,disclosure,unions,note\n"

PAGE = b"---\ntitle: T\n---\n"
REPORT = "content/en/report.md"
UNIONS = "data/unions.yml"
ROW = b"KEN,release-time,1,reported,public,,"

LARGE: dict[str, tuple[str, Callable[[], bytes], str]] = {
    "a cell of 1 MB": (VALUES, lambda: HEADER + ROW + b"x" * 1_000_000, "values-syntax"),
    "a quoted cell of 100 kB": (VALUES, lambda: HEADER + ROW + b'"' + b"x" * 100_000 + b'"\n', "values-cell"),
    "a million rows": (VALUES, lambda: HEADER + (ROW + b"\n") * 1_000_000, "values-rows"),
    "a million commas": (VALUES, lambda: HEADER + b"," * 1_000_000 + b"x", "values-fields"),
    "a wide header": (VALUES, lambda: HEADER[:-1] + b",c" * 100_000, "values-rows"),
    "a huge file": (VALUES, lambda: HEADER + b"\n" * 65_000_000, "values-too-large"),
    "deep brackets": (UNIONS, lambda: b"[" * 1_000_000, "unions-syntax"),
    "deep braces": (UNIONS, lambda: b"{a: " * 500_000, "unions-syntax"),
    "many anchors": (UNIONS, lambda: b"- &a x\n" * 20_000, "unions-anchor"),
    "many keys": (UNIONS, lambda: b"- " + b"\n  ".join(b"k%d: 1" % at for at in range(20_000)), "unions-unknown-key"),
    "a long text": (UNIONS, lambda: b"- {id: " + b"x" * 1_000_000 + b"}\n", "unions-id"),
    "many openings": (REPORT, lambda: PAGE + b"{{ " * 100_000, "content-placeholder"),
    "a long placeholder": (REPORT, lambda: PAGE + b"{{ mean(" + b"a," * 300_000 + b") }}", "content-placeholder"),
    "many calls": (REPORT, lambda: PAGE + b"{{ mean(x) }}" * 30_000, "content-placeholder"),
    "many names": (REPORT, lambda: PAGE + b"".join(b"{{ n%d }}" % at for at in range(30_000)), "content-placeholder"),
}  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("name", LARGE)
def test_large_input_is_told_quickly(name: str, project: Path) -> None:
    """A million of anything ends in a short list of problems: in seconds, where more than linear work takes minutes."""
    path, content, code = LARGE[name]
    (project / path).write_bytes(content())
    started = time.process_time()
    problems = problems_of(project)
    assert time.process_time() - started < 10
    assert code in {problem.code for problem in problems}
    assert len(problems) < 1_000
    assert max(len(str(problem)) for problem in problems) < 2_000


def test_many_alike_are_counted(project: Path) -> None:
    """Of many problems of one kind in a column the first are listed, and one line without a row tells of the rest."""
    rows = b"".join(b"KEN,kpi-%d,1,reported,public,,\n" % at for at in range(MOST_ALIKE + 50))
    (project / VALUES).write_bytes(HEADER + rows)
    found = [problem for problem in problems_of(project) if problem.code == "values-unknown-kpi"]
    assert len(found) == MOST_ALIKE + 1
    assert (found[0].line, found[0].rule) == (0, "50 more problems of this kind are not listed")
    assert [problem.line for problem in found[1:3]] == [2, 3]


NAMES = [
    "con.md",
    "A.md",
    "a b.md",
    "é.md",
    "x\u202ey.md",
    "a..md",
    "-.md",
    "a" * 70 + ".md",
    "404.md",
    "line\nbreak.md",
]


@pytest.mark.parametrize("name", NAMES)
def test_a_page_name_that_is_no_id_is_told(name: str, project: Path) -> None:
    """Names that collide where case does not count, devices, invisible characters: refused, in one printable line."""
    (project / "content/en" / name).write_text("---\ntitle: T\n---\n", encoding="utf-8")
    (problem,) = problems_of(project)
    assert problem.code == "content-slug"
    assert str(problem).isprintable()


def test_a_name_that_is_no_text_is_told(project: Path) -> None:
    """A file name of arbitrary bytes is told in a message that can be written as UTF-8."""
    path = os.fsencode(project / "content/en") + b"/\xff\xfe.md"
    with open(path, "wb") as file:
        file.write(b"---\ntitle: T\n---\n")
    (problem,) = problems_of(project)
    assert str(problem).encode("utf-8")


def test_messages_are_single_printable_lines(project: Path) -> None:
    """Keys, ids and words of an input are quoted without what a terminal would act on."""
    change(project, "site.yml", "theme: default", '"the\\eme\\n": "\\e[31m"\ntheme: "\\e[2J"')
    problems = problems_of(project)
    assert {problem.code for problem in problems} == {"site-unknown-key", "site-id", "site-characters"}
    assert all(str(problem).isprintable() for problem in problems)
