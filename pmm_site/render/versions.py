"""How a KPI came to be what it is: versions renamed, revised, split or dropped, with links both ways; proposals."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from urllib.parse import quote

from markupsafe import Markup

from pmm_site.model import Kpi, KpiVersion
from pmm_site.render.edition import Edition
from pmm_site.render.links import Here
from pmm_site.render.named import kpi_link


def history(edition: Edition, here: Here, kpi: Kpi) -> tuple[Markup, ...]:
    """What has happened to a KPI, in sentences: each new version, what takes its place."""
    return (*_beginnings(edition, kpi), *_ends(edition, here, kpi))


def revision(edition: Edition, kpi: Kpi, before: KpiVersion, now: KpiVersion) -> str:
    """What a new version brought: another name, or another definition under the same name."""
    words, cycle = edition.words, edition.cycle_name(now.since or "")
    old, new = edition.plain(before.name), edition.plain(now.name) or edition.plain(kpi.name)
    if old and old != new:
        return words("version.renamed", cycle=cycle, version=now.version, name=old, before=before.version)
    return words("version.revised", cycle=cycle, version=now.version, before=before.version)


def predecessors(edition: Edition, here: Here, kpi: Kpi) -> Markup:
    """The KPIs that a KPI takes the place of, as links; empty where it takes that of none."""
    links = [
        kpi_link(edition, here, other)
        for other in edition.view.catalogue.kpis
        if other is not kpi and any(kpi.id in version.successor for version in other.versions)
    ]
    return Markup(", ").join(links)


def _beginnings(edition: Edition, kpi: Kpi) -> Iterator[Markup]:
    """Versions that began after the first cycle of this site."""
    known = [cycle.cycle for cycle in edition.view.cycles[1:]]
    first = kpi.versions[0] if kpi.versions else None
    if first and first.since in known:
        yield Markup("{}").format(edition.words("version.since", cycle=edition.cycle_name(first.since)))
    for before, now in pairwise(kpi.versions):
        if now.since in known:
            yield Markup("{}").format(revision(edition, kpi, before, now))
            if before.successor:
                yield Markup("{}").format(edition.words("version.not-compared"))


def _ends(edition: Edition, here: Here, kpi: Kpi) -> Iterator[Markup]:
    """Where a version ended with successors, or the last one ended: until when, and what takes its place."""
    words, catalogue = edition.words, edition.view.catalogue
    for version in kpi.versions:
        is_last = version is kpi.versions[-1]
        until = version.until
        if until is None or until not in edition.view.cycle_by_id or not (version.successor or is_last):
            continue
        others = [catalogue.kpi_by_id[id] for id in version.successor if id in catalogue.kpi_by_id and id != kpi.id]
        links = Markup(", ").join(kpi_link(edition, here, each) for each in others)
        key = "version.split" if len(version.successor) > 1 else "version.successor"
        end = [words("version.until", cycle=edition.cycle_name(until))] if is_last else []
        yield Markup(" ").join([*end, words(key), links] if links else end)


def proposal(edition: Edition, kpi: Kpi) -> str:
    """An e-mail for proposing a revision, with the KPI's id and version filled in; empty without a contact."""
    contact = edition.view.info.contact
    if not contact:
        return ""
    named = {"name": edition.kpi_name(kpi.id), "id": kpi.id, "version": version_of(edition, kpi)}
    subject, body = (edition.words(f"version.propose-{part}", **named) for part in ("subject", "body"))
    lines = "\r\n".join(body.rstrip().splitlines())
    return f"mailto:{quote(contact, safe='@')}?subject={quote(subject)}&body={quote(lines)}"


def version_of(edition: Edition, kpi: Kpi) -> str:
    """The version of a KPI in force in the latest cycle, else its last one; the catalogue's where it names none."""
    view = edition.view
    current = view.version_in(kpi, view.latest.cycle) if view.latest else None
    if current is None and kpi.versions:
        current = kpi.versions[-1]
    return current.version if current else view.catalogue.version
