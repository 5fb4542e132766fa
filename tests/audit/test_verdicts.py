"""Verdicts kept between builds: an unchanged clean site is not scanned again, and nothing hides behind one."""

from __future__ import annotations

from pathlib import Path

import pytest

from pmm_site import auditing
from pmm_site.audit.files import SiteFiles
from pmm_site.audit.findings import AuditReport, Finding
from pmm_site.audit.sites import SiteAuditor
from pmm_site.auditing import Verdicts
from pmm_site.cache import FolderCache
from pmm_site.model import Dataset
from tests.audit.worlds import VALUES, put

LEAK = f"Kenya, Declarations on time: {VALUES['KEN']}\n"


class Counting(SiteAuditor):
    """An auditor that counts the sites that it reads."""

    read = 0

    def audit(self, files: SiteFiles, site: str, data: str = "data/") -> AuditReport:
        """`SiteAuditor.audit`, counted."""
        self.read += 1
        return super().audit(files, site, data)


@pytest.fixture
def auditor(world: Dataset) -> Counting:
    """A fresh auditor of the small world."""
    return Counting(world)


def scanned(auditor: Counting, sites: Path, cache: Path, question: str = "data, policy, program") -> AuditReport:
    """What a build hears of the site for WCO users."""
    auditing._prepare(auditor)
    return auditing._scan(("wco", sites / "wco", Verdicts(FolderCache(cache), question)))


def test_an_unchanged_site_is_scanned_once(auditor: Counting, sites: Path, tmp_path: Path) -> None:
    """The second build reads the verdict, and reports as much as the first."""
    first = scanned(auditor, sites, tmp_path / "kept")
    assert scanned(auditor, sites, tmp_path / "kept") == first
    assert (first.passed, auditor.read) == (True, 1)


def test_another_question_is_asked_anew(auditor: Counting, sites: Path, tmp_path: Path) -> None:
    """A verdict of other data, another policy or program is none."""
    scanned(auditor, sites, tmp_path / "kept", "one")
    scanned(auditor, sites, tmp_path / "kept", "two")
    assert auditor.read == 2


@pytest.mark.parametrize("path", ["en/later.txt", "data/values.csv"])
def test_a_leak_planted_behind_a_verdict_is_found(path: str, auditor: Counting, sites: Path, tmp_path: Path) -> None:
    """A byte more in a file, or a file more, and the site is scanned: the clean verdict was of other bytes."""
    scanned(auditor, sites, tmp_path / "kept")
    old = sites / "wco" / path
    put(sites / "wco", path, (old.read_text("utf-8") if old.exists() else "") + LEAK)
    assert not scanned(auditor, sites, tmp_path / "kept").passed


def test_findings_are_never_kept(auditor: Counting, sites: Path, tmp_path: Path) -> None:
    """A site with a leak is accused by every build, and leaves nothing in the cache."""
    put(sites / "wco", "en/later.txt", LEAK)
    reports = [scanned(auditor, sites, tmp_path / "kept") for _ in range(2)]
    assert [each.passed for each in reports] == [False, False]
    assert not (tmp_path / "kept").exists()


@pytest.mark.parametrize("damage", [b"", b"{}", b"\xff", b'{"state": 1}'])
def test_a_damaged_verdict_is_none(damage: bytes, auditor: Counting, sites: Path, tmp_path: Path) -> None:
    """Half an entry, or one of another shape, is computed again."""
    scanned(auditor, sites, tmp_path / "kept")
    (entry,) = (path for path in (tmp_path / "kept").rglob("*") if path.is_file())
    entry.write_bytes(damage)
    assert scanned(auditor, sites, tmp_path / "kept").passed
    verdicts = Verdicts(FolderCache(tmp_path / "kept"), "data, policy, program")
    verdicts.cache.put(entry.name, damage)
    assert scanned(auditor, sites, tmp_path / "kept").passed
    assert auditor.read == 3


def attacks(sites: Path, cache: Path, found: AuditReport, sources: str | None = "data, policy, program") -> int:
    """How often two builds in a row attack the same web roots."""
    counted = []

    def attack() -> AuditReport:
        counted.append(None)
        return found

    for _ in range(2):
        verdicts = Verdicts(FolderCache(cache), "with themes", sources)
        assert verdicts.attacked({site.name: site for site in sites.iterdir()}, attack) == found
    return len(counted)


def test_packages_that_are_the_same_are_attacked_once(sites: Path, tmp_path: Path) -> None:
    """The second build reads the outcome; a byte of a table, another question or a lost entry, and it attacks."""
    clean = AuditReport(examined={"readers": 3})
    assert attacks(sites, tmp_path / "kept", clean) == 1
    assert attacks(sites, tmp_path / "kept", clean) == 0
    assert attacks(sites, tmp_path / "kept", clean, "other data") == 1
    assert attacks(sites, tmp_path / "kept", clean, None) == 2
    put(sites / "wco", "data/values.csv", (sites / "wco" / "data" / "values.csv").read_text("utf-8") + "\n")
    assert attacks(sites, tmp_path / "kept", clean) == 1
    for entry in (tmp_path / "kept").rglob("*"):
        if entry.is_file():
            entry.write_bytes(b"{}")
    assert attacks(sites, tmp_path / "kept", clean) == 1


@pytest.mark.parametrize("kind", ["findings", "notices"])
def test_an_attack_that_found_anything_is_repeated(kind: str, sites: Path, tmp_path: Path) -> None:
    """A breach, or what a person should know, is told by every build."""
    found = AuditReport(**{kind: (Finding("reconstruct", "wco", "", "c2024/k/KEN", "closed in on"),)})
    assert attacks(sites, tmp_path / "kept", found) == 2
