"""Charts across KPIs, instruments, goals and areas, and any chart as a figure with its data."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from markupsafe import Markup

from pmm_site.model import Instrument
from pmm_site.render import selections
from pmm_site.render.charts import Chart, ClassBar, GoalBar, MapMember, UsageBar
from pmm_site.render.edition import Edition
from pmm_site.render.markup import without_tags
from pmm_site.tables import InstrumentRow


def figure(edition: Edition, chart: Chart | None, level: str = "h3", data: Markup | None = None) -> Markup:
    """A chart with title (a heading of `level`), description and `data`, or its own, as a table beneath it."""
    if chart is None:
        return Markup("")
    module = edition.theme.template("macros/figure.html", edition.language).module
    return Markup(module.figure(chart, level, data))  # type: ignore[attr-defined]


def classes(edition: Edition, cycle: str) -> Chart | None:
    """KPIs by class and dimension."""
    bars = []
    for dimension in edition.view.catalogue.dimensions:
        kpis = selections.kpis(edition.view, cycle, dimension=dimension.id)
        rows = [edition.view.summary(cycle, kpi.id) for kpi in kpis]
        counts = Counter(row.performance for row in rows if row is not None)
        if rows:
            name = edition.plain(dimension.name)
            bars.append(ClassBar(dimension.id, name, *(counts[each] for each in selections.PERFORMANCES)))
    return edition.charts.classes(bars)


def participation(edition: Edition, cycle: str) -> Chart | None:
    """Who takes part in a cycle: a tile for each Member."""
    labels = {each: edition.words(f"charts.map.{'takes-part' if each else 'takes-no-part'}") for each in (True, False)}
    return edition.charts.members_map(
        [
            MapMember(code, edition.member_name(code), labels[row.participates], participates=row.participates,
                      own=code == edition.view.own)
            for code, row in sorted(edition.view.members(cycle).items())
        ]
    )  # fmt: skip


def goals(edition: Edition, cycle: str) -> Chart | None:
    """KPIs behind each goal, and which goals are served most productively."""
    return edition.charts.goals(
        [
            GoalBar(
                row.goal,
                edition.goal_name(row.goal),
                row.kpis,
                row.well_performing,
                row.response_rate,
                row.contribution == "most-productive",
            )
            for row in selections.goals(edition.view, cycle)
            if row.kpis
        ]
    )


def _usage_bar(edition: Edition, key: str, label: str, row: InstrumentRow | None) -> UsageBar:
    """Shares of answers as a bar; a share that may not be shown is its word."""
    respondents = row.usage_respondents if row else 0
    written = ""
    if row is None or row.in_use is None:
        written = without_tags(edition.wording.share(row, None, respondents))
    aware, in_use, planned, not_planned = (
        selections.share(row, question) for question in ("aware", "in_use", "planned", "not_planned")
    )
    return UsageBar(key, label, aware, in_use, planned, not_planned, respondents, written)


def usage(edition: Edition, cycle: str, instruments: Sequence[Instrument]) -> Chart | None:
    """Awareness, use and plans of instruments."""
    rows = edition.view.instrument_rows
    bars = [
        _usage_bar(edition, each.id, edition.plain(each.name), rows.get((cycle, each.id)))
        for each in instruments
        if (cycle, each.id) in rows
    ]
    return edition.charts.usage(bars)
