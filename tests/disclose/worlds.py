"""From a small dataset to what its sites publish, as the build does it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from pmm_site.analyse import analyse, matched, tests, verdict
from pmm_site.disclose import Assembly, decide, sites, visible_statistics
from pmm_site.model import Dataset, Site, Statistics
from pmm_site.package import ReleasePackage


def assembly(world: Dataset, **changes: Any) -> Assembly:
    """Everything decided for a world."""
    submitted = analyse(world)
    changed = matched(world, submitted)
    return Assembly(world, decide(world, submitted, changed), submitted, changed, verdict, **changes)


def package(world: Dataset, identifier: str, **changes: Any) -> ReleasePackage:
    """The package of one site."""
    made = assembly(world, **changes)
    (site,) = (each for each in sites(world) if each.id == identifier)
    return made.package(site, visible(made, site))


def packages(world: Dataset) -> Iterator[tuple[Site, ReleasePackage]]:
    """The packages of all sites, in the order of the sites."""
    made = assembly(world)
    for site in sites(world):
        yield site, made.package(site, visible(made, site))


def visible(made: Assembly, site: Site) -> Statistics:
    """The statistics over the values that a site shows."""
    found = visible_statistics(made.submitted, made.access, site)
    return replace(found, tests=tests(made.dataset, found))


def rows(found: ReleasePackage, table: str, **columns: Any) -> list[Any]:
    """The rows of a table whose columns have the values given."""
    return [row for row in found.tables[table] if all(getattr(row, name) == value for name, value in columns.items())]
