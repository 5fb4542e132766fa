"""Peer reviews: their stage, for the Members of which the site may show it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from markupsafe import Markup

from pmm_site.render import selections
from pmm_site.render.edition import Edition
from pmm_site.render.markup import Column, table

STATES = ("requested", "completed", "none")


def stages_shown(edition: Edition, cycle: str) -> Mapping[str, str]:
    """The stage of the peer review of each participant whose review this site may show, by Member code."""
    stages = edition.view.peer_reviews(cycle)
    rows = selections.participants(edition.view, cycle)
    return {row.member: stages[row.member] for row in rows if row.member in stages}


def spoken(edition: Edition, cycle: str) -> str:
    """In a sentence: the own Member's review on its site, counts where the site may show several, else who may."""
    words, stages = edition.words, stages_shown(edition, cycle)
    if not stages:
        return words("review.untold")
    if len(stages) == 1:
        ((member, stage),) = stages.items()
        return words("review.own", member=edition.member_name(member), state=words(f"cycle-page.peer-{stage}"))
    counts = Counter(stages.values())
    parts = [words("review.part", count=counts[state], state=words(f"cycle-page.peer-{state}")) for state in STATES
             if counts[state]]  # fmt: skip
    return words("review.counts", count=len(stages), parts=edition.formats.list(parts))


def by_member(edition: Edition, cycle: str) -> Markup:
    """A table of Members with where their review stands; nothing where the site may show none."""
    stages = stages_shown(edition, cycle)
    if not stages:
        return Markup("")
    columns = [Column(edition.words("coverage.member")), Column(edition.words("cycle-page.peer"))]
    lines = [(edition.member_name(member), edition.words(f"cycle-page.peer-{stage}")) for member, stage in
             stages.items()]  # fmt: skip
    caption = edition.words("cycle-page.peer")
    return table(caption, columns, lines, sortable=False, caption_hidden=True)
