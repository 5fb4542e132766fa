"""The stages in order: the table of contents of the program.

load → analyse → disclose → release package → render → audit → publish. The confidential side (`confidential`)
and the open side (`rendering`) meet here only, through folders of release packages.
"""

from __future__ import annotations

import fnmatch
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pmm_site.model import PREVIEW
from pmm_site.problems import DisclosureRefused, Problem, UsageProblem, counted, nearest
from pmm_site.publish import Output
from pmm_site.publish.staging import writing
from pmm_site.stages import auditing, confidential, recording, rendering, reports, standing
from pmm_site.stages.cache import FolderCache
from pmm_site.stages.confidential import Project
from pmm_site.stages.progress import Progress, silent
from pmm_site.stages.run import Run, is_on_service
from pmm_site.stages.standing import Standing, Standings
from pmm_site.stages.verdicts import Verdicts
from pmm_site.stages.workers import HERE, Workers

if TYPE_CHECKING:
    from pmm_site.audit.findings import AuditReport
    from pmm_site.stages.confidential import Assembly


@dataclass(frozen=True)
class BuildResult:
    """What a build did: files per site asked for, sites made anew, sites that were taken away, and warnings."""

    output: Path
    files: dict[str, int]
    made: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    warnings: tuple[Problem, ...] = ()
    release: str = PREVIEW

    def as_json(self) -> dict[str, Any]:
        """The result for machines."""
        return {
            "output": str(self.output),
            "release": self.release,
            "sites": self.files,
            "made": list(self.made),
            "removed": list(self.removed),
            "warnings": [problem.as_json() for problem in self.warnings],
        }

    def in_words(self) -> str:
        """The result for people."""
        total = sum(self.files.values())
        made = "" if len(self.made) == len(self.files) else f", {len(self.made)} made anew, the others unchanged"
        sites, files = counted(len(self.files), "site"), counted(total, "file")
        lines = [f"{self.output / 'sites'}: {sites}, {files} ({self.release}){made}"]
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
    workers: Workers = HERE,
    progress: Progress = silent,
    preview: bool = False,
    cache: Path | None = None,
) -> BuildResult:
    """Build the sites of a project (or those that match `sites`) and put them in the place of what stands.

    What is as the last build left it, and would be made again the same, stays. preview: nobody else reads the output,
    so that sites of another state of the data, which may not stand beside new ones, are taken away. cache: where
    answers are kept, shared with builds into other folders; in the output folder unless given.
    Raises InputProblems, UsageProblem (no such site), DisclosureRefused or WriteFailed; what stood still stands.
    """
    confidential.refuse_missing(folder)  # before anything is written beside it
    with Output(output, cache).opened() as place:
        run = Run(folder, place, release, workers, progress, preview)
        if run.reads_the_same:
            chosen = _chosen(run.standings.sites, sites)
            partly = set(chosen) != set(run.standings.sites)
            if (partly or set(place.standing()) == set(chosen)) and all(map(run.is_current, chosen)):
                return _result(run, run.standings, chosen)
        project = run.project
        _refuse_foreign_machines(project)
        with recording.recording(project, sites):
            return _built(run, project, sites)


