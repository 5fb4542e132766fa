"""The audit's own account of what whole numbers tell: counts are closed in on by the whole numbers that remain."""

from __future__ import annotations

import math
from collections.abc import Mapping
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pmm_site.audit.whole import whole_edges, whole_sums
from pmm_site.model import Bounds, Dataset, Unit
from tests.audit.test_reconstruct import ALL, CODES, attacked, caught, mean_of, site, world
from tests.factories import kpi, reported

COUNT = kpi("k", unit=Unit.COUNT, bounds=Bounds(0, None), bins=(0.0, 1.0, 3.0))
COUNTS = dict(zip(CODES[:10], (2.0, 1.0, 3.0, 2.0, 1.0, 2.0, 4.0, 1.0, 2.0, 2.0), strict=True))


def counted(values: Mapping[str, float], hidden: int = 1) -> Dataset:
    """Counts, of which all but the first ones are public."""
    levels = {code: "country" if number < hidden else "public" for number, code in enumerate(values)}
    return world({code: reported(value, levels[code]) for code, value in values.items()}, kpis=[COUNT])


@pytest.mark.parametrize(("rounding", "printed", "safe"), [("0.01", 2, False), ("0.1", 2, False), ("1", 2, True)])
def test_a_count_of_a_few_is_not_told_by_a_mean(rounding: str, printed: int, safe: bool, tmp_path: Path) -> None:
    """2.0 of ten counts, nine of them shown: half a unit to each side of the tenth is the tenth itself."""
    roots = {"public": site(tmp_path, "public", aggregates=[mean_of(ALL, printed, rounding)])}
    members = {member for _, member in caught(attacked(counted(COUNTS), roots))}
    assert members == (set() if safe else {CODES[0]})


@pytest.mark.parametrize(("unit", "safe"), [(Unit.HOURS, False), (Unit.DAYS, False), (Unit.VARIATION, True)])
def test_negative_hours_protect_nobody(unit: Unit, safe: bool, tmp_path: Path) -> None:
    """Of ten hidden values with a small mean, one is nearly all of their sum: only negative others would leave more."""
    values = dict(zip(CODES[:10], (90.5, *[0.5, 1.0, 0.25] * 3), strict=True))
    open_ended = kpi("k", unit=unit, bounds=Bounds(None, None))
    found = world({code: reported(value, "country") for code, value in values.items()}, kpis=[open_ended])
    roots = {"public": site(tmp_path, "public", aggregates=[mean_of(ALL, "9.6", "0.1")])}
    members = {member for _, member in caught(attacked(found, roots))}
    assert members == (set() if safe else {CODES[0]})


def test_values_with_fractions_keep_the_rule_of_quantities(tmp_path: Path) -> None:
    """Where some values have fractions, half a unit to each side is enough of a count of two."""
    values = COUNTS | {CODES[8]: 1.5, CODES[9]: 2.5}
    roots = {"public": site(tmp_path, "public", aggregates=[mean_of(ALL, "2.0", "0.1")])}
    assert attacked(counted(values), roots).passed


def test_sums_that_must_be_whole_are_subtracted(tmp_path: Path) -> None:
    """Means of twelve and of eleven leave a real number a unit to each side, and the twelfth count none."""
    values = dict(zip(CODES, map(float, (1, 1, 3, 3, 2, 1, 1, 1, 3, 4, 2, 2)), strict=True))
    found = world({code: reported(value, "country") for code, value in values.items()}, kpis=[COUNT])
    data = found.cycles[0]
    for code, participant in data.participants.items():
        participant.groups["region"] = "rest" if code == CODES[-1] else "esa"  # type: ignore[index]
    rows = [mean_of(ALL, "2", "0.1"), mean_of(("region", "esa"), "2", "0.1")]
    members = {member for _, member in caught(attacked(found, {"public": site(tmp_path, "public", aggregates=rows)}))}
    assert members == {CODES[-1]}


@pytest.mark.parametrize(("edges", "safe"), [(("0", "1", "3", ""), False), (("0", "1", "4", ""), True)])
def test_a_bin_does_not_hold_its_upper_edge(edges: tuple[str, ...], safe: bool, tmp_path: Path) -> None:
    """Whoever knows nine of ten counts knows of the tenth, a 2, that it is 1 or 2 where its bin ends before 3."""
    rows = [{"cycle": "c2024", "kpi": "k", "bin_from": start, "bin_to": end} for start, end in pairwise(edges)]
    report = attacked(counted(COUNTS), {"public": site(tmp_path, "public", distribution=rows)})
    assert {member for _, member in caught(report)} == (set() if safe else {CODES[0]})


@given(st.integers(1, 40), st.integers(-200, 200), st.sampled_from(["1/100", "1/10", "1", "5"]))
def test_exactly_the_sums_that_print_the_same(number: int, total: int, step: str) -> None:
    """Ties go to the even multiple of the step, so an end is a possible sum only of an even figure."""
    size = Fraction(step)
    printed = round(Fraction(total, number) / size) * size
    means = printed - size / 2, printed + size / 2
    least, greatest = whole_sums(number, means, means)
    around = range(math.floor(least) - 3, math.ceil(greatest) + 4)
    alike = [each for each in around if round(Fraction(each, number) / size) * size == printed]
    assert (least, greatest) == (alike[0], alike[-1])


def test_the_decade_of_a_step_ends_before_the_next() -> None:
    """A mean printed as 10 to the step of 1 is less than 1000 steps and not less than one."""
    assert whole_sums(3, (Fraction(1, 2), Fraction(3, 2)), (Fraction(1), Fraction(3, 2))) == (3, 4)
    assert whole_sums(2, (Fraction(995), Fraction(1005)), (Fraction(995), Fraction(1000))) == (1990, 1999)
    assert whole_sums(2, (Fraction(-1005), Fraction(-995)), (Fraction(-1000), Fraction(-995))) == (-1999, -1990)


def test_edges_keep_every_whole_number_in_its_bin() -> None:
    """Edges move half a unit below the first number of a bin, open ends and the bounds stay."""
    assert whole_edges((0.0, 1.0, 2.5, 7.0, math.inf)) == (0.0, 0.5, 2.5, 6.5, math.inf)
    assert whole_edges((-math.inf, 0.2, 0.7, 4.0)) == (-math.inf, 0.5, 4.0)
