"""What each reader to protect against knows of one KPI in one cycle (reference: disclosure, section 2.2).

Members' values are numbered, and a set of values is an integer with one bit per value: pairs of Members
are many, and their knowledge is the union of two sets.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import NamedTuple

from pmm_site.disclose.levels import has_value, value_readers
from pmm_site.model import CycleData, Dataset, Readers

PUBLIC = "public"
WCO = "wco"


class Attacker(NamedTuple):
    """Readers with the same knowledge: a name, the numbers of the values they know, the audiences they belong to.

    `knows` has bit i where the value of contributor i is known; `opens` bit j where they may open
    a site of audience j.
    """

    name: str
    knows: int
    opens: int


@dataclass(frozen=True)
class Knowledge:
    """Who knows which values of a KPI in a cycle.

    contributors: the Members with a value, sorted; their positions number the values.
    public, wco: the values known to everyone and to every WCO user. members: what each Member knows in
    all, `wco` included; a Member that knows no more than `wco` is absent. unions: the Members of each union
    in the cycle's reference year. everybody: all Members, whatever they know.
    """

    contributors: tuple[str, ...]
    public: int
    wco: int
    members: Mapping[str, int]
    unions: Mapping[str, tuple[str, ...]]
    everybody: tuple[str, ...]

    def of(self, member: str) -> int:
        """The values that a Member knows."""
        return self.members.get(member, self.wco)


def knowledge(dataset: Dataset, data: CycleData, kpi: str, earlier: Mapping[str, Readers] | None = None) -> Knowledge:
    """Who knows which values of the KPI by right, and from what `earlier` releases showed (readers by Member).

    `earlier` speaks of values that have not changed since. Every reader of a value is taken to know it,
    whether or not a site of theirs is built, so that a choice of sites changes no decision.
    """
    reported = sorted((each for each in data.by_kpi.get(kpi, ()) if has_value(each)), key=lambda each: each.member)
    public = wco = 0
    extra: dict[str, int] = {}
    for number, observation in enumerate(reported):
        bit = 1 << number
        by_right = value_readers(observation, dataset, data.cycle)
        for readers in _all_readers(observation.member, by_right, earlier):
            if readers.everyone:
                public |= bit
            if readers.everyone or readers.basic_users:
                wco |= bit
            for member in readers.members:
                extra[member] = extra.get(member, 0) | bit
    members = {member: wco | mask for member, mask in sorted(extra.items()) if mask & ~wco}
    year = data.cycle.reference_year
    unions = {union.id: tuple(sorted(union.members_in(year))) for union in dataset.unions.values()}
    contributors = tuple(observation.member for observation in reported)
    return Knowledge(contributors, public, wco, members, unions, tuple(sorted(dataset.members)))


def _all_readers(member: str, by_right: Readers, earlier: Mapping[str, Readers] | None) -> Iterator[Readers]:
    yield by_right
    # Who gave the value knows it, whatever became of its level.
    yield Readers(members=frozenset({member}))
    if earlier is not None and member in earlier:
        yield earlier[member]


def attackers(known: Knowledge, audiences: tuple[Readers, ...], coalitions: str) -> tuple[Attacker, ...]:
    """Every reader and coalition with distinct knowledge and distinct sites, those who know most first.

    audiences: the distinct readers of the KPI's figures. coalitions: `none`, `unions` or `pairs`.
    Anything but `none` and `unions` means pairs: an unknown word protects most.
    """
    found: dict[tuple[int, int], str] = {}
    for name, knows, opens in _candidates(known, audiences, coalitions):
        found.setdefault((knows, opens), name)
    ordered = sorted(found.items(), key=lambda item: (-item[0][0].bit_count(), -item[0][1].bit_count(), item[0]))
    return tuple(Attacker(name, knows, opens) for (knows, opens), name in ordered)


def _candidates(known: Knowledge, audiences: tuple[Readers, ...], coalitions: str) -> Iterator[tuple[str, int, int]]:
    open_to_all = _bits(audience.everyone for audience in audiences)
    open_to_wco = _bits(audience.everyone or audience.basic_users for audience in audiences)
    yield PUBLIC, known.public, open_to_all
    yield WCO, known.wco, open_to_wco
    opens = {
        member: open_to_wco | _bits(member in audience.members for audience in audiences) for member in known.everybody
    }
    single = {(known.of(member), opens[member]): member for member in reversed(known.everybody)}
    for (knows, seen), member in single.items():
        yield member, knows, seen
    if coalitions == "none":
        return
    for union, members in known.unions.items():
        knows, seen = known.wco, open_to_wco
        for member in members:
            knows |= known.of(member)
            seen |= opens.get(member, 0)
        yield f"union {union}", knows, seen
    if coalitions == "unions":
        return
    distinct = sorted(single.items(), key=lambda item: item[1])
    for ((knows, seen), member), ((also, too), other) in combinations(distinct, 2):
        yield f"{member}+{other}", knows | also, seen | too


def _bits(flags: Iterable[bool]) -> int:
    return sum(1 << position for position, flag in enumerate(flags) if flag)