def _built(run: Run, project: Project, sites: Sequence[str]) -> BuildResult:
    """Make what is not as it would be made again, audit all that was asked for, and publish."""
    place = run.place
    chosen = _chosen([site.id for site in project.sites], sites)
    whole = len(chosen) == len(project.sites)
    others = place.without(chosen) if whole else _of_other_states(project, run, chosen)
    if others and not whole and not run.preview:
        raise DisclosureRefused(
            f"the data, the releases or the program have changed since {', '.join(others[:5])}"
            f"{' …' if len(others) > 5 else ''} were built, and two states of the figures side by side can tell what "
            "neither tells alone → build all sites, or remove those"
        )
    if chosen and all(map(run.is_decided, chosen)):
        assembly = None
        staged = _stage_standing_packages(run, project, chosen)
    else:
        assembly = _assembled(run, project)
        staged = _stage_packages(run, assembly, chosen)
    packages: dict[str, str] = {}
    files = rendering.render_sites(
        _to_render(run, staged, packages),
        themes=run.themes,
        charts=place.cache / "charts",
        workers=run.workers,
        progress=run.progress,
    )
    made = tuple(files)
    if made:
        place.write_back()
    _audit(run, project, chosen, made, removed=others)
    if project.release is not None and assembly is not None:
        recording.write_record(project, assembly, place.staging)
    standings = _publish(run, project, packages, files, others)
    reports.write_inputs(project, place.reports)
    if assembly is not None:
        reports.write_decisions(assembly, place.reports)
    return _result(run, standings, chosen, made, others)


def _result(
    run: Run, standings: Standings, chosen: Sequence[str], made: Sequence[str] = (), removed: Sequence[str] = ()
) -> BuildResult:
    files = {site: standings.by_site[site].files for site in chosen}
    return BuildResult(run.place.directory, files, tuple(made), tuple(removed), standings.warnings, run.name)


def _assembled(run: Run, project: Project) -> Assembly:
    """Decide what may be published."""
    assembly = confidential.assembled(
        project, run.place.cache, release=run.name, workers=run.workers, progress=run.progress
    )
    confidential.refuse_exposed(assembly)
    if run.release is not None:
        recording.refuse_unacknowledged(project, assembly)
    return assembly


def _stage_packages(run: Run, assembly: Assembly, chosen: Sequence[str]) -> Iterator[str]:
    """Stage the release package of each chosen site; each site's id as soon as its package is there."""
    return confidential.write_packages(assembly, chosen, run.place.staging, progress=run.progress)


def _stage_standing_packages(run: Run, project: Project, chosen: Sequence[str]) -> Iterator[str]:
    """Stage the packages that stand, with the narrative pages of now: nothing else that they say has changed."""
    for done, site in enumerate(chosen, 1):
        staged = run.place.staging / site
        with writing(run.place.staging):
            rendering.copy_package(run.place.sites / site, staged)
            confidential.write_narrative_pages(project, site, staged / "data")
        run.progress("packages", done, len(chosen))
        yield site


def _to_render(run: Run, staged: Iterable[str], packages: dict[str, str]) -> Iterator[tuple[Path, Path | None]]:
    """The sites that are not as they would be made again, while others are still staged; notes each package's hash."""
    for site in staged:
        root, standing_root = run.place.staging / site, run.place.sites / site
        packages[site] = standing.content_of(root / "data")
        if not run.is_made_from(site, packages[site]):
            yield root, standing_root if run.is_whole(site) else None


def stands_but_for_themes(folder: Path, output: Path, site: str) -> bool:
    """Whether a site stands as it would be made again, or would be but for its theme."""
    run = Run(folder, Output(output), None, HERE, silent, preview=True)
    return run.reads_the_same and site in run.standings.by_site


def drafted(
    folder: Path, output: Path, site: str, path: str, *, cache: Path | None = None, workers: Workers
) -> bytes | None:
    """A page or static file of a site that stands as its theme would have it now; None for what no theme makes alone.

    For whoever is drawing the theme: it is made from the package that stands, and nothing is proven on it.
    """
    place = Output(output, cache)
    return rendering.draft(
        place.sites / site,
        path,
        themes=rendering.theme_directories(folder),
        charts=place.cache / "charts",
        workers=workers,
    )


