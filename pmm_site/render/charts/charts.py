"""The charts in one language: what pages call."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence

from pmm_site.render.charts import cycles, distribution, groups, shares, tiles
from pmm_site.render.charts.cycles import OwnSeries, Series
from pmm_site.render.charts.distribution import Bin, Measure, OwnValue, Quartiles
from pmm_site.render.charts.groups import GroupMean
from pmm_site.render.charts.shares import ClassBar, GoalBar, UsageBar
from pmm_site.render.charts.store import Chart, ChartStore, Figure
from pmm_site.render.charts.tiles import MapMember
from pmm_site.render.charts.values import VisibleValue, visible_values
from pmm_site.render.formats import Formats
from pmm_site.render.words import Words


class Charts:
    """Every kind of chart, bound to a store and a language. None where there is nothing to draw."""

    def __init__(self, store: ChartStore, words: Words, formats: Formats) -> None:
        self.store = store
        self._words = words
        self._formats = formats

    def bins(
        self, bins: Sequence[Bin], measure: Measure, quartiles: Quartiles | None, with_own: bool
    ) -> tuple[Figure, Chart] | None:
        """Members by bin as all sites share them, with room for an own value if wanted."""
        if not any(each.contributors for each in bins):
            return None
        return self._shared(distribution.distribution, tuple(bins), measure, after=(quartiles, with_own))

    @staticmethod
    def with_own_on_bins(bins: Sequence[Bin], shared: tuple[Figure, Chart], own: OwnValue | None) -> Chart:
        """The chart that `bins` gave, with an own value laid over."""
        figure, chart = shared
        return chart if own is None else chart.with_own(distribution.own_mark(figure, bins, own))

    def visible_values(
        self, values: Sequence[VisibleValue], measure: Measure, mean: tuple[float, str] | None = None
    ) -> Chart | None:
        """A dot per value that this site shows; `mean` is that of all Members with its label."""
        if not values:
            return None
        return self.drawn(visible_values(values, measure, self._words, self._formats, mean))

    def groups(
        self, rows: Sequence[GroupMean], measure: Measure, grouping: str, world: GroupMean | None, with_own: bool
    ) -> tuple[Figure, Chart] | None:
        """A bar per group as all sites share them, with room for an own value if wanted."""
        if not rows:
            return None
        drawn = tuple(groups.as_drawn(each) for each in rows)
        ahead = groups.as_drawn(world) if world else None
        return self._shared(groups.by_group, drawn, measure, grouping, after=(ahead, with_own))

    @staticmethod
    def with_own_on_groups(shared: tuple[Figure, Chart], own: OwnValue | None, own_group: str | None) -> Chart:
        """The chart that `groups` gave, with the own group's bar in its colour and an own value laid over."""
        figure, chart = shared
        if own is None and own_group is None:
            return chart
        return chart.with_own(groups.own_mark(figure, own) if own else "", own_group and f"{own_group}-bar")

    def over_cycles(
        self, series: Sequence[Series], measure: Measure, cycle_names: Sequence[str], world: Series | None = None,
        own: OwnSeries | None = None,
    ) -> Chart | None:  # fmt: skip
        """A small panel per group with its mean in each cycle, own values over the last; None with fewer than two."""
        if len(cycle_names) < 2 or not (series or world or own):
            return None
        if own:
            words, formats = self._words, self._formats
            return self.drawn(cycles.over_cycles(series, measure, cycle_names, words, formats, world, own))
        _, chart = self._shared(cycles.over_cycles, tuple(series), measure, tuple(cycle_names), after=(world,))
        return chart

    def usage(self, rows: Sequence[UsageBar]) -> Chart | None:
        """Awareness and use, a bar per instrument."""
        return self.drawn(shares.usage(rows, self._words, self._formats)) if rows else None

    def goals(self, rows: Sequence[GoalBar]) -> Chart | None:
        """Contribution to the Sustainable Development Goals, a bar per goal."""
        return self.drawn(shares.goals(rows, self._words, self._formats)) if rows else None

    def classes(self, rows: Sequence[ClassBar]) -> Chart | None:
        """KPIs by performance class, a bar per dimension."""
        return self.drawn(shares.classes(rows, self._words, self._formats)) if rows else None

    def members_map(self, members: Sequence[MapMember], measure: Measure | None = None) -> Chart | None:
        """A tile per Member, coloured by value, or by participation where no measure is given."""
        return self.drawn(tiles.members_map(members, measure, self._words, self._formats)) if members else None

    def drawn(self, figure: Figure) -> Chart:
        """A picture that somebody else composed, for example a theme: see `layout.Canvas`."""
        return self.store.chart(figure)

    def _shared(
        self, kind: Callable[..., Figure], *before: Hashable, after: tuple[Hashable, ...]
    ) -> tuple[Figure, Chart]:
        """A figure of a kind, remembered for other sites with the same rows; words and formats stand in between."""
        key = (kind, self._words, before, after)
        return self.store.remembered(key, lambda: kind(*before, self._words, self._formats, *after))
