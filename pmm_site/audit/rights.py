"""Who may see what, worked out again from the rules as they are written (reference: disclosure, section 1).

Readers are plain sets of names here: every Member code, the basic users and the outsiders. The Secretariat reads
everything and is left out. This module shares nothing with the code that decides, so that a mistake there shows here.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from pmm_site.model import CycleData, Dataset, Level, Observation, ResponseStatus

OUTSIDERS = "(everyone)"
BASIC_USERS = "(basic users)"

Audience = frozenset[str]


class Secret(NamedTuple):
    """A reported value, who may read it, and whether its cycle stands on sites at all."""

    cycle: str
    kpi: str
    member: str
    written: str
    value: float
    level: Level
    readers: Audience
    published: bool

    @property
    def key(self) -> str:
        """How findings name it."""
        return f"{self.cycle}/{self.kpi}/{self.member}"


def site_kind(site_id: str) -> tuple[str, str]:
    """(kind, subject) of a site id: `public`, `wco`, (`union`, id), (`country`, CODE); empty when it is none."""
    if site_id in ("public", "wco"):
        return site_id, ""
    kind, _, subject = site_id.partition("-")
    if kind == "union" and subject:
        return kind, subject
    if kind == "country" and subject:
        return kind, subject.upper()
    return "", ""


@dataclass(frozen=True, repr=False)
class Rights:
    """The rules of who may see what, applied to one dataset."""

    dataset: Dataset

    @cached_property
    def everybody(self) -> Audience:
        """All readers there are."""
        return self.wco | {OUTSIDERS}

    @cached_property
    def wco(self) -> Audience:
        """Every Member community and the basic users."""
        return frozenset(self.dataset.members) | {BASIC_USERS}

    @cached_property
    def union_years(self) -> Mapping[tuple[str, int], Audience]:
        """Members of each union in each reference year that occurs."""
        years = {data.cycle.reference_year for data in self.dataset.cycles}
        return {
            (union.id, year): frozenset(
                entry.member
                for entry in union.memberships
                if (entry.first is None or entry.first <= year) and (entry.last is None or entry.last >= year)
            )
            for union in self.dataset.unions.values()
            for year in years
        }

    @cached_property
    def latest_year(self) -> int | None:
        """Reference year of the latest published cycle."""
        published = set(self.dataset.published_cycles)
        years = (each.cycle.reference_year for each in self.dataset.cycles if each.cycle.id in published)
        return max(years, default=None)

    def union_today(self, union: str) -> Audience:
        """Members of a union in the reference year of the latest published cycle."""
        return frozenset() if self.latest_year is None else self.union_years.get((union, self.latest_year), frozenset())

    def site_readers(self, site_id: str) -> Audience:
        """The readers of a site; none when there may be no such site."""
        kind, subject = site_kind(site_id)
        if kind == "public":
            return self.everybody
        if kind == "wco":
            return self.wco
        if kind == "union":
            return self.union_today(subject)
        if kind == "country" and subject in self.dataset.members:
            return frozenset({subject})
        return frozenset()

    @cached_property
    def sites(self) -> tuple[str, ...]:
        """The ids of the sites that the settings ask for and that somebody may read."""
        asked, data = self.dataset.settings.sites, self.dataset.cycles
        part = {code for each in data if each.cycle.id in self.dataset.published_cycles for code in each.participants}
        chosen = {"all": frozenset(self.dataset.members), "participants": frozenset(part), "none": frozenset[str]()}
        countries = chosen[asked.countries] if isinstance(asked.countries, str) else frozenset(asked.countries)
        unions = {"all": frozenset(self.dataset.unions), "none": frozenset[str]()}
        of_unions = unions[asked.unions] if isinstance(asked.unions, str) else frozenset(asked.unions)
        every = [name for name, is_asked in (("public", asked.public), ("wco", asked.wco)) if is_asked]
        every += [f"union-{union}" for union in sorted(of_unions)]
        every += [f"country-{code.lower()}" for code in sorted(countries)]
        return tuple(site for site in every if self.site_readers(site))

    def unions_of_site(self, site_id: str) -> frozenset[str]:
        """Unions whose own aggregates may stand on a site."""
        kind, subject = site_kind(site_id)
        if kind == "union":
            return frozenset({subject}) if self.site_readers(site_id) else frozenset()
        if kind == "country":
            return frozenset(union for union in self.dataset.unions if subject in self.union_today(union))
        return frozenset()

    def level_of(self, observation: Observation) -> Level:
        """The stricter of the Member's choice and the ceiling; what is not known is country."""
        kpi = self.dataset.catalogue.kpi_by_id.get(observation.kpi)
        order = [Level.PUBLIC, Level.WCO, Level.UNION, Level.COUNTRY]
        chosen = [observation.level, kpi.ceiling if kpi is not None else Level.COUNTRY]
        return order[max(order.index(each) if each in order else 3 for each in chosen)]

    def circle(self, member: str, level: Level, year: int, named: frozenset[str] = frozenset()) -> Audience:
        """The readers of what a Member discloses at a level in a reference year, of its unions the `named` if any."""
        if level is Level.PUBLIC:
            return self.everybody
        if level is Level.WCO:
            return self.wco
        found = {member}
        if level is Level.UNION:
            for union in self.dataset.unions:
                members = self.union_years.get((union, year), frozenset())
                if member in members and (not named or union in named):
                    found |= members
        return frozenset(found)

    @cached_property
    def secrets(self) -> tuple[Secret, ...]:
        """Every reported value of every cycle, drafts included."""
        return tuple(secret for data in self.dataset.cycles for secret in self._secrets(data))

    @cached_property
    def keys(self) -> tuple[tuple[str, str, str], ...]:
        """Cycle, KPI and Member of each of `secrets`."""
        return tuple((each.cycle, each.kpi, each.member) for each in self.secrets)

    def _secrets(self, data: CycleData) -> Iterator[Secret]:
        published = data.cycle.id in self.dataset.published_cycles
        year = data.cycle.reference_year
        known: dict[tuple[str, Level, frozenset[str]], Audience] = {}
        for each in data.observations:
            if not is_reported(each):
                continue
            level = self.level_of(each)
            named = each.unions if each.level is Level.UNION else frozenset()
            circle = known.get((each.member, level, named))
            if circle is None:
                circle = known[each.member, level, named] = self.circle(each.member, level, year, named)
            value = each.value if each.value is not None else math.nan
            yield Secret(data.cycle.id, each.kpi, each.member, each.written, value, level, circle, published)

    def shown(self, site_id: str) -> tuple[bool, ...]:
        """For each of `secrets`, in order, whether the site may show it."""
        audience = self.site_readers(site_id)
        if not audience:
            return (False,) * len(self.secrets)
        verdicts: dict[int, bool] = {}  # by identity: readers are shared between the secrets of a Member
        found = []
        for secret in self.secrets:
            verdict = verdicts.get(id(secret.readers))
            if verdict is None:
                verdict = verdicts[id(secret.readers)] = audience <= secret.readers
            found.append(verdict and secret.published)
        return tuple(found)

    def kpi_tables(self, site_id: str, kpi: str) -> str:
        """What the ceiling of a KPI admits on a site: `all`, `union` (values, a union's own figures), `own`, ``."""
        found = self.dataset.catalogue.kpi_by_id.get(kpi)
        kind = site_kind(site_id)[0]
        if found is None or not kind:
            return ""
        if found.ceiling is Level.PUBLIC or (found.ceiling is Level.WCO and kind != "public"):
            return "all"
        if found.ceiling is Level.UNION and kind in ("union", "country"):
            return "union"
        alone = len(self.site_readers(site_id)) == 1 and kind in ("country", "union")
        return "own" if found.ceiling is Level.COUNTRY and alone else ""


def is_reported(observation: Observation) -> bool:
    """Whether there is a finite value."""
    return (
        observation.status is ResponseStatus.REPORTED
        and observation.value is not None
        and math.isfinite(observation.value)
    )
