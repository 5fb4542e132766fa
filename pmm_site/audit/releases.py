"""What earlier releases published, read from their records by a parser of its own (`releases/<name>/record.json`)."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any, NamedTuple

from pmm_site.audit.rights import BASIC_USERS, OUTSIDERS, Audience
from pmm_site.audit.truth import exact
from pmm_site.model import Dataset
from pmm_site.problems import ExitCode, PmmSiteError

RECORD = "record.json"
_WITHOUT_CLASSES = 1
"""The format of records that do not say which classes were published."""
_FEWEST = 3
"""Fewer values have no skewness, and no class."""


class RecordUnreadable(PmmSiteError):
    """A record that cannot be read; the audit fails rather than guess."""

    exit_code = ExitCode.INPUT


class EarlierMean(NamedTuple):
    """A mean as it was printed."""

    cycle: str
    kpi: str
    figure: str
    members: tuple[str, ...]
    mean: Fraction
    step: Fraction
    readers: Audience


class EarlierBins(NamedTuple):
    """A distribution: its members and edges."""

    cycle: str
    kpi: str
    members: tuple[str, ...]
    edges: tuple[float, ...]


class EarlierClass(NamedTuple):
    """A performance class: its members; what it said follows from their values."""

    cycle: str
    kpi: str
    members: tuple[str, ...]


class EarlierShares(NamedTuple):
    """Shares of answers on a question (`aware` or `usage`): each respondent's answer, and the step."""

    cycle: str
    instrument: str
    question: str
    answers: Mapping[str, str]
    step: Fraction


@dataclass(frozen=True, repr=False)
class Earlier:
    """One earlier release: values as they were, who could see each, and every figure."""

    name: str
    values: Mapping[tuple[str, str, str], Fraction] = field(default_factory=dict)
    seen: Mapping[tuple[str, str, str], Audience] = field(default_factory=dict)
    means: tuple[EarlierMean, ...] = ()
    bins: tuple[EarlierBins, ...] = ()
    classes: tuple[EarlierClass, ...] = ()
    shares: tuple[EarlierShares, ...] = ()


def earlier_releases(folder: Path) -> tuple[Earlier, ...]:
    """Every release recorded below a folder (`releases/`), by name; RecordUnreadable where one is damaged."""
    if not folder.is_dir():
        return ()
    recorded = sorted(each for each in folder.iterdir() if each.is_dir() and not each.name.startswith("."))
    return tuple(read_release(each / RECORD) for each in recorded)


def lost_names(release: Earlier, dataset: Dataset) -> Iterator[str]:
    """The cycles, KPIs, Members and instruments of a release that the data do not have: what it told of them is lost.

    Readers that stand for many are no Members.
    """
    shares = release.shares
    of_figures = {(cycle, kpi) for cycle, kpi, _ in release.values}
    of_figures |= {(each.cycle, each.kpi) for each in release.means}
    of_figures |= {(each.cycle, each.kpi) for each in release.bins}
    cycles = {cycle for cycle, _ in of_figures}.union(each.cycle for each in shares)
    members = frozenset(member for _, _, member in release.values).union(
        *release.seen.values(), *(each.answers for each in shares)
    )
    yield from sorted(cycles - {data.cycle.id for data in dataset.cycles})
    yield from sorted({kpi for _, kpi in of_figures} - {kpi.id for kpi in dataset.catalogue.kpis})
    yield from sorted(members - dataset.members.keys() - {OUTSIDERS, BASIC_USERS})
    yield from sorted({each.instrument for each in shares} - {each.id for each in dataset.catalogue.instruments})


def read_release(path: Path) -> Earlier:
    """The release in a record."""
    try:
        return _release(json.loads(path.read_bytes()))
    except (OSError, ValueError, KeyError, TypeError, AttributeError, ArithmeticError):
        raise RecordUnreadable(f"{path}: no record of a release") from None


def _release(found: Mapping[str, Any]) -> Earlier:
    sites = {site: _readers(each) for site, each in found["readers"].items()}
    values = {(cycle, kpi, member): exact(text, 0.0) for cycle, kpi, member, text, _ in found["values"]}
    seen = {
        (cycle, kpi, member): frozenset({member}).union(*(sites.get(place, frozenset()) for place in places))
        for cycle, kpi, member, _, places in found["values"]
    }
    return Earlier(
        name=str(found["name"]),
        values=values,
        seen=seen,
        means=tuple(_means(found["means"])),
        bins=tuple(
            EarlierBins(cycle, kpi, tuple(members), tuple(map(float, edges)))
            for cycle, kpi, members, edges in found["distributions"]
        ),
        classes=tuple(_classes(found, values)),
        shares=tuple(
            EarlierShares(cycle, instrument, question, dict(answers), Fraction(step))
            for cycle, instrument, question, answers, step in found["shares"]
        ),
    )


def _classes(found: Mapping[str, Any], values: Iterable[tuple[str, str, str]]) -> Iterator[EarlierClass]:
    """The classes; records of the first format do not say which there were, so each that may have been counts."""
    if found["format"] == _WITHOUT_CLASSES:
        of_kpi: dict[tuple[str, str], list[str]] = {}
        for cycle, kpi, member in values:
            of_kpi.setdefault((cycle, kpi), []).append(member)
        found = {"classes": [(*key, members) for key, members in of_kpi.items() if len(members) >= _FEWEST]}
    for cycle, kpi, members in found["classes"]:
        if len(members) < _FEWEST:
            raise ValueError
        yield EarlierClass(cycle, kpi, tuple(members))


def _means(rows: list[Any]) -> Iterator[EarlierMean]:
    for cycle, kpi, figure, members, mean, step, readers in rows:
        yield EarlierMean(cycle, kpi, figure, tuple(members), Fraction(mean), Fraction(step), _readers(readers))


def _readers(found: Mapping[str, Any]) -> Audience:
    """Readers as names; outsiders and basic users stand for all who are like them."""
    names = set(found["members"])
    if found["everyone"]:
        names |= {OUTSIDERS, BASIC_USERS}
    if found["basic_users"]:
        names.add(BASIC_USERS)
    return frozenset(names)
