"""Who may see a value, which sites there are, and which value stands on which site.

The rule (reference: disclosure, section 1): a value appears on a site exactly when all readers of the
site are readers of the value. Readers are sets, not rungs of a ladder. What is not known is closed.
"""

from __future__ import annotations

import enum
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from pmm_site.model import (
    EVERYONE,
    NOBODY,
    Cycle,
    Dataset,
    Kpi,
    Level,
    Observation,
    Readers,
    ResponseStatus,
    Site,
    SiteKind,
    Union,
)


class Grade(enum.Enum):
    """What a KPI's ceiling admits on a site, from nothing to all of its figures."""

    NOTHING = "nothing"
    OWN_VALUE = "own-value"
    UNION_AGGREGATES = "union-aggregates"
    ALL = "all"


def effective_level(observation: Observation, kpi: Kpi | None) -> Level | None:
    """The stricter of the Member's choice and the KPI's ceiling; None when either is not known."""
    if kpi is None or not isinstance(observation.level, Level) or not isinstance(kpi.ceiling, Level):
        return None
    return observation.level.stricter(kpi.ceiling)


def sharing_unions(observation: Observation, unions: Mapping[str, Union], year: int) -> tuple[str, ...]:
    """Ids of the unions in whose circle a union value is read: the Member's in that year, or those it named."""
    named = observation.unions if observation.level is Level.UNION else frozenset()
    return _member_unions(observation.member, unions, year, named)


def _member_unions(member: str, unions: Mapping[str, Union], year: int, named: frozenset[str]) -> tuple[str, ...]:
    own = (union.id for union in unions.values() if member in union.members_in(year))
    return tuple(sorted(union for union in own if not named or union in named))


def value_readers(observation: Observation, dataset: Dataset, cycle: Cycle) -> Readers:
    """The readers of a value, reported or not; nobody when anything about its level is not known."""
    level = effective_level(observation, dataset.catalogue.kpi_by_id.get(observation.kpi))
    if level is None:
        return NOBODY
    named = observation.unions if observation.level is Level.UNION else frozenset()
    return level_readers(dataset, level, observation.member, cycle.reference_year, named)


def level_readers(
    dataset: Dataset, level: Level, member: str, year: int, named: frozenset[str] = frozenset()
) -> Readers:
    """The readers of what a Member discloses at a level in a reference year; of its unions the `named`, if any."""
    if level is Level.PUBLIC:
        return EVERYONE
    if level is Level.WCO:
        return wco_readers(dataset)
    if level is Level.UNION:
        unions = _member_unions(member, dataset.unions, year, named)
        return Readers(members=frozenset({member}).union(*(dataset.unions[union].members_in(year) for union in unions)))
    return Readers(members=frozenset({member}))


def wco_readers(dataset: Dataset) -> Readers:
    """Every Member community and the basic users."""
    return Readers(basic_users=True, members=frozenset(dataset.members))


# --- sites --------------------------------------------------------------------------------------


def latest_year(dataset: Dataset) -> int | None:
    """Reference year of the latest published cycle; None when no cycle is published."""
    return max((data.cycle.reference_year for data in dataset.published), default=None)


def union_members(dataset: Dataset, union: str) -> frozenset[str]:
    """Members of the union in the reference year of the latest published cycle: the readers of its site."""
    year = latest_year(dataset)
    found = dataset.unions.get(union)
    return frozenset() if year is None or found is None else found.members_in(year)


def sites(dataset: Dataset) -> tuple[Site, ...]:
    """The sites that the settings ask for: public, wco, unions and countries, each sorted by id.

    A union without Members in the reference year of the latest published cycle gets none.
    """
    asked = dataset.settings.sites
    found = []
    if asked.public:
        found.append(Site("public", SiteKind.PUBLIC, EVERYONE))
    if asked.wco:
        found.append(Site("wco", SiteKind.WCO, wco_readers(dataset)))
    for union in _asked_unions(dataset):
        if members := union_members(dataset, union):
            found.append(Site(f"union-{union}", SiteKind.UNION, Readers(members=members), union))
    found += (country_site(member) for member in _asked_countries(dataset))
    return tuple(found)


def country_site(member: str) -> Site:
    """The site of one Member."""
    readers = Readers(members=frozenset({member}))
    return Site(f"country-{member.lower()}", SiteKind.COUNTRY, readers, member)


