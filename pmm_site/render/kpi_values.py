"""The values of single Members on a KPI page: a table, and a dot for each that is shown."""

from __future__ import annotations

import functools
from collections.abc import Hashable

from markupsafe import Markup

from pmm_site.model import Kpi
from pmm_site.render import figures, selections
from pmm_site.render.charts import Chart, VisibleValue
from pmm_site.render.comparisons import shown_number
from pmm_site.render.edition import Edition
from pmm_site.render.formats import places
from pmm_site.render.links import Here
from pmm_site.render.markup import Cell, Column, Table, cells, link, safe, shared_table
from pmm_site.render.memo import Same, key_number, remembered
from pmm_site.tables import ValueRow


def value_table(edition: Edition, kpi: Kpi, cycle: str) -> Markup:
    """The own value, those that this site may show by Member's name, then from the WCO tier up Members without one."""
    found = edition.piece(_value_table, kpi, cycle)
    return found.printed(edition.view.own, ahead=True) if found.rows else Markup("")


def _value_table(edition: Edition, kpi: Kpi, cycle: str) -> Table:
    words, view = edition.words, edition.view
    values = dict(view.values(cycle, kpi.id).items())
    before = selections.cycle_before(view, cycle)
    earlier = dict(view.values(before.cycle, kpi.id).items()) if before else {}
    with_level = view.has_member_grid
    columns: tuple[Column, ...] = (
        Column(words("kpi.member")),
        Column(words("kpi.value-unit", unit=edition.wording.unit(kpi)), number=True),
    )
    if before:
        columns += (Column(edition.plain(before.name), number=True),)
    if with_level:
        columns += (Column(words("kpi.shared-with")),)
    layout = edition.wording_key, key_number(columns)
    # From every page of a KPI the links are the same, so one of them stands for all.
    names = edition.piece(_member_cells, edition.here("kpi", view.catalogue.kpis[0].id))
    shown = {member for each in (values, earlier) for member, row in each.items() if shown_number(row) is not None}
    ordered = [each for each in names if each[0] in shown] + [each for each in names if each[0] not in shown]
    rows: dict[Hashable, Markup] = {
        member: remembered(
            ("value", layout, name.text, name.order, Same(values[member]), Same(earlier.get(member))),
            functools.partial(
                _value_row, edition, name, values[member], earlier.get(member), columns, bool(before), with_level
            ),
        )
        for member, name in ordered
        if member in values
    }
    caption = words("kpi.value-caption", name=edition.kpi_name(kpi.id), cycle=edition.cycle_name(cycle))
    return shared_table(caption, columns, rows, layout="scroll")


def _member_cells(edition: Edition, here: Here) -> tuple[tuple[str, Cell], ...]:
    """Each Member that the site knows, by name, as the first cell of its row."""
    names = {code: edition.plain(row.name) for code, row in edition.view.member_by_code.items()}
    linked = frozenset(edition.view.members_shown)
    return tuple(
        (code, Cell(link(here.to("member", code), names[code]) if code in linked else safe(names[code]), names[code]))
        for code in edition.in_order(names)
    )


def _value_row(
    edition: Edition,
    name: Cell,
    row: ValueRow,
    before: ValueRow | None,
    columns: tuple[Column, ...],
    with_before: bool,
    with_level: bool,
) -> Markup:
    found: list[str | Cell] = [name, _value_cell(edition, row)]
    if with_before:
        found.append(_value_cell(edition, before))
    if with_level:
        found.append(edition.words(f"level.{row.disclosure}") if row.disclosure else "")
    return cells(columns, found)


def shown_values(edition: Edition, cycle: str, kpi: Kpi) -> Chart | None:
    """A dot for each value that this site shows, beside the world's mean."""
    view = edition.view
    values = [
        VisibleValue(row.member, edition.member_name(row.member), row.value, row.member == view.own)
        for row in view.shown(cycle, kpi.id)
    ]
    world = view.mean(cycle, kpi.id)
    mean = None
    if world is not None and world.mean is not None and world.rounding is not None:
        label = f"{edition.group_name('all', 'all')} {edition.wording.figure(kpi, world.mean, places(world.rounding))}"
        mean = float(world.mean), label
    return edition.charts.visible_values(values, figures.measure(edition, kpi), mean)


def _value_cell(edition: Edition, row: ValueRow | None) -> Cell:
    shown = shown_number(row)
    if shown is None or row is None:
        return Cell(edition.wording.blank(edition.wording.value_blank(row)), "")
    return Cell(edition.formats.number(row.value), str(shown))
