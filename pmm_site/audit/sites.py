"""The audit of one built site: its tables against the rules, and every byte of it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pmm_site.audit.explained import Explained
from pmm_site.audit.figures import figure_findings
from pmm_site.audit.files import Damaged, Folder, Package, SiteFiles
from pmm_site.audit.findings import AuditReport, Finding, in_order
from pmm_site.audit.rights import Rights
from pmm_site.audit.scan import Scanner
from pmm_site.audit.structure import Expected, value_findings
from pmm_site.audit.truth import Truth
from pmm_site.model import Dataset

_MEMBER_PAGE = re.compile(r"(?:^|/)member/([a-z]{3})\.html$")


@dataclass(repr=False)
class SiteAuditor:
    """Audits sites of one dataset one after the other; keep one per process."""

    dataset: Dataset
    theme_files: Mapping[str, str] | None = None
    _ready: list[tuple[Rights, Truth, Scanner]] = field(default_factory=list)

    def __getstate__(self) -> tuple[Dataset, Mapping[str, str] | None]:
        return self.dataset, self.theme_files

    def __setstate__(self, state: tuple[Dataset, Mapping[str, str] | None]) -> None:
        self.dataset, self.theme_files = state
        self._ready = []

    def audit(self, files: SiteFiles, site: str, data: str = "data/") -> AuditReport:
        """Everything that is wrong with the files of a site; `data` is the folder of its release package."""
        rights, truth, scanner = self._prepared()
        scanner.examined.clear()
        scanner.unscanned.clear()
        expected = Expected(site, rights, truth)
        package = Package(files, data)
        findings: list[Finding] = []
        for check in (value_findings, figure_findings):
            try:
                findings += check(expected, package)
            except Damaged as error:
                findings.append(expected.finding("data", "", str(error)))
            except (KeyError, ValueError, ArithmeticError) as error:
                kind = type(error).__name__
                findings.append(expected.finding("data", "", f"tables that are none of this version ({kind})"))
        findings += _member_pages(expected, files)
        findings += scanner.scan(files, expected, Explained(expected, package))
        scanner.examined["sites"] = 1
        return AuditReport(in_order(findings), (), dict(scanner.unscanned), dict(scanner.examined))

    def audit_folder(self, root: Path, site: str) -> AuditReport:
        """`audit` of a web root."""
        return self.audit(Folder(root), site)

    def _prepared(self) -> tuple[Rights, Truth, Scanner]:
        if not self._ready:
            rights, truth = Rights(self.dataset), Truth(self.dataset)
            self._ready.append((rights, truth, Scanner(rights, truth, self.theme_files)))
        return self._ready[0]

    def too_short(self) -> int:
        """Number of values with too few digits to be searched for."""
        return self._prepared()[2].too_short()


def _member_pages(expected: Expected, files: SiteFiles) -> Iterator[Finding]:
    """A page about a Member stands only where the site may show a value of it."""
    shown = {member for _, _, member in expected.shown}
    for name in files.names():
        match = _MEMBER_PAGE.search(name)
        if match and match.group(1).upper() not in shown and match.group(1).upper() != expected.own:
            yield expected.finding(name, match.group(1).upper(), "a page about a Member of whom nothing is shown here")


def audit_site(
    root: Path, site_id: str, dataset: Dataset, *, theme_files: Mapping[str, str] | None = None
) -> tuple[Finding, ...]:
    """Scan one site in `root`; `theme_files` are paths and sha256 of the theme's own files.

    Findings name files, cycles, KPIs and Members, never values.
    """
    return SiteAuditor(dataset, theme_files).audit_folder(root, site_id).findings
