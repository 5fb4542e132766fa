"""Verdicts kept between builds: what is unchanged and clean is not proven again, and nothing hides behind one."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache, partial
from pathlib import Path
from typing import Any

import pytest

from pmm_site.audit.findings import AuditReport, Finding
from pmm_site.audit.published import TABLES
from pmm_site.audit.reconstruct import Attacked, attack_component
from pmm_site.audit.scan import Scanner
from pmm_site.audit.sites import SiteAuditor
from pmm_site.audit.worlds import Component
from pmm_site.model import Dataset
from pmm_site.stages import auditing
from pmm_site.stages.cache import AnswerCache
from pmm_site.stages.verdicts import Verdicts
from tests.audit.test_brute_force import random_component
from tests.audit.worlds import VALUES, put

LEAK = f"Kenya, Declarations on time: {VALUES['KEN']}\n"


@dataclass
class Auditing:
    """Builds that audit the site for WCO users one after the other, and the files that the last one looked into."""

    auditor: SiteAuditor
    root: Path
    cache: Path
    asked: list[str]

    def __call__(self, question: str = "data, policy, program") -> AuditReport:
        """What a build hears of the site."""
        self.asked.clear()
        auditing._prepare(self.auditor)
        return auditing._scan(("wco", self.root, Verdicts(AnswerCache(self.cache), question, "data", "program")))

    @property
    def names(self) -> list[str]:
        """The paths of all files of the site."""
        return sorted(path.relative_to(self.root).as_posix() for path in self.root.rglob("*") if path.is_file())


@pytest.fixture
def scanned(world: Dataset, sites: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Auditing:
    """Audits of a copy of the site for WCO users in the small world."""
    found = Auditing(SiteAuditor(world), sites / "wco", tmp_path / "kept", [])
    look = Scanner._file

    def noting(self: Scanner, name: str, *rest: Any) -> Iterator[Finding]:
        found.asked.append(name)
        return look(self, name, *rest)

    monkeypatch.setattr(Scanner, "_file", noting)
    return found


def test_an_unchanged_site_is_scanned_once(scanned: Auditing) -> None:
    """The second build looks into no file, but into one of which a part cannot be read, and reports as much."""
    put(scanned.root, "assets/letters.woff2", b"wOF2\x00\xff\x00")
    first = scanned()
    assert (first.passed, scanned.asked) == (True, scanned.names)
    assert first.unscanned
    assert (scanned(), scanned.asked) == (first, ["assets/letters.woff2"])


def test_another_question_is_asked_anew(scanned: Auditing) -> None:
    """A verdict of other data, another policy or program is none."""
    scanned("one")
    scanned("two")
    assert scanned.asked == scanned.names


def test_of_changed_pages_only_those_are_scanned(scanned: Auditing) -> None:
    """Where the package is as it was, the words of a page are looked at where they are new; all is reported."""
    put(scanned.root, "en/index.html", "<p>A word</p>")
    scanned()
    put(scanned.root, "en/index.html", "<p>Another word</p>")
    put(scanned.root, "en/later.html", "<p>A page more</p>")
    again = scanned()
    assert scanned.asked == ["en/index.html", "en/later.html"]
    assert again.examined["files"] == len(scanned.names)
    assert (scanned(), scanned.asked) == (again, [])


@pytest.mark.parametrize("name", ["aggregates.csv", "site.json", "more.txt"])
def test_with_another_package_all_is_scanned(name: str, scanned: Auditing) -> None:
    """What explains a number on one page is in the package: with other tables, or other files, no page is known."""
    scanned()
    old = scanned.root / "data" / name
    put(scanned.root, f"data/{name}", (old.read_text("utf-8") if old.exists() else "") + "\n")
    scanned()
    assert scanned.asked == scanned.names


@pytest.mark.parametrize("path", ["en/later.txt", "data/values.csv"])
def test_a_leak_planted_behind_a_verdict_is_found(path: str, scanned: Auditing) -> None:
    """A byte more in a file, or a file more, and it is scanned: the clean verdict was of other bytes."""
    scanned()
    old = scanned.root / path
    put(scanned.root, path, (old.read_text("utf-8") if old.exists() else "") + LEAK)
    assert not scanned().passed


def test_findings_are_never_kept(scanned: Auditing) -> None:
    """A site with a leak is accused by every build, and leaves nothing in the cache."""
    put(scanned.root, "en/later.txt", LEAK)
    assert [scanned().passed for _ in range(2)] == [False, False]
    assert not scanned.cache.exists()


@pytest.mark.parametrize(
    "damage", [b"", b"{}", b"\xff", b'{"package": 1, "files": {}}', b'{"package": "", "files": 1}']
)
def test_a_damaged_verdict_is_none(damage: bytes, scanned: Auditing) -> None:
    """Half an entry, or one of another shape, is computed again."""
    scanned()
    (entry,) = (path for path in scanned.cache.rglob("*") if path.is_file())
    entry.write_bytes(damage)
    assert (scanned().passed, scanned.asked) == (True, scanned.names)
    AnswerCache(scanned.cache).put(entry.name, damage)
    assert (scanned().passed, scanned.asked) == (True, scanned.names)


def attacks(components: Sequence[Component], cache: Path, program: str = "program") -> int:
    """How many components a build attacks, whose answers are those of an attack on each."""
    counted: list[Component] = []

    def attack(component: Component) -> Attacked:
        counted.append(component)
        return attack_component(component)

    answers = Verdicts(AnswerCache(cache), "data", "data", program).attacking(map)(attack, components)
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
    heard = Verdicts(AnswerCache(cache), "themes too", figures, "program").together(roots, attack)
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
