"""Names as pages print them: linked, with the mark of names that stand in for unpublished ones."""

from __future__ import annotations

from collections.abc import Iterable

from markupsafe import Markup

from pmm_site.model import CapacityArea, Instrument, Kpi, Outcome
from pmm_site.render.edition import Edition
from pmm_site.render.links import Here
from pmm_site.render.markup import link, safe
from pmm_site.render.memo import remembered


def kpi_link(edition: Edition, here: Here, kpi: Kpi) -> Markup:
    """A KPI's name, linked to its page."""
    return remembered(
        ("kpi-link", edition.wording_key, here.up, kpi.id),
        lambda: link(here.to("kpi", kpi.id), edition.text(kpi.name)) + edition.illustrative(kpi.name_status),
    )


def instrument_link(edition: Edition, here: Here, instrument: Instrument) -> Markup:
    """An instrument's name, linked to its page."""
    name = edition.text(instrument.name)
    return remembered(
        ("instrument-link", edition.wording_key, here.up, instrument.id),
        lambda: link(here.to("instrument", instrument.id), name) + edition.illustrative(instrument.name_status),
    )


def outcome_link(edition: Edition, here: Here, outcome: Outcome) -> Markup:
    """An expected outcome's name, linked to its page."""
    return link(here.to("outcome", outcome.id), edition.text(outcome.name)) + edition.illustrative(outcome.name_status)


def dimension_link(edition: Edition, here: Here, dimension: str) -> Markup:
    """A dimension's name, linked to its page."""
    return link(here.to("dimension", dimension), edition.text(edition.view.dimension_by_id[dimension].name))


def goal_link(edition: Edition, here: Here, goal: int) -> Markup:
    """Number and name of a goal, linked to its page."""
    words = edition.words
    number = Markup('<span class="goal-number">{}</span> ').format(goal)
    return link(here.to("sdg", str(goal)), number + words(f"sdg.name-{goal}"), "goal")


def area_link(edition: Edition, here: Here, area: CapacityArea) -> Markup:
    """An area of capacity building, linked to its place on the capacity page."""
    return link(here.to("capacity") + f"#area-{area.id}", edition.text(area.name))


def member_link(edition: Edition, here: Here, code: str) -> Markup:
    """A Member's name, linked where the site has a page for it."""
    name = edition.member_name(code)
    if code not in edition.view.pages_of_members:
        return safe(name)
    return remembered(("member-link", here.up, code, name), lambda: link(here.to("member", code), name))


def cycle_link(edition: Edition, here: Here, cycle: str) -> Markup:
    """A cycle's name, linked to its page."""
    return link(here.to("cycle", cycle), edition.text(edition.view.cycle_by_id[cycle].name))


def bullets(items: Iterable[Markup | str], kind: str = "name-list", empty: str = "") -> Markup:
    """A bulleted list, or a word for an empty one."""
    parts = "".join(f"<li>{safe(item)}</li>" for item in items)
    if not parts:
        return Markup('<p class="empty">{}</p>').format(empty) if empty else Markup("")
    return Markup(f'<ul class="{safe(kind)}">{parts}</ul>')


def groups_by_grouping(edition: Edition, here: Here, anchor: str = "") -> tuple[tuple[str, tuple[Markup, ...]], ...]:
    """The groups of each grouping, linked to their pages (at an anchor): the way to a region or an income group."""
    if edition.view.latest is None:
        return ()
    return tuple(
        (
            edition.plain(grouping.name),
            tuple(
                link(here.to("group", f"{grouping.id}/{each.id}") + anchor, edition.plain(each.name))
                for each in grouping.groups
            ),
        )
        for grouping in edition.view.catalogue.groupings
    )


def with_note(name: Markup, note: str) -> Markup:
    """A name with a remark in small beside it."""
    return Markup('{} <span class="remark">{}</span>').format(name, note) if note else name
