"""Charts of KPIs built from an edition: which rows of the package a picture is made of."""

from __future__ import annotations

from pmm_site.model import ALL, GroupKey, Kpi, ObsStatus
from pmm_site.render.charts import (
    Bin,
    Chart,
    CycleMean,
    Figure,
    GroupMean,
    Measure,
    OwnSeries,
    OwnValue,
    Quartiles,
    Series,
)  # fmt: skip
from pmm_site.render.edition import Edition
from pmm_site.tables import AggregateRow


def measure(edition: Edition, kpi: Kpi) -> Measure:
    """What a chart must know of a KPI."""
    return Measure(edition.kpi_name(kpi.id), kpi.unit, kpi.direction, kpi.bounds.lower, kpi.bounds.upper)


def own_value(edition: Edition, cycle: str, kpi: Kpi) -> OwnValue | None:
    """The own Member's value on a country site with its code, None where there is none."""
    found = _own_figure(edition, cycle, kpi)
    return found and found._replace(label=f"{edition.view.own} {found.label}")


def _own_figure(edition: Edition, cycle: str, kpi: Kpi) -> OwnValue | None:
    own = edition.view.own
    row = edition.view.values(cycle, kpi.id).get(own) if own else None
    if row is None or row.obs_status is not ObsStatus.SHOWN:
        return None
    return OwnValue(float(row.value), str(edition.wording.figure(kpi, row.value)))


def own_series(edition: Edition, kpi: Kpi) -> OwnSeries | None:
    """The own Member's values over the cycles on a country site, None where there is none."""
    own = edition.view.own
    values = tuple(_own_figure(edition, cycle.cycle, kpi) for cycle in edition.view.cycles) if own else ()
    return OwnSeries(own, edition.member_name(own), values) if own and any(values) else None


def distribution(edition: Edition, cycle: str, kpi: Kpi) -> Chart | None:
    """How the values of a KPI are spread in a cycle; None where no distribution is published."""
    own = own_value(edition, cycle, kpi)
    found = edition.piece(_distribution, cycle, kpi, own is not None)
    return edition.charts.with_own_on_bins(*found, own) if found else None


def _distribution(
    edition: Edition, cycle: str, kpi: Kpi, with_own: bool
) -> tuple[tuple[Bin, ...], tuple[Figure, Chart]] | None:
    rows, summary = edition.view.distribution(cycle, kpi.id), edition.view.summary(cycle, kpi.id)
    if not rows:
        return None
    quartiles = None
    if summary is not None and (summary.median_from is not None or summary.median_to is not None):
        quartiles = Quartiles(
            (summary.q1_from, summary.q1_to),
            (summary.median_from, summary.median_to),
            (summary.q3_from, summary.q3_to),
        )
    bins = tuple(Bin(row.bin_from, row.bin_to, row.contributors) for row in rows)
    found = edition.charts.bins(bins, measure(edition, kpi), quartiles, with_own)
    return (bins, found) if found else None


def group_mean(edition: Edition, kpi: Kpi, row: AggregateRow, key: GroupKey) -> GroupMean:
    """A row of aggregates as a bar."""
    written = edition.wording.plain_mean(kpi, row)
    return GroupMean(
        ":".join(key), edition.group_name(*key), row.contributors, row.mean, row.rounding, written,
        row.visible_mean, row.visible_contributors, edition.wording.short_figure(kpi, row),
    )  # fmt: skip


def groups(edition: Edition, cycle: str, kpi: Kpi, grouping: str) -> Chart | None:
    """The means of a KPI by the groups of a grouping, beside that of all contributors; None without rows."""
    own = own_value(edition, cycle, kpi)
    found = edition.piece(_groups, cycle, kpi, grouping, own is not None)
    own_group = edition.view.own_group(cycle, grouping)
    mark = f"{grouping}:{own_group}" if own_group else None
    return edition.charts.with_own_on_groups(found, own, mark) if found else None


def _groups(edition: Edition, cycle: str, kpi: Kpi, grouping: str, with_own: bool) -> tuple[Figure, Chart] | None:
    view = edition.view
    rows = view.aggregates(cycle, kpi.id)
    keys = [GroupKey(grouping, group.id) for group in view.grouping_by_id[grouping].groups]
    means = [group_mean(edition, kpi, rows[key], key) for key in keys if key in rows]
    world = group_mean(edition, kpi, rows[ALL], ALL) if ALL in rows else None
    return edition.charts.groups(means, measure(edition, kpi), edition.grouping_name(grouping), world, with_own)


def series(edition: Edition, kpi: Kpi, key: GroupKey = ALL) -> Series:
    """The means of a group over the cycles, None where the KPI was not collected."""
    means: list[CycleMean | None] = []
    for cycle in edition.view.cycles:
        row = edition.view.mean(cycle.cycle, kpi.id, key)
        written = edition.wording.plain_mean(kpi, row)
        means.append(CycleMean(row.contributors, row.mean, row.rounding, written) if row else None)
    return Series(":".join(key), edition.group_name(*key), tuple(means))


def over_cycles(edition: Edition, kpi: Kpi, key: GroupKey = ALL) -> Chart | None:
    """The mean of a group over the cycles, with own values; None where fewer than two cycles have the KPI."""
    own = own_series(edition, kpi)
    return _over_cycles(edition, kpi, key, own) if own else edition.piece(_over_cycles, kpi, key)


def _over_cycles(edition: Edition, kpi: Kpi, key: GroupKey, own: OwnSeries | None = None) -> Chart | None:
    of_group = series(edition, kpi, key)
    with_means = sum(mean is not None for mean in of_group.means)
    if max(with_means, sum(each is not None for each in own.values) if own else 0) < 2:
        return None
    names = [edition.plain(cycle.name) for cycle in edition.view.cycles]
    world = series(edition, kpi) if key != ALL else None
    return edition.charts.over_cycles([of_group] if with_means else [], measure(edition, kpi), names, world, own)
