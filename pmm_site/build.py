"""The stages in order: the table of contents of the program.

load → analyse → disclose → release package → render → audit → publish. The confidential side (`stages.confidential`)
and the open side (`stages.rendering`) meet here and nowhere else, and exchange only folders of release packages.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from pmm_site.problems import BrokenLinks, UsageProblem
from pmm_site.publish import Output
from pmm_site.publish.staging import writing
from pmm_site.stages import auditing, confidential, narrative_links, publishing, recording, rendering, reports, services
from pmm_site.stages.confidential import Project
from pmm_site.stages.progress import Progress, silent
from pmm_site.stages.result import BuildResult
from pmm_site.stages.run import Run, matching
from pmm_site.stages.standing import Standings
from pmm_site.stages.workers import HERE, Workers

if TYPE_CHECKING:
    from pmm_site.audit.findings import AuditReport
    from pmm_site.stages.confidential import Assembly


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
    """Build the sites of the project in `folder` and put them in the place of those that stand in `output`.

    A site that stands as it would be made again is left alone. sites: patterns of the ids of the sites to build, all
    when there is none. release: the name to publish under, recorded in the project; None for a preview without a name.
    preview: nobody else reads the output, so sites made from another state of the data, which may not stand beside new
    ones, are taken away instead of refused. cache: the folder of answers kept between builds, shared with builds into
    other outputs; in `output` when None.
    Raises InputProblems, UsageProblem (no such site), DisclosureRefused or WriteFailed; what stood then still stands.
    """
    confidential.refuse_missing(folder)  # before anything is written beside it
    with Output(output, cache).opened() as opened:
        run = Run(folder, opened, release, workers, progress, preview)
        if run.reads_the_same:
            chosen = matching(run.standings.sites, sites)
            if run.is_up_to_date(chosen):
                return _result(run, run.standings, chosen)
        project = run.project
        services.refuse_confidential(project.dataset)
        with recording.recording(project, sites):
            return _built(run, project, matching([site.id for site in project.sites], sites))


def _built(run: Run, project: Project, chosen: Sequence[str]) -> BuildResult:
    """Decide, render what is not as it would be made again, audit all that was asked for, and publish."""
    removed = publishing.sites_to_remove(run, project, chosen)
    if run.are_decided(chosen):
        assembly = None
        staged = _stage_standing_packages(run, project, chosen)
    else:
        assembly = _assembled(run, project)
        staged = _stage_packages(run, assembly, chosen)
    publication = publishing.Publication(run, project)
    files = _rendered(run, project, publication.to_render(staged))
    if files:
        run.output.write_back()
    output = run.output
    auditing.audit_build(
        run,
        project,
        {site: (output.staging if site in files else output.sites) / site for site in chosen},
        beside={site: output.sites / site for site in output.without(removed)},
    )
    if project.release is not None and assembly is not None:
        recording.write_record(project, assembly, run.output.staging)
    standings = publication.publish(files, removed)
    reports.write_inputs(project, run.output.reports)
    if assembly is not None:
        reports.write_decisions(assembly, run.output.reports)
    return _result(run, standings, chosen, made=tuple(files), removed=removed)


def _rendered(run: Run, project: Project, staged: Iterator[tuple[Path, Path | None]]) -> dict[str, int]:
    """Render the staged sites; BrokenLinks says where in the project's pages the links stand."""
    try:
        return rendering.render_sites(
            staged,
            themes=run.themes,
            charts=run.output.cache / "charts",
            workers=run.workers,
            progress=run.progress,
        )
    except BrokenLinks as broken:
        raise narrative_links.placed(broken, project.folder) from None


def _result(
    run: Run, standings: Standings, chosen: Sequence[str], made: tuple[str, ...] = (), removed: tuple[str, ...] = ()
) -> BuildResult:
    files = {site: standings.by_site[site].files for site in chosen}
    return BuildResult(run.output.directory, files, made, removed, standings.warnings, run.name)


def _assembled(run: Run, project: Project) -> Assembly:
    """Decide what may be published; DisclosureRefused where nothing can be, or a person has to agree first."""
    assembly = confidential.assembled(
        project, run.output.cache, release=run.name, workers=run.workers, progress=run.progress
    )
    confidential.refuse_exposed(assembly)
    if run.release is not None:
        recording.refuse_unacknowledged(project, assembly)
    return assembly


def _stage_packages(run: Run, assembly: Assembly, chosen: Sequence[str]) -> Iterator[str]:
    """Stage the release package of each chosen site; each site's id as soon as its package is there."""
    return confidential.write_packages(assembly, chosen, run.output.staging, progress=run.progress)


def _stage_standing_packages(run: Run, project: Project, chosen: Sequence[str]) -> Iterator[str]:
    """Stage the packages of the sites that stand, with today's narrative pages: nothing else in them has changed."""
    for done, site in enumerate(chosen, 1):
        staged = run.output.staging / site
        with writing(run.output.staging):
            rendering.copy_package(run.output.sites / site, staged)
            confidential.write_narrative_pages(project, site, staged / "data")
        run.progress("packages", done, len(chosen))
        yield site


def stands_but_for_themes(folder: Path, output: Path, site: str) -> bool:
    """Whether a site stands as it would be made again, or only its theme has changed since."""
    run = Run(folder, Output(output), None, HERE, silent, preview=True)
    return run.reads_the_same and site in run.standings.by_site


def drafted(
    folder: Path, output: Path, site: str, path: str, *, cache: Path | None = None, workers: Workers
) -> bytes | None:
    """The page or static file at `path` of a site that stands, as its theme would make it now.

    None for a file that is not made from package and theme alone, such as a download. A draft for whoever works on the
    theme: it is rendered from the package that stands, and nothing audits it.
    """
    standing = Output(output, cache)
    return rendering.draft(
        standing.sites / site,
        path,
        themes=rendering.theme_directories(folder),
        charts=standing.cache / "charts",
        workers=workers,
    )


def audit(
    folder: Path, output: Path, *, full: bool = False, workers: Workers = HERE, progress: Progress = silent
) -> AuditReport:
    """Audit the sites that stand in `output`; nothing is written.

    full: also render every site again from its package, and compare the bytes. UsageProblem where no site stands.
    """
    project = confidential.opened(folder)
    standing = Output(output)
    roots = {site: standing.sites / site for site in standing.standing()}
    if not roots:
        raise UsageProblem(f"{output}: no sites stand here; build them first")
    report = auditing.audit_roots(
        project,
        roots,
        auditing.theme_files(),
        bundles=sorted((standing.directory / "bundles").glob("*.zip")),
        workers=workers,
        progress=progress,
    )
    if full:
        report += auditing.rerendered(roots, folder, workers=workers, progress=progress)
    return report


def write_audit(report: AuditReport, output: Path) -> None:
    """Write a report into reports/audit.json of the output folder; WriteFailed where nobody may."""
    auditing.write_report(report, Output(output).reports)
