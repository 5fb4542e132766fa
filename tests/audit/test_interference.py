"""Non-interference: what a site may not show has no hand in any of its bytes, unless a published figure says so."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from pmm_site.model import CycleStatus, Dataset, Observation
from tests.audit.worlds import VALUES, write_packages
from tests.factories import cycle_data, reported

Change = Callable[[Observation], Observation]

SWAPPED = {"KEN": "TZA", "TZA": "KEN"}
"""Two Members of the same groups, each with a closed value."""


@pytest.fixture(scope="module")
def salted(world: Dataset) -> Dataset:
    """The small world with a salt of its own, without which one is made from the closed values, and with a draft."""
    draft = cycle_data(
        {each.id: {code: reported(value / 2) for code, value in VALUES.items()} for each in world.catalogue.kpis},
        "c2026",
        kpis=world.catalogue.kpis,
        status=CycleStatus.DRAFT,
    )
    return replace(world, salt="salt", cycles=(*world.cycles, draft))


def changed(world: Dataset, cycle: str, change: Change) -> Dataset:
    """A world with other observations in a cycle."""
    cycles = (
        replace(data, observations=tuple(map(change, data.observations))) if data.cycle.id == cycle else data
        for data in world.cycles
    )
    return replace(world, cycles=tuple(cycles))


def packaged(world: Dataset, output: Path) -> Mapping[str, Mapping[str, bytes]]:
    """Every file of every site's package; pages are made from nothing else."""
    write_packages(world, output)
    return {
        site.name: {path.relative_to(site).as_posix(): path.read_bytes() for path in site.rglob("*") if path.is_file()}
        for site in output.iterdir()
    }


def swap(each: Observation) -> Observation:
    """Exchange the closed values of two Members: every mean, count and shape stays."""
    if each.kpi != "declarations-on-time" or each.member not in SWAPPED:
        return each
    value = VALUES[SWAPPED[each.member]]
    return replace(each, value=value, written=str(value))


def rewritten(each: Observation) -> Observation:
    """Another value and another remark."""
    return each if each.value is None else replace(each, value=3.25, written="3.25", note="Not counted any more")


def test_closed_values_that_no_figure_tells_apart_move_nothing(salted: Dataset, tmp_path: Path) -> None:
    """Two closed values change places: the packages of all sites but those of the two Members stay as they were."""
    before = packaged(salted, tmp_path / "before")
    after = packaged(changed(salted, "c2024", swap), tmp_path / "after")
    moved = {site for site in before.keys() | after.keys() if before.get(site) != after.get(site)}
    assert moved == {"country-ken", "country-tza"}


def test_a_draft_moves_nothing(salted: Dataset, tmp_path: Path) -> None:
    """Whatever stands in a cycle that is not published, every byte of every package is the same."""
    before = packaged(salted, tmp_path / "before")
    assert packaged(changed(salted, "c2026", rewritten), tmp_path / "after") == before


def test_a_remark_moves_its_country_site_alone(salted: Dataset, tmp_path: Path) -> None:
    """Another remark of Kenya is seen by Kenya."""
    before = packaged(salted, tmp_path / "before")

    def remark(each: Observation) -> Observation:
        return replace(each, note="Counted anew") if each.member == "KEN" and each.note else each

    after = packaged(changed(salted, "c2024", remark), tmp_path / "after")
    assert {site for site in before if before[site] != after[site]} == {"country-ken"}
