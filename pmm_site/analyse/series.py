"""Whether a KPI's figures in one cycle may be set beside those in the one before."""

from __future__ import annotations

from collections.abc import Sequence

from pmm_site.model import Kpi, KpiVersion


def version_in(kpi: Kpi, cycle: str, order: Sequence[str]) -> KpiVersion | None:
    """The version of a KPI in force in a cycle, None when the catalogue names none for it.

    `order` holds all cycle ids, oldest first; a `since` or `until` that names no cycle in it is read as open.
    """
    position = {each: index for index, each in enumerate(order)}
    at = position[cycle]
    for version in kpi.versions:
        since = position.get(version.since or "", 0)
        until = position.get(version.until or "", len(order))
        if since <= at <= until:
            return version
    return None


def continues(kpi: Kpi, previous: str, cycle: str, order: Sequence[str]) -> bool:
    """Whether a KPI measures the same in two cycles, so that a change between them means something.

    It does when the same version is in force in both, or when the version changed without naming a
    successor: a new name for the same measure. A version that names successors ends its series, even where
    one of them is the KPI's own id; a successor is another KPI and is never compared with its predecessor.
    """
    before = version_in(kpi, previous, order)
    after = version_in(kpi, cycle, order)
    return before == after or before is None or not before.successor
