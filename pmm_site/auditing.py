"""The audit as a stage: sites scanned in parallel, all of them attacked together, the report written.

It reads the built bytes and the confidential data with code of its own (`pmm_site.audit`), in processes that
decided nothing and drew nothing.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from pmm_site.cache import FolderCache
from pmm_site.confidential import Project
from pmm_site.problems import DisclosureRefused
from pmm_site.progress import Progress, silent
from pmm_site.publish.staging import replace_file, writing
from pmm_site.workers import Workers

if TYPE_CHECKING:
    from pmm_site.audit.findings import AuditReport
    from pmm_site.audit.sites import SiteAuditor


@dataclass(frozen=True)
class Verdicts:
    """Sites that an earlier build found clean, kept on the confidential side of the output folder.

    A verdict holds for the bytes that were read, all of them, and for one `question`: a hash of all else that it
    depends on (data, policy, published cycles, themes, program). A site with a finding is never kept. Builds ask
    here; `pmm-site audit` does not, and reads everything anew. The same holds of the attack on all packages together,
    which no theme changes: `sources` is its question; without one the attack is never kept.
    """

    cache: FolderCache
    question: str
    sources: str | None = None

    def known(self, site: str, root: Path) -> AuditReport | None:
        """The verdict on a site whose every byte is as it was; None where it has to be audited."""
        from pmm_site.audit.files import Watched
        from pmm_site.audit.findings import AuditReport

        kept = self.cache.get(self._key(site))
        if kept is None:
            return None
        with contextlib.suppress(ValueError, KeyError, TypeError):
            found = json.loads(kept)
            if found["state"] == Watched(root).state():
                return AuditReport(unscanned=dict(found["unscanned"]), examined=dict(found["examined"]))
        return None

    def keep(self, site: str, state: str, report: AuditReport) -> None:
        """Keep the verdict on a clean site; `state` is the hash of the bytes that were audited."""
        if report.passed:
            found = {"state": state, "unscanned": dict(report.unscanned), "examined": dict(report.examined)}
            self.cache.put(self._key(site), json.dumps(found, sort_keys=True).encode())

    def attacked(self, roots: Mapping[str, Path], attack: Callable[[], AuditReport]) -> AuditReport:
        """What the attack on the packages of these web roots finds; one that found nothing at all is not repeated."""
        from pmm_site.audit.files import Watched
        from pmm_site.audit.findings import AuditReport

        if self.sources is None:
            return attack()
        states = [f"{site}\0{Watched(root / 'data').state()}" for site, root in sorted(roots.items())]
        key = hashlib.sha256("\0".join(("attack", self.sources, *states)).encode()).hexdigest()
        kept = self.cache.get(key)
        if kept is not None:
            with contextlib.suppress(ValueError, KeyError, TypeError):
                found = json.loads(kept)
                return AuditReport(unscanned=dict(found["unscanned"]), examined=dict(found["examined"]))
        report = attack()
        if report.passed and not report.notices:
            told = {"unscanned": dict(report.unscanned), "examined": dict(report.examined)}
            self.cache.put(key, json.dumps(told, sort_keys=True).encode())
        return report

    def _key(self, site: str) -> str:
        return hashlib.sha256(f"{site}\0{self.question}".encode()).hexdigest()


def audit_roots(
    project: Project,
    roots: Mapping[str, Path],
    themes: tuple[Path, ...],
    *,
    beside: Mapping[str, Path] | None = None,
    bundles: Sequence[Path] = (),
    verdicts: Verdicts | None = None,
    workers: Workers,
    progress: Progress = silent,
) -> AuditReport:
    """Scan every web root (by site id), then attack what they publish together, with every recorded release.

    `beside`: sites that stand beside them and were scanned when they were built; they are attacked too. `bundles`:
    zips of sites, scanned as well. `verdicts`: where clean sites are kept, so that unchanged ones are not scanned.
    """
    from pmm_site.audit.findings import AuditReport
    from pmm_site.audit.reconstruct import reconstruct
    from pmm_site.audit.releases import earlier_releases
    from pmm_site.audit.sites import SiteAuditor

    report = AuditReport()
    tasks: list[_Task] = [(site, root, verdicts) for site, root in sorted(roots.items())]
    tasks += [("", bundle, None) for bundle in bundles]
    with workers.opened("audit", _prepare, SiteAuditor(project.dataset, _theme_files(themes))) as processes:
        for done, scan in enumerate(processes.map(_scan, tasks), 1):
            report += scan
            progress("audit", done, len(tasks))
        published = {**(beside or {}), **roots}

        def attack() -> AuditReport:
            earlier = earlier_releases(project.folder / "releases")
            return reconstruct(published, project.dataset, earlier=earlier, run=processes.map)

        report += verdicts.attacked(published, attack) if verdicts is not None else attack()
    short = SiteAuditor(project.dataset).too_short()
    return report + AuditReport(unscanned={"values of one or two significant digits": short} if short else {})


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


def refuse_findings(report: AuditReport, what: str) -> None:
    """DisclosureRefused with every finding, when there is any."""
    if not report.passed:
        raise DisclosureRefused(what, map(str, report.findings))


_Task = tuple[str, Path, "Verdicts | None"]
"""A site, its web root and where verdicts are kept; a bundle where no site is named."""

_auditors: list[SiteAuditor] = []
"""The auditor of this process, which prepares what it searches for once."""


def _prepare(auditor: SiteAuditor) -> None:
    _auditors[:] = [auditor]


def _scan(task: _Task) -> AuditReport:
    from pmm_site.audit.files import Watched

    (site, root, verdicts), auditor = task, _auditors[0]
    if not site:
        return auditor.audit_bundle(root)
    if verdicts is None:
        return auditor.audit_folder(root, site)
    known = verdicts.known(site, root)
    if known is not None:
        return known
    files = Watched(root)
    report = auditor.audit(files, site)
    verdicts.keep(site, files.state(), report)
    return report


def _theme_files(themes: tuple[Path, ...]) -> dict[str, str]:
    """sha256 of every static file that a theme brings, by path: what is equal to the theme's tells nothing."""
    found = {}
    for directory in themes:
        for path in sorted(directory.glob("*/static/**/*")):
            if path.is_file():
                found[path.as_posix()] = hashlib.sha256(path.read_bytes()).hexdigest()
    return found
