"""The how-tos, followed to the letter: what they show is what the program takes."""

from __future__ import annotations

import csv
import re
import shutil
import textwrap
from pathlib import Path

import pytest

from pmm_site.cli import run as pmm_site
from pmm_site.demo import write_new
from pmm_site.load import load, read_acknowledgement
from pmm_site.problems import Problem
from tests.load.projects import change

HOW_TO = Path(__file__).parent.parent / "docs" / "how-to"
CYCLE = "data/cycles/c2024"
CATALOGUE = "data/catalogue.yml"


def examples(page: str, kind: str = "yaml") -> list[str]:
    """What a page shows of a kind, one text per block, without the indentation of the list that it stands in."""
    text = (HOW_TO / f"{page}.md").read_text("utf-8")
    blocks = re.findall(rf"^ *```{kind}\n(.*?)^ *```$", text, re.DOTALL | re.MULTILINE)
    return [textwrap.dedent(block) for block in blocks]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """The project that `pmm-site new` writes."""
    write_new(tmp_path / "project")
    return tmp_path / "project"


def append(project: Path, path: str, text: str) -> None:
    """Add text to the end of a file."""
    (project / path).write_text((project / path).read_text("utf-8") + text, encoding="utf-8")


def with_column(project: Path, path: str, name: str, cells: dict[str, str]) -> None:
    """Add a column to a table; `cells` by Member, the others blank."""
    rows = list(csv.reader((project / path).open(encoding="utf-8", newline="")))
    with (project / path).open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow([*rows[0], name])
        writer.writerows([*row, cells.get(row[0], "")] for row in rows[1:])


def told(project: Path) -> list[Problem]:
    """What check tells, whatever its severity."""
    return list(load(project)[1])


def test_a_cycle_is_added_as_shown(project: Path) -> None:
    """Files of the new cycle, years of a union and a report: no problem, and published, two cycles stand on sites."""
    head, unions = examples("new-cycle")
    folder = project / "data/cycles/c2026"
    folder.mkdir()
    (folder / "cycle.yml").write_text(head.replace("draft", "published"), "utf-8")
    for name, table in zip(("participants", "values", "instruments"), examples("new-cycle", "csv"), strict=True):
        (folder / f"{name}.csv").write_text(table, "utf-8")
    (project / "data/unions.yml").write_text(unions, "utf-8")
    (report,) = examples("new-cycle", "markdown")
    (project / "content/en/report-c2026.md").write_text(report, "utf-8")
    dataset, problems = load(project)
    assert dataset is not None, problems
    assert dataset.published_cycles == ("c2024", "c2026")
    assert [dataset.unions["eac"].members_in(year) for year in (2024, 2026)] == [
        {"KEN", "UGA", "RWA"},
        {"KEN", "UGA", "TZA"},
    ]
    assert [(each.code, each.row) for each in problems if "c2026" in each.file] == []


def test_a_grouping_is_added_as_shown(project: Path) -> None:
    """The grouping, its column, a Member's other group in one cycle, its weight and crossing: no problem."""
    grouping, policy = examples("new-grouping")
    append(project, "data/groupings.yml", grouping)
    assert [problem.code for problem in told(project)][-1] == "members-missing-column"
    with_column(project, "data/members.csv", "size", {"KEN": "large", "UGA": "small"})
    with_column(project, f"{CYCLE}/participants.csv", "size", {"KEN": "small"})
    append(project, "site.yml", policy)
    dataset, problems = load(project)
    assert dataset is not None, problems
    sizes = {code: each.groups.get("size") for code, each in dataset.cycles[0].participants.items()}
    assert (sizes["KEN"], sizes["UGA"], sizes["FRA"]) == ("small", "small", None)
    assert dataset.settings.disclosure.crossings == (("region", "size"),)


def next_cycle(project: Path) -> None:
    """The cycle after, with participants and no values yet."""
    folder = project / "data/cycles/c2026"
    folder.mkdir()
    (folder / "cycle.yml").write_text("id: c2026\nname: {en: 2026}\nreference_year: 2026\nstatus: draft\n", "utf-8")
    (folder / "participants.csv").write_text("member\nKEN\n", "utf-8")
    (folder / "values.csv").write_text("member,kpi,value,status,disclosure\n", "utf-8")


def of_kpi(example: str) -> str:
    """The `versions` of an example, as they stand below a KPI."""
    lines = example[example.index("versions:") :].rstrip("\n").split("\n")
    return "    " + "\n".join([lines[0], *("      " + line.strip() for line in lines[1:])]) + "\n"


