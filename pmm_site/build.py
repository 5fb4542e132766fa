"""The stages in order: the table of contents of the program.

load → analyse → disclose → release package → render → audit → publish. The confidential side (`confidential`)
and the open side (`rendering`) meet here only, through folders of release packages.
"""

from __future__ import annotations

import fnmatch
import json
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pmm_site import auditing, confidential, rendering, reports
from pmm_site.confidential import PREVIEW, Project
from pmm_site.model import Dataset, Site
from pmm_site.problems import DisclosureRefused, Problem, UsageProblem
from pmm_site.progress import Progress, silent
from pmm_site.publish import Output
from pmm_site.publish.staging import writing

if TYPE_CHECKING:
    from pmm_site.audit.findings import AuditReport


@dataclass(frozen=True)
class BuildResult:
    """What a build did: files per site that now stands, sites that were taken away, and warnings."""

    output: Path
    files: dict[str, int]
    removed: tuple[str, ...] = ()
    warnings: tuple[Problem, ...] = ()
    release: str = PREVIEW

    def as_json(self) -> dict[str, Any]:
        """The result for machines."""
        return {
            "output": str(self.output),
            "release": self.release,
            "sites": self.files,
            "removed": list(self.removed),
            "warnings": [problem.as_json() for problem in self.warnings],
        }

    def in_words(self) -> str:
        """The result for people."""
        total = sum(self.files.values())
        lines = [f"{self.output / 'sites'}: {len(self.files)} sites, {total:,} files ({self.release})"]
        if self.removed:
            lines.append("taken away, because the project no longer has them: " + ", ".join(self.removed))
        return "\n".join(lines)


def site_ids(project: Path) -> tuple[str, ...]:
    """The ids of the sites that a project has; InputProblems when its inputs have errors."""
    return tuple(site.id for site in confidential.opened(project).sites)


def build(
    folder: Path,
    output: Path,
    *,
    sites: Sequence[str] = (),
    release: str | None = None,
    jobs: int | None = None,
    progress: Progress = silent,
) -> BuildResult:
    """Build the sites of a project (or those that match `sites`) and put them in the place of what stands.

    Raises InputProblems, UsageProblem (no such site), DisclosureRefused or WriteFailed; what stood still stands.
    """
    jobs = jobs or os.cpu_count() or 1
    project = confidential.opened(folder)
    _refuse_foreign_machines(project.dataset)
    if release is not None:
        _refuse_release_name(project, release, sites)
    chosen = _chosen(project.sites, sites)
    with Output(output).opened() as place:
        _refuse_other_states(project, chosen, place)
        assembly = confidential.assembled(
            project, place.cache, release=release or PREVIEW, jobs=jobs, progress=progress
        )
        confidential.refuse_exposed(assembly)
        if release is not None:
            confidential.refuse_unacknowledged(project, assembly)
        confidential.write_packages(assembly, chosen, place.staging, progress=progress)
        files = rendering.render_sites(
            [place.staging / site.id for site in chosen],
            themes=rendering.theme_directories(folder),
            charts=place.cache / "charts",
            jobs=jobs,
            progress=progress,
        )
        _audit(project, chosen, place, jobs, progress)
        if release is not None:
            confidential.write_record(project, assembly, place.staging)
        removed = () if sites else tuple(sorted(set(place.standing()) - {site.id for site in project.sites}))
        _publish(project, chosen, removed, place)
        reports.write_reports(project, assembly, place.reports)
    return BuildResult(output, files, removed, project.warnings, release or PREVIEW)


def audit(
    folder: Path, output: Path, *, full: bool = False, jobs: int | None = None, progress: Progress = silent
) -> AuditReport:
    """Audit the sites that stand in `output`, and write the report; with `full` render each again and compare."""
    project = confidential.opened(folder)
    place = Output(output)
    roots = {site: place.sites / site for site in place.standing()}
    if not roots:
        raise UsageProblem(f"{output}: no sites stand here; build them first")
    report = auditing.audit_roots(
        project, roots, rendering.theme_directories(folder), jobs=jobs or os.cpu_count() or 1, progress=progress
    )
    if full:
        report += auditing.rerendered(roots, folder, progress=progress)
    auditing.write_report(report, place.reports)
    return report


