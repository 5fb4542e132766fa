"""What readers know from earlier releases: a value once shown stays known, and a figure once published stays true.

A value that was corrected after a release is another *version*, with a variable of its own, named after the first
release that had it. A value that did not change is one version in all releases.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from typing import NamedTuple

from pmm_site.disclose.records import Record, RecordedClass, RecordedDistribution, RecordedMean, RecordedShares
from pmm_site.model import NOBODY, Readers


class Version(NamedTuple):
    """A value of a Member as some release had it.

    release: the name of the first release with it. readers: everybody to whom any release showed it.
    """

    member: str
    value: float
    release: str
    readers: Readers

    @property
    def name(self) -> str:
        """A name that no current value has."""
        return f"{self.member}@{self.release}"


class PastMean(NamedTuple):
    """A mean published before, over versions of values."""

    versions: tuple[Version, ...]
    mean: Decimal
    step: Decimal
    audience: Readers


class PastDistribution(NamedTuple):
    """A distribution published before, over versions of values."""

    versions: tuple[Version, ...]
    edges: tuple[float, ...]


class PastClass(NamedTuple):
    """A class published before, over versions of values."""

    versions: tuple[Version, ...]


@dataclass(frozen=True)
class Past:
    """Everything that was published of one KPI in one cycle.

    versions: of all values that any release had, shown or not. states: the versions that each release had, by its name.
    """

    versions: tuple[Version, ...] = ()
    means: tuple[PastMean, ...] = ()
    distributions: tuple[PastDistribution, ...] = ()
    classes: tuple[PastClass, ...] = ()
    states: tuple[tuple[str, tuple[Version, ...]], ...] = ()


@dataclass(frozen=True)
class History:
    """All earlier releases."""

    records: tuple[Record, ...] = field(default=())

    @classmethod
    def of(cls, records: Iterable[Record]) -> History:
        """The records in the order in which they were published."""
        return cls(tuple(sorted(records, key=lambda each: (each.sequence, each.name))))

    def before(self, name: str | None) -> History:
        """The history that a release is decided beside: without the last record when that is the release itself."""
        return History(self.records[:-1]) if self.records and self.records[-1].name == name else self

    def past(self, cycle: str, kpi: str) -> Past:
        """What was published of a KPI in a cycle."""
        return self._pasts.get((cycle, kpi), Past())

    def shares(self, cycle: str, instrument: str, question: str) -> tuple[RecordedShares, ...]:
        """The shares published of one question, without repeats, in the order of the releases."""
        return self._shares.get((cycle, instrument, question), ())

    @cached_property
    def _versions(self) -> Mapping[tuple[str, str], dict[tuple[str, float], Version]]:
        """Versions by (cycle, KPI) and then (Member, value)."""
        found: dict[tuple[str, str], dict[tuple[str, float], Version]] = {}
        for record in self.records:
            for (cycle, kpi, member), written in record.values.items():
                known = found.setdefault((cycle, kpi), {})
                value = float(written)
                seen = known.get((member, value)) or Version(member, value, record.name, NOBODY)
                readers = [record.readers[site] for site in record.shown.get((cycle, kpi, member), ())]
                known[member, value] = seen._replace(readers=union_of((seen.readers, *readers)))
        return found

    @cached_property
    def _pasts(self) -> Mapping[tuple[str, str], Past]:
        means: dict[tuple[str, str], dict[PastMean, None]] = {}
        distributions: dict[tuple[str, str], dict[PastDistribution, None]] = {}
        classes: dict[tuple[str, str], dict[PastClass, None]] = {}
        for record in self.records:
            for mean in record.means:
                past = PastMean(self._behind(record, mean), mean.mean, mean.step, mean.audience)
                means.setdefault((mean.cycle, mean.kpi), {})[past] = None
            for each in record.distributions:
                published = PastDistribution(self._behind(record, each), each.edges)
                distributions.setdefault((each.cycle, each.kpi), {})[published] = None
            for judged in record.classes:
                lean = PastClass(self._behind(record, judged))
                classes.setdefault((judged.cycle, judged.kpi), {})[lean] = None
        states = self._states
        return {
            key: Past(
                versions=tuple(versions.values()),
                means=tuple(means.get(key, ())),
                distributions=tuple(distributions.get(key, ())),
                classes=tuple(classes.get(key, ())),
                states=states[key],
            )
            for key, versions in self._versions.items()
        }

    @property
    def _states(self) -> Mapping[tuple[str, str], tuple[tuple[str, tuple[Version, ...]], ...]]:
        """The versions that each release had, by (cycle, KPI)."""
        found: dict[tuple[str, str], dict[str, list[Version]]] = {}
        for record in self.records:
            for (cycle, kpi, member), written in record.values.items():
                version = self._versions[cycle, kpi][member, float(written)]
                found.setdefault((cycle, kpi), {}).setdefault(record.name, []).append(version)
        return {key: tuple((name, tuple(each)) for name, each in states.items()) for key, states in found.items()}

    def _behind(
        self, record: Record, figure: RecordedMean | RecordedDistribution | RecordedClass
    ) -> tuple[Version, ...]:
        """The versions of the values behind a figure."""
        known = self._versions[figure.cycle, figure.kpi]
        return tuple(known[member, float(record.values[figure.cycle, figure.kpi, member])] for member in figure.members)

    @cached_property
    def _shares(self) -> Mapping[tuple[str, str, str], tuple[RecordedShares, ...]]:
        found: dict[tuple[str, str, str], list[RecordedShares]] = {}
        for record in self.records:
            for shares in record.shares:
                seen = found.setdefault((shares.cycle, shares.instrument, shares.question), [])
                if shares not in seen:
                    seen.append(shares)
        return {key: tuple(each) for key, each in found.items()}


def union_of(readers: Iterable[Readers]) -> Readers:
    """Everybody who is in any of the sets of readers."""
    found = tuple(readers)
    return Readers(
        any(each.everyone for each in found),
        any(each.basic_users for each in found),
        frozenset().union(*(each.members for each in found)),
    )