def audit(
    folder: Path, output: Path, *, full: bool = False, workers: Workers = HERE, progress: Progress = silent
) -> AuditReport:
    """Audit the sites that stand in `output`, and write the report; with `full` render each again and compare."""
    project = confidential.opened(folder)
    place = Output(output)
    roots = {site: place.sites / site for site in place.standing()}
    if not roots:
        raise UsageProblem(f"{output}: no sites stand here; build them first")
    report = auditing.audit_roots(
        project,
        roots,
        auditing.theme_files(rendering.packaged_themes()),
        bundles=sorted((place.directory / "bundles").glob("*.zip")),
        workers=workers,
        progress=progress,
    )
    if full:
        report += auditing.rerendered(roots, folder, workers=workers, progress=progress)
    auditing.write_report(report, place.reports)
    return report


def _audit(run: Run, project: Project, chosen: Sequence[str], made: Sequence[str], *, removed: Sequence[str]) -> None:
    """Audit the sites before anybody can see them: those made anew where they are staged, the others as they stand."""
    place = run.place
    kept = FolderCache(place.cache / "verdicts", limit=5_000)
    theme_files = auditing.theme_files(rendering.packaged_themes())
    verdicts = Verdicts(kept, run.question(project, theme_files), run.figures(project), standing.program())
    report = auditing.audit_roots(
        project,
        {site: (place.staging if site in set(made) else place.sites) / site for site in chosen},
        theme_files,
        beside={site: place.sites / site for site in place.without(removed)},
        verdicts=verdicts,
        workers=run.workers,
        progress=run.progress,
    )
    kept.trim()
    auditing.write_report(report, place.reports)
    auditing.refuse_findings(report, "the audit failed, nothing was published → see reports/audit.json")


def _publish(
    run: Run, project: Project, packages: Mapping[str, str], files: Mapping[str, int], removed: Sequence[str]
) -> Standings:
    """Swap the staged sites in, and note what each that stands was made from: nothing while it is being replaced."""
    place, known = run.place, run.standings.by_site
    stay = {site: each for site, each in known.items() if site not in files}
    standing.write_standings(place, replace(run.standings, by_site=stay))
    place.swap_in(*files)
    place.remove(removed)
    new = {
        site: Standing(
            sources=run.sources,
            decided=run.decided,
            state=project.state,
            package=package,
            theme=run.theme,
            fingerprint=standing.fingerprint(place.sites / site) if site in files else known[site].fingerprint,
            files=files.get(site) or known[site].files,
        )
        for site, package in packages.items()
    }
    standings = Standings(
        run.sources,
        tuple(site.id for site in project.sites),
        project.publishes_next,
        project.warnings,
        {site: each for site, each in {**known, **new}.items() if site in place.standing()},
    )
    standing.write_standings(place, standings)
    return standings


def _of_other_states(project: Project, run: Run, chosen: Sequence[str]) -> tuple[str, ...]:
    """Sites that would stand beside the new ones and tell figures of another state of the data."""
    known = run.standings.by_site
    return tuple(each for each in run.place.without(chosen) if each not in known or known[each].state != project.state)


def _refuse_foreign_machines(project: Project) -> None:
    """Confidential data have no place on a continuous-integration service, unless its owner says so."""
    real = [data.cycle.id for data in project.dataset.cycles if not data.cycle.synthetic]
    if is_on_service() and real and os.environ.get("PMM_SITE_ALLOW_CI") != "1":
        raise DisclosureRefused(
            f"this is a continuous-integration service and the cycles {', '.join(real)} are not synthetic: "
            "build on a machine of your own, or render a release package; PMM_SITE_ALLOW_CI=1 allows it here"
        )


def _chosen(everything: Sequence[str], patterns: Sequence[str]) -> tuple[str, ...]:
    """The sites that match any pattern, all when there is none; UsageProblem for one that matches nothing."""
    for pattern in patterns:
        if not any(fnmatch.fnmatchcase(site, pattern) for site in everything):
            advice = nearest(pattern, everything) or "see `sites` in site.yml"
            raise UsageProblem(f"--site {pattern}: no site of the project matches → {advice}")
    if not patterns:
        return tuple(everything)
    return tuple(site for site in everything if any(fnmatch.fnmatchcase(site, each) for each in patterns))