@pytest.mark.parametrize(("number", "kpi"), [(0, "average-release-time"), (1, "physical-inspections"), (2, "added")])
def test_a_kpi_changes_as_shown(number: int, kpi: str, project: Path) -> None:
    """Defined anew, split or new: the versions shown are taken, and tell in which cycles the KPI is in force."""
    next_cycle(project)
    shown = examples("kpi-version")[number]
    plain = (
        "outcome: release-of-goods\n    name: {en: N}\n    unit: percent\n    bounds: [0, 100]\n    direction: lower\n"
    )
    added = [kpi] if kpi == "added" else ["inspections-of-imports", "inspections-of-exports"]
    kpis = "".join(f"  - id: {each}\n    {plain}" for each in added) + (of_kpi(shown) if kpi == "added" else "")
    change(project, CATALOGUE, "# Instruments and tools, and", f"{kpis}\n# Instruments and tools, and")
    if kpi != "added":
        change(project, CATALOGUE, f"  - id: {kpi}\n", f"  - id: {kpi}\n{of_kpi(shown)}")
    dataset, problems = load(project)
    assert dataset is not None, problems
    in_force = [kpi in {each.kpi for each in data.observations} for data in dataset.cycles]
    assert in_force == [[True, True], [True, False], [False, True]][number]


def test_a_language_is_added_as_shown(project: Path) -> None:
    """A language of which nothing is translated yet is no problem; neither is a column of names and a first page."""
    change(project, "site.yml", "languages: [en, fr]", "languages: [en, fr, es]")
    assert told(project) == []
    with_column(project, "data/members.csv", "name_es", {"KEN": "Kenia"})
    (project / "content/es").mkdir()
    (project / "content/es/about.md").write_text("---\ntitle: Sobre este sitio\n---\nHola.\n", "utf-8")
    assert told(project) == []


def test_a_widened_value_is_acknowledged_as_shown(project: Path) -> None:
    """The file that releases a value to more readers is read, and names the value by the key that is told."""
    (shown,) = examples("release")
    (project / "releases").mkdir()
    (project / "releases/2024-corrected.yml").write_text(shown, "utf-8")
    assert read_acknowledgement(project, "2024-corrected") == {"c2024/physical-inspections/KEN"}


def test_every_page_is_found_from_the_index() -> None:
    """No how-to stands alone."""
    index = (HOW_TO.parent / "index.md").read_text("utf-8")
    assert [page.name for page in HOW_TO.glob("*.md") if f"how-to/{page.name}" not in index] == []


# --- the tutorial -------------------------------------------------------------------------------

TUTORIAL = (HOW_TO.parent / "tutorial.md").read_text("utf-8")


def shown_lines(number: int) -> list[str]:
    """The lines of the tutorial's block of output with this number."""
    return re.findall(r"^```text\n(.*?)^```$", TUTORIAL, re.DOTALL | re.MULTILINE)[number].splitlines()


def run(capsys: pytest.CaptureFixture[str], *words: str) -> list[str]:
    """What a command prints."""
    pmm_site(words)
    return capsys.readouterr().out.splitlines()


def means_of(project: Path, kpi: str) -> dict[str, str]:
    """What the public site prints for each geographical type: mean and rounding."""
    with (project / "build/sites/public/data/aggregates.csv").open(encoding="utf-8", newline="") as stream:
        rows = [row for row in csv.DictReader(stream) if (row["kpi"], row["grouping"]) == (kpi, "geography")]
    return {row["group"]: f"{row['mean']} to {row['rounding']}" for row in rows}


def without_count(line: str) -> str:
    """A line without the number of files, which changes with every file that a theme gains."""
    return re.sub(r"[\d,]+ files", "files", line)


def test_the_tutorial_shows_what_is_seen(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The mistake, its message, the value that is closed, the mean that says less, why, and the sites at the end."""
    here = ("--project", str(project))
    assert run(capsys, "check", *here) == ["no problems"]
    right = (project / CATALOGUE).read_text("utf-8")
    (project / CATALOGUE).write_text(right.replace("direction: higher", "direction: hihger", 1), "utf-8")
    assert run(capsys, "check", *here) == shown_lines(0)
    (project / CATALOGUE).write_text(right, "utf-8")
    run(capsys, "build", *here, "--site", "public")
    assert means_of(project, "female-to-male-ratio")["coastal"] == "78.2 to 0.1"
    (closed,) = re.findall(r"^```csv\n(.*)\n```$", TUTORIAL, re.MULTILINE)
    change(project, f"{CYCLE}/values.csv", closed.replace(",country,", ",public,"), closed)
    run(capsys, "build", *here, "--site", "public")
    assert means_of(project, "female-to-male-ratio")["coastal"] == "78 to 1"
    (asked,) = re.findall(r"^pmm-site (explain .*) --project my-project$", TUTORIAL, re.MULTILINE)
    said = run(capsys, *asked.split(), *here)
    assert [line for line in shown_lines(2) if line not in said] == []
    shutil.rmtree(project / "build/sites")  # the tutorial has built previews only so far
    (built,) = run(capsys, "build", *here)
    assert [without_count(line) for line in shown_lines(3)] == [
        without_count(built.replace(str(project), "my-project"))
    ]
    pages = "".join(path.read_text("utf-8") for path in (project / "build/sites").glob("*/en/**/*.html"))
    assert [words for words in re.findall(r"(?<!\*)\*([^*]+)\*(?!\*)", TUTORIAL) if words not in pages] == []
