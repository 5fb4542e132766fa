"""What each reader knows of one KPI in one cycle, before any figure of it is published (reference: disclosure, 2.2).

The values of a KPI are numbered. A set of values is an integer whose bit i stands for value i: there are thousands of
pairs of Members, and what a pair knows is then one `|` of two integers.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import NamedTuple

from pmm_site.disclose.history import Past, PastClass, PastDistribution, PastMean, Version
from pmm_site.disclose.levels import has_value, value_readers
from pmm_site.model import NOBODY, Catalogue, CycleData, Dataset, Readers

NOTHING_PAST = Past()
PUBLIC = "public"
WCO = "wco"


class Attacker(NamedTuple):
    """A reader or coalition to protect against; it stands for all with the same knowledge and the same sites.

    name: `public`, `wco`, a Member, `union <id>`, or two Members joined by `+`. knows: bit i where value i is known.
    opens: bit j where they may open a site of audience j.
    """

    name: str
    knows: int
    opens: int


@dataclass(frozen=True)
class Knowledge:
    """Who knows which values of a KPI in a cycle.

    contributors: their positions number the values. First the Members with a value, sorted; then the names of older
    versions of values, which only figures published earlier concern.
    public, wco: bits of the values known to everyone, and to every WCO user (`public` is among them).
    members: bits of all that a Member knows, `wco` included, by Member; without those who know no more than `wco`.
    unions: the Members of each union in the cycle's reference year. everybody: all Members, sorted.
    """

    contributors: tuple[str, ...]
    public: int
    wco: int
    members: Mapping[str, int]
    unions: Mapping[str, tuple[str, ...]]
    everybody: tuple[str, ...]

    def of(self, member: str) -> int:
        """The bits of the values that a Member knows."""
        return self.members.get(member, self.wco)


def knowledge(dataset: Dataset, data: CycleData, kpi: str, past: Past = NOTHING_PAST) -> Knowledge:
    """Who knows which values of a KPI: by right, and because earlier releases showed them.

    Every reader of a value is taken to know it, whether or not a site is built for them, so that decisions do not
    depend on which sites a project has.
    """
    public = wco = 0
    extra: dict[str, int] = {}
    contributors = []
    for number, (name, member, readers_of) in enumerate(_values(dataset, data, kpi, past)):
        bit = 1 << number
        contributors.append(name)
        # Who gave a value knows it, whatever became of its level.
        for readers in (*readers_of, Readers(members=frozenset({member}))):
            if readers.everyone:
                public |= bit
            if readers.everyone or readers.basic_users:
                wco |= bit
            for reader in readers.members:
                extra[reader] = extra.get(reader, 0) | bit
    members = {member: wco | mask for member, mask in sorted(extra.items()) if mask & ~wco}
    year = data.cycle.reference_year
    unions = {union.id: tuple(sorted(union.members_in(year))) for union in dataset.unions.values()}
    return Knowledge(tuple(contributors), public, wco, members, unions, tuple(sorted(dataset.members)))


def _values(dataset: Dataset, data: CycleData, kpi: str, past: Past) -> Iterator[tuple[str, str, tuple[Readers, ...]]]:
    """Name, Member and sets of readers of every value: first the current ones, then the older versions.

    A current value has the readers that it has by right, and those whom an earlier release showed the same value.
    """
    shown = {(version.member, version.value): version.readers for version in past.versions}
    reported = sorted((each for each in data.by_kpi.get(kpi, ()) if has_value(each)), key=lambda each: each.member)
    for observation in reported:
        earlier = shown.get((observation.member, observation.value or 0.0), NOBODY)
        by_right = value_readers(observation, dataset, data.cycle)
        yield observation.member, observation.member, (by_right, earlier)
    tied = is_tied(dataset.catalogue, kpi)
    for version in older_versions(past, {each.member: each.value for each in reported}, tied):
        yield version.name, version.member, (version.readers,)


def is_tied(catalogue: Catalogue, kpi: str) -> bool:
    """Whether an identity ties a KPI to others."""
    return any(kpi in identity.terms for identity in catalogue.identities)


def older_versions(past: Past, current: Mapping[str, float | None], tied: bool) -> tuple[Version, ...]:
    """Versions of values that earlier figures are over and that are not the current value, sorted by name.

    tied: whether an identity ties the KPI to others; figures of those concern every version that was ever shown.
    """
    figures: tuple[PastMean | PastDistribution | PastClass, ...] = (*past.means, *past.distributions, *past.classes)
    behind = {version for figure in figures for version in figure.versions} | set(past.versions if tied else ())
    older = (version for version in behind if current.get(version.member) != version.value)
    return tuple(sorted(older, key=lambda version: version.name))


def attackers(known: Knowledge, audiences: tuple[Readers, ...], coalitions: str) -> tuple[Attacker, ...]:
    """The readers and coalitions to protect against, one for each combination of knowledge and sites.

    Sorted: those who know most first. audiences: the distinct sets of readers of the KPI's figures. coalitions:
    `none`, `unions` or `pairs`; any other word means pairs, so that a mistyped one protects most.
    """
    names: dict[tuple[int, int], str] = {}
    for name, knows, opens in _candidates(known, audiences, coalitions):
        names.setdefault((knows, opens), name)
    distinct = (Attacker(name, knows, opens) for (knows, opens), name in names.items())
    return tuple(sorted(distinct, key=_best_informed_first))


def _best_informed_first(attacker: Attacker) -> tuple[int, int, int, int]:
    return -attacker.knows.bit_count(), -attacker.opens.bit_count(), attacker.knows, attacker.opens


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
