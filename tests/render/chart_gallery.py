"""One chart of every kind from made-up rows, in both languages, with what is hard about each: absences, long names."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from pmm_site.model import Direction, Unit
from pmm_site.render import packaged_themes
from pmm_site.render.charts import (
    Bin,
    Chart,
    Charts,
    ChartStore,
    ClassBar,
    CycleMean,
    GoalBar,
    GroupMean,
    MapMember,
    Measure,
    OwnSeries,
    OwnValue,
    Quartiles,
    Series,
    UsageBar,
    VisibleValue,
)
from pmm_site.render.formats import formats
from pmm_site.render.theme import load_theme

PERCENT = Measure("Data standardization", Unit.PERCENT, Direction.HIGHER, 0, 100)
HOURS = Measure("Average release time", Unit.HOURS, Direction.LOWER, 0, None)
OWN = OwnValue(72.5, "KEN 72.5%")
OWN_CYCLES = OwnSeries("KEN", "Kenya", (OwnValue(72.5, "72.5%"), OwnValue(80.0, "80%")))

BINS = [
    Bin(Decimal(low), Decimal(low + 10), count)
    for low, count in zip(range(0, 100, 10), (0, 1, 2, 1, 3, 5, 8, 12, 14, 11), strict=True)
]
MERGED_BINS = [Bin(Decimal(0), Decimal(40), 4), Bin(Decimal(40), Decimal(60), 9), Bin(Decimal(60), Decimal(100), 44)]
OPEN_BINS = [
    Bin(Decimal(0), Decimal(6), 4),
    Bin(Decimal(6), Decimal(24), 19),
    Bin(Decimal(24), Decimal(240), 8),
    Bin(Decimal(240), None, 2),
]
QUARTILES = Quartiles((Decimal(50), Decimal(60)), (Decimal(70), Decimal(80)), (Decimal(80), Decimal(90)))

CYCLES = ("Cycle 1 (data of 2022)", "Cycle 2 (données de 2024)")
REGIONS = (
    "Amérique du Sud, Amérique du Nord, Amérique centrale et Caraïbes",
    "Extrême-Orient, Asie du Sud et du Sud-Est, Australasie et Îles du Pacifique",
    "Afrique orientale et australe",
    "Europe",
)
GROUPS = (
    GroupMean("ams", REGIONS[0], 13, Decimal("81.2"), Decimal("0.1"), "81.2%"),
    GroupMean("ap", REGIONS[1], 11, Decimal("75"), Decimal("5"), "about 75%, to the nearest 5"),
    GroupMean("esa", REGIONS[2], 10, None, None, "protected", Decimal("71.2"), 7),
    GroupMean("eur", REGIONS[3], 2, None, None, "too few contributors"),
)
WORLD = GroupMean("all", "World", 61, Decimal("76.4"), Decimal("0.1"), "76.4%")
VALUES = [VisibleValue(f"M{at:02}", f"Member {at}", f"{(at * 37) % 101}.5"[:4]) for at in range(40)]


class WholeCharts(Charts):
    """Charts whose own values are laid over in one call; pages share the picture among sites and do it in two."""

    def distribution(
        self, bins: Sequence[Bin], measure: Measure, quartiles: Quartiles | None = None, own: OwnValue | None = None
    ) -> Chart | None:
        """Members by bin, with the bins of the quartiles beneath."""
        shared = self.bins(bins, measure, quartiles, own is not None)
        return self.with_own_on_bins(bins, shared, own) if shared else None

    def by_group(
        self, rows: Sequence[GroupMean], measure: Measure, grouping: str, world: GroupMean | None = None,
        own: OwnValue | None = None, own_group: str | None = None,
    ) -> Chart | None:  # fmt: skip
        """A bar per group of a grouping; `grouping` is its name."""
        shared = self.groups(rows, measure, grouping, world, own is not None)
        return self.with_own_on_groups(shared, own, own_group) if shared else None


def charts(language: str, store: ChartStore) -> WholeCharts:
    """The charts of a language with the words of the default theme."""
    return WholeCharts(store, load_theme("default", [packaged_themes()]).words(language), formats(language))


def _mean(number: str | None, step: str = "0.1") -> CycleMean:
    if number is None:
        return CycleMean(9, None, None, "protected")
    return CycleMean(31, Decimal(number), Decimal(step), f"{number}%" if step == "0.1" else f"about {number}%")


def gallery(language: str = "en", store: ChartStore | None = None) -> dict[str, Chart]:
    """A chart of every kind by a name."""
    make = charts(language, store or ChartStore())
    series = [
        Series("ams", REGIONS[0], (_mean("81.2"), _mean("84.0"))),
        Series("ap", REGIONS[1], (_mean("75", "5"), _mean("70", "5"))),
        Series("esa", REGIONS[2], (_mean(None), _mean("72.3"))),
        Series("eur", REGIONS[3], (_mean(None), _mean(None))),
    ]
    found = {
        "distribution": make.distribution(BINS, PERCENT, QUARTILES),
        "distribution of own": make.distribution(MERGED_BINS, PERCENT, None, OWN),
        "distribution with an open end": make.distribution(OPEN_BINS, HOURS, None, OwnValue(30, "KEN 30")),
        "values": make.visible_values(
            [*VALUES, VisibleValue("KEN", "Kenya", "72.5", own=True)], PERCENT, (76.4, "World 76.4%")
        ),
        "groups": make.by_group(GROUPS, PERCENT, "region", WORLD, OWN, "ams"),
        "groups with negative means": make.by_group(
            [
                GroupMean("low", "Low", 9, Decimal("-12"), Decimal(1), "-12%"),
                GroupMean("high", "High", 9, Decimal(135), Decimal(5), "about +135%"),
            ],
            Measure("Variation", Unit.VARIATION),
            "income",
        ),
        "cycles": make.over_cycles(series, PERCENT, CYCLES, Series("all", "World", (_mean("76.4"), _mean("79.1")))),
        "cycles-of-the-world": make.over_cycles(
            [Series("all", "World", (_mean("76.4"), _mean("79.1")))], HOURS, CYCLES
        ),
        "cycles with own values": make.over_cycles(
            [Series("all", "World", (_mean("76.4"), _mean("79.1")))], PERCENT, CYCLES, own=OWN_CYCLES
        ),
        "classes": make.classes(
            [
                ClassBar("trade", "Trade Facilitation and Economic Competitiveness", 9, 4, 3, 4),
                ClassBar("revenue", "Revenue", 0, 5, 1, 0),
            ]
        ),
        "usage": make.usage(
            [
                UsageBar("rkc", "Revised Kyoto Convention", Decimal(98), Decimal(84), Decimal(10), Decimal(6), 58),
                UsageBar("gtas", "Global Travel Assessment System", None, None, None, None, 55, "protected"),
            ]
        ),
        "goals": make.goals(
            [
                GoalBar(5, "5 Gender equality", 4, 3, Decimal("66.1"), True),
                GoalBar(1, "1 No poverty", 0, 0, None, False),
            ]
        ),
        "map": make.members_map(
            [
                MapMember("KEN", "Kenya", "72.5%", 72.5, own=True),
                MapMember("FRA", "France", "12%", 12.0),
                MapMember("CIV", "Côte d’Ivoire", "not at this level"),
                MapMember("ZZZ", "Elsewhere", "99%", 99.0),
            ],
            PERCENT,
        ),
    }
    assert all(found.values())
    return {name: chart for name, chart in found.items() if chart}
