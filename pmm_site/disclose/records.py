"""The record of a release: what it showed to whom. Later releases are decided and audited beside all records.

A record holds every submitted value that its figures came from, the sites that showed the value, and every published
figure with its contributors and readers. It is as confidential as the data, lies beside them as plain JSON, and is
never in a web root.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any, NamedTuple

from pmm_site.model import Readers
from pmm_site.problems import ExitCode, PmmSiteError

FORMAT = 2
WITHOUT_CLASSES = 1
"""The format of before, which does not say which classes were published."""
_FEWEST_OF_CLASS = 3
"""Fewer values have no skewness, and no class."""

ValueKey = tuple[str, str, str]
"""(cycle, KPI, Member)."""


class RecordDamaged(PmmSiteError):
    """A record cannot be read: without it nobody knows what was published, so nothing is built."""

    exit_code = ExitCode.INPUT

    def __init__(self, place: str, rule: str, next_step: str = "restore the release's folder from a copy") -> None:
        self.place, self.rule, self.next_step = place, rule, next_step
        super().__init__(f"{place}: {rule} → {next_step}")


class RecordedMean(NamedTuple):
    """A published mean: its contributors, sorted, what was printed, and who could open it.

    figure: `grouping/group`, and of a change also the cycle compared with: `all/all with c2022`.
    """

    cycle: str
    kpi: str
    figure: str
    members: tuple[str, ...]
    mean: Decimal
    step: Decimal
    audience: Readers


class RecordedDistribution(NamedTuple):
    """A published distribution: its contributors, sorted, and its edges; open ends are infinite."""

    cycle: str
    kpi: str
    members: tuple[str, ...]
    edges: tuple[float, ...]


class RecordedClass(NamedTuple):
    """A published class over submitted values: its contributors, sorted; what it said follows from their values."""

    cycle: str
    kpi: str
    members: tuple[str, ...]


class RecordedShares(NamedTuple):
    """Published shares of answers: `question` is `aware` or `usage`; each respondent's answer by Member."""

    cycle: str
    instrument: str
    question: str
    answers: Mapping[str, str]
    step: Decimal


@dataclass(frozen=True)
class Record:
    """All that one release showed.

    name: of the release. sequence: its place among the project's releases, from 1. readers: of each of its sites.
    values: every submitted value as written. shown: the sites that showed it, for values that any did.
    """

    name: str
    sequence: int
    readers: Mapping[str, Readers] = field(default_factory=dict)
    values: Mapping[ValueKey, str] = field(default_factory=dict)
    shown: Mapping[ValueKey, tuple[str, ...]] = field(default_factory=dict)
    means: tuple[RecordedMean, ...] = ()
    distributions: tuple[RecordedDistribution, ...] = ()
    classes: tuple[RecordedClass, ...] = ()
    shares: tuple[RecordedShares, ...] = ()


def to_json(record: Record) -> bytes:
    """The record as bytes; the same record gives the same bytes."""
    content = {
        "format": FORMAT,
        "name": record.name,
        "sequence": record.sequence,
        "readers": {site: _readers_json(each) for site, each in sorted(record.readers.items())},
        "values": [[*key, record.values[key], list(record.shown.get(key, ()))] for key in sorted(record.values)],
        "means": [
            [*each[:3], list(each.members), str(each.mean), str(each.step), _readers_json(each.audience)]
            for each in record.means
        ],
        "distributions": [
            [each.cycle, each.kpi, list(each.members), [repr(edge) for edge in each.edges]]
            for each in record.distributions
        ],
        "classes": [[each.cycle, each.kpi, list(each.members)] for each in record.classes],
        "shares": [
            [each.cycle, each.instrument, each.question, dict(sorted(each.answers.items())), str(each.step)]
            for each in record.shares
        ],
    }
    return (json.dumps(content, ensure_ascii=False, separators=(",", ":")) + "\n").encode("utf-8")


def from_json(content: bytes, place: str) -> Record:
    """The record in bytes; RecordDamaged names the `place` it was read from."""
    try:
        fields = json.loads(content)
        if fields["format"] not in (FORMAT, WITHOUT_CLASSES):
            raise ValueError
        record = _record(fields)
        if not _is_whole(record):
            raise ValueError
        return record
    except (ValueError, KeyError, TypeError, AttributeError, InvalidOperation):
        raise RecordDamaged(place, "no record of a release of this version") from None


def _record(fields: Mapping[str, Any]) -> Record:
    return Record(
        name=str(fields["name"]),
        sequence=int(fields["sequence"]),
        readers={site: _readers(each) for site, each in fields["readers"].items()},
        values={(cycle, kpi, member): value for cycle, kpi, member, value, _ in fields["values"]},
        shown={(cycle, kpi, member): tuple(sites) for cycle, kpi, member, _, sites in fields["values"] if sites},
        means=tuple(
            RecordedMean(cycle, kpi, figure, tuple(members), Decimal(mean), Decimal(step), _readers(audience))
            for cycle, kpi, figure, members, mean, step, audience in fields["means"]
        ),
        distributions=tuple(
            RecordedDistribution(cycle, kpi, tuple(members), tuple(map(float, edges)))
            for cycle, kpi, members, edges in fields["distributions"]
        ),
        classes=_classes(fields),
        shares=tuple(
            RecordedShares(cycle, instrument, question, dict(answers), Decimal(step))
            for cycle, instrument, question, answers, step in fields["shares"]
        ),
    )


def _classes(fields: Mapping[str, Any]) -> tuple[RecordedClass, ...]:
    """The classes that were published; where the record does not say, all that may have been."""
    if fields["format"] != WITHOUT_CLASSES:
        return tuple(RecordedClass(cycle, kpi, tuple(members)) for cycle, kpi, members in fields["classes"])
    members: dict[tuple[str, str], list[str]] = {}
    for cycle, kpi, member, *_ in fields["values"]:
        members.setdefault((cycle, kpi), []).append(member)
    return tuple(RecordedClass(*key, tuple(each)) for key, each in members.items() if len(each) >= _FEWEST_OF_CLASS)


def _is_whole(record: Record) -> bool:
    """Whether what the record refers to is in it: the sites that showed a value, enough values behind each figure."""
    figures: tuple[RecordedMean | RecordedDistribution | RecordedClass, ...]
    figures = (*record.means, *record.distributions, *record.classes)
    return (
        all(math.isfinite(float(written)) for written in record.values.values())
        and all(record.readers.keys() >= set(places) for places in record.shown.values())
        and all(len(each.members) >= _FEWEST_OF_CLASS for each in record.classes)
        and all(
            each.members and all((each.cycle, each.kpi, member) in record.values for member in each.members)
            for each in figures
        )
    )


def _readers_json(readers: Readers) -> dict[str, Any]:
    return {
        "everyone": readers.everyone,
        "basic_users": readers.basic_users,
        "members": sorted(readers.members),
    }


def _readers(fields: Mapping[str, Any]) -> Readers:
    return Readers(bool(fields["everyone"]), bool(fields["basic_users"]), frozenset(fields["members"]))
