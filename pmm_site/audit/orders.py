"""Orders that give values away: Members sorted by what is not shown, and the ends of what is not shown."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping
from collections.abc import Sequence as Ordered
from functools import cached_property, lru_cache, partial
from itertools import pairwise
from operator import ge, le
from typing import Any

from pmm_site.audit.evidence import Sequence
from pmm_site.audit.rights import Secret
from pmm_site.model import Dataset

_FEWEST = 6
_WITHOUT_KPI = 9
"""So many Members in the order of a KPI that the place does not name are no chance any more."""
_DISTINCT = 4
_LIST = 6
"""So many Members in alphabetical order stand so because they were listed so."""

Hidden = Mapping[str, Mapping[str, frozenset[str]]]
"""The Members whose values a site does not show, by KPI and cycle."""


class Orders:
    """Orders of Members in one dataset."""

    def __init__(self, dataset: Dataset) -> None:
        self.dataset = dataset
        self._numbers: dict[str, dict[str, dict[str, int]]] = {}
        self._ends: dict[str, tuple[tuple[int, int], ...]] = {}

    def hidden_order(self, sequence: Sequence, secrets: Ordered[Secret], hidden: Hidden) -> Iterator[str]:
        """Cycle and KPI of each set of hidden values in whose order the Members stand, and in no other known order."""
        if self.is_usual(sequence.members):
            return
        named, by_kpi = frozenset(sequence.members), self._by_kpi(secrets)
        fewest = _FEWEST if sequence.kpis else _WITHOUT_KPI
        for kpi in sorted(sequence.kpis) or sorted(by_kpi):
            for cycle, numbers in by_kpi.get(kpi, {}).items():
                found = hidden[kpi][cycle] & named  # first, since it is the quickest to tell
                if len(found) < fewest:
                    continue
                closed = [member for member in sequence.members if member in found]
                if not _is_sorted([secrets[numbers[member]].value for member in closed]):
                    continue
                if self.is_usual(tuple(closed)) or self._by_shown(kpi, closed, secrets, hidden):
                    continue
                if self._places(sequence.members, closed) >= fewest:
                    yield f"{cycle}/{kpi}"

    def hidden(self, secrets: Ordered[Secret], shown: Ordered[bool]) -> Hidden:
        """The Members whose values a site does not show, by KPI and cycle."""
        return {
            kpi: {
                cycle: frozenset(member for member, number in numbers.items() if not shown[number])
                for cycle, numbers in cycles.items()
            }
            for kpi, cycles in self._by_kpi(secrets).items()
        }

    def _places(self, members: Ordered[str], closed: Ordered[str]) -> int:
        """How many places the order of the closed Members is told by: an alphabetical list among them is one place.

        Lists may follow upon each other, as the Members of two KPIs do.
        """
        return min(len({place[member] for member in closed}) for place in map(partial(_lists, members), self._keys))

    def _by_shown(self, kpi: str, members: list[str], secrets: Ordered[Secret], hidden: Hidden) -> bool:
        """Whether the order is also that of values of another cycle which are shown."""
        for cycle, numbers in self._by_kpi(secrets)[kpi].items():
            closed = hidden[kpi][cycle]
            found = [numbers[member] for member in members if member in numbers and member not in closed]
            if len(found) >= len(members) - 1 and _is_sorted([secrets[number].value for number in found]):
                return True
        return False

    def _by_kpi(self, secrets: Ordered[Secret]) -> dict[str, dict[str, dict[str, int]]]:
        """Numbers of the secrets by KPI, cycle and Member."""
        if not self._numbers:
            for number, secret in enumerate(secrets):
                cycles = self._numbers.setdefault(secret.kpi, {})
                cycles.setdefault(secret.cycle, {})[secret.member] = number
        return self._numbers

    def ends(self, kpi: str, secrets: Ordered[Secret]) -> tuple[tuple[int, int], ...]:
        """The numbers of the secrets with the least and the greatest value of the KPI in each cycle."""
        if kpi not in self._ends:
            found = []
            for numbers in self._by_kpi(secrets).get(kpi, {}).values():
                ordered = sorted(numbers.values(), key=lambda number: secrets[number].value)
                found.append((ordered[0], ordered[-1]))
            self._ends[kpi] = tuple(found)
        return self._ends[kpi]

    @cached_property
    def _keys(self) -> tuple[dict[str, str], ...]:
        """What Members may be sorted by: their codes, and their names in each language."""
        codes = {code: code for code in self.dataset.members}
        languages = sorted({language for member in self.dataset.members.values() for language in member.name})
        names = (
            {code: _folded(member.name.get(language, "")) for code, member in self.dataset.members.items()}
            for language in languages
        )
        return (codes, *names)

    @cached_property
    def _groupings(self) -> tuple[dict[str, str], ...]:
        """The group of each Member in each grouping, of each cycle."""
        found: list[dict[str, str]] = []
        for grouping in self.dataset.catalogue.groupings:
            found += (
                {code: each.groups.get(grouping.id, "") for code, each in data.participants.items()}
                for data in self.dataset.cycles
            )
            found.append({code: each.groups.get(grouping.id, "") for code, each in self.dataset.members.items()})
        return tuple(found)

    def is_usual(self, members: tuple[str, ...]) -> bool:
        """Whether Members stand in an order that says nothing: alphabetical, or so within groups."""
        return _usual(self, members)

    def alphabetical(self, members: Ordered[str]) -> bool:
        """Whether the order is that of codes or of names in a language."""
        return any(_is_sorted([key.get(member, member) for member in members]) for key in self._keys)

    def within_groups(self, members: Ordered[str]) -> bool:
        """Whether Members stand group by group, alphabetically in each."""
        if not any(3 * _breaks([key.get(member, member) for member in members]) <= len(members) for key in self._keys):
            return False
        for groups in self._groupings:
            parts: dict[str, list[str]] = {}
            last = None
            for member in members:
                group = groups.get(member, "")
                if group != last and group in parts:
                    break
                parts.setdefault(group, []).append(member)
                last = group
            else:
                if len(parts) * 3 <= len(members) and all(map(self.alphabetical, parts.values())):
                    return True
        return False


@lru_cache(maxsize=1 << 14)
def _usual(orders: Orders, members: tuple[str, ...]) -> bool:
    return orders.alphabetical(members) or orders.within_groups(members)


def _is_sorted(values: Ordered[Any]) -> bool:
    """Whether values rise or fall from first to last and are not nearly all alike."""
    rising = all(map(le, values, values[1:]))
    falling = all(map(ge, values, values[1:]))
    return (rising or falling) and len(set(values)) >= min(_DISTINCT, len(values))


def _lists(members: Ordered[str], key: Mapping[str, str]) -> dict[str, int]:
    """For each Member its place, or that of the first in its list where it stands in one; a run is no list if short."""
    found: dict[str, int] = {}
    names = [key.get(member, member) for member in members]
    begins = [0, *(at for at in range(1, len(names)) if names[at] < names[at - 1]), len(names)]
    for begin, end in pairwise(begins):
        for at in range(begin, end):
            found[members[at]] = begin if end - begin >= _LIST else at
    return found


def _breaks(values: Ordered[str]) -> int:
    """How often an order that rises (or falls) starts anew."""
    rises = sum(one < other for one, other in pairwise(values))
    return min(rises, len(values) - 1 - rises)


def _folded(name: str) -> str:
    plain = unicodedata.normalize("NFKD", name)
    return "".join(each for each in plain if each.isalnum()).casefold()
