"""Verdicts kept between builds: what is unchanged and clean is not proven again, and nothing hides behind one."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from functools import cache, partial
from pathlib import Path

import pytest

from pmm_site import auditing
from pmm_site.audit.files import SiteFiles
from pmm_site.audit.findings import AuditReport, Finding
from pmm_site.audit.published import TABLES
from pmm_site.audit.reconstruct import Attacked, attack_component
from pmm_site.audit.sites import SiteAuditor
from pmm_site.audit.worlds import Component
from pmm_site.cache import FolderCache
from pmm_site.model import Dataset
from pmm_site.verdicts import Verdicts
from tests.audit.test_brute_force import random_component
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
    return auditing._scan(("wco", sites / "wco", Verdicts(FolderCache(cache), question, "data", "program")))


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
    verdicts = Verdicts(FolderCache(tmp_path / "kept"), "data, policy, program", "data", "program")
    verdicts.cache.put(entry.name, damage)
    assert scanned(auditor, sites, tmp_path / "kept").passed
    assert auditor.read == 3


def attacks(components: Sequence[Component], cache: Path, program: str = "program") -> int:
    """How many components a build attacks, whose answers are those of an attack on each."""
    counted: list[Component] = []

    def attack(component: Component) -> Attacked:
        counted.append(component)
        return attack_component(component)

    answers = Verdicts(FolderCache(cache), "data", "data", program).attacking(map)(attack, components)
    assert list(answers) == [attack_component(each) for each in components]
    return len(counted)


@cache
def withstanding() -> tuple[Component, ...]:
    """Random components in which nobody closes in on anything."""
    found = (random_component(seed, with_bins=False) for seed in range(12))
    return tuple(each for each in found if not attack_component(each).breaches)


def test_a_component_that_withstood_is_attacked_once(tmp_path: Path) -> None:
    """The second build reads the outcomes; another program or damaged entries, and it attacks all again."""
    components = withstanding()
    assert len(components) > 1
    for expected, program in ((len(components), "one"), (0, "one"), (len(components), "other"), (0, "other")):
        assert attacks(components, tmp_path / "kept", program) == expected
    for entry in (tmp_path / "kept").rglob("*"):
        if entry.is_file():
            entry.write_bytes(b"{}")
    assert attacks(components, tmp_path / "kept", "one") == len(components)


def test_only_what_changed_is_attacked(tmp_path: Path) -> None:
    """A fact told more finely, a value moved by the last digit of its place, pairs at last: that component alone."""
    components = withstanding()
    attacks(components, tmp_path / "kept")
    one = components[0]
    value, fact = one.unknowns[0], one.facts[0]
    changed = [
        replace(one, unknowns=(value._replace(place=math.nextafter(value.place, 1)), *one.unknowns[1:])),
        replace(one, facts=(fact._replace(upper=math.nextafter(fact.upper, 0)), *one.facts[1:])),
        replace(one, pairs=not one.pairs),
    ]
    for each in changed:
        assert attacks([each, *components[1:]], tmp_path / "kept") == 1


def test_a_breach_is_never_kept(tmp_path: Path) -> None:
    """What somebody closes in on is told by every build."""
    found = map(partial(random_component, with_bins=False), range(25))
    breached = next(each for each in found if attack_component(each).breaches)
    assert [attacks([breached], tmp_path / "kept") for _ in range(2)] == [1, 1]


def attacked(
    sites: Path, cache: Path, report: AuditReport, figures: str = "data, policy, program"
) -> tuple[int, AuditReport]:
    """How often a build attacks all sites together, and what it hears."""
    asked: list[None] = []

    def attack() -> AuditReport:
        asked.append(None)
        return report

    roots = {each.name: each for each in sites.iterdir()}
    heard = Verdicts(FolderCache(cache), "themes too", figures, "program").together(roots, attack)
    return len(asked), heard


WITHSTOOD = AuditReport(examined={"components": 2, "programs": 7})


def test_sites_that_withstood_together_are_attacked_once(sites: Path, tmp_path: Path) -> None:
    """What pages say beside the tables of figures changes nothing; the second build reports as much as the first."""
    assert attacked(sites, tmp_path / "kept", WITHSTOOD) == (1, WITHSTOOD)
    put(sites / "wco", "en/later.txt", "A word more")
    assert attacked(sites, tmp_path / "kept", WITHSTOOD) == (0, WITHSTOOD)
    assert attacked(sites, tmp_path / "kept", WITHSTOOD, "other data") == (1, WITHSTOOD)


@pytest.mark.parametrize("name", sorted(TABLES))
def test_a_figure_more_on_any_site_is_attacked(name: str, sites: Path, tmp_path: Path) -> None:
    """A table of figures that has one byte more, one that is new, a site that has gone: all are attacked again."""
    attacked(sites, tmp_path / "kept", WITHSTOOD)
    path = f"data/{name}.csv"
    old = sites / "wco" / path
    put(sites / "wco", path, (old.read_text("utf-8") if old.exists() else "") + "\n")
    assert attacked(sites, tmp_path / "kept", WITHSTOOD)[0] == 1
    (sites / "wco").rename(tmp_path / "gone")
    assert attacked(sites, tmp_path / "kept", WITHSTOOD)[0] == 1


@pytest.mark.parametrize("part", ["findings", "notices"])
def test_what_the_attack_tells_is_never_kept(part: str, sites: Path, tmp_path: Path) -> None:
    """Findings, and notices to whoever publishes, are worked out by every build."""
    told = AuditReport(**{part: (Finding("reconstruct", "KEN", "", "c/k/UGA", "can be closed in on"),)})
    assert [attacked(sites, tmp_path / "kept", told) for _ in range(2)] == [(1, told), (1, told)]
