"""A figure beside others: a group or a Member against its benchmarks, in words and as a small scale."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from typing import NamedTuple

from markupsafe import Markup

from pmm_site.model import ALL, Direction, GroupKey, Kpi, ObsStatus
from pmm_site.render.edition import Edition
from pmm_site.render.links import Here
from pmm_site.render.markup import NONE, safe
from pmm_site.tables import AggregateRow, ValueRow

WIDTH, HEIGHT, MARGIN = 132, 16, 7
BENCHMARK_GROUPINGS = ("region", "income")


class Fact(NamedTuple):
    """A figure that answers a question at first sight: its label, the figure, a note beneath, and its look."""

    label: str
    figure: str
    note: str = ""
    kind: str = ""


class Benchmark(NamedTuple):
    """A mean that a Member's value stands beside; `href` is empty where there is no page."""

    name: str
    href: str
    figure: str
    mean: Decimal | None
    contributors: int


def scale_of(kpi: Kpi) -> tuple[float, float] | None:
    """The ends of a KPI's scale from its bounds or its bins; None where an end is open and there are no bins."""
    lower, upper = kpi.bounds.lower, kpi.bounds.upper
    if lower is not None and upper is not None:
        return lower, upper
    return (kpi.bins[0], kpi.bins[-1]) if kpi.bins else None


def small_scale(kpi: Kpi, mark: Decimal | None, reference: Decimal | None, *, own: bool = False) -> Markup:
    """A line with a dot for a figure and a tick for what it is compared with; figures stand beside it in words."""
    ends = scale_of(kpi)
    if ends is None or (mark is None and reference is None):
        return Markup("")
    lower, upper = ends

    def x(value: Decimal) -> float:
        share = min(1.0, max(0.0, (float(value) - lower) / (upper - lower)))
        return round(MARGIN + share * (WIDTH - 2 * MARGIN), 1)

    parts = [f'<path class="track" d="M{MARGIN} 8H{WIDTH - MARGIN}"/>']
    if mark is not None and reference is not None:
        parts.append(f'<path class="gap" d="M{x(reference)} 8H{x(mark)}"/>')
    if reference is not None:
        parts.append(f'<path class="reference" d="M{x(reference)} 2V14"/>')
    if mark is not None:
        at = x(mark)
        parts.append(f'<path class="own" d="M{at} 2l6 6-6 6-6-6z"/>' if own else f'<circle cx="{at}" cy="8" r="4.5"/>')
    return Markup(
        f'<svg class="small-scale" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}" aria-hidden="true">'
        f"{''.join(parts)}</svg>"
    )


def standing(kpi: Kpi, row: AggregateRow | None, world: AggregateRow | None) -> str:
    """`ahead`, `behind` or `level` of a published mean beside the world's; empty where it cannot be said.

    Two rounded means differ only when the difference is more than both roundings allow.
    """
    return "" if row is None or row.mean is None else _beside(kpi, row.mean, row.rounding, world)


def value_standing(kpi: Kpi, value: Decimal, world: AggregateRow | None) -> str:
    """`ahead`, `behind` or `level` of a value, which is not rounded, beside the world's published mean."""
    return _beside(kpi, value, None, world)


def _beside(kpi: Kpi, number: Decimal, rounding: Decimal | None, world: AggregateRow | None) -> str:
    if world is None or world.mean is None or kpi.direction is Direction.NONE:
        return ""
    difference = number - world.mean
    if abs(difference) <= ((rounding or Decimal(0)) + (world.rounding or Decimal(0))) / 2:
        return "level"
    return "ahead" if (difference > 0) == (kpi.direction is Direction.HIGHER) else "behind"


def standings(edition: Edition, cycle: str, member: str) -> Counter[str]:
    """How many of a Member's shown values stand on which side of the world's mean; empty: it cannot be said."""
    view = edition.view
    found: Counter[str] = Counter()
    for (of, kpi), row in view.values_of.get(member, {}).items():
        value = shown_number(row)
        if of == cycle and value is not None:
            found[value_standing(view.catalogue.kpi_by_id[kpi], value, view.mean(cycle, kpi))] += 1
    return found


def standing_badge(edition: Edition, standing: str, *, short: bool = True) -> Markup:
    """A standing in a word with an arrow; nothing where it cannot be said. `short`: a heading names the world."""
    if not standing:
        return Markup("")
    key = f"standing-short.{standing}" if short else f"standing.{standing}"
    return Markup(f'<span class="standing {standing}">{safe(edition.words(key))}</span>')


def own_groups(edition: Edition, cycle: str, member: str) -> tuple[GroupKey, ...]:
    """The groups that a Member is compared with beside the world: its region and its income group."""
    row = edition.view.members(cycle).get(member)
    groups = row.groups if row else {}
    return tuple(GroupKey(name, groups[name]) for name in BENCHMARK_GROUPINGS if name in groups)


def benchmarks(edition: Edition, here: Here, cycle: str, kpi: Kpi, member: str) -> tuple[Benchmark, ...]:
    """The world's mean and those of the Member's groups."""
    found = []
    for key in (ALL, *own_groups(edition, cycle, member)):
        row = edition.view.mean(cycle, kpi.id, key)
        href = "" if key == ALL else here.to("group", f"{key.grouping}/{key.group}")
        found.append(
            Benchmark(
                edition.group_name(*key), href, edition.wording.mean(kpi, row), row.mean if row else None,
                row.contributors if row else 0,
            )
        )  # fmt: skip
    return tuple(found)


def shown_number(row: ValueRow | None) -> Decimal | None:
    """The number of a value that the site shows."""
    return Decimal(row.value) if row is not None and row.obs_status is ObsStatus.SHOWN else None


def course(kpi: Kpi, before: Decimal, now: Decimal) -> str:
    """Whether a figure moved `nearer` to the desired end of its KPI or `farther` from it; empty where neither."""
    if kpi.direction is Direction.NONE or now == before:
        return ""
    return "nearer" if (now > before) == (kpi.direction is Direction.HIGHER) else "farther"


def course_badge(edition: Edition, course: str, *, short: bool = True) -> Markup:
    """The course of a figure in a word with an arrow; nothing where it has none. `short`: a note names the end."""
    if not course:
        return Markup("")
    key = f"change.{course}" if short else f"change.{course}-to-end"
    side = {"nearer": "ahead", "farther": "behind"}[course]
    return Markup(f'<span class="standing {side}">{safe(edition.words(key))}</span>')


def change_of(edition: Edition, kpi: Kpi, before: Decimal | None, now: Decimal | None) -> str:
    """The difference of two figures with its sign and unit; a dash where one is not shown."""
    return NONE if before is None or now is None else edition.wording.difference(kpi, now - before)
