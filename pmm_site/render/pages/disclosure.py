"""Who can see what: this site's readers, the four levels, ceilings, and what is shown here."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from markupsafe import Markup

from pmm_site.model import Level
from pmm_site.render.edition import Edition
from pmm_site.render.links import Here
from pmm_site.render.markup import Cell, Column, table
from pmm_site.render.named import kpi_link
from pmm_site.render.pages import Crumb, Head, Page, PageKind


@dataclass(frozen=True, slots=True)
class DisclosurePage:
    """What disclosure.html prints.

    readers: of this site; levels: the four and where their values appear; ceilings: KPIs that have one (empty
    without any); shown: values on this site by cycle; own: the own Member's values by level, and a link to the
    dossier (country sites); methodology: a link.
    """

    tier: str
    readers: str
    levels: Markup
    ceilings: Markup
    shown: Markup
    own: Markup
    dossier: str
    methodology: str


def pages(edition: Edition) -> Iterator[Page]:
    """One page, on every site."""
    here, words, view = edition.here("disclosure"), edition.words, edition.view
    context = DisclosurePage(
        tier=edition.handling_mark or edition.tier,
        readers=words("disclosure.this-readers", readers=words("frame.separator").join(readers(edition))),
        levels=_levels(edition),
        ceilings=_ceilings(edition, here),
        shown=_shown(edition),
        own=_own(edition),
        dossier=here.to("dossier") if view.own else "",
        methodology=here.to("methodology"),
    )
    head = Head(words("disclosure.title"), words("disclosure.lead"), "disclosure",
                (Crumb(here.to("home"), words("nav.home")),))  # fmt: skip
    yield Page(here, head, context)


def readers(edition: Edition) -> list[str]:
    """The communities that read this site, in words."""
    words, info = edition.words, edition.view.info
    if "everyone" in info.communities:
        return [words("disclosure.communities.everyone")]
    found = [words("disclosure.communities.secretariat")]
    if info.members:
        names = {code: edition.member_name(code) for code in info.members}
        listed = edition.formats.list([names[code] for code in edition.in_order(names)])
        found.append(words("disclosure.communities.members", members=listed))
    elif "basic-users" in info.communities:
        found.append(words("disclosure.communities.all-members"))
    if "basic-users" in info.communities:
        found.append(words("disclosure.communities.basic-users"))
    return found


def _levels(edition: Edition) -> Markup:
    words = edition.words
    columns = [Column(words(f"disclosure.{key}"), sort=False) for key in ("level", "readers", "where")]
    rows = [
        tuple(words(f"disclosure.level-{part}.{level.value}") for part in ("names", "readers", "where"))
        for level in Level
    ]
    return table(words("disclosure.levels-caption"), columns, rows, sortable=False, caption_hidden=True)


def _ceilings(edition: Edition, here: Here) -> Markup:
    words, view = edition.words, edition.view
    columns = [Column(words(f"disclosure.{key}")) for key in ("kpi", "ceiling-column", "here-column")]
    rows = []
    for kpi in view.catalogue.kpis:
        if kpi.ceiling is Level.PUBLIC:
            continue
        admitted = any(
            view.aggregates(cycle.cycle, kpi.id) or view.values(cycle.cycle, kpi.id) for cycle in view.cycles
        )
        rows.append(
            (
                Cell(kpi_link(edition, here, kpi), edition.kpi_name(kpi.id)),
                Cell(words(f"disclosure.level-names.{kpi.ceiling.value}"), str(kpi.ceiling.strictness)),
                words("disclosure.figures-here" if admitted else "disclosure.no-figures-here"),
            )
        )
    return table(words("disclosure.ceilings-caption"), columns, rows) if rows else Markup("")


def _shown(edition: Edition) -> Markup:
    """How many values of how many Members this site shows, by cycle."""
    words, number, lines = edition.words, edition.formats.number, []
    for cycle in reversed(edition.view.cycles):
        values, members = edition.view.counts_shown(cycle.cycle)
        lines.append((edition.plain(cycle.name), number(values), number(members)))
    columns = [
        Column(words("disclosure.cycle")),
        Column(words("disclosure.shown-count"), number=True),
        Column(words("disclosure.shown-members"), number=True),
    ]
    return table(words("disclosure.shown-caption"), columns, lines, sortable=False, caption_hidden=True)


def _own(edition: Edition) -> Markup:
    """The own Member's values by level in the latest cycle."""
    words, view = edition.words, edition.view
    if view.latest is None or not view.own:
        return Markup("")
    counts = Counter(row.level for (cycle, _), row in view.visibility.items() if cycle == view.latest.cycle)
    rows = [
        (words(f"disclosure.level-names.{level.value}"), edition.formats.number(counts[level.value])) for level in Level
    ]
    columns = [Column(words("disclosure.level")), Column(words("disclosure.own-count"), number=True)]
    caption = words("disclosure.own-caption", cycle=edition.plain(view.latest.name))
    return table(caption, columns, rows, sortable=False)


KIND = PageKind("disclosure", DisclosurePage, pages)
