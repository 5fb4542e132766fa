"""The dossier of a country site: everything about the Member on one page that prints well, with room for remarks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from markupsafe import Markup

from pmm_site.render import overviews
from pmm_site.render.comparisons import Fact
from pmm_site.render.edition import Edition
from pmm_site.render.highlights import Highlight, furthest, moved
from pmm_site.render.kpi_lists import of_dimension
from pmm_site.render.links import Here
from pmm_site.render.markup import Cell, Column, table
from pmm_site.render.member_tables import MemberTable, member_tables, peer_table
from pmm_site.render.named import bullets, instrument_link, kpi_link
from pmm_site.render.pages import Crumb, Head, Page, PageKind
from pmm_site.render.pages.member import member_groups, standing_facts
from pmm_site.render.selections import cycle_before

AUDIENCES = ("public", "wco", "union", "country")


class Circle(NamedTuple):
    """A circle of readers, how many KPIs no wider one sees, and their list."""

    name: str
    total: str
    kpis: Markup


@dataclass(frozen=True, slots=True)
class DossierPage:
    """What dossier.html prints."""

    title: str
    cycle: str
    lead: str
    facts: tuple[Fact, ...]
    groups: tuple[tuple[str, Markup], ...]
    peer_review: str
    behind: tuple[Highlight, ...]
    ahead: tuple[Highlight, ...]
    away: tuple[Highlight, ...]
    nearer: tuple[Highlight, ...]
    peers: Markup
    before: str
    dimensions: tuple[MemberTable, ...]
    answers: Markup
    answers_lead: str
    visibility: tuple[Circle, ...]
    visibility_lead: str
    legend: tuple[tuple[Markup, str], ...]


def pages(edition: Edition) -> Iterator[Page]:
    """The one dossier, on country sites only."""
    own, latest = edition.view.own, edition.view.latest
    if own is None or latest is None:
        return
    words, here, wording = edition.words, edition.here("dossier"), edition.wording
    cycle, name = latest.cycle, edition.member_name(own)
    lead = words("dossier.lead", name=name, cycle=edition.cycle_name(cycle))
    stage = edition.view.peer_reviews(cycle).get(own)
    context = DossierPage(
        title=words("dossier.title", name=name),
        cycle=edition.cycle_name(cycle),
        lead=lead,
        facts=standing_facts(edition, own, cycle),
        groups=member_groups(edition, here, own, cycle),
        peer_review=words(f"dossier.peer-review-{stage}") if stage else "",
        behind=furthest(edition, here, own, cycle, "behind"),
        ahead=furthest(edition, here, own, cycle, "ahead"),
        away=moved(edition, here, own, cycle, "farther"),
        nearer=moved(edition, here, own, cycle, "nearer"),
        peers=peer_table(edition, here, own, cycle),
        before=edition.plain(before.name) if (before := cycle_before(edition.view, cycle)) else "",
        dimensions=tuple(member_tables(edition, here, own, cycle, blanks=True)),
        answers=_answers(edition, here, cycle),
        answers_lead=_answers_lead(edition, cycle),
        visibility=_visibility(edition, here, cycle),
        visibility_lead=_visibility_lead(edition, cycle),
        legend=tuple(
            (wording.blank(each), words(f"blank-help.{each.value}", minimum=wording.minimum)) for each in wording.blanks
        ),
    )
    head = Head(context.title, lead, "dossier", (Crumb(here.to("home"), words("nav.home")),), data=("values.csv",),
                scripts=("js/dossier.js",))  # fmt: skip
    yield Page(here, head, context)


def _answers(edition: Edition, here: Here, cycle: str) -> Markup:
    """The Member's answers on instruments beside what all participants answered."""
    view, words = edition.view, edition.words
    columns = [
        Column(words("dossier.instrument")), Column(words("dossier.aware")), Column(words("dossier.usage")),
        Column(words("dossier.world-aware"), number=True), Column(words("dossier.world-use"), number=True),
    ]  # fmt: skip
    rows = []
    for instrument in view.catalogue.instruments:
        answer = view.answers.get((cycle, instrument.id))
        if answer is None:
            continue
        row = view.instrument_rows.get((cycle, instrument.id))
        rows.append((
            Cell(instrument_link(edition, here, instrument), edition.plain(instrument.name)),
            words(f"answer.{answer.aware or 'none'}"),
            words(f"answer.{answer.usage or 'none'}"),
            overviews.share_cell(edition, row, "aware"),
            overviews.share_cell(edition, row, "in_use"),
        ))  # fmt: skip
    if not rows:
        return Markup("")
    return table(words("dossier.answers-caption", cycle=edition.cycle_name(cycle)), columns, rows, caption_hidden=True)


def _answers_lead(edition: Edition, cycle: str) -> str:
    """How many instruments the Member knows, uses and plans to use."""
    view = edition.view
    answers = [view.answers.get((cycle, each.id)) for each in view.catalogue.instruments]
    known = [each for each in answers if each is not None]
    counts = Counter(each.usage for each in known)
    return edition.words(
        "dossier.answers-lead", of=len(known), aware=sum(each.aware == "yes" for each in known),
        used=counts["in-use"], planned=counts["planned"],
    )  # fmt: skip


def _visibility_lead(edition: Edition, cycle: str) -> str:
    """How many of the values each circle of readers can see: a wider circle's are seen by the narrower ones too."""
    words = edition.words
    levels = [row.level for (of, _), row in edition.view.visibility.items() if of == cycle]
    lead = words("dossier.visibility-lead")
    if not levels:
        return lead
    seen = {
        audience: sum(level in AUDIENCES[: at + 1] for level in levels) for at, audience in enumerate(AUDIENCES[:-1])
    }
    counts = words("dossier.visibility-counts", count=len(levels), country=len(levels) - seen["union"], **seen)
    return f"{counts} {lead}"


def _visibility(edition: Edition, here: Here, cycle: str) -> tuple[Circle, ...]:
    """The Member's values by the widest circle that sees them, the widest first."""
    view, words = edition.view, edition.words
    found: dict[tuple[int, str], list[Markup]] = {}
    for dimension in view.catalogue.dimensions:
        for kpi in of_dimension(edition, dimension.id):
            row = view.visibility.get((cycle, kpi.id))
            if row is None:
                continue
            reach = AUDIENCES.index(row.level) if row.level in AUDIENCES else len(AUDIENCES) - 1
            unions = row.unions if AUDIENCES[reach] == "union" else ""
            found.setdefault((reach, unions), []).append(kpi_link(edition, here, kpi))
    circles = []
    for (reach, unions), kpis in sorted(found.items()):
        name = words(f"dossier.seen-{AUDIENCES[reach]}")
        named = edition.formats.list([edition.group_name("union", each) for each in unions.split(";") if each])
        count = words("count.kpis", count=len(kpis))
        circles.append(Circle(words.pair(name, named) if named else name, count, bullets(kpis, "finding-names")))
    return tuple(circles)


KIND = PageKind("dossier", DossierPage, pages)
