"""Pictures for a table cell, drawn by hand: a distribution at a glance, and a bar of parts.

They repeat figures that stand beside them or on the page they lead to, so they are hidden from screen readers
where that is so, and carry no colour of their own: static/css/pages.css gives it by class.
"""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from pmm_site.render.memo import remembered
from pmm_site.tables import DistributionRow

WIDTH, HEIGHT = 96, 24


def distribution(rows: Sequence[DistributionRow], label: str, performance: str = "") -> Markup:
    """Bars for the contributors of each bin, in the width of a cell; nothing without bins. `label` says it in words."""
    if not rows or not any(row.contributors for row in rows):
        return Markup("")
    return of_counts(tuple(row.contributors for row in rows), label, performance)


def of_counts(counts: tuple[int, ...], label: str, performance: str) -> Markup:
    """Bars for counts in the width of a cell."""
    return remembered(("glance", counts, label, performance), lambda: _distribution(counts, label, performance))


def _distribution(counts: tuple[int, ...], label: str, performance: str) -> Markup:
    highest = max(counts)
    step = WIDTH / len(counts)
    bars = []
    for at, count in enumerate(counts):
        height = max(1.0, (HEIGHT - 1) * count / highest) if count else 0.5
        bars.append(
            f'<rect x="{at * step + 0.5:.1f}" y="{HEIGHT - height:.1f}" width="{step - 1:.1f}" height="{height:.1f}"/>'
        )
    return Markup(
        '<svg class="glance class-{}" viewBox="0 0 {} {}" width="{}" height="{}" role="img" aria-label="{}">{}</svg>'
    ).format(performance or "none", WIDTH, HEIGHT, WIDTH, HEIGHT, label, Markup("".join(bars)))


def parts(counts: Sequence[tuple[str, int]], label: str) -> Markup:
    """A bar divided into parts of a whole: pairs of class and count."""
    total = sum(count for _, count in counts)
    if not total:
        return Markup("")
    at, bars = 0.0, []
    for kind, count in counts:
        width = 100 * count / total
        if count:
            bars.append(f'<rect class="part-{kind}" x="{at:.2f}" y="0" width="{width:.2f}" height="10"/>')
        at += width
    return Markup(
        '<svg class="parts" viewBox="0 0 100 10" preserveAspectRatio="none" role="img" aria-label="{}">{}</svg>'
    ).format(label, Markup("".join(bars)))


def parts_with_legend(counts: Sequence[tuple[str, int]], items: Sequence[str], label: str) -> Markup:
    """A bar divided into parts, and what each part is beneath: `items` are the parts in words."""
    legend = Markup("").join(
        Markup('<li><span class="swatch part-{}"></span>{}</li>').format(kind, item)
        for (kind, _), item in zip(counts, items, strict=True)
    )
    return parts(counts, label) + Markup('<ul class="legend parts-legend">{}</ul>').format(legend)
