"""The audit as a stage: sites scanned in parallel, all of them attacked together, the report written.

It reads the built bytes and the confidential data with code of its own (`pmm_site.audit`), in processes that
decided nothing and drew nothing.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from functools import partial
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from pmm_site.problems import DisclosureRefused
from pmm_site.publish.staging import replace_file, writing
from pmm_site.stages import rendering
from pmm_site.stages.cache import AnswerCache, key_of
from pmm_site.stages.confidential import Project
from pmm_site.stages.progress import Progress, silent, telling
from pmm_site.stages.run import Run
from pmm_site.stages.standing import hash_of_program
from pmm_site.stages.verdicts import Verdicts
from pmm_site.stages.workers import Workers, give_back

if TYPE_CHECKING:
    from pmm_site.audit.findings import AuditReport
    from pmm_site.audit.sites import SiteAuditor


def audit_build(run: Run, project: Project, roots: Mapping[str, Path], *, beside: Mapping[str, Path]) -> None:
    """Audit the sites of a build before anybody can see them, and write the report.

    `roots`: the web root of each site that was asked for, staged where it is new. `beside`: as for `audit_roots`.
    Raises DisclosureRefused with every finding.
    """
    files_of_themes = theme_files()
    figures = key_of(run.data_hash, *project.dataset.published_cycles)
    question = key_of(figures, *chain.from_iterable(sorted(files_of_themes.items())))
    cache = AnswerCache(run.output.cache / "verdicts", limit=5_000)
    report = audit_roots(
        project,
        roots,
        files_of_themes,
        beside=beside,
        verdicts=Verdicts(cache, question, figures, hash_of_program()),
        workers=run.workers,
        progress=run.progress,
    )
    cache.trim()
    write_report(report, run.output.reports)
    if not report.passed:
        raise DisclosureRefused(
            "the audit failed, nothing was published → see reports/audit.json", map(str, report.findings)
        )


def audit_roots(
    project: Project,
    roots: Mapping[str, Path],
    theme_files: Mapping[str, str],
    *,
    beside: Mapping[str, Path] | None = None,
    bundles: Sequence[Path] = (),
    verdicts: Verdicts | None = None,
    workers: Workers,
    progress: Progress = silent,
) -> AuditReport:
    """Scan every web root (by site id), then attack what they publish together, with every recorded release.

    `theme_files`: hashes of the static files of the program's own themes, by path. `beside`: sites that stand beside
    them and were scanned when they were built; they are attacked too. `bundles`: zips of sites, scanned as well.
    `verdicts`: what is kept as clean, so that what is unchanged is not proven again.
    """
    from pmm_site.audit.findings import AuditReport
    from pmm_site.audit.sites import SiteAuditor

    report = AuditReport()
    tasks: list[_Task] = [(site, root, verdicts) for site, root in sorted(roots.items())]
    tasks += [("", bundle, None) for bundle in bundles]
    with workers.opened("audit", _prepare, SiteAuditor(project.dataset, theme_files)) as processes:
        for done, scan in enumerate(processes.map(_scan, tasks), 1):
            report += scan
            progress("audit", done, len(tasks))
    report += _attacked_together(project, {**(beside or {}), **roots}, verdicts, workers, progress)
    short = SiteAuditor(project.dataset).too_short()
    return report + AuditReport(unscanned={"values of one or two significant digits": short} if short else {})


def _attacked_together(
    project: Project, roots: Mapping[str, Path], verdicts: Verdicts | None, workers: Workers, progress: Progress
) -> AuditReport:
    """What can be worked out from all sites together and every recorded release."""
    from pmm_site.audit.reconstruct import reconstruct
    from pmm_site.audit.releases import earlier_releases

    def attack() -> AuditReport:
        with workers.opened("attack") as processes:  # those who scanned remember much that is of no use here
            run = telling(processes.map, "attack", progress)
            run = run if verdicts is None else verdicts.attacking(run)
            earlier = earlier_releases(project.folder / "releases")
            return reconstruct(roots, project.dataset, earlier=earlier, run=run)

    return attack() if verdicts is None else verdicts.together(roots, attack)


def rerendered(
    roots: Mapping[str, Path], project: Path, *, workers: Workers, progress: Progress = silent
) -> AuditReport:
    """Render every site again from its package, by command, in a folder where nothing else exists; compare bytes."""
    from pmm_site.audit.findings import AuditReport
    from pmm_site.audit.rerender import rerender_differs

    report = AuditReport(examined={"sites rendered again": len(roots)})
    again = partial(rerender_differs, project_themes=(project / "themes").resolve())
    with workers.opened("rerender") as processes:
        for done, found in enumerate(processes.map(again, [root for _, root in sorted(roots.items())]), 1):
            report += AuditReport(found)
            progress("render", done, len(roots))
    return report


def write_report(report: AuditReport, reports: Path) -> None:
    """Write reports/audit.json."""
    with writing(reports):
        reports.mkdir(parents=True, exist_ok=True)
        content = json.dumps(report.as_json(), ensure_ascii=False, indent=1)
        replace_file(reports / "audit.json", f"{content}\n".encode())


_DRAWING = frozenset({".css", ".js", ".svg", ".woff2"})

_Task = tuple[str, Path, "Verdicts | None"]
"""A site, its web root and where verdicts are kept; a bundle where no site is named."""

_auditors: list[SiteAuditor] = []
"""The auditor of this process, which prepares what it searches for once."""


def _prepare(auditor: SiteAuditor) -> None:
    _auditors[:] = [auditor]


def _scan(task: _Task) -> AuditReport:
    from pmm_site.audit.files import Folder

    (site, root, verdicts), auditor = task, _auditors[0]
    if not site:
        return auditor.audit_bundle(root)
    if verdicts is None:
        return auditor.audit_folder(root, site)
    report, clean = auditor.audit_again(Folder(root), site, clean=verdicts.clean(site))
    give_back()
    verdicts.keep(site, clean)
    return report


def theme_files() -> dict[str, str]:
    """sha256 by path of what draws the pages of the program's own themes: a file equal to one of them tells nothing.

    A table or a picture beside these may be anybody's, and so may every file of a project's own theme.
    """
    return {
        path.as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(rendering.packaged_themes().glob("*/static/**/*"))
        if path.is_file() and path.suffix in _DRAWING
    }
