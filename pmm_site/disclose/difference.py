"""What one release shows beyond another: values that became more or less visible, figures that moved.

Keys only: `cycle/kpi/member` of a value, `cycle/kpi/grouping/group` of a mean, `cycle/kpi/distribution`,
`cycle/instrument/awareness` and `/use`.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from decimal import Decimal
from itertools import groupby
from typing import Any

from pmm_site.disclose.answers import share_of
from pmm_site.disclose.history import union_of
from pmm_site.disclose.records import Record, ValueKey
from pmm_site.distributions import counted
from pmm_site.model import NOBODY, ObsStatus, Readers, SiteKind, Usage
from pmm_site.package import ReleasePackage

DISTRIBUTION, AWARENESS, USE = "distribution", "awareness", "use"

FigureKey = tuple[str, str, str]
"""(cycle, KPI or instrument, figure)."""


@dataclass(frozen=True)
class Showing:
    """What a set of sites shows: who sees each value, each published figure, and which values are known to exist.

    existing: values that were reported, shown or not. absent: values that were not, None where all that are not
    `existing` are meant. participants: Members by cycle.
    """

    readers: Mapping[ValueKey, Readers]
    written: Mapping[ValueKey, str]
    existing: frozenset[ValueKey]
    absent: frozenset[ValueKey] | None
    participants: Mapping[str, frozenset[str]]
    figures: Mapping[FigureKey, tuple[str, ...]]

    def may_have_held(self, key: ValueKey) -> bool:
        """Whether the value existed, as far as anybody can tell: in doubt it did."""
        cycle, _, member = key
        if key in self.existing:
            return True
        if self.absent is None or member not in self.participants.get(cycle, frozenset()):
            return False
        return key not in self.absent


@dataclass(frozen=True)
class Difference:
    """From an old showing to a new one, keys sorted.

    widened: values that existed and that somebody sees who did not. narrowed: values that somebody saw and no longer
    sees (what was seen stays known). appeared: values that did not exist and are shown. corrected: values shown in
    both and written differently. Figures that are new, gone, or say something else.
    """

    widened: tuple[str, ...] = ()
    narrowed: tuple[str, ...] = ()
    appeared: tuple[str, ...] = ()
    corrected: tuple[str, ...] = ()
    figures_new: tuple[str, ...] = ()
    figures_gone: tuple[str, ...] = ()
    figures_moved: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """The difference for machines."""
        return asdict(self)

    def in_words(self) -> str:
        """The difference for people, a heading and its keys for each part that is not empty."""
        parts = [
            ("became more visible", self.widened),
            ("became less visible (what was seen stays known)", self.narrowed),
            ("are new", self.appeared),
            ("were corrected", self.corrected),
        ]
        lines = [f"values that {what}: {len(keys)}" + _listed(keys) for what, keys in parts if keys]
        figures = [("are new", self.figures_new), ("are gone", self.figures_gone), ("moved", self.figures_moved)]
        lines += [f"figures that {what}: {len(keys)}" + _listed(keys) for what, keys in figures if keys]
        return "\n".join(lines) or "no difference"


def _listed(keys: tuple[str, ...]) -> str:
    return "".join(f"\n  {key}" for key in keys)


def showing_of_record(record: Record) -> Showing:
    """What a recorded release shows."""
    readers = {key: union_of(record.readers[site] for site in sites) for key, sites in record.shown.items()}
    return Showing(
        readers=readers,
        written={key: record.values[key] for key in record.shown},
        existing=frozenset(record.values),
        absent=None,
        participants={},
        figures=dict(_figures_of_record(record)),
    )


def _figures_of_record(record: Record) -> Iterator[tuple[FigureKey, tuple[str, ...]]]:
    for mean in record.means:
        yield (mean.cycle, mean.kpi, mean.figure), (_plain(mean.mean), _plain(mean.step))
    for each in record.distributions:
        values = [float(record.values[each.cycle, each.kpi, member]) for member in each.members]
        yield (each.cycle, each.kpi, DISTRIBUTION), _bins(each.edges, counted(each.edges, values))
    for shares in record.shares:
        given = Counter(shares.answers.values())
        words = ("yes",) if shares.question == "aware" else tuple(usage.value for usage in Usage)
        printed = (share_of(given[word], len(shares.answers), shares.step) for word in words)
        figure = AWARENESS if shares.question == "aware" else USE
        yield (shares.cycle, shares.instrument, figure), (*map(_plain, printed), _plain(shares.step))


def _bins(edges: Iterable[float], counts: Iterable[int]) -> tuple[str, ...]:
    return (*(str(float(edge)) for edge in edges), *map(str, counts))


def showing_of_packages(packages: Iterable[ReleasePackage]) -> Showing:
    """What the packages of several sites show; a value that no site shows is known to exist where a site says so."""
    readers: dict[ValueKey, list[Readers]] = {}
    written: dict[ValueKey, str] = {}
    existing: set[ValueKey] = set()
    absent: set[ValueKey] = set()
    participants: dict[str, set[str]] = {}
    figures: dict[FigureKey, tuple[str, ...]] = {}
    for package in packages:
        audience = _audience(package)
        for member in package.tables["members"]:
            if member.participates:
                participants.setdefault(member.cycle, set()).add(member.member)
        for row in package.tables["values"]:
            key = (row.cycle, row.kpi, row.member)
            if row.obs_status is ObsStatus.SHOWN:
                readers.setdefault(key, []).append(audience)
                written[key] = row.value
            if row.obs_status in (ObsStatus.SHOWN, ObsStatus.NOT_SHOWN):
                existing.add(key)
            else:
                absent.add(key)
        figures.update(_figures(package))
    seen = {key: union_of(each) for key, each in readers.items()}
    taking_part = {cycle: frozenset(members) for cycle, members in participants.items()}
    return Showing(seen, written, frozenset(existing), frozenset(absent), taking_part, figures)


def _audience(package: ReleasePackage) -> Readers:
    info = package.info
    if info.kind is SiteKind.PUBLIC:
        return Readers(everyone=True)
    if info.kind is SiteKind.WCO:
        return Readers(basic_users=True, members=frozenset(row.member for row in package.tables["members"]))
    return Readers(members=frozenset(info.members))


def _plain(number: Decimal | None) -> str:
    """A number as packages write it, however it came here: 10 and 1E+1 are one."""
    return "" if number is None else format(number, "f")


def _figures(package: ReleasePackage) -> dict[FigureKey, tuple[str, ...]]:
    found: dict[FigureKey, tuple[str, ...]] = {
        (row.cycle, row.kpi, f"{row.grouping}/{row.group}"): (_plain(row.mean), _plain(row.rounding))
        for row in package.tables["aggregates"]
        if row.mean is not None
    }
    for row in package.tables["changes"]:
        if row.mean is not None:
            group = f"{row.grouping}/{row.group}"
            step = _plain(row.rounding)
            found[row.cycle, row.kpi, f"{group} with {row.previous}"] = (_plain(row.mean), step)
            found[row.previous, row.kpi, f"{group} with {row.cycle}"] = (_plain(row.previous_mean), step)
    for (cycle, kpi), bins in groupby(package.tables["distribution"], lambda row: (row.cycle, row.kpi)):
        rows = list(bins)
        starts = [-math.inf if row.bin_from is None else float(row.bin_from) for row in rows]
        end = math.inf if rows[-1].bin_to is None else float(rows[-1].bin_to)
        found[cycle, kpi, DISTRIBUTION] = _bins([*starts, end], [row.contributors for row in rows])
    for row in package.tables["instruments"]:
        step = _plain(row.rounding)
        if row.aware is not None:
            found[row.cycle, row.instrument, AWARENESS] = (_plain(row.aware), step)
        if row.in_use is not None:
            uses = map(_plain, (row.in_use, row.planned, row.not_planned))
            found[row.cycle, row.instrument, USE] = (*uses, step)
    return found


def difference(old: Showing, new: Showing) -> Difference:
    """From the old to the new.

    A value counts as widened, and not as new, unless it is known that it was not reported then.
    """
    more = [key for key, readers in new.readers.items() if not _covers(old.readers.get(key, NOBODY), readers)]
    narrowed = [key for key, before in old.readers.items() if not _covers(new.readers.get(key, NOBODY), before)]
    corrected = [key for key in old.written.keys() & new.written.keys() if old.written[key] != new.written[key]]
    both = old.figures.keys() & new.figures.keys()
    return Difference(
        widened=_written(key for key in more if old.may_have_held(key)),
        narrowed=_written(narrowed),
        appeared=_written(key for key in more if not old.may_have_held(key)),
        corrected=_written(corrected),
        figures_new=_written(new.figures.keys() - old.figures.keys()),
        figures_gone=_written(old.figures.keys() - new.figures.keys()),
        figures_moved=_written(key for key in both if old.figures[key] != new.figures[key]),
    )


def _covers(readers: Readers, others: Readers) -> bool:
    """Whether all of the others are among the readers; who joins the WCO later is one of its users."""
    return readers.include(others) or (readers.basic_users and not others.everyone)


def _written(keys: Iterable[tuple[str, ...]]) -> tuple[str, ...]:
    return tuple(sorted("/".join(key) for key in keys))
