"""A histogram as small as a word, for cells of tables. Decoration beside figures: hidden from screen readers."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from pmm_site.render.charts.distribution import Bin
from pmm_site.render.charts.palette import Colour

WIDTH = 60
HEIGHT = 18


def sparkline(bins: Sequence[Bin]) -> Markup:
    """Members by bin as bars of equal width; too small and too many for a picture of their own each."""
    highest = max((each.contributors for each in bins), default=0)
    if not highest:
        return Markup("")
    step = WIDTH / len(bins)
    bars = "".join(
        f"M{at * step:.1f},{HEIGHT}v-{each.contributors / highest * HEIGHT:.1f}h{step - 1:.1f}V{HEIGHT}z"
        for at, each in enumerate(bins)
        if each.contributors
    )
    return Markup(
        f'<svg class="chart chart-spark" aria-hidden="true" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" '
        f'height="{HEIGHT}"><path d="{bars}" fill="{Colour.MAIN.value}"/></svg>'
    )
