"""Who is in which group in a cycle: all Members, every grouping, every union, every crossing of groupings."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import product

from pmm_site.model import ALL, Catalogue, CycleData, Dataset, GroupKey, Participant


def group_keys(dataset: Dataset) -> tuple[GroupKey, ...]:
    """Every group that has figures, whether anybody is in it or not: all, groupings, crossings, unions."""
    catalogue = dataset.catalogue
    groupings = [GroupKey(each.id, group.id) for each in catalogue.groupings for group in each.groups]
    pairs = dataset.settings.disclosure.crossings
    crossings = [key for pair in pairs for key in _crossing_keys(catalogue, pair)]
    unions = [GroupKey("union", union) for union in dataset.unions]
    return (ALL, *groupings, *crossings, *unions)


def groups_of_participants(dataset: Dataset, data: CycleData) -> Mapping[str, tuple[GroupKey, ...]]:
    """The groups of each participant of a cycle, by Member code.

    Groups are those of the cycle (its own overrides win), unions those of its reference year. A Member
    without a group in a grouping is in none of its groups and in none of its crossings.
    """
    known = frozenset(group_keys(dataset))
    year = data.cycle.reference_year
    unions = {union.id: union.members_in(year) for union in dataset.unions.values()}
    crossings = dataset.settings.disclosure.crossings
    return {
        code: tuple(key for key in _keys_of(participant, unions, crossings) if key in known)
        for code, participant in sorted(data.participants.items())
    }


def _keys_of(
    participant: Participant, unions: Mapping[str, frozenset[str]], crossings: Iterable[tuple[str, ...]]
) -> Iterator[GroupKey]:
    yield ALL
    for grouping, group in participant.groups.items():
        yield GroupKey(grouping, group)
    for pair in crossings:
        if all(grouping in participant.groups for grouping in pair):
            yield GroupKey(":".join(pair), ":".join(participant.groups[grouping] for grouping in pair))
    for union, members in unions.items():
        if participant.member in members:
            yield GroupKey("union", union)


def _crossing_keys(catalogue: Catalogue, pair: tuple[str, ...]) -> Iterator[GroupKey]:
    groups = {grouping.id: [group.id for group in grouping.groups] for grouping in catalogue.groupings}
    for combination in product(*(groups.get(grouping, []) for grouping in pair)):
        yield GroupKey(":".join(pair), ":".join(combination))
