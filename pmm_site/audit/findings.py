"""What the audit says: findings that stop a publication, notices that do not, and how much was looked at.

Findings name keys (site, file, cycle, KPI, Member, group) and never a value.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from pmm_site.problems import counted

MOST_PRINTED = 40
"""Findings, and notices, that the report for people lists; the one for machines has all."""


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """One thing that must not be.

    check: `scan`, `structure`, `missing`, `reconstruct`, `rerender`; site: its id, the name of a bundle, or
    the reader attacked from; place: the file; key: cycle, KPI and Member or group, joined by `/`; what: the rule
    that is broken, in words.
    """

    check: str
    site: str
    place: str
    key: str
    what: str

    def __str__(self) -> str:
        where = "/".join(part for part in (self.site, self.place) if part)
        return f"{self.check}: {where}: {self.key}: {self.what}" if self.key else f"{self.check}: {where}: {self.what}"


@dataclass(frozen=True)
class AuditReport:
    """The outcome of an audit; `passed` is what decides whether a site may be published.

    notices: what the reader of the report should know and nothing here can mend. unscanned: what could not be
    searched, and how often. examined: how much was looked at (files, bytes, readers, linear programs …).
    """

    findings: tuple[Finding, ...] = ()
    notices: tuple[Finding, ...] = ()
    unscanned: Mapping[str, int] = field(default_factory=dict)
    examined: Mapping[str, int] = field(default_factory=dict)

    @property
    def passed(self) -> bool:
        """Whether there is no finding."""
        return not self.findings

    def __add__(self, other: AuditReport) -> AuditReport:
        return AuditReport(
            in_order((*self.findings, *other.findings)),
            in_order((*self.notices, *other.notices)),
            _added(self.unscanned, other.unscanned),
            _added(self.examined, other.examined),
        )

    def as_json(self) -> dict[str, Any]:
        """The report for machines, and for `reports/audit.json`."""
        return {
            "passed": self.passed,
            "findings": [asdict(each) for each in self.findings],
            "notices": [asdict(each) for each in self.notices],
            "unscanned": dict(sorted(self.unscanned.items())),
            "examined": dict(sorted(self.examined.items())),
        }

    def in_words(self) -> str:
        """The report for people: the verdict, the first findings, what could not be searched."""
        looked = ", ".join(f"{number:,} {what}" for what, number in sorted(self.examined.items()))
        lines = [f"audit: {'passed' if self.passed else counted(len(self.findings), 'finding')} ({looked})"]
        lines += [f"  {each}" for each in self.findings[:MOST_PRINTED]]
        if len(self.findings) > MOST_PRINTED:
            lines.append(f"  … and {len(self.findings) - MOST_PRINTED} more")
        lines += [f"  notice: {each}" for each in self.notices[:MOST_PRINTED]]
        if len(self.notices) > MOST_PRINTED:
            lines.append(f"  … and {len(self.notices) - MOST_PRINTED} more notices")
        lines += [f"  not searched: {number:,} {what}" for what, number in sorted(self.unscanned.items())]
        return "\n".join(lines)


def in_order(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Sorted, without repeats."""
    return tuple(sorted(set(findings)))


def _added(one: Mapping[str, int], other: Mapping[str, int]) -> dict[str, int]:
    return dict(Counter(one) + Counter(other))
