"""The whole audit of an output folder: every site and bundle, then all of them attacked together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

from pmm_site.audit.files import Archive
from pmm_site.audit.findings import AuditReport, Finding
from pmm_site.audit.reconstruct import reconstruct
from pmm_site.audit.releases import Earlier
from pmm_site.audit.rerender import rerender_differs
from pmm_site.audit.sites import SiteAuditor
from pmm_site.model import Dataset

_auditors: list[SiteAuditor] = []
"""The auditor of a worker process: one, kept for all its sites."""


def audit(
    output: Path,
    dataset: Dataset,
    *,
    theme_files: Mapping[str, str] | None = None,
    earlier: Sequence[Earlier] = (),
    jobs: int = 1,
    full: bool = False,
    project_themes: Path | None = None,
) -> AuditReport:
    """Audit all sites in `output`/sites and all bundles in `output`/bundles.

    theme_files: paths and sha256 of the theme's own files. earlier: the recorded releases. full: every site is
    rendered again from its package, with the project's themes.
    """
    sites = output / "sites"
    standing = sorted(sites.iterdir()) if sites.is_dir() else []
    roots = {root.name: root for root in standing if root.is_dir() and not root.name.startswith(".")}
    bundles = sorted((output / "bundles").glob("*.zip")) if (output / "bundles").is_dir() else []
    report = AuditReport()
    with ProcessPoolExecutor(jobs, get_context("forkserver"), _begin, (dataset, theme_files)) as workers:
        for found in workers.map(_audit_site, roots.items()):
            report += found
        for found in workers.map(_audit_bundle, bundles):
            report += found
        report += reconstruct(roots, dataset, earlier=earlier, run=workers.map)
        if full:
            for findings in workers.map(rerender_differs, roots.values(), [project_themes] * len(roots)):
                report += AuditReport(findings)
    return report + AuditReport(unscanned=short_values(dataset))


def short_values(dataset: Dataset) -> dict[str, int]:
    """How many values have too few digits to be searched for."""
    number = SiteAuditor(dataset).too_short()
    return {"values of one or two significant digits": number} if number else {}


def audit_bundle(path: Path, auditor: SiteAuditor) -> AuditReport:
    """Audit a bundle: a zip with one site in it, and what was added for readers without a connection."""
    try:
        names = Archive(path).names()
        base = next((name.removesuffix("data/site.json") for name in names if name.endswith("data/site.json")), None)
    except (OSError, ValueError, KeyError, RuntimeError):
        return AuditReport((Finding("structure", path.name, "", "", "a bundle that cannot be read"),))
    if base is None:
        return AuditReport((Finding("structure", path.name, "", "", "a bundle without a release package"),))
    files = Archive(path)
    site = _site_of(files, base)
    return auditor.audit(files, site, base + "data/")


def _site_of(files: Archive, base: str) -> str:
    """The id of the site in a bundle, as its package states it."""
    import json

    try:
        return str(json.loads(files.content(base + "data/site.json"))["site"])
    except (ValueError, KeyError, TypeError):
        return ""


def _begin(dataset: Dataset, theme_files: Mapping[str, str] | None) -> None:
    _auditors[:] = [SiteAuditor(dataset, theme_files)]


def _audit_site(item: tuple[str, Path]) -> AuditReport:
    return _auditors[0].audit_folder(item[1], item[0])


def _audit_bundle(path: Path) -> AuditReport:
    return audit_bundle(path, _auditors[0])
