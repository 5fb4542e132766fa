"""compare.html: KPIs, groups, Members and cycles side by side, chosen by the reader.

Without script the page holds a table of all KPIs by the first grouping. With it the reader chooses, and the choice
stands in the address. The figures are those of this site's release package, in two script files: means and names
per language, values once per site.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from pmm_site.model import ALL, GroupKey, Kpi, Unit
from pmm_site.render.comparisons import own_groups
from pmm_site.render.edition import Edition
from pmm_site.render.markup import Cell, Column, link, table
from pmm_site.render.memo import remembered
from pmm_site.render.pages import Head, Page, PageKind
from pmm_site.render.search import script
from pmm_site.tables import AggregateRow

DATA = "compare-data.js"
VALUES = "compare-values.js"
WORDS = ("who", "choose-kpi", "choose-who", "remove", "no-value", "none", "copied", "caption-chosen", "members")


@dataclass(frozen=True, slots=True)
class ComparePage:
    """Everything compare.html prints: the addresses of the two script files, the lead and the table for no script."""

    data: str
    values: str
    lead: str
    table: Markup


def pages(edition: Edition) -> Iterator[Page]:
    """The one page of an edition on which readers compare."""
    here = edition.here("compare")
    latest = edition.view.latest
    context = ComparePage(
        DATA, f"../{edition.fallback}/{VALUES}",
        edition.words("compare.lead"), default_table(edition, latest.cycle) if latest else Markup(""),
    )  # fmt: skip
    head = Head(
        edition.words("compare.title"), edition.words("compare.description"), section="compare",
        scripts=("js/compare.js",),
    )  # fmt: skip
    yield Page(here, head, context)


def default_table(edition: Edition, cycle: str) -> Markup:
    """All KPIs with figures in a cycle by all Members and the groups of the first grouping."""
    view = edition.view
    here = edition.here("compare")
    groupings = view.catalogue.groupings[:1]
    keys = [ALL, *(GroupKey(each.id, group.id) for each in groupings for group in each.groups)]
    columns = [Column(edition.words("compare.kpi"), sort=True)]
    columns += [Column(edition.group_name(*key), number=True) for key in keys]
    rows: list[list[str | Cell]] = []
    for kpi in view.catalogue.kpis:
        found = view.means(cycle, kpi.id)
        if not found:
            continue
        name = edition.kpi_name(kpi.id)
        cells: list[str | Cell] = [Cell(link(here.to("kpi", kpi.id), name), name)]
        for key in keys:
            row = found.get(key)
            order = "" if row is None or row.mean is None else str(row.mean)
            cells.append(Cell(edition.wording.mean_cell(kpi, row), order))
        rows.append(cells)
    caption = edition.words("compare.caption", cycle=edition.cycle_name(cycle))
    return table(caption, columns, rows, layout="scroll")


# --- the script files ------------------------------------------------------------------------------


def files(edition: Edition) -> Iterator[tuple[str, bytes]]:
    """The figures of the site for compare.js, as (path, content)."""
    yield f"{edition.language}/{DATA}", script("pmmCompare", _data(edition))
    if edition.language == edition.fallback:
        yield f"{edition.language}/{VALUES}", script("pmmValues", _values(edition))


def _data(edition: Edition) -> dict[str, Any]:
    view = edition.view
    keys = _group_keys(edition)
    cycles = [(row.cycle, edition.cycle_name(row.cycle), row.reference_year) for row in view.cycles]
    with_figures = [kpi for kpi in view.catalogue.kpis if any(view.aggregates(each, kpi.id) for each, _, _ in cycles)]
    return {
        "language": edition.language,
        "cycles": [[id, name, str(year)] for id, name, year in cycles],
        "kpis": [_kpi(edition, kpi) for kpi in with_figures],
        "groups": [[_written(key), edition.group_name(*key), edition.grouping_name(key.grouping)] for key in keys],
        "members": [[code, edition.member_name(code)] for code in _members(edition)],
        "own": view.own,
        "ownGroups": _own_groups(edition),
        "means": {
            cycle: {
                kpi.id: {
                    _written(key): remembered(
                        (
                            "compare",
                            edition.wording_key,
                            kpi.id,
                            row.contributors,
                            str(row.mean),
                            str(row.rounding),
                            row.conf_status,
                        ),
                        functools.partial(_mean, edition, kpi, row),
                    )
                    for key, row in view.aggregates(cycle, kpi.id).items()
                }
                for kpi in with_figures
                if view.aggregates(cycle, kpi.id)
            }
            for cycle, _, _ in cycles
        },
        "percent": edition.formats.percent(0).replace(edition.formats.number(0), "{n}"),
        "words": {
            **{name: edition.words(f"compare.{name}") for name in WORDS},
            "keep": edition.words("tools.keep"),
            "n": edition.words("charts.n", count="{n}"),
            "pair": edition.words.pair("{name}", "{value}"),
        },
    }


def _group_keys(edition: Edition) -> list[GroupKey]:
    """All Members, the site's own unions, then every group, in the order of the catalogue."""
    view = edition.view
    found = {key for row in view.cycles for kpi in view.catalogue.kpis for key in view.aggregates(row.cycle, kpi.id)}
    unions = [key for union in view.unions if (key := GroupKey("union", union.id)) in found]
    groups = [GroupKey(each.id, group.id) for each in view.catalogue.groupings for group in each.groups]
    return [key for key in (ALL, *unions, *groups) if key in found]


def _own_groups(edition: Edition) -> list[str]:
    """The groups beside which a country site shows its own Member."""
    view = edition.view
    if not view.own or view.latest is None:
        return []
    return [_written(key) for key in own_groups(edition, view.latest.cycle, view.own)]


def _written(key: GroupKey) -> str:
    """A group as it stands in an address: `all`, `region:esa`."""
    return "all" if key == ALL else ":".join(key)


def _kpi(edition: Edition, kpi: Kpi) -> list[Any]:
    """id, name, dimension, unit, least and greatest value, desired end, name of the unit where numbers lack it."""
    return [
        kpi.id, edition.kpi_name(kpi.id), edition.dimension_name(edition.view.dimension_of(kpi).id), kpi.unit.value,
        kpi.bounds.lower, kpi.bounds.upper, kpi.direction.value, _unit_name(edition, kpi.unit),
    ]  # fmt: skip


def _unit_name(edition: Edition, unit: Unit) -> str:
    return "" if unit in (Unit.PERCENT, Unit.VARIATION) else edition.words(f"charts.unit.{unit.value}")


def _mean(edition: Edition, kpi: Kpi, row: AggregateRow) -> list[Any]:
    """[contributors, words], and where there is a mean: mean, half of its rounding, short words if it is rounded."""
    words = edition.wording.plain_mean(kpi, row)
    if row.mean is None or row.rounding is None:
        return [row.contributors, words]
    short = edition.wording.short_figure(kpi, row)
    return [row.contributors, words, float(row.mean), float(row.rounding / 2), *([short] if short else [])]


def _members(edition: Edition) -> tuple[str, ...]:
    return edition.in_order({code: edition.member_name(code) for code in edition.view.members_shown})


def _values(edition: Edition) -> dict[str, dict[str, dict[str, str]]]:
    """Shown values as submitted: cycle, KPI, Member."""
    view = edition.view
    return {
        row.cycle: {
            kpi.id: {value.member: value.value for value in shown}
            for kpi in view.catalogue.kpis
            if (shown := view.shown(row.cycle, kpi.id))
        }
        for row in view.cycles
    }


KIND = PageKind("compare", ComparePage, pages, files)
