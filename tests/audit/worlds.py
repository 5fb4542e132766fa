"""A small world with values of many digits, its release packages, and sites made of them by hand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from pmm_site import analyse, disclose, package
from pmm_site.model import AnalysisPolicy, Answer, Catalogue, Dataset, Kpi, Member, Usage
from tests.factories import cycle_data, dataset, instrument, kpi, reported, union

NAMES = {
    "BDI": "Burundi",
    "CHN": "China",
    "FRA": "France",
    "KEN": "Kenya",
    "SOM": "Somalia",
    "TZA": "Tanzania",
    "UGA": "Uganda",
    "USA": "United States",
}
TIMELY = kpi("declarations-on-time", name={"en": "Declarations on time", "fr": "Déclarations à temps"})
AUDITS = kpi("audits", name={"en": "Audits after clearance", "fr": "Contrôles a posteriori"})
VALUES = {
    "BDI": 81.2947,
    "CHN": 22.7183,
    "FRA": 55.5171,
    "KEN": 37.4193,
    "SOM": 93.8162,
    "TZA": 48.2759,
    "UGA": 64.8317,
    "USA": 71.9253,
}
NOTE = "Only the port of Mombasa was counted in this year"


def small_world(kpis: tuple[Kpi, ...] = (TIMELY, AUDITS)) -> Dataset:
    """Eight Members, two KPIs: of the first France's value is public, China's is for WCO users, the rest is closed."""
    levels = {"FRA": "public", "CHN": "wco"}
    first = {code: reported(value, levels.get(code, "country")) for code, value in VALUES.items()}
    first["KEN"] = replace(first["KEN"], note=NOTE)
    second = {code: reported(round(value / 3, 2), "wco") for code, value in VALUES.items()}
    answers = (
        Answer("KEN", "safe-framework", True, Usage.PLANNED),
        Answer("UGA", "safe-framework", False, Usage.NOT_PLANNED),
    )
    values = {"declarations-on-time": first, "audits": second}
    tools = [instrument("safe-framework", name={"en": "SAFE Framework"})]
    cycle = cycle_data(values, kpis=kpis, answers=answers)
    world = dataset(values, kpis=kpis, cycles=[cycle], unions=[union("eac", "KEN", "UGA", "TZA")], instruments=tools)
    members = {code: Member(code, {"en": name}, world.members[code].groups) for code, name in NAMES.items()}
    return replace(world, members=members)


def write_packages(world: Dataset, output: Path) -> None:
    """The release package of every site of a world, in `output/<site>/data`."""
    submitted = analyse.analyse(world)
    changes = analyse.matched(world, submitted)
    decisions = disclose.decide(world, submitted, changes)
    roll_up = partial(_roll_up, world.settings.analysis)
    assembly = disclose.Assembly(world, decisions, submitted, changes, analyse.verdict, roll_up)
    for site in disclose.sites(world):
        visible = disclose.visible_statistics(submitted, assembly.access, site)
        visible = replace(visible, tests=analyse.tests(world, visible))
        package.write(assembly.package(site, visible), output / site.id / "data")


def _roll_up(
    policy: AnalysisPolicy, catalogue: Catalogue, tables: Mapping[str, tuple[Any, ...]]
) -> Mapping[str, tuple[Any, ...]]:
    summary, coverage = tables["summary"], tables["coverage"]
    return {
        "findings": analyse.findings(catalogue, summary, tables["instruments"], policy),
        "sdgs": analyse.contributions(catalogue, summary, coverage, policy),
        "capacity": analyse.capacity(catalogue, summary, coverage, tables["aggregates"], tables["members"], policy),
    }


def put(root: Path, path: str, content: str | bytes) -> None:
    """Write a file into a site, in place of one that may be shared with other copies of it."""
    target = root / path
    target.parent.mkdir(parents=True, exist_ok=True)
    target.unlink(missing_ok=True)
    target.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
