"""Peer reviews: where they stand, of the Members of which the site may tell it."""

from __future__ import annotations

from collections import Counter

from markupsafe import Markup

from pmm_site.render import selections
from pmm_site.render.edition import Edition
from pmm_site.render.markup import Column, table

STATES = ("requested", "completed", "none")


def spoken(edition: Edition, cycle: str) -> str:
    """In a sentence: the own Member's review on its site, counts where the site may tell of several, else who may."""
    words, view = edition.words, edition.view
    rows = [row for row in selections.participants(view, cycle) if row.peer_review]
    if not rows:
        return words("review.untold")
    if len(rows) == 1:
        state = words(f"cycle-page.peer-{rows[0].peer_review}")
        return words("review.own", member=edition.member_name(rows[0].member), state=state)
    counts = Counter(row.peer_review for row in rows)
    parts = [words("review.part", count=counts[state], state=words(f"cycle-page.peer-{state}")) for state in STATES
             if counts[state]]  # fmt: skip
    return words("review.counts", count=len(rows), parts=edition.formats.list(parts))


def by_member(edition: Edition, cycle: str) -> Markup:
    """A table of Members with where their review stands; nothing where the site may tell of none."""
    rows = [row for row in selections.participants(edition.view, cycle) if row.peer_review]
    if not rows:
        return Markup("")
    columns = [Column(edition.words("coverage.member")), Column(edition.words("cycle-page.peer"))]
    lines = [(edition.member_name(row.member), edition.words(f"cycle-page.peer-{row.peer_review}")) for row in rows]
    caption = edition.words("cycle-page.peer")
    return table(caption, columns, lines, sortable=False, caption_hidden=True)
