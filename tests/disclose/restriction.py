"""The data as the readers of one site may know them: another account of what it shows, to hold the program against."""

from __future__ import annotations

from dataclasses import replace

from pmm_site.disclose.levels import has_value, shown_to, value_readers
from pmm_site.model import Cycle, CycleData, Dataset, Observation, Site, SiteKind


def shows(site: Site, observation: Observation, dataset: Dataset, cycle: Cycle) -> bool:
    """Whether the site shows the value: a finite reported value all of whose site's readers may see it."""
    return has_value(observation) and shown_to(site, value_readers(observation, dataset, cycle))


def restricted(dataset: Dataset, site: Site) -> Dataset:
    """The dataset as the readers of a site may know it.

    Every value that the site does not show becomes an observation without value; answers and notes
    stay only for the own Member on its country site; drafts go. Restricting twice is restricting once.
    """
    cycles = tuple(_restricted_cycle(data, site, dataset) for data in dataset.published)
    return replace(dataset, cycles=cycles, salt=None)


def _restricted_cycle(data: CycleData, site: Site, dataset: Dataset) -> CycleData:
    own = site.subject if site.kind is SiteKind.COUNTRY else None

    def as_known(each: Observation) -> Observation:
        if each.member == own and (shows(site, each, dataset, data.cycle) or not each.written):
            return each
        if shows(site, each, dataset, data.cycle):
            return replace(each, note="")
        return Observation(each.kpi, each.member, each.status)

    answers = tuple(answer for answer in data.answers if own is not None and answer.member == own)
    return replace(data, observations=tuple(map(as_known, data.observations)), answers=answers)
