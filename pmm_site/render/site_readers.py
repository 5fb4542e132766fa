"""Who can open a site and what it contains, in sentences: every site says it of itself."""

from __future__ import annotations

from pmm_site.model import SiteKind
from pmm_site.render.edition import Edition


def readers(edition: Edition) -> str:
    """Who can open this site."""
    info, words = edition.view.info, edition.words
    if info.kind in (SiteKind.PUBLIC, SiteKind.WCO):
        return words(f"readers.{info.kind.value}")
    names = sorted(edition.member_name(code) for code in info.members)
    return words(f"readers.{info.kind.value}", members=edition.formats.list(names), name=edition.tier)


def contents(edition: Edition) -> tuple[str, ...]:
    """What this site holds: aggregates, values of so many Members, what else its kind has."""
    view, words = edition.view, edition.words
    found = [words("contents.aggregates")]
    members = len(view.members_shown)
    shown = sum(view.counts_shown(cycle.cycle)[0] for cycle in view.cycles)
    found.append(words("contents.values", values=shown, count=members) if members else words("contents.no-values"))
    found.append(words(f"contents.{view.info.kind.value}", name=edition.tier))
    return tuple(found)
