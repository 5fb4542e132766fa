"""Reading is quick, so that `check` may run at every change."""

from __future__ import annotations

from pathlib import Path

import pytest

from pmm_site.load import load
from pmm_site.load.codelists import COUNTRIES
from tests.calls import counted
from tests.load.projects import NOW, copy_of_valid

KPIS = 51
CYCLES = 5
OUTCOME = "dimensions: [{id: d, name: {en: D}}]\noutcomes: [{id: o, dimension: d, name: {en: O}}]\n"
KPI = "  - {{id: kpi-{at}, outcome: o, name: {{en: K}}, unit: percent, bounds: [0, 100], direction: higher}}\n"


def large_project(folder: Path, codes: list[str]) -> Path:
    """All Members, 51 KPIs and 5 cycles: 48,000 rows of values."""
    project = copy_of_valid(folder)
    for path in ("content", "data/cycles"):
        for file in sorted((project / path).rglob("*"), reverse=True):
            file.rmdir() if file.is_dir() else file.unlink()
    (project / "data/sdg-mapping.csv").unlink()
    (project / "data/unions.yml").write_text(f"- {{id: u, name: {{en: U}}, members: {codes}}}\n".replace("'", ""))
    kpis = "".join(KPI.format(at=at) for at in range(KPIS))
    (project / "data/catalogue.yml").write_text(f'version: "1"\n{OUTCOME}kpis:\n{kpis}')
    (project / "data/members.csv").write_text(
        "member,name_en,region,income\n" + "".join(f"{code},{code},esa,low\n" for code in codes)
    )
    levels = ("public", "wco", "union", "country", "")
    rows = "".join(
        f"{code},kpi-{kpi},{(number * 7 + kpi) % 100}.{number % 10},reported,{levels[(number + kpi) % 5]},,\n"
        for number, code in enumerate(codes)
        for kpi in range(KPIS)
    )
    for cycle in range(CYCLES):
        path = project / f"data/cycles/c{cycle}"
        path.mkdir()
        (path / "cycle.yml").write_text(
            f"id: c{cycle}\nname: {{en: C}}\nreference_year: {2000 + cycle}\nstatus: published\n"
        )
        (path / "participants.csv").write_text(
            "member,default_disclosure\n" + "".join(f"{code},wco\n" for code in codes)
        )
        (path / "values.csv").write_text("member,kpi,value,status,disclosure,unions,note\n" + rows)
    return project


@pytest.mark.slow
def test_the_work_of_a_row_is_little_and_the_same_in_a_large_world(tmp_path: Path) -> None:
    """187 Members, 51 KPIs and 5 cycles are read by few calls a row, and by no more of them than a third of that."""
    small, all_members = (_calls_a_row(tmp_path / str(members), members) for members in (62, 187))
    assert all_members < 35
    assert all_members < small * 1.05


def _calls_a_row(folder: Path, members: int) -> float:
    project = large_project(folder, sorted(COUNTRIES)[:members])
    (dataset, problems), calls = counted(lambda: load(project, now=NOW))
    assert dataset is not None, problems[:5]
    rows = sum(len(data.observations) for data in dataset.cycles)
    assert rows == members * KPIS * CYCLES
    return calls / rows
