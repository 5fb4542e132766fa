"""The audit of one built site: its tables against the rules, and every byte of it."""

from __future__ import annotations

import gc
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

from pmm_site.audit.derived import derived_findings
from pmm_site.audit.descriptions import description_findings
from pmm_site.audit.explained import Explained
from pmm_site.audit.figures import figure_findings
from pmm_site.audit.files import Archive, Damaged, Folder, Package, SiteFiles
from pmm_site.audit.findings import AuditReport, Finding, in_order
from pmm_site.audit.rights import Rights
from pmm_site.audit.rows import row_findings
from pmm_site.audit.scan import Scanner
from pmm_site.audit.structure import Expected, narrative_findings, value_findings
from pmm_site.audit.truth import Truth
from pmm_site.audit.verified import NOTHING, verified
from pmm_site.model import Dataset

_MEMBER_PAGE = re.compile(r"(?:^|/)member/([a-z]{3})\.html$")


class Clean(NamedTuple):
    """A site in which nothing was found: the hash of its package, and those of the files that were read, by name.

    It holds only where the question is the same: the same data and rules, and the same static files of themes.
    """

    package: str = ""
    files: Mapping[str, str] = MappingProxyType({})


NOT_CLEAN = Clean()


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
        return self.audit_again(files, site, data)[0]

    def audit_again(
        self, files: SiteFiles, site: str, data: str = "data/", *, clean: Clean = NOT_CLEAN
    ) -> tuple[AuditReport, Clean]:
        """`audit`, leaving out what was `clean` and is the same; with what is clean now, if it all is."""
        collected = gc.isenabled()
        gc.disable()  # what is remembered has no cycles, and walking over it again and again takes half of the time
        try:
            return self._audit(files, site, data, clean)
        finally:
            if collected:
                gc.enable()

    def _audit(self, files: SiteFiles, site: str, data: str, clean: Clean) -> tuple[AuditReport, Clean]:
        rights, truth, scanner = self._prepared()
        scanner.examined.clear()
        scanner.unscanned.clear()
        expected, package = Expected(site, rights, truth), Package(files, data)
        state = package.state()
        known = clean.files if clean.package == state else {}  # what explains a number on a page is in the package
        findings = [] if known else list(_table_findings(expected, package))
        held = NOTHING if findings else verified(package)
        findings += narrative_findings(expected, package)
        findings += _member_pages(expected, files)
        findings += scanner.scan(files, expected, Explained(expected, package), held, known)
        scanner.examined["sites"] = 1
        report = AuditReport(in_order(findings), (), dict(scanner.unscanned), dict(scanner.examined))
        return report, NOT_CLEAN if findings else Clean(state, dict(scanner.read))

    def audit_folder(self, root: Path, site: str) -> AuditReport:
        """`audit` of a web root."""
        return self.audit(Folder(root), site)

    def audit_bundle(self, path: Path) -> AuditReport:
        """`audit` of a bundle: a zip with one site in it, and what was added for readers without a connection.

        What is found is told of the zip: the site that stands may be another than the one that was bundled.
        """
        try:
            files = Archive(path)
            about = next(name for name in files.names() if name.endswith("data/site.json"))
            site = str(json.loads(files.content(about))["site"])
            report = self.audit(files, site, about.removesuffix("site.json"))
            return replace(report, findings=in_order(replace(each, site=path.name) for each in report.findings))
        except Damaged as error:
            what = f"a bundle that nobody can check: {error}"
        except (ValueError, KeyError, TypeError, StopIteration):
            what = "no bundle: no zip with a release package"
        return AuditReport((Finding("structure", path.name, "", "", what),))

    def _prepared(self) -> tuple[Rights, Truth, Scanner]:
        if not self._ready:
            rights, truth = Rights(self.dataset), Truth(self.dataset)
            self._ready.append((rights, truth, Scanner(rights, truth, self.theme_files)))
        return self._ready[0]

    def too_short(self) -> int:
        """Number of values with too few digits to be searched for."""
        return self._prepared()[2].too_short()


def _table_findings(expected: Expected, package: Package) -> Iterator[Finding]:
    """What is wrong with the tables of a package, or that they are none."""
    for check in (value_findings, description_findings, figure_findings, derived_findings, row_findings):
        try:
            yield from check(expected, package)
        except Damaged as error:
            yield expected.finding("data", "", str(error))
        except (KeyError, ValueError, ArithmeticError) as error:
            kind = type(error).__name__
            yield expected.finding("data", "", f"tables that are none of this version ({kind})")


def _member_pages(expected: Expected, files: SiteFiles) -> Iterator[Finding]:
    """A page about a Member stands only where the site may show a value of it."""
    shown = {member for _, _, member in expected.shown}
    for name in files.names():
        match = _MEMBER_PAGE.search(name)
        if match and match.group(1).upper() not in shown and match.group(1).upper() != expected.own:
            yield expected.finding(name, match.group(1).upper(), "a page about a Member of whom nothing is shown here")
