"""Why a value appears where it does, and an aggregate as it does: every rule that was asked and the one that won.

Steps name keys, levels, sites and readers, and never a value.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from pmm_site.disclose.decisions import Decisions
from pmm_site.disclose.levels import (
    Grade,
    ceiling_admits,
    effective_level,
    has_value,
    sharing_unions,
    shown_to,
    site_unions,
    sites,
    value_readers,
)
from pmm_site.disclose.log import RULES, LogRow, suppression_log
from pmm_site.model import CycleData, Dataset, Kpi, Level, Observation, Readers, Site
from pmm_site.problems import UsageProblem, nearest


class Step(NamedTuple):
    """One rule: what it is about (`value`, a site, or a figure), what came of it, and whether it settled the matter."""

    about: str
    rule: str
    outcome: str
    won: bool = False

    def as_json(self) -> dict[str, Any]:
        """The step for machines."""
        return self._asdict()

    def __str__(self) -> str:
        return f"{'→' if self.won else ' '} {self.about}: {self.rule}: {self.outcome}"


def explain(
    dataset: Dataset,
    decisions: Decisions,
    member: str,
    kpi: str,
    cycle: str | None = None,
    site: str | None = None,
) -> tuple[Step, ...]:
    """Every rule that decided where the Member's value appears, and how the aggregates that it is in were decided.

    cycle: default the latest published; site: default all of the project's sites. UsageProblem for an id that is
    not known.
    """
    data = _cycle(dataset, cycle)
    measured = _known(dataset.catalogue.kpi_by_id, kpi, "KPI")
    _known(dataset.members, member, "Member")
    places = {each.id: each for each in sites(dataset)}
    chosen = tuple(places.values()) if site is None else (_known(places, site, "site"),)
    asked = Step("value", "cycle", data.cycle.id if cycle is not None else f"{data.cycle.id}, the latest published")
    settled = _settled_before(dataset, data, measured, member)
    observation = next((each for each in data.by_kpi.get(kpi, ()) if each.member == member), None)
    if settled is not None or observation is None:
        return asked, settled or Step("value", "in force", "the KPI is not in force in this cycle", True)
    return (
        asked,
        *_of_value(dataset, data, measured, observation),
        *(_on_site(dataset, data, measured, observation, each) for each in chosen),
        *_of_aggregates(dataset, decisions, data, measured, member, chosen),
    )


def _known(options: Mapping[str, Any], key: str, kind: str) -> Any:
    if key not in options:
        advice = nearest(key, options) or f"use one of the {len(options)} that it has, such as '{min(options)}'"
        raise UsageProblem(f"no {kind} '{key}' in this project → {advice}")
    return options[key]


def _cycle(dataset: Dataset, cycle: str | None) -> CycleData:
    by_id = {data.cycle.id: data for data in dataset.cycles}
    if cycle is not None:
        found: CycleData = _known(by_id, cycle, "cycle")
        return found
    if not dataset.published:
        raise UsageProblem("no cycle of this project is published")
    return dataset.published[-1]


def _settled_before(dataset: Dataset, data: CycleData, kpi: Kpi, member: str) -> Step | None:
    """What settles the matter before any level is looked at; None when nothing does."""
    if data.cycle.id not in dataset.published_cycles:
        return Step("value", "cycle", "the cycle is not published: nothing of it is on any site", True)
    if member not in data.participants:
        return Step("value", "participation", "the Member does not take part in this cycle", True)
    return None


# --- values -------------------------------------------------------------------------------------


def _of_value(dataset: Dataset, data: CycleData, kpi: Kpi, observation: Observation) -> Iterator[Step]:
    if not has_value(observation):
        yield Step("value", "status", f"{observation.status.value}: there is no value to show", True)
        return
    level = effective_level(observation, kpi)
    unions = sharing_unions(observation, dataset.unions, data.cycle.reference_year) if level is Level.UNION else ()
    alone = level is Level.UNION and not unions
    named = f" for {', '.join(sorted(observation.unions))}" if observation.unions else ""
    chosen = level is observation.level
    yield Step("value", "level chosen by the Member", f"{observation.level.value}{named}", chosen and not alone)
    yield Step("value", "ceiling of the KPI", kpi.ceiling.value, not chosen and not alone)
    if level is Level.UNION:
        outcome = ", ".join(unions) or "none in this reference year: read as country level"
        yield Step("value", "unions that share it", outcome, alone)
    readers = value_readers(observation, dataset, data.cycle)
    yield Step("value", "readers of the value", described(readers, dataset))


def described(readers: Readers, dataset: Dataset) -> str:
    """A set of readers in words."""
    if readers.everyone:
        return "everyone"
    if readers.basic_users and readers.members >= frozenset(dataset.members):
        return "every Member, basic users, the Secretariat"
    return ", ".join((*sorted(readers.members), "the Secretariat"))


def _on_site(dataset: Dataset, data: CycleData, kpi: Kpi, observation: Observation, site: Site) -> Step:
    if not has_value(observation):
        return Step(site.id, "not shown", f"{observation.status.value}: there is no value")
    readers = value_readers(observation, dataset, data.cycle)
    if shown_to(site, readers):
        return Step(site.id, "shown", "every reader of the site may see the value")
    return Step(site.id, "not shown", _who_is_not(site, readers))


def _who_is_not(site: Site, readers: Readers) -> str:
    """Readers of the site who are not readers of the value, the first few."""
    if site.readers.everyone:
        return "everyone reads this site, and not everyone may see the value"
    if site.readers.basic_users and not readers.basic_users:
        return "basic users and every Member read this site, and not all of them may see the value"
    others = sorted(site.readers.members - readers.members)
    more = f" and {len(others) - 3} more" if len(others) > 3 else ""
    return f"{', '.join(others[:3])}{more} may not see the value"


# --- aggregates ---------------------------------------------------------------------------------


def _of_aggregates(
    dataset: Dataset, decisions: Decisions, data: CycleData, kpi: Kpi, member: str, chosen: Iterable[Site]
) -> Iterator[Step]:
    """How the figures that the Member's value is in were decided, where a chosen site may give them."""
    grades = {site.id: ceiling_admits(site, kpi) for site in chosen}
    for site, grade in grades.items():
        if grade is not Grade.ALL:
            yield Step(site, "ceiling of the KPI", _GRADES[grade], True)
    own_unions = {union for site in chosen for union in site_unions(dataset, site)}
    common = any(grade is Grade.ALL for grade in grades.values())
    if decisions.basis == "visible":
        yield Step("aggregates", "basis", RULES["visible"], True)
        return
    decision = decisions.kpis.get((data.cycle.id, kpi.id))
    if decision is None:
        yield Step("aggregates", "not-candidate", RULES["not-candidate"], True)
        return
    for row in suppression_log(Decisions({(data.cycle.id, kpi.id): decision}, {}, decisions.basis)):
        grouping, _, group = row.group.partition("/")
        of_union = row.figure in ("mean", "change") and grouping == "union"
        admitted = group in own_unions if of_union else common
        if admitted and _in_group(dataset, data, member, row.figure, grouping, group):
            yield _figure_step(row)


