"""A small site with a bit of everything that pages across KPIs speak of, and how tests render it.

Two cycles, two dimensions, five KPIs of which one is above the ceiling of the public site, four instruments, one in
each finding and one in none, two goals, two areas, four Members in two regions.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from markupsafe import Markup

from pmm_site.model import (
    Bounds,
    CapacityArea,
    Catalogue,
    ConfStatus,
    ContentPage,
    Dimension,
    Direction,
    Group,
    Grouping,
    Instrument,
    Kpi,
    KpiVersion,
    Level,
    NameStatus,
    ObsStatus,
    Outcome,
    SdgLink,
    SiteKind,
    Unit,
)  # fmt: skip
from pmm_site.package import PackageInfo, ReleasePackage, UnionName
from pmm_site.render import packaged_themes
from pmm_site.render.charts import ChartStore
from pmm_site.render.charts.drawing import Drawing
from pmm_site.render.edition import Edition
from pmm_site.render.frame import Frames
from pmm_site.render.narrative import narrative
from pmm_site.render.pages import page_kinds
from pmm_site.render.site import rendered
from pmm_site.render.theme import load_theme
from pmm_site.render.view import SiteView
from pmm_site.tables import (
    AggregateRow,
    AnswerRow,
    CapacityRow,
    ChangeRow,
    CoverageRow,
    CycleRow,
    DistributionRow,
    FindingRow,
    GroupTestRow,
    InstrumentRow,
    MemberRow,
    SdgRow,
    SummaryRow,
    ValueRow,
    VisibilityRow,
)  # fmt: skip

FREE, PROTECTED, NOT_HERE = ConfStatus.FREE, ConfStatus.PROTECTED, ConfStatus.NOT_AT_THIS_LEVEL
SHOWN, NOT_SHOWN = ObsStatus.SHOWN, ObsStatus.NOT_SHOWN


def text(english: str, french: str = "") -> dict[str, str]:
    """A text in both languages."""
    return {"en": english, "fr": french or f"{english} (fr)"}


def _kpi(id: str, outcome: str, **changes: Any) -> Kpi:
    values: dict[str, Any] = {
        "name": text(id.replace("-", " ").capitalize()), "unit": Unit.PERCENT, "bounds": Bounds(0.0, 100.0),
        "direction": Direction.HIGHER,
    }  # fmt: skip
    return Kpi(id, outcome, **{**values, **changes})


CATALOGUE = Catalogue(
    version="1",
    dimensions=(Dimension("trade", text("Trade", "Échanges")), Dimension("staff", text("Staff", "Personnel"))),
    outcomes=(Outcome("paperless", "trade", text("Paperless")), Outcome("people", "staff", text("People"))),
    kpis=(
        _kpi("declarations", "paperless", capacity_building=("digital",)),
        _kpi("standard", "paperless", name_status=NameStatus.ILLUSTRATIVE, capacity_building=("digital",)),
        _kpi("training", "people", capacity_building=("skills",)),
        _kpi("secret", "people", ceiling=Level.WCO),
        _kpi("posts", "people", versions=(KpiVersion("1", "c1", "c1", successor=("training",)),)),
    ),
    instruments=(
        Instrument("model", text("Model"), ("paperless",)),
        Instrument("guide", text("Guide"), ("paperless",), name_status=NameStatus.ILLUSTRATIVE),
        Instrument("course", text("Course"), ("people",)),
        Instrument("manual", text("Manual"), ("people",), url="https://manual.example"),
    ),
    capacity_building=(CapacityArea("digital", text("Digital")), CapacityArea("skills", text("Skills"))),
    sdg_mapping=(SdgLink("paperless", 9, "9.c"), SdgLink("people", 5, None, NameStatus.ILLUSTRATIVE)),
    groupings=(Grouping("region", text("Region"), (Group("north", text("North")), Group("south", text("South")))),),
)

CYCLES = (
    CycleRow("c1", text("First cycle", "Premier cycle"), 2031, 61, 104, True, ""),
    CycleRow("c2", text("Second cycle", "Deuxième cycle"), 2033, 63, None, True, ""),
)
NAMES = {"KEN": text("Kenya"), "UGA": text("Uganda", "Ouganda"), "FRA": text("France"), "CIV": text("Côte d’Ivoire")}
REGION = {"KEN": "south", "UGA": "south", "FRA": "north", "CIV": "north"}


def _aggregate(cycle: str, kpi: str, n: int, mean: str | None, step: str | None, **changes: Any) -> AggregateRow:
    shown = mean is not None
    row = AggregateRow(
        cycle, kpi, "all", "all", n, Decimal(mean) if mean else None, Decimal(step) if step else None,
        SHOWN if shown else NOT_SHOWN, FREE if shown else PROTECTED, 0, None,
    )  # fmt: skip
    return row._replace(**changes)


def _summary(cycle: str, kpi: str, n: int, rate: str, performance: str, basis: str = "submitted") -> SummaryRow:
    edges = tuple(map(Decimal, ("50", "60", "60", "70", "80", "90")))
    return SummaryRow(cycle, kpi, n, Decimal(rate), *edges, None, performance, basis)


def tables(kind: SiteKind) -> dict[str, tuple[Any, ...]]:
    """The rows of a site of a kind: the public one has no KPI of ceiling `wco` and no blank values."""
    found: dict[str, tuple[Any, ...]] = {
        "cycles": CYCLES,
        "members": tuple(
            MemberRow(cycle, code, NAMES[code], not (cycle == "c1" and code == "CIV"), {"region": REGION[code]}, None)
            for cycle in ("c1", "c2")
            for code in sorted(NAMES)
        ),
        "aggregates": (
            _aggregate("c1", "declarations", 58, "97.3", "0.1"),
            _aggregate("c2", "declarations", 59, "98.6", "0.1"),
            _aggregate("c2", "declarations", 13, "85", "5", grouping="region", group="north"),
            _aggregate("c2", "declarations", 2, None, None, grouping="region", group="south"),
            _aggregate("c1", "standard", 31, "75", "5"),
            _aggregate("c2", "standard", 29, None, None, visible_contributors=2, visible_mean=Decimal("44.25")),
            _aggregate("c2", "training", 17, "33.4", "0.1"),
            _aggregate("c1", "posts", 19, "21.7", "0.1"),
            _aggregate("c2", "secret", 41, "66.6", "0.1"),
        ),
        "changes": (
            ChangeRow("c2", "c1", "declarations", "all", "all", 47, Decimal("98.2"), Decimal("97.5"), Decimal("0.1"),
                      SHOWN, FREE),
            ChangeRow("c2", "c1", "standard", "all", "all", 23, None, None, None, NOT_SHOWN, PROTECTED),
        ),
        "tests": (
            GroupTestRow("c2", "declarations", "change", "c1", True, "submitted"),
            GroupTestRow("c2", "declarations", "kruskal-wallis", "region", False, "submitted"),
            GroupTestRow("c2", "standard", "mann-whitney", "guide", True, "submitted"),
        ),
        "findings": (
            FindingRow("c1", "high-uptake", "declarations", "guide"),
            FindingRow("c2", "high-uptake", "declarations", "model"),
            FindingRow("c2", "review-relevance", "declarations", "guide"),
            FindingRow("c2", "raise-awareness", "training", "course"),
            FindingRow("c2", "few-plans", "", "guide"),
            FindingRow("c2", "few-plans", "", "course"),
        ),
        "summary": (
            _summary("c1", "declarations", 58, "95.1", "inconclusive"),
            _summary("c1", "posts", 19, "31.1", "low"),
            _summary("c2", "declarations", 59, "93.7", "well"),
            _summary("c2", "standard", 29, "46.0", "inconclusive", "visible"),
            _summary("c2", "training", 17, "27.0", "low"),
            _summary("c2", "secret", 41, "65.1", "well"),
        ),
        "distribution": tuple(
            DistributionRow("c2", "declarations", Decimal(low), Decimal(low + 50), n) for low, n in ((0, 7), (50, 52))
        ),
        "coverage": (
            CoverageRow("c2", "declarations", 63, 59, 1, 3),
            CoverageRow("c2", "standard", 63, 29, 12, 22),
            CoverageRow("c2", "training", 63, 17, 0, 46),
            CoverageRow("c2", "secret", 63, 41, 8, 14),
        ),
        "instruments": (
            _instrument("model", 91, 84, 9, 7),
            _instrument("guide", 72, 37, 14, 49),
            _instrument("course", 68, 41, 18, 41),
            InstrumentRow("c2", "manual", 55, None, 54, None, None, None, None, NOT_SHOWN, PROTECTED),
        ),
        "sdgs": (
            SdgRow("c2", 5, 1, 1, 0, Decimal("27.0"), "other"),
            SdgRow("c2", 7, 0, 0, 0, None, "other"),
            SdgRow("c2", 9, 1, 2, 1, Decimal("69.8"), "most-productive"),
        ),
        "capacity": (
            CapacityRow("c1", "digital", "all", "all", 2, 0, Decimal("95.1"), "low"),
            CapacityRow("c2", "digital", "all", "all", 2, 0, Decimal("69.8"), "medium"),
            CapacityRow("c2", "skills", "all", "all", 1, 1, Decimal("27.0"), "high"),
            CapacityRow("c2", "skills", "region", "north", 1, 1, Decimal("22.0"), "high"),
        ),
        "values": (
            ValueRow("c2", "declarations", "KEN", "91.25", SHOWN, FREE, "public", None),
            ValueRow("c2", "standard", "UGA", "44.25", SHOWN, FREE, "public", None),
        ),
    }  # fmt: skip
    if kind is SiteKind.PUBLIC:
        return {name: tuple(row for row in rows if getattr(row, "kpi", "") != "secret") for name, rows in found.items()}
    found["values"] += (
        ValueRow("c2", "declarations", "FRA", "", NOT_SHOWN, NOT_HERE, None, None),
        ValueRow("c2", "standard", "FRA", "", ObsStatus.NOT_APPLICABLE, FREE, None, None),
        ValueRow("c2", "training", "CIV", "", ObsStatus.NOT_REPORTED, FREE, None, None),
    )
    if kind is SiteKind.COUNTRY:
        found["answers"] = (AnswerRow("c2", "guide", "yes", "planned"), AnswerRow("c2", "course", "", ""))
        found["visibility"] = (VisibilityRow("c2", "declarations", "public", "", "public;wco"),)
    return found


def _instrument(id: str, aware: int, in_use: int, planned: int, not_planned: int) -> InstrumentRow:
    shares = (Decimal(in_use), Decimal(planned), Decimal(not_planned))
    return InstrumentRow("c2", id, 57, Decimal(aware), 56, *shares, Decimal(1), SHOWN, FREE)


READERS: dict[SiteKind, tuple[tuple[str, ...], tuple[str, ...]]] = {
    SiteKind.PUBLIC: (("everyone",), ()),
    SiteKind.WCO: (("basic-users", "secretariat"), ()),
    SiteKind.UNION: (("secretariat",), ("KEN", "UGA")),
    SiteKind.COUNTRY: (("secretariat",), ("KEN",)),
}


def package(kind: SiteKind = SiteKind.PUBLIC, content: tuple[ContentPage, ...] = (), **info: Any) -> ReleasePackage:
    """The release package of a site of a kind."""
    subject = {SiteKind.UNION: "eac", SiteKind.COUNTRY: "KEN"}.get(kind)
    site = kind.value if subject is None else f"{kind.value}-{subject.lower()}"
    communities, members = READERS[kind]
    values: dict[str, Any] = {
        "title": text("Performance"), "languages": ("en", "fr"), "communities": communities, "members": members,
        "release": "2033-1", "synthetic": True, "cycles": ("c1", "c2"), "organization": text("Customs & Co"),
        "contact": "pmm@example.org", "base_url": "https://pmm.example" if kind is SiteKind.PUBLIC else None,
        "analysis": {"instrument_high_use": 70, "instrument_low_use": 50, "instrument_few_plans": 20},
        "rules": {"minimum_contributors": 3, "performance_contributors": 10},
    }  # fmt: skip
    return ReleasePackage(
        PackageInfo(site, kind, subject, **{**values, **info}),
        CATALOGUE, (UnionName("eac", text("Union"), ("KEN", "UGA")),), tables(kind), content,
    )  # fmt: skip


class _Undrawn(ChartStore):
    """Leaves pictures undrawn: these tests read words and tables."""

    def body(self, drawing: Drawing) -> str:
        return ""


def edition(of: ReleasePackage | None = None, language: str = "en") -> Edition:
    """A site in one language with the packaged theme."""
    theme = load_theme("default", [packaged_themes()])
    return Edition(SiteView(of or package()), language, theme, _Undrawn())


def html_of(kind: str, of: Edition) -> dict[str, str]:
    """The pages of a kind by path."""
    found, frames = page_kinds()[kind], Frames(of)
    pages = (page for _, make in found.units(of) for page in make())
    return {page.here.path: rendered(page, found, of, frames).decode() for page in pages}


def main(html: str) -> str:
    """What stands between header and footer."""
    return html[html.index("<main") : html.index("</main>")]


def spoken(html: str) -> str:
    """The words of a page or a part of it, with plain blanks."""
    without = re.sub(r"<(svg|style|script).*?</\1>", " ", html, flags=re.DOTALL)
    words = Markup(re.sub(r"<[^>]+>", " ", without)).unescape()
    return re.sub(r"[\s\u00a0\u202f]+", " ", words).replace(" ,", ",").replace(" .", ".").strip()


def said(markdown: str, of: ReleasePackage | None = None, language: str = "en", cycle: str | None = "c2") -> str:
    """The words that a narrative text prints."""
    return spoken(told(markdown, of, language, cycle))


def told(markdown: str, of: ReleasePackage | None = None, language: str = "en", cycle: str | None = "c2") -> str:
    """The HTML that a narrative text becomes."""
    speaker = edition(of, language)
    page = ContentPage(language, "story", "Story", markdown, cycle=cycle)
    return str(narrative(speaker, speaker.here("content", "story"), page).html)
