"""Classes and skewness are held against the values that they are over, in both directions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis.strategies import integers, lists

from pmm_site.audit.resampling import interval
from pmm_site.audit.sites import SiteAuditor
from pmm_site.model import Dataset, Direction, DisclosurePolicy
from pmm_site.skewness import skewness
from tests.audit.test_structure import cell, changed
from tests.audit.worlds import AUDITS, small_world, write_packages
from tests.audit.worlds import TIMELY as SOME_RATE
from tests.factories import reported

SKEWED = (3.2, 4.1, 4.9, 5.3, 6.6, 7.4, 9.8, 93.7)
"""Piled up low, far enough for the resampling to be sure of it at a high share of samples or not at all."""
PILED = (0.0, 0.0, 0.1, 0.3, 0.6, 1.7, 6.4, 21.9)
"""Piled up low, and surely so."""
Change = Callable[[list[dict[str, str]]], None]


def judged(
    direction: Direction = Direction.HIGHER, values: tuple[float, ...] = SKEWED, level: str = "public"
) -> Dataset:
    """Eight values of one KPI, enough to be judged, and a second KPI without direction."""
    kpis = (replace(SOME_RATE, direction=direction), replace(AUDITS, direction=Direction.NONE))
    world = small_world(kpis)
    policy = DisclosurePolicy(performance_contributors=8, moments_contributors=8)
    found = []
    for data in world.cycles:
        number = iter(values)
        observations = tuple(
            replace(each, **_said(next(number), level)) if each.kpi == SOME_RATE.id else each
            for each in data.observations
        )
        found.append(replace(data, observations=observations))
    return replace(world, cycles=tuple(found), settings=replace(world.settings, disclosure=policy))


def _said(value: float, level: str) -> dict[str, object]:
    plain = reported(value, level)
    return {"value": plain.value, "written": plain.written, "level": plain.level}


def problems(world: Dataset, folder: Path, change: Change) -> list[str]:
    """What the audit of the public site says of the summary after a change, and that it said nothing before."""
    write_packages(world, folder)
    auditor = SiteAuditor(world)
    assert auditor.audit_folder(folder / "public", "public").findings == ()
    changed(folder / "public", "summary", change)
    return [each.what for each in auditor.audit_folder(folder / "public", "public").findings]


@pytest.mark.parametrize(("direction", "wrong"), [(Direction.HIGHER, "well"), (Direction.LOWER, "low")])
def test_a_class_is_on_the_side_of_the_values(direction: Direction, wrong: str, tmp_path: Path) -> None:
    """Values piled up low perform low where higher is better, and well where lower is."""
    found = problems(judged(direction), tmp_path, cell("performance", wrong, kpi=SOME_RATE.id))
    assert "the class is not that of the values it is over" in found


@pytest.mark.parametrize("said", ["inconclusive", "well"])
def test_a_class_is_the_one_that_resampling_gives(said: str, tmp_path: Path) -> None:
    """Values that surely lean are not called inconclusive."""
    found = problems(judged(values=PILED), tmp_path, cell("performance", said, kpi=SOME_RATE.id))
    assert "the class is not that of the values it is over" in found


@given(tenths=lists(integers(-500, 1000), min_size=3, max_size=40))
def test_both_sides_of_the_program_resample_alike(tenths: list[int]) -> None:
    """Written twice, independently, the bootstrap gives the same interval."""
    values = [number / 10 for number in tenths]
    there = skewness(values)
    assert interval(np.array(values)) == pytest.approx((there.low, there.high), abs=1e-7)


def test_what_can_be_evaluated_is(tmp_path: Path) -> None:
    """Not evaluable is said of too few values, of equal ones and where there is no direction, and of nothing else."""
    found = problems(judged(), tmp_path, cell("performance", "not-evaluable", kpi=SOME_RATE.id))
    assert "the class is not that of the values it is over" in found


@pytest.mark.parametrize("said", ["well", "low", "inconclusive"])
def test_a_kpi_without_direction_has_no_class(said: str, tmp_path: Path) -> None:
    """Whatever its values, no end of it is the good one."""
    found = problems(judged(), tmp_path, cell("performance", said, kpi=AUDITS.id))
    assert "the class is not that of the values it is over" in found


def test_equal_values_have_no_class(tmp_path: Path) -> None:
    """Nor a skewness; the build says so, and the audit does not want one."""
    found = problems(judged(values=(50.0,) * 8), tmp_path, cell("performance", "well", kpi=SOME_RATE.id))
    assert "the class is not that of the values it is over" in found


def test_equal_hidden_values_are_inconclusive(tmp_path: Path) -> None:
    """As the build says, and no other class may stand there."""
    found = problems(
        judged(values=(50.0,) * 8, level="country"), tmp_path, cell("performance", "low", kpi=SOME_RATE.id)
    )
    rows = (tmp_path / "wco" / "data" / "summary.csv").read_text("utf-8").splitlines()
    assert any(SOME_RATE.id in row and row.endswith("inconclusive,submitted") for row in rows)
    assert "the class is not that of the values it is over" in found


def over_shown_values(world: Dataset) -> Dataset:
    """The same world with the policy that no figure is over submitted values."""
    visible = replace(world.settings.disclosure, basis="visible")
    return replace(world, settings=replace(world.settings, disclosure=visible))


def test_the_skewness_of_shown_values_is_told(tmp_path: Path) -> None:
    """Over shown values nothing is protected: a blank would say something else."""
    found = problems(over_shown_values(judged()), tmp_path, cell("skewness", "", kpi=SOME_RATE.id))
    assert "the skewness of the values shown is held back" in found


def test_the_basis_of_a_visible_site_is_visible(tmp_path: Path) -> None:
    """With the policy `visible` no figure is over submitted values, and none may be called so."""
    found = problems(over_shown_values(judged()), tmp_path, cell("basis", "submitted", kpi=SOME_RATE.id))
    assert "a word that is none of the table's" in found
