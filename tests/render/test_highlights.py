"""What a country site puts first: the KPIs to look at, the own row, the own values where no mean may be shown."""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from markupsafe import Markup

from pmm_site.model import ConfStatus, Direction, ObsStatus, SiteKind
from pmm_site.package import ReleasePackage
from pmm_site.render.comparisons import course, standing, value_standing
from pmm_site.tables import AggregateRow, ValueRow
from tests.render.report_site import CATALOGUE, package
from tests.render.test_site import site

KPI = CATALOGUE.kpis[0]


def _value(cycle: str, kpi: str, member: str, value: str) -> ValueRow:
    status = ObsStatus.SHOWN if value else ObsStatus.NOT_SHOWN
    conf = ConfStatus.FREE if value else ConfStatus.NOT_AT_THIS_LEVEL
    return ValueRow(cycle, kpi, member, value, status, conf, None, None)


def country(*values: tuple[str, str, str, str]) -> ReleasePackage:
    """Kenya's package with other values: (cycle, KPI, Member, value, blank where it is not shown)."""
    found = package(SiteKind.COUNTRY)
    return replace(found, tables={**found.tables, "values": tuple(_value(*each) for each in values)})


def listed(root: dict[str, bytes]) -> list[list[str]]:
    """The KPIs and figures of each list of the dossier, as plain text."""
    html = root["en/dossier.html"].decode()
    lists = re.findall(r'<ol class="highlight-list">(.*?)</ol>', html, re.DOTALL)
    return [
        [" ".join(Markup(item).striptags().split()) for item in re.findall(r"<li>(.*?)</li>", each, re.DOTALL)]
        for each in lists
    ]


def _mean(mean: str, rounding: str) -> AggregateRow:
    shown = ObsStatus.SHOWN, ConfStatus.FREE
    return AggregateRow("c2", KPI.id, "all", "all", 9, Decimal(mean), Decimal(rounding), *shown, 0, None)


@pytest.mark.parametrize(
    ("mean", "rounding", "of_mean", "of_value"),
    [
        ("65", "0.1", "level", "level"),
        ("67.5", "0.1", "level", "level"),
        ("67.55", "0.1", "level", "ahead"),
        ("67.56", "0.1", "ahead", "ahead"),
        ("70", "5", "level", "ahead"),
        ("62.44", "0.1", "behind", "behind"),
    ],
)
def test_figures_differ_by_more_than_their_roundings(mean: str, rounding: str, of_mean: str, of_value: str) -> None:
    """Beside a world's mean of 65, to the nearest 5: half of its rounding is no difference, nor half of one's own."""
    world = _mean("65", "5")
    assert standing(KPI, _mean(mean, rounding), world) == of_mean
    assert value_standing(KPI, Decimal(mean), world) == of_value
    assert standing(replace(KPI, direction=Direction.NONE), _mean(mean, rounding), world) == ""
    turned = {"ahead": "behind", "behind": "ahead"}
    assert value_standing(replace(KPI, direction=Direction.LOWER), Decimal(mean), world) == turned.get(
        of_value, "level"
    )


def test_the_dossier_names_what_is_furthest_behind(tmp_path: Path) -> None:
    """By the distance on the scale, most first; what is ahead of the world has a list of its own."""
    root = site(
        country(
            ("c2", "declarations", "KEN", "91.25"),
            ("c2", "standard", "KEN", "3"),
            ("c2", "training", "KEN", "20"),
            ("c2", "secret", "KEN", "70"),
        ),
        tmp_path,
    )
    assert listed(root) == [["Training 20% world 33.4%", "Declarations 91.25% world 98.6%"], ["Secret 70% world 66.6%"]]


def test_the_dossier_names_what_moved_away(tmp_path: Path) -> None:
    """Only values that are shown in both cycles; what moved with the KPI's direction has a list of its own."""
    root = site(
        country(
            ("c1", "declarations", "KEN", "99.5"),
            ("c2", "declarations", "KEN", "99"),
            ("c1", "secret", "KEN", "90"),
            ("c2", "secret", "KEN", "80"),
            ("c1", "training", "KEN", "40"),
            ("c2", "training", "KEN", "50"),
            ("c1", "standard", "KEN", ""),
            ("c2", "standard", "KEN", "50"),
        ),
        tmp_path,
    )
    assert listed(root)[-2:] == [["Secret 80% was 90%", "Declarations 99% was 99.5%"], ["Training 50% was 40%"]]


@pytest.mark.parametrize(
    ("direction", "before", "now", "expected"),
    [
        (Direction.HIGHER, 1, 2, "nearer"),
        (Direction.HIGHER, 2, 1, "farther"),
        (Direction.LOWER, 1, 2, "farther"),
        (Direction.LOWER, 2, 1, "nearer"),
        (Direction.HIGHER, 1, 1, ""),
        (Direction.NONE, 1, 2, ""),
    ],
)
def test_a_change_is_told_by_the_desired_end(direction: Direction, before: int, now: int, expected: str) -> None:
    """More release time is farther, not more; what has no desired end, or did not move, has no course."""
    assert course(replace(KPI, direction=direction), before, now) == expected  # type: ignore[arg-type]


def test_the_own_row_and_the_shown_values_come_first(tmp_path: Path) -> None:
    """Kenya, then by name who shows a value in one of the cycles, then the others by name."""
    rows = [
        ("c2", "declarations", "CIV", ""),
        ("c2", "declarations", "FRA", "12"),
        ("c2", "declarations", "KEN", "91.25"),
        ("c2", "declarations", "UGA", ""),
        ("c1", "declarations", "UGA", "13"),
    ]
    html = site(country(*rows), tmp_path)["en/kpi/declarations.html"].decode()
    table = html[html.index('id="values"') :]
    names = [Markup(each).striptags() for each in re.findall(r'<th scope="row".*?</th>', table)]
    assert names[:4] == ["Kenya", "France", "Uganda", "Côte d’Ivoire"]


def test_own_values_stand_over_the_cycles_where_no_mean_does(tmp_path: Path) -> None:
    """A KPI whose mean is shown in one cycle only still has the own line and the own value of both in the table."""
    rows = [("c1", "secret", "KEN", "90"), ("c2", "secret", "KEN", "80")]
    html = site(country(*rows), tmp_path)["en/kpi/secret.html"].decode()
    section = html[html.index('id="cycles"') : html.index("</section>", html.index('id="cycles"'))]
    assert "chart-cycles" in section
    assert {"90%", "80%", "66.6%"} <= set(re.findall(r"[\d.]+%", section))
