"""Charts for pages: SVG drawn at build by Altair through vl-convert, each picture once.

A kind of chart is a function from small rows to a `Figure` (a drawing with its words); `ChartStore.chart`
makes it a `Chart` for a page. `Charts` binds the store to one language, so that pages write
`edition.charts.visible_values(rows, …)`. Charts see the rows that they draw and nothing else.
"""

from pmm_site.render.charts.charts import Charts
from pmm_site.render.charts.cycles import CycleMean, OwnSeries, Series
from pmm_site.render.charts.distribution import Bin, Measure, OwnValue, Quartiles
from pmm_site.render.charts.groups import GroupMean
from pmm_site.render.charts.shares import ClassBar, GoalBar, UsageBar
from pmm_site.render.charts.store import Chart, ChartStore, Figure
from pmm_site.render.charts.tiles import MapMember
from pmm_site.render.charts.values import VisibleValue

__all__ = [
    "Bin", "Chart", "ChartStore", "Charts", "ClassBar", "CycleMean", "Figure", "GoalBar", "GroupMean", "MapMember",
    "Measure", "OwnSeries", "OwnValue", "Quartiles", "Series", "UsageBar", "VisibleValue",
]  # fmt: skip
