"""The charts in one language: what pages call."""

from __future__ import annotations

from collections.abc import Sequence

from pmm_site.render.charts import distribution, groups
from pmm_site.render.charts.distribution import Bin, Measure, OwnValue, Quartiles, VisibleValue
from pmm_site.render.charts.groups import GroupMean
from pmm_site.render.charts.store import Chart, ChartStore
from pmm_site.render.formats import Formats
from pmm_site.render.words import Words


class Charts:
    """Every kind of chart, bound to a store and a language. None where there is nothing to draw."""

    def __init__(self, store: ChartStore, words: Words, formats: Formats) -> None:
        self.store = store
        self._words = words
        self._formats = formats

    def distribution(
        self, bins: Sequence[Bin], measure: Measure, quartiles: Quartiles | None = None, own: OwnValue | None = None
    ) -> Chart | None:
        """Members by bin, with the bins of the quartiles beneath."""
        if not any(each.contributors for each in bins):
            return None
        return self.store.chart(
            distribution.distribution(bins, measure, self._words, self._formats, quartiles, own)
        )

    def visible_values(
        self, values: Sequence[VisibleValue], measure: Measure, mean: tuple[float, str] | None = None
    ) -> Chart | None:
        """A dot per value that this site shows; `mean` is that of all Members with its label."""
        if not values:
            return None
        return self.store.chart(
            distribution.visible_values(values, measure, self._words, self._formats, mean)
        )

    def by_group(
        self, rows: Sequence[GroupMean], measure: Measure, grouping: str, world: GroupMean | None = None,
        own: OwnValue | None = None, own_group: str | None = None,
    ) -> Chart | None:  # fmt: skip
        """A bar per group of a grouping; `grouping` is its name."""
        if not rows:
            return None
        return self.store.chart(
            groups.by_group(rows, measure, grouping, self._words, self._formats, world, own, own_group)
        )
