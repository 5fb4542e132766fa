"""Who attacks a component: readers who know and see the same are one kind, and some of them pool what they know."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pmm_site.audit.rights import BASIC_USERS, OUTSIDERS, Audience, Rights
from pmm_site.audit.worlds import Type, knowledge


def kinds_of_readers(
    rights: Rights, cycle: str, *audiences: Sequence[Audience]
) -> tuple[Type, tuple[Type, ...], tuple[tuple[str, int], ...], bool]:
    """The outsider, the kinds of insiders (basic users first), the coalitions, and whether pairs pool.

    audiences: the readers of each value, then of each fact, each distribution and each class.
    """
    knowing = [knowledge(each) for each in audiences]

    def kind(name: str) -> Type:
        return Type(name, *(known.get(name, 0) for known in knowing))

    found: dict[tuple[Any, ...], int] = {}
    types: list[Type] = []
    type_of: dict[str, int] = {}
    dataset = rights.dataset
    for name in (BASIC_USERS, *sorted(dataset.members)):
        each = kind(name)
        if each[1:] not in found:
            found[each[1:]] = len(types)
            types.append(each)
        type_of[name] = found[each[1:]]
    policy = dataset.settings.disclosure.coalitions
    coalitions: dict[int, str] = {}
    year = next((data.cycle.reference_year for data in dataset.cycles if data.cycle.id == cycle), 0)
    for union in sorted(dataset.unions) if policy != "none" else ():
        members = rights.union_years.get((union, year), frozenset())
        mask = sum(1 << number for number in {type_of[each] for each in members if each in type_of})
        if mask:
            coalitions.setdefault(mask, f"union {union}")
    pooled = tuple((name, mask) for mask, name in coalitions.items())
    return kind(OUTSIDERS), tuple(types), pooled, policy not in ("none", "unions")