_GRADES = {
    Grade.NOTHING: "no figure of this KPI on this site",
    Grade.OWN_VALUE: "the Member's own value and no aggregate",
    Grade.UNION_AGGREGATES: "of aggregates only the union's own",
}


def _in_group(dataset: Dataset, data: CycleData, member: str, figure: str, grouping: str, group: str) -> bool:
    """Whether the Member is in the group of a mean; other figures are over all contributors."""
    if figure not in ("mean", "change") or grouping == "all":
        return True
    if grouping == "union":
        return member in dataset.unions[group].members_in(data.cycle.reference_year)
    groups = data.participants[member].groups
    return all(groups.get(each) == wanted for each, wanted in zip(grouping.split(":"), group.split(":"), strict=True))


def _figure_step(row: LogRow) -> Step:
    name = " ".join(part for part in (row.figure, row.group, f"with {row.other}" if row.other else "") if part)
    step = f" (rounded to {format(row.step, 'f')})" if row.step is not None else ""
    because = f"; limited by {', '.join(row.readers)}" if row.readers else ""
    return Step(name, row.rule, f"{_verdict(row)}{step}{because}", True)


def _verdict(row: LogRow) -> str:
    text = RULES.get(row.rule, row.rule)
    if row.rule == "hidden-contributors":
        return f"{'told' if row.published else 'not told'}: {text}"
    return text
