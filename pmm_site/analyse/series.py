"""Whether a KPI's figures in one cycle may be set beside those in the one before."""

from __future__ import annotations

from collections.abc import Sequence

from pmm_site.model import Kpi


def continues(kpi: Kpi, previous: str, cycle: str, order: Sequence[str]) -> bool:
    """Whether a KPI measures the same in two cycles, so that a change between them means something.

    It does when the same version is in force in both, or when the version changed without naming a
    successor: a new name for the same measure. A version that names successors ends its series, even where
    one of them is the KPI's own id; a successor is another KPI and is never compared with its predecessor.
    """
    before = kpi.version_in(previous, order)
    after = kpi.version_in(cycle, order)
    return before == after or before is None or not before.successor