def _audit(project: Project, chosen: Sequence[Site], place: Output, jobs: int, progress: Progress) -> None:
    """Audit the staged sites before anybody can see them, together with those that stand and stay."""
    known = {site.id for site in project.sites}
    report = auditing.audit_roots(
        project,
        {site.id: place.staging / site.id for site in chosen},
        rendering.theme_directories(project.folder),
        beside={site: place.sites / site for site in place.standing() if site in known},
        jobs=jobs,
        progress=progress,
    )
    auditing.write_report(report, place.reports)
    auditing.refuse_findings(report, "the audit failed, nothing was published → see reports/audit.json")


def _refuse_release_name(project: Project, release: str, sites: Sequence[str]) -> None:
    """A release is whole, has a plain name, and is made once."""
    if sites:
        raise UsageProblem("--release publishes all sites together: leave --site out")
    if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", release) or release == PREVIEW or len(release) > 64:
        raise UsageProblem(f"--release {release}: a name is made of small letters, digits and single hyphens")
    if (project.folder / "releases" / release).exists():
        raise UsageProblem(f"--release {release}: there is such a release already → give the new one another name")


def _publish(project: Project, chosen: Sequence[Site], removed: Sequence[str], place: Output) -> None:
    """Swap the staged sites in, and note the state that each was built from."""
    states = _states(place)
    for site in chosen:
        place.swap_in(site.id)
        states[site.id] = project.state
    place.remove(removed)
    standing = place.standing()
    with writing(place.reports):
        kept = {site: states[site] for site in standing if site in states}
        (place.reports / "states.json").write_text(json.dumps(kept, indent=1, sort_keys=True) + "\n", "utf-8")


def _states(place: Output) -> dict[str, str]:
    try:
        found = json.loads((place.reports / "states.json").read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return {str(site): str(state) for site, state in found.items()} if isinstance(found, dict) else {}


def _refuse_other_states(project: Project, chosen: Sequence[Site], place: Output) -> None:
    """Sites that stand beside the new ones must tell the same figures: of two states the difference tells values."""
    states = _states(place)
    replaced = {site.id for site in chosen}
    others = [site for site in place.standing() if site not in replaced and states.get(site) != project.state]
    if others and len(replaced) < len(project.sites):
        raise DisclosureRefused(
            f"the data have changed since {', '.join(others[:5])}{' …' if len(others) > 5 else ''} were built, and two "
            "states of the figures side by side can tell what neither tells alone → build all sites, or remove those"
        )


def _refuse_foreign_machines(dataset: Dataset) -> None:
    """Confidential data have no place on a continuous-integration service, unless its owner says so."""
    on_service = os.environ.get("CI", "").lower() not in ("", "0", "false")
    real = [data.cycle.id for data in dataset.cycles if not data.cycle.synthetic]
    if on_service and real and os.environ.get("PMM_SITE_ALLOW_CI") != "1":
        raise DisclosureRefused(
            f"this is a continuous-integration service and the cycles {', '.join(real)} are not synthetic: "
            "build on a machine of your own, or render a release package; PMM_SITE_ALLOW_CI=1 allows it here"
        )


def _chosen(everything: Sequence[Site], patterns: Sequence[str]) -> tuple[Site, ...]:
    """The sites that match any pattern, all when there is none; UsageProblem for one that matches nothing."""
    for pattern in patterns:
        if not any(fnmatch.fnmatchcase(site.id, pattern) for site in everything):
            raise UsageProblem(f"--site {pattern}: no site of the project matches; see `sites` in site.yml")
    if not patterns:
        return tuple(everything)
    return tuple(site for site in everything if any(fnmatch.fnmatchcase(site.id, each) for each in patterns))
