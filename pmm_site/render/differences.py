"""What differs, and whether more than chance: between cycles, between groups, between users and others."""

from __future__ import annotations

from markupsafe import Markup

from pmm_site.model import ALL, GroupKey, Kpi
from pmm_site.render import selections
from pmm_site.render.edition import Edition
from pmm_site.render.links import Here
from pmm_site.render.markup import NONE, Cell, Column, table
from pmm_site.render.named import kpi_link
from pmm_site.render.overviews import absent, class_cell
from pmm_site.tables import ChangeRow, GroupTestRow


def significance(edition: Edition, test: GroupTestRow | None) -> str:
    """`significant` or `not significant`, marked where it is over visible values; else that it is not stated."""
    words = edition.words
    if test is None:
        return Markup('<span class="blank">{}</span>').format(words("narrative.not-said"))
    verdict = words("narrative.significant" if test.significant else "narrative.not-significant")
    return words("narrative.over-visible", verdict=verdict) if test.basis == "visible" else verdict


def between_groups(edition: Edition, cycle: str, kpi: Kpi) -> str:
    """By which groupings a KPI differs by more than chance, by which not, and of which nothing can be said."""
    view, words = edition.view, edition.words
    found: dict[str, list[str]] = {}
    for grouping in view.catalogue.groupings:
        test = selections.test_of(view, cycle, kpi.id, grouping.id)
        verdict = "not-said" if test is None else "significant" if test.significant else "not-significant"
        visible = test is not None and test.basis == "visible"
        found.setdefault(f"{verdict}-visible" if visible else verdict, []).append(edition.grouping_name(grouping.id))
    order = ("significant", "significant-visible", "not-significant", "not-significant-visible", "not-said")
    parts = [words(f"narrative.groups-{each}", groupings=edition.formats.list(found[each])) for each in order
             if each in found]  # fmt: skip
    return words("frame.separator").join(parts)


def spread(edition: Edition, cycle: str, kpi: Kpi, grouping: str) -> str:
    """Between which ends the published means of the groups lie, and of how many groups; no group is named."""
    groups = edition.view.grouping_by_id[grouping].groups
    rows = [edition.view.mean(cycle, kpi.id, GroupKey(grouping, group.id)) for group in groups]
    means = sorted(
        (row.mean, row.rounding) for row in rows if row is not None and row.mean is not None and row.rounding
    )
    if not means:
        return absent(edition)
    lowest, highest = (edition.wording.about(kpi, mean, step) for mean, step in (means[0], means[-1]))
    apart = means[-1][0] - means[-1][1] / 2 > means[0][0] + means[0][1] / 2
    key = "narrative.spread-same" if lowest == highest else "narrative.spread" if apart else "narrative.spread-alike"
    return edition.words(key, lowest=lowest, highest=highest, count=len(means), of=len(groups))


def moved_table(edition: Edition, here: Here, cycle: str) -> Markup:
    """KPIs that changed by more than chance since the cycle before, over the Members that reported both times."""
    words, view = edition.words, edition.view
    before = selections.cycle_before(view, cycle)
    moved = selections.moved(view, cycle)
    if before is None or not moved:
        return Markup('<p class="empty">{}</p>').format(words("performance.moved-none"))
    names = {"previous": edition.plain(before.name), "now": edition.cycle_name(cycle)}
    columns = [
        Column(words("performance.kpi")),
        Column(words("kpi.same-members"), number=True, sort=False),
        Column(words("performance.n"), number=True),
        Column(words("performance.towards")),
    ]
    rows = [
        (
            Cell(kpi_link(edition, here, kpi), edition.kpi_name(kpi.id)),
            change_cell(edition, kpi, view.changes(cycle, kpi.id).get(ALL)),
            _same_members(edition, view.changes(cycle, kpi.id).get(ALL)),
            _towards(edition, kpi, view.changes(cycle, kpi.id).get(ALL), test),
        )
        for kpi, test in moved
    ]
    return table(words("performance.moved-caption", **names), columns, rows)


def _same_members(edition: Edition, row: ChangeRow | None) -> str:
    return "" if row is None else edition.formats.number(row.contributors)


def _towards(edition: Edition, kpi: Kpi, row: ChangeRow | None, test: GroupTestRow) -> str:
    """Whether the means became better; a dash where rounding or the KPI leaves it open. Tested over all or visible."""
    direction = kpi.direction.value
    if (
        row is None
        or row.mean is None
        or row.previous_mean is None
        or row.mean == row.previous_mean
        or direction == "none"
    ):
        return NONE
    better = (row.mean > row.previous_mean) == (direction == "higher")
    verdict = edition.words("performance.towards-desired" if better else "performance.towards-other")
    return edition.words("narrative.over-visible", verdict=verdict) if test.basis == "visible" else verdict


def change_table(edition: Edition, here: Here, cycle: str) -> Markup:
    """KPIs whose class differs from that of the cycle before, beside the means of the Members of both cycles."""
    words = edition.words
    before = selections.cycle_before(edition.view, cycle)
    changes = selections.class_changes(edition.view, cycle)
    if before is None or not changes:
        return Markup('<p class="empty">{}</p>').format(words("performance.changes-none"))
    names = {"previous": edition.plain(before.name), "now": edition.cycle_name(cycle)}
    columns = [
        Column(words("performance.kpi")),
        Column(words("performance.before", cycle=names["previous"])),
        Column(words("performance.before", cycle=names["now"])),
        Column(words("kpi.same-members"), number=True, sort=False),
        Column(words("performance.n"), number=True),
        Column(words("performance.more-than-chance")),
    ]
    rows = [
        (
            Cell(kpi_link(edition, here, change.kpi), edition.kpi_name(change.kpi.id)),
            class_cell(edition, before.cycle, change.kpi),
            class_cell(edition, cycle, change.kpi),
            change_cell(edition, change.kpi, change.same_members),
            _same_members(edition, change.same_members),
            significance(edition, change.test),
        )
        for change in changes
    ]
    return table(words("performance.changes-caption", previous=names["previous"]), columns, rows)


def change_cell(edition: Edition, kpi: Kpi, change: ChangeRow | None) -> str | Cell:
    """The means before and now over the Members that reported in both cycles, how they are rounded; or the blank."""
    if change is None:
        return absent(edition)
    if change.mean is None or change.previous_mean is None or change.rounding is None:
        return edition.wording.blank(edition.wording.aggregate_blank(change.contributors, change.conf_status))
    text, detail = edition.wording.change(kpi, change.previous_mean, change.mean, change.rounding)
    if not detail:
        return text
    return Cell(Markup('<span class="approximate">{}</span> <small>{}</small>').format(text, detail))


def dropped_table(edition: Edition, here: Here) -> Markup:
    """KPIs that left the set, the last cycle they were in and the KPIs that take their place."""
    words = edition.words
    gone = selections.dropped(edition.view)
    if not gone:
        return Markup('<p class="empty">{}</p>').format(words("narrative.empty"))
    columns = [Column(words("narrative.kpi")), Column(words("narrative.last")), Column(words("narrative.successor"))]
    rows = [
        (
            kpi_link(edition, here, each.kpi),
            edition.cycle_name(each.until),
            Markup(", ").join(kpi_link(edition, here, kpi) for kpi in each.successors)
            or words("narrative.no-successor"),
        )
        for each in gone
    ]
    return table(words("narrative.versions-caption"), columns, rows, sortable=False)
