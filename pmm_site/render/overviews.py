"""Tables that several pages and the narrative texts share: classes, instruments, goals, areas, coverage, changes."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from markupsafe import Markup

from pmm_site.distributions import counted, finest_edges
from pmm_site.model import ALL, ConfStatus, Direction, GroupKey, Instrument, Kpi, SiteKind
from pmm_site.render import glance, selections
from pmm_site.render.edition import Edition
from pmm_site.render.links import Here
from pmm_site.render.markup import NONE, Cell, Column, table
from pmm_site.render.named import area_link, bullets, goal_link, instrument_link, kpi_link, member_link
from pmm_site.render.wording import Blank
from pmm_site.tables import CapacityRow, InstrumentRow, SummaryRow

FEWEST_FOR_A_SHAPE = 5
"""Fewest values shown on the site that a picture of them is drawn for."""
QUESTIONS = ("aware", "in_use", "planned", "not_planned")
NEED = {"high": 0, "medium": 1, "low": 2}


def absent(edition: Edition) -> Markup:
    """The blank of a figure of which this site has no row."""
    public = edition.view.info.kind is SiteKind.PUBLIC
    return edition.wording.blank(Blank.NOT_AVAILABLE_HERE if public else Blank.NOT_AT_THIS_LEVEL)


def withheld(edition: Edition, contributors: int) -> Markup:
    """The blank of a statistic that is not published although its KPI has figures here."""
    return edition.wording.blank(edition.wording.aggregate_blank(contributors, ConfStatus.PROTECTED))


def percent_or_dash(edition: Edition, rate: Decimal | None) -> str:
    """A response rate to a whole percent; a dash where there is nothing to answer."""
    return edition.formats.percent(rate, 0) if rate is not None else NONE


def class_cell(edition: Edition, cycle: str, kpi: Kpi) -> Cell:
    """The class of a KPI in a cycle, marked where it is over visible values; the word for none where it has none."""
    row = edition.view.summary(cycle, kpi.id)
    if row is None:
        return Cell(absent(edition), "z")
    badge = edition.wording.performance(row.performance)
    order = str(selections.CLASS_ORDER.get(row.performance, 9))
    if row.basis == "visible" and row.performance != "not-evaluable":
        title = edition.words("performance.visible")
        badge += Markup('<abbr class="basis" title="{}">*</abbr>').format(title)
    if row.performance == "not-evaluable":
        why = edition.words(f"performance.why-{why_not_evaluable(edition, kpi, row)}")
        badge += Markup(' <small class="remark">{}</small>').format(why)
    return Cell(badge, order)


def why_not_evaluable(edition: Edition, kpi: Kpi, row: SummaryRow) -> str:
    """Why a KPI has no class, as far as its direction and its number of answers explain it: a key of words."""
    if kpi.direction is Direction.NONE:
        return "no-desired-end"
    rules = edition.view.info.rules or {}
    return "few-answers" if row.contributors < int(rules.get("performance_contributors", 10)) else "not-evaluable"


def mean_cell(edition: Edition, cycle: str, kpi: Kpi, key: GroupKey = ALL) -> Cell:
    """The mean of a group with its unit, or its blank and the figure over the values shown."""
    row = edition.view.mean(cycle, kpi.id, key)
    if row is not None and row.mean is not None and row.rounding is not None:
        return Cell(edition.wording.mean_cell(kpi, row), str(row.mean))
    return Cell(edition.wording.mean_or_visible(kpi, edition.view.aggregate(cycle, kpi.id, key)), "")


def n_cell(edition: Edition, cycle: str, kpi: Kpi, key: GroupKey = ALL) -> Cell:
    """The contributors behind a mean."""
    row = edition.view.mean(cycle, kpi.id, key)
    return Cell("", "") if row is None else Cell(edition.formats.number(row.contributors), str(row.contributors))


def distribution_cell(edition: Edition, cycle: str, kpi: Kpi) -> Cell:
    """The distribution at a glance; its label repeats the median."""
    summary = edition.view.summary(cycle, kpi.id)
    rows = edition.view.distribution(cycle, kpi.id)
    if summary is None:
        return Cell(absent(edition), "")
    if not rows:
        return Cell(_shown_values(edition, cycle, kpi) or withheld(edition, summary.contributors), "")
    median = edition.wording.between(kpi, summary.median_from, summary.median_to)
    name = edition.kpi_name(kpi.id)
    label = edition.words.pair(name, f"{edition.words('cycle-page.median')} {median}") if median else name
    return Cell(glance.distribution(rows, label, summary.performance), "")


def _shown_values(edition: Edition, cycle: str, kpi: Kpi) -> Markup:
    """The values that this site shows at a glance, and their number; nothing where they are too few for a shape."""
    edges, values = finest_edges(kpi), [float(row.value) for row in edition.view.shown(cycle, kpi.id)]
    if not edges or len(values) < FEWEST_FOR_A_SHAPE:
        return Markup("")
    note = edition.words("performance.shown-values", count=len(values))
    picture = glance.of_counts(counted(edges, values), edition.words.pair(edition.kpi_name(kpi.id), note), "shown")
    return Markup("{} <small>{}</small>").format(picture, note)


def performance_table(edition: Edition, here: Here, cycle: str, kpis: Sequence[Kpi], caption: str) -> Markup:
    """KPIs by class, with class, class in the cycle before, mean, n and distribution at a glance."""
    words = edition.words
    before = selections.cycle_before(edition.view, cycle)
    columns = [
        Column(words("performance.kpi")),
        Column(words("performance.class")),
        *([Column(words("performance.before", cycle=edition.plain(before.name)))] if before else []),
        Column(words("performance.mean"), number=True),
        Column(words("performance.n"), number=True),
        Column(words("performance.distribution"), sort=False),
    ]
    ordered = sorted(kpis, key=lambda kpi: class_cell(edition, cycle, kpi).order or "")
    rows = [
        (
            Cell(kpi_link(edition, here, kpi), edition.kpi_name(kpi.id)),
            class_cell(edition, cycle, kpi),
            *([class_cell(edition, before.cycle, kpi)] if before else []),
            mean_cell(edition, cycle, kpi),
            n_cell(edition, cycle, kpi),
            distribution_cell(edition, cycle, kpi),
        )
        for kpi in ordered
    ]
    return table(caption, columns, rows)


def share_cell(edition: Edition, row: InstrumentRow | None, question: str) -> Cell:
    """A published share of answers, or its blank."""
    figure = selections.share(row, question)
    text = edition.wording.short_share(row, figure, selections.respondents(row, question))
    return Cell(text, "" if figure is None else str(figure))


def instrument_table(
    edition: Edition, here: Here, cycle: str, chosen: Sequence[Instrument], *, bars: bool = False
) -> Markup:
    """Awareness and use of instruments with the number of answers, and the findings; `bars`: use also as a bar."""
    words = edition.words
    columns = [
        Column(words("instruments.instrument")),
        *([Column(words("instrument.use"), sort=False)] if bars else []),
        Column(words("instruments.aware"), number=True),
        Column(words("instruments.in-use"), number=True),
        Column(words("instruments.planned"), number=True),
        Column(words("instruments.not-planned"), number=True),
        Column(words("instruments.respondents"), number=True),
        Column(words("instruments.findings")),
    ]
    rows = []
    for instrument in chosen:
        row = edition.view.instrument_rows.get((cycle, instrument.id))
        found = {each.finding for each in selections.findings_of(edition.view, cycle, instrument.id)}
        if selections.low_though_used(edition.view, cycle, instrument):
            found.add(selections.MUCH_LOW)
        every = (*selections.FINDINGS, selections.MUCH_LOW)
        tags = [words(f"instruments.{finding}") for finding in every if finding in found]
        rows.append(
            (
                Cell(instrument_link(edition, here, instrument), edition.plain(instrument.name)),
                *([Cell(use_bar(edition, row))] if bars else []),
                *(share_cell(edition, row, question) for question in QUESTIONS),
                respondents_cell(edition, row),
                Cell(Markup(" · ").join(tags)),
            )
        )
    return table(words("instruments.all-caption", cycle=edition.cycle_name(cycle)), columns, rows)


def use_bar(edition: Edition, row: InstrumentRow | None) -> Markup:
    """Use, plans and no plans as parts of a bar; the numbers stand beside it."""
    if row is None or row.in_use is None or row.planned is None or row.not_planned is None:
        return Markup("")
    parts = (("in-use", int(row.in_use)), ("planned", int(row.planned)), ("not-planned", int(row.not_planned)))
    return glance.parts(parts, edition.formats.list([edition.words(f"instruments.{kind}") for kind, _ in parts]))


def respondents_cell(edition: Edition, row: InstrumentRow | None) -> Cell:
    """How many answered; both numbers where the two questions differ."""
    if row is None:
        return Cell("", "")
    aware, usage = (edition.formats.number(each) for each in (row.aware_respondents, row.usage_respondents))
    both = aware if aware == usage else f"{aware}\u202f/\u202f{usage}"
    return Cell(both, str(row.usage_respondents))


def goal_table(edition: Edition, here: Here, cycle: str) -> Markup:
    """All seventeen goals with the KPIs behind them and their contribution."""
    words = edition.words
    columns = [
        Column(words("sdgs.goal")),
        Column(words("sdgs.outcomes"), number=True),
        Column(words("sdgs.kpis"), number=True),
        Column(words("sdgs.well"), number=True),
        Column(words("sdgs.response"), number=True),
        Column(words("sdgs.contribution")),
    ]
    rows = []
    for goal in selections.GOALS:
        row = edition.view.sdg_rows.get((cycle, goal))
        name = Cell(goal_link(edition, here, goal), f"{goal:02d}")
        if row is None or not row.kpis:
            outcomes = sum(goal in goals for goals in edition.view.goals_of.values())
            rows.append((name, edition.formats.number(outcomes), "0", "", "", words("sdgs.no-figures")))
            continue
        rows.append(
            (
                name,
                edition.formats.number(row.outcomes),
                edition.formats.number(row.kpis),
                edition.formats.number(row.well_performing),
                percent_or_dash(edition, row.response_rate),
                contribution(edition, row.contribution),
            )
        )
    return table(words("sdgs.caption", cycle=edition.cycle_name(cycle)), columns, rows)


def contribution(edition: Edition, contribution: str) -> Markup:
    """The contribution to a goal in words, the most productive as a badge."""
    if contribution == "most-productive":
        return Markup('<span class="badge class-well">{}</span>').format(edition.words("sdgs.most-productive"))
    return Markup("{}").format(edition.words("sdgs.other-contribution"))


def priority(edition: Edition, row: CapacityRow | None, before: CapacityRow | None = None) -> Cell:
    """A priority as a badge with its word, and the one of the cycle before where that was another."""
    if row is None:
        return Cell(Markup('<span class="blank">{}</span>').format(edition.words("capacity.none")), "9")
    badge = Markup('<span class="badge need-{}">{}</span>').format(row.priority, _priority_word(edition, row))
    if before is not None and before.priority != row.priority:
        was = edition.words("capacity.was", priority=_priority_word(edition, before))
        badge += Markup(' <small class="remark">{}</small>').format(was)
    return Cell(badge, str(NEED.get(row.priority, 9)))


def _priority_word(edition: Edition, row: CapacityRow) -> str:
    return edition.words("capacity.low-priority" if row.priority == "low" else f"capacity.{row.priority}")


def _reported_by_few(edition: Edition, cycle: str, area: str) -> int:
    """How many KPIs of an area fewer participants report than the rule of priorities asks for."""
    view = edition.view
    enough = Decimal(selections.threshold(view, "capacity_response_rate"))
    rows = (view.coverage(cycle, kpi.id) for kpi in selections.kpis(view, cycle) if area in kpi.capacity_building)
    return sum(1 for row in rows if row is not None and 100 * row.reported < enough * row.participants)


def trend(edition: Edition, before: CapacityRow | None, now: CapacityRow | None) -> str:
    """How the need has moved since the cycle before, in words."""
    if before is None or now is None:
        return edition.words("capacity.no-before")
    moved = NEED[now.priority] - NEED[before.priority]
    return edition.words("capacity.same" if not moved else "capacity.up" if moved < 0 else "capacity.down")


def area_table(edition: Edition, here: Here, cycle: str) -> Markup:
    """The areas of capacity building by priority over all participants, with what the priority rests on."""
    words, view = edition.words, edition.view
    before = selections.cycle_before(view, cycle)
    columns = [
        Column(words("capacity.area")),
        Column(words("capacity.priority")),
        Column(words("capacity.kpis"), number=True),
        Column(words("capacity.low"), number=True),
        Column(words("capacity.missing"), number=True),
        Column(words("capacity.response"), number=True),
    ]
    if before:
        columns += [Column(words("capacity.before", cycle=edition.plain(before.name))), Column(words("capacity.trend"))]
    rows = []
    for area, row in selections.areas(view, cycle):
        earlier = selections.area_row(view, before.cycle, area.id) if before else None
        rows.append(
            (
                Cell(area_link(edition, here, area), edition.plain(area.name)),
                priority(edition, row),
                edition.formats.number(row.kpis),
                edition.formats.number(row.low_performing),
                edition.formats.number(_reported_by_few(edition, cycle, area.id)),
                percent_or_dash(edition, row.response_rate),
                *((priority(edition, earlier), trend(edition, earlier, row)) if before else ()),
            )
        )
    return table(words("capacity.caption", cycle=edition.cycle_name(cycle)), columns, rows)


def group_table(edition: Edition, cycle: str, kpi: Kpi, grouping: str) -> Markup:
    """The mean of a KPI in each group of a grouping and over all contributors, with n."""
    words = edition.words
    keys = [GroupKey(grouping, group.id) for group in edition.view.grouping_by_id[grouping].groups] + [ALL]
    caption = words(
        "narrative.groups-caption", name=edition.kpi_name(kpi.id), grouping=edition.grouping_name(grouping),
        cycle=edition.cycle_name(cycle),
    )  # fmt: skip
    columns = [
        Column(words("narrative.group")),
        Column(words("narrative.mean"), number=True),
        Column(words("narrative.n"), number=True),
    ]
    rows = [
        (edition.group_name(*key), mean_cell(edition, cycle, kpi, key), n_cell(edition, cycle, kpi, key))
        for key in keys
        if edition.view.mean(cycle, kpi.id, key) is not None
    ]
    return table(caption, columns, rows)


def member_names(edition: Edition, here: Here, codes: Sequence[str]) -> Markup:
    """Members in the order of their names, as running text."""
    ordered = edition.in_order({code: edition.member_name(code) for code in codes})
    if not ordered:
        return bullets((), empty=edition.words("narrative.empty"))
    # Between names that hold a comma themselves, such as “Hong Kong, China”, a comma would part one Member into two.
    mark = edition.words("frame.separator") if any("," in edition.member_name(code) for code in ordered) else ", "
    names = Markup(mark).join(member_link(edition, here, code) for code in ordered)
    return Markup('<p class="names">{}</p>').format(names)
