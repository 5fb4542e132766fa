"""What a site says of itself and of its release, and the narrative pages meant for it."""

from __future__ import annotations

import fnmatch
from collections.abc import Iterator, Mapping
from dataclasses import asdict, replace

from pmm_site.model import Catalogue, ContentPage, Dataset, Kpi, KpiVersion, Site
from pmm_site.package import PackageInfo


def package_info(dataset: Dataset, site: Site, release: str) -> PackageInfo:
    """What the site says of itself and of its release. Parameters of protection are no part of it."""
    settings = dataset.settings
    published = dataset.published
    policy = settings.disclosure
    return PackageInfo(
        site=site.id,
        kind=site.kind,
        subject=site.subject,
        title=settings.title,
        languages=settings.languages,
        communities=_communities(site),
        members=() if site.readers.everyone or site.readers.basic_users else tuple(sorted(site.readers.members)),
        release=release,
        synthetic=bool(published) and all(data.cycle.synthetic for data in published),
        cycles=tuple(data.cycle.id for data in published),
        theme=settings.theme,
        organization=settings.organization,
        contact=settings.contact,
        licence=settings.licence,
        notice=settings.notice,
        base_url=_base_url(settings.base_urls, site.id),
        analysis=asdict(settings.analysis),
        rules={
            "basis": policy.basis,
            "minimum_contributors": policy.minimum_contributors,
            "performance_contributors": policy.performance_contributors,
            "moments_contributors": policy.moments_contributors,
        },
    )


def published_catalogue(dataset: Dataset) -> Catalogue:
    """The catalogue as sites may have it: of a KPI's versions those that are in force in a published cycle."""
    catalogue = dataset.catalogue
    kpis = tuple(_published(kpi, dataset) if kpi.versions else kpi for kpi in catalogue.kpis)
    return catalogue if kpis == catalogue.kpis else replace(catalogue, kpis=kpis)


def _published(kpi: Kpi, dataset: Dataset) -> Kpi:
    order, published = [data.cycle.id for data in dataset.cycles], dataset.published_cycles
    in_force = {cycle: kpi.version_in(cycle, order) for cycle in published}
    versions = []
    for version in kpi.versions:
        cycles = [cycle for cycle, found in in_force.items() if found is version]
        if cycles:
            ends = version.until is not None and (version.until in published or cycles[-1] != published[-1])
            since = None if version.since is None else cycles[0]
            until, successor = (cycles[-1], version.successor) if ends else (None, ())
            versions.append(replace(version, since=since, until=until, successor=successor))
    first = kpi.versions[0]
    never = KpiVersion(first.version, since=first.since or first.until)  # it begins in no cycle of any site
    return replace(kpi, versions=tuple(versions) or (never,))


def _communities(site: Site) -> tuple[str, ...]:
    if site.readers.everyone:
        return ("everyone",)
    if site.readers.basic_users:
        return ("members", "basic-users", "secretariat")
    return ("members", "secretariat")


def _base_url(base_urls: str | Mapping[str, str] | None, site: str) -> str | None:
    if isinstance(base_urls, str):
        return base_urls.replace("{site}", site)
    return base_urls.get(site) if base_urls else None


def narrative_pages(dataset: Dataset, site: Site) -> Iterator[ContentPage]:
    """The narrative pages meant for the site, in its languages; none that speaks of a cycle that is on no site."""
    closed = {data.cycle.id for data in dataset.cycles} - set(dataset.published_cycles)
    for page in dataset.content:
        speaks_of_closed = page.cycle in closed or page.slug in {f"report-{cycle}" for cycle in closed}
        if speaks_of_closed or page.language not in dataset.settings.languages:
            continue
        if any(fnmatch.fnmatchcase(site.id, pattern) for pattern in page.sites):
            yield replace(page, sites=("*",))
