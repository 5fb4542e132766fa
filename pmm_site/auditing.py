"""The audit as a stage: sites scanned in parallel, all of them attacked together, the report written.

It reads the built bytes and the confidential data with code of its own (`pmm_site.audit`), in processes that
decided nothing and drew nothing.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from pmm_site.confidential import Project
from pmm_site.problems import DisclosureRefused
from pmm_site.progress import Progress, silent
from pmm_site.publish import manifest_of
from pmm_site.publish.staging import replace_file, writing
from pmm_site.workers import Workers

if TYPE_CHECKING:
    from pmm_site.audit.findings import AuditReport
    from pmm_site.audit.sites import SiteAuditor


def audit_roots(
    project: Project,
    roots: Mapping[str, Path],
    themes: tuple[Path, ...],
    *,
    beside: Mapping[str, Path] | None = None,
    workers: Workers,
    progress: Progress = silent,
) -> AuditReport:
    """Scan every web root (by site id), then attack what they publish together, with every recorded release.

    `beside`: sites that stand beside them and were scanned when they were built; they are attacked too.
    """
    from pmm_site.audit.findings import AuditReport
    from pmm_site.audit.reconstruct import reconstruct
    from pmm_site.audit.releases import earlier_releases
    from pmm_site.audit.sites import SiteAuditor

    report = AuditReport()
    with workers.opened("audit", _prepare, SiteAuditor(project.dataset, _theme_files(themes))) as processes:
        for done, scan in enumerate(processes.map(_scan, sorted(roots.items())), 1):
            report += scan
            progress("audit", done, len(roots))
        earlier = earlier_releases(project.folder / "releases")
        return report + reconstruct({**(beside or {}), **roots}, project.dataset, earlier=earlier, run=processes.map)


def rerendered(roots: Mapping[str, Path], project: Path, *, progress: Progress = silent) -> AuditReport:
    """Render every site again from its package, by command, in a folder where nothing else exists; compare bytes."""
    from pmm_site.audit.findings import AuditReport, Finding

    found: list[Finding] = []
    for done, (site, root) in enumerate(sorted(roots.items()), 1):
        with tempfile.TemporaryDirectory() as folder:
            away = Path(folder)
            shutil.copytree(root / "data", away / "package")
            if (project / "themes").is_dir():
                shutil.copytree(project / "themes", away / "themes")
            command = [sys.executable, "-m", "pmm_site", "render", "package", "--output", "site"]
            ran = subprocess.run(command, cwd=away, capture_output=True, text=True)
            new, old = manifest_of(away / "site"), manifest_of(root)
            different = sorted(path for path in new.keys() | old.keys() if new.get(path) != old.get(path))
            what = (
                "rendered again from its package alone it is another file" if ran.returncode == 0 else "did not render"
            )
            found += [Finding("rerender", site, path, "", what) for path in different]
        progress("render", done, len(roots))
    return AuditReport(tuple(found), examined={"sites rendered again": len(roots)})


def write_report(report: AuditReport, reports: Path) -> None:
    """Write reports/audit.json."""
    with writing(reports):
        reports.mkdir(parents=True, exist_ok=True)
        content = json.dumps(report.as_json(), ensure_ascii=False, indent=1)
        replace_file(reports / "audit.json", f"{content}\n".encode())


def refuse_findings(report: AuditReport, what: str) -> None:
    """DisclosureRefused with every finding, when there is any."""
    if not report.passed:
        raise DisclosureRefused(what, map(str, report.findings))


_auditors: list[SiteAuditor] = []
"""The auditor of this process, which prepares what it searches for once."""


def _prepare(auditor: SiteAuditor) -> None:
    _auditors.append(auditor)


def _scan(task: tuple[str, Path]) -> AuditReport:
    site, root = task
    return _auditors[-1].audit_folder(root, site)


def _theme_files(themes: tuple[Path, ...]) -> dict[str, str]:
    """sha256 of every static file that a theme brings, by path: what is equal to the theme's tells nothing."""
    found = {}
    for directory in themes:
        for path in sorted(directory.glob("*/static/**/*")):
            if path.is_file():
                found[path.as_posix()] = hashlib.sha256(path.read_bytes()).hexdigest()
    return found
