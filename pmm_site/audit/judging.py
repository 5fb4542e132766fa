"""What the attack speaks of: readers, breaches, the effort made, and when an interval is wide enough."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from pmm_site.audit.worlds import TOLERANCE, Component


class Breach(NamedTuple):
    """A reader who can close in on a value; `cause` is `figure`, `class`, `earlier`, `identity` or `solver`."""

    reader: str
    key: str
    cause: str


class Reader(NamedTuple):
    """Readers who pool what they know: bits of their types; `coalition` is its number if they are one."""

    name: str
    types: int
    coalition: int | None = None


@dataclass
class Effort:
    """Work done, for the report."""

    values: int = 0
    programs: int = 0
    checked: int = 0
    disagreed: int = 0


def is_wide(component: Component, number: int, low: float, high: float) -> bool:
    """Whether an interval of differences is as wide as the protection asks for."""
    unknown = component.unknowns[number]
    return (
        low <= max(unknown.lower, -unknown.side) + TOLERANCE
        and high >= min(unknown.upper, unknown.side) - TOLERANCE
        and high - low >= unknown.width - TOLERANCE
    )


def targets(lower: float, upper: float, side: float, width: float) -> tuple[float, float]:
    """How far witnesses must lie below and above, so that side and width are met together within bounds."""
    below, above = max(side, width / 2), max(side, width / 2)
    if -lower < below:
        below = max(-lower, 0.0)
        above = max(side, width - below)
    if upper < above:
        above = max(upper, 0.0)
        below = min(max(side, width - above), max(-lower, 0.0))
    return -below, above
