"""A Member of which this site shows at least one value: its values beside the world's and its groups' means."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

from pmm_site.render import citing
from pmm_site.render.comparisons import Fact, shown_number, standings
from pmm_site.render.edition import Edition
from pmm_site.render.links import Here
from pmm_site.render.markup import link
from pmm_site.render.member_tables import MemberTable, member_tables
from pmm_site.render.pages import Crumb, Head, Page, PageKind


@dataclass(frozen=True, slots=True)
class MemberPage:
    """What member.html prints. `groups` name the Member's groups: (grouping, link to the group)."""

    title: str
    code: str
    cycle: str
    lead: str
    facts: tuple[Fact, ...]
    groups: tuple[tuple[str, Markup], ...]
    dimensions: tuple[MemberTable, ...]
    dossier: str
    legend: tuple[tuple[Markup, str], ...]
    citation: str
    downloads: tuple[tuple[str, str], ...]


def ids(edition: Edition) -> tuple[str, ...]:
    """A page per Member with a value on this site."""
    return edition.view.members_shown


def _latest_cycle(edition: Edition, member: str) -> str:
    """The latest cycle in which this site shows a value of the Member."""
    cycles = {cycle for (cycle, _), row in edition.view.values_of[member].items() if shown_number(row) is not None}
    return next(row.cycle for row in reversed(edition.view.cycles) if row.cycle in cycles)


def page(edition: Edition, member: str) -> Page:
    """The page of a Member."""
    view, words, here = edition.view, edition.words, edition.here("member", member)
    cycle = _latest_cycle(edition, member)
    name = edition.member_name(member)
    shown = {kpi: row for (of, kpi), row in view.values_of[member].items() if of == cycle and row.value}
    lead = words("member.lead", name=name, count=len(shown), cycle=edition.cycle_name(cycle))
    wording = edition.wording
    context = MemberPage(
        title=name,
        code=member,
        cycle=edition.cycle_name(cycle),
        lead=lead,
        facts=standing_facts(edition, member, cycle),
        groups=member_groups(edition, here, member, cycle),
        dimensions=tuple(member_tables(edition, here, member, cycle, blanks=view.has_member_grid)),
        dossier=here.to("dossier") if view.is_own(member) else "",
        legend=tuple(
            (wording.blank(each), words(f"blank-help.{each.value}", minimum=wording.minimum)) for each in wording.blanks
        ),
        citation=citing.citation(edition, here, name, cycle),
        downloads=citing.downloads_of(edition, here, "values"),
    )
    trail = (Crumb(here.to("home"), words("nav.home")), Crumb(here.to("coverage"), words("nav.coverage")))
    return Page(here, Head(name, lead, "", trail, search=member, data=("values.csv",)), context)


def member_groups(edition: Edition, here: Here, member: str, cycle: str) -> tuple[tuple[str, Markup], ...]:
    """The groups that a Member is in, as links."""
    row = edition.view.members(cycle).get(member)
    groups = row.groups if row else {}
    found = []
    for grouping in edition.view.catalogue.groupings:
        group = groups.get(grouping.id)
        if group is not None:
            name = edition.group_name(grouping.id, group)
            found.append((edition.plain(grouping.name), link(here.to("group", f"{grouping.id}/{group}"), name)))
    return tuple(found)


def standing_facts(edition: Edition, member: str, cycle: str) -> tuple[Fact, ...]:
    """How many of the Member's shown values stand on which side of the world's mean."""
    words, number = edition.words, edition.formats.number
    counts = standings(edition, cycle, member)
    judged = (
        Fact(words("member.shown"), number(counts.total()), words("member.shown-note")),
        Fact(words("standing.ahead"), number(counts["ahead"]), words("member.ahead-note"), "ahead"),
        Fact(words("standing.level"), number(counts["level"]), words("member.level-note")),
        Fact(words("standing.behind"), number(counts["behind"]), words("member.behind-note"), "behind"),
    )
    unjudged = Fact(words("member.unjudged"), number(counts[""]), words("member.unjudged-note"))
    return (*judged, unjudged) if counts[""] else judged


KIND = PageKind("member", MemberPage, page, ids=ids)
