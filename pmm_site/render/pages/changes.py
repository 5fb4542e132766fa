"""What has changed from cycle to cycle: participants, the set of KPIs, classes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

from markupsafe import Markup

from pmm_site.model import Kpi, SiteKind
from pmm_site.render import differences, selections, versions
from pmm_site.render.edition import Edition
from pmm_site.render.links import Here, relative
from pmm_site.render.named import bullets, cycle_link, kpi_link, with_note
from pmm_site.render.pages import Crumb, Head, Page, PageKind
from pmm_site.tables import CycleRow

FEED = "feed.xml"


class CycleChanges(NamedTuple):
    """What a cycle brought: its linked name and year, participants, KPIs that joined, left or were revised, classes."""

    anchor: str
    name: Markup
    year: str
    participants: str
    joined: Markup
    dropped: Markup
    revised: Markup
    moved: Markup
    classes: Markup
    unchanged: str


@dataclass(frozen=True, slots=True)
class ChangesPage:
    """What changes.html prints. `feed`: a link on the public site with an address, else empty."""

    release: str
    feed: str
    cycles: tuple[CycleChanges, ...]


def pages(edition: Edition) -> Iterator[Page]:
    """One page, the newest cycle first."""
    here, words, info = edition.here("changes"), edition.words, edition.view.info
    has_feed = info.kind is SiteKind.PUBLIC and bool(info.base_url)
    context = ChangesPage(
        release=words("frame.preview") if info.is_preview else words("frame.release", name=info.release),
        feed=relative(here.path, f"{edition.language}/{FEED}") if has_feed else "",
        cycles=tuple(cycle_changes(edition, here, row) for row in reversed(edition.view.cycles)),
    )
    trail = (Crumb(here.to("home"), words("nav.home")),)
    yield Page(here, Head(words("changes.title"), words("changes.lead"), "changes", trail), context)


def cycle_changes(edition: Edition, here: Here, row: CycleRow) -> CycleChanges:
    """What a cycle brought."""
    view, words = edition.view, edition.words
    joined, revised = selections.joined(view, row.cycle), selections.revised(view, row.cycle)
    gone = selections.dropped(view, row.cycle)
    before = selections.cycle_before(view, row.cycle)
    same = "" if joined or revised or gone else words("changes.none" if before else "changes.first")
    return CycleChanges(
        anchor=f"cycle-{row.cycle}",
        name=cycle_link(edition, here, row.cycle),
        year=words("cycle-page.of-year", year=str(row.reference_year)),
        participants=_participants(edition, row, before),
        joined=bullets(kpi_link(edition, here, kpi) for kpi in joined),
        dropped=bullets(_dropped(edition, here, each) for each in gone),
        revised=bullets(_revised(edition, here, kpi, row.cycle) for kpi in revised),
        moved=differences.moved_table(edition, here, row.cycle) if before else Markup(""),
        classes=differences.change_table(edition, here, row.cycle) if before else Markup(""),
        unchanged=same,
    )


def _participants(edition: Edition, row: CycleRow, before: CycleRow | None) -> str:
    """How many took part; who came and went, in numbers."""
    words, parts = edition.words, [edition.words("changes.cycle-text", count=row.participants)]
    if before is not None:
        now = {each.member for each in selections.participants(edition.view, row.cycle)}
        earlier = {each.member for each in selections.participants(edition.view, before.cycle)}
        parts.append(words("changes.new", count=len(now - earlier)))
        parts.append(words("changes.left", count=len(earlier - now)))
    return " ".join(parts)


def _revised(edition: Edition, here: Here, kpi: Kpi, cycle: str) -> Markup:
    """A KPI with what its new version brought: a renamed one is found by its old name too."""
    remarks = (
        versions.revision(edition, kpi, before, now) for before, now in pairwise(kpi.versions) if now.since == cycle
    )
    return with_note(kpi_link(edition, here, kpi), " ".join(remarks))


def _dropped(edition: Edition, here: Here, each: selections.Successor) -> Markup:
    name = kpi_link(edition, here, each.kpi)
    if not each.successors:
        return name
    successors = Markup(", ").join(kpi_link(edition, here, kpi) for kpi in each.successors)
    return name + Markup('. <span class="remark">{}</span>').format(edition.words("changes.successor", kpis=successors))


KIND = PageKind("changes", ChangesPage, pages)