def _asked_unions(dataset: Dataset) -> tuple[str, ...]:
    asked = dataset.settings.sites.unions
    if asked == "none":
        return ()
    chosen: Iterable[str] = dataset.unions if isinstance(asked, str) else asked
    return tuple(sorted(set(chosen) & set(dataset.unions)))


def _asked_countries(dataset: Dataset) -> tuple[str, ...]:
    asked = dataset.settings.sites.countries
    if asked == "none":
        return ()
    if asked == "all":
        return tuple(sorted(dataset.members))
    if isinstance(asked, str):
        return tuple(sorted({member for data in dataset.published for member in data.participants}))
    return tuple(sorted(set(asked) & set(dataset.members)))


def ceiling_admits(site: Site, kpi: Kpi | None) -> Grade:
    """What the KPI's ceiling lets stand on the site, whatever the Members chose."""
    ceiling = kpi.ceiling if kpi is not None else None
    if ceiling is Level.PUBLIC:
        return Grade.ALL
    if ceiling is Level.WCO and site.kind is not SiteKind.PUBLIC:
        return Grade.ALL
    if ceiling is Level.UNION and site.kind in (SiteKind.UNION, SiteKind.COUNTRY):
        return Grade.UNION_AGGREGATES
    if ceiling is Level.COUNTRY and sole_reader(site) is not None:
        return Grade.OWN_VALUE
    return Grade.NOTHING


def sole_reader(site: Site) -> str | None:
    """The Member that alone reads the site: that of a country site, or the only one of a union; else None."""
    if site.kind is SiteKind.COUNTRY:
        return site.subject
    alone = site.kind is SiteKind.UNION and len(site.readers.members) == 1
    return next(iter(site.readers.members)) if alone else None


def site_unions(dataset: Dataset, site: Site) -> tuple[str, ...]:
    """Unions whose own aggregates stand on the site: the union of a union site, all of a Member's on its site."""
    if site.kind is SiteKind.UNION and site.subject is not None:
        return (site.subject,)
    if site.kind is SiteKind.COUNTRY:
        return tuple(sorted(union for union in dataset.unions if site.subject in union_members(dataset, union)))
    return ()


# --- which value stands where -------------------------------------------------------------------


def shown_to(site: Site, readers: Readers) -> bool:
    """The rule itself: whether all readers of the site are readers of the value. A site without readers shows none."""
    if not (site.readers.everyone or site.readers.basic_users or site.readers.members):
        return False
    return readers.include(site.readers)


def has_value(observation: Observation) -> bool:
    """Whether a finite value was reported."""
    return (
        observation.status is ResponseStatus.REPORTED
        and observation.value is not None
        and math.isfinite(observation.value)
    )


@dataclass(frozen=True)
class Access:
    """Readers of every observation of the published cycles, worked out once for all sites.

    `readers` holds each distinct set of readers once; `numbers` gives, per cycle and in the order of its
    observations, the position in `readers`, and -1 where there is no value to show.
    """

    dataset: Dataset
    readers: tuple[Readers, ...]
    numbers: Mapping[str, tuple[int, ...]]

    @classmethod
    def of(cls, dataset: Dataset) -> Access:
        """Work out the readers of every value of the dataset's published cycles."""
        known: dict[Readers, int] = {}
        by_choice: dict[tuple[object, ...], int] = {}
        numbers = {}
        for data in dataset.published:
            found = []
            for observation in data.observations:
                choice = (
                    data.cycle.reference_year,
                    observation.member,
                    effective_level(observation, dataset.catalogue.kpi_by_id.get(observation.kpi)),
                    observation.level,
                    observation.unions,
                )
                number = by_choice.get(choice)
                if number is None:
                    readers = value_readers(observation, dataset, data.cycle)
                    number = by_choice[choice] = known.setdefault(readers, len(known))
                found.append(number if has_value(observation) else -1)
            numbers[data.cycle.id] = tuple(found)
        return cls(dataset, tuple(known), numbers)

    def shown(self, site: Site) -> tuple[bool, ...]:
        """Whether the site shows values with each distinct set of readers; the last entry stands for no value."""
        return (*(shown_to(site, readers) for readers in self.readers), False)
