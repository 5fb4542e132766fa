"""The words for missing figures and for figures that are not exact, the same on every page.

From the WCO tier up five kinds of blanks are distinguished; the public site has one word for the first three. No other
reason is given: which rule decided is for the Secretariat's reports.
"""

from __future__ import annotations

import enum
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from functools import cached_property

from markupsafe import Markup, escape

from pmm_site.model import ConfStatus, Kpi, ObsStatus, SiteKind, Unit
from pmm_site.render.formats import Formats, places
from pmm_site.render.markup import without_tags
from pmm_site.render.words import Words
from pmm_site.tables import AggregateRow, InstrumentRow, ValueRow


class Blank(enum.Enum):
    """Why a cell has no figure, as far as a reader is told."""

    NOT_APPLICABLE = "not-applicable"
    NOT_AVAILABLE = "not-available"
    NOT_AT_THIS_LEVEL = "not-at-this-level"
    PROTECTED = "protected"
    TOO_FEW = "too-few"
    NOT_AVAILABLE_HERE = "not-available-here"


DEFAULT_ROUNDINGS = {
    Unit.PERCENT: Decimal("0.1"),
    Unit.VARIATION: Decimal("0.1"),
    Unit.RATIO: Decimal("0.01"),
}


_Written = Callable[[Kpi, Decimal, int], str]
"""Writes a number in the unit of a KPI, with so many decimals."""


@dataclass(frozen=True)
class Wording:
    """Figures in words for a language and kind of site. `minimum`: contributors below which a group has no mean."""

    words: Words
    formats: Formats
    kind: SiteKind
    minimum: int
    _known: dict[object, Markup] = field(default_factory=dict)
    """What pages print again and again, by what it says."""
    _means: dict[object, str] = field(default_factory=dict)
    """Means in words, by what they are made from."""

    def value_blank(self, row: ValueRow | None) -> Blank:
        """The blank of a value that is not shown."""
        if self.kind is SiteKind.PUBLIC or row is None:
            return Blank.NOT_AVAILABLE_HERE if self.kind is SiteKind.PUBLIC else Blank.NOT_AVAILABLE
        if row.obs_status is ObsStatus.NOT_APPLICABLE:
            return Blank.NOT_APPLICABLE
        if row.obs_status is ObsStatus.NOT_SHOWN:
            return Blank.NOT_AT_THIS_LEVEL
        return Blank.NOT_AVAILABLE

    def aggregate_blank(self, contributors: int, conf_status: ConfStatus) -> Blank:
        """The blank of an aggregate that is not shown."""
        if contributors < self.minimum:
            return Blank.TOO_FEW
        if conf_status is ConfStatus.NOT_AT_THIS_LEVEL:
            return Blank.NOT_AVAILABLE_HERE if self.kind is SiteKind.PUBLIC else Blank.NOT_AT_THIS_LEVEL
        return Blank.PROTECTED

    def blank(self, blank: Blank) -> Markup:
        """A blank as a page prints it."""
        if blank not in self._known:
            self._known[blank] = Markup('<span class="blank blank-{}">{}</span>').format(
                blank.value, self.words(f"blank.{blank.value}")
            )
        return self._known[blank]

    @cached_property
    def blanks(self) -> tuple[Blank, ...]:
        """The blanks that this kind of site uses, in the order of the legend."""
        if self.kind is SiteKind.PUBLIC:
            return (Blank.NOT_AVAILABLE_HERE, Blank.PROTECTED, Blank.TOO_FEW)
        return tuple(blank for blank in Blank if blank is not Blank.NOT_AVAILABLE_HERE)

    # --- values ---------------------------------------------------------------------------------

    def value(self, kpi: Kpi, row: ValueRow | None) -> str:
        """A value with its unit as it was submitted, or its blank (Markup)."""
        if row is None or row.obs_status is not ObsStatus.SHOWN:
            return self.blank(self.value_blank(row))
        return self.figure(kpi, row.value)

    def figure(self, kpi: Kpi, number: str | Decimal, decimals: int | None = None) -> str:
        """A number in a KPI's unit: `98.1%`, `+12%`, `36 hours`, `4.2`."""
        text = self.formats.quantity(number, kpi.unit, decimals)
        if kpi.unit in (Unit.HOURS, Unit.DAYS):
            return self.words(f"unit.with-{kpi.unit.value}", number=text, count=_printed(number, decimals))
        return text

    def difference(self, kpi: Kpi, difference: Decimal) -> Markup:
        """A difference of two figures with its sign and unit: `+5 points`, `−3 hours`; ratios and numbers have none."""
        text = self.formats.points(difference)
        if kpi.unit in (Unit.HOURS, Unit.DAYS):
            return escape(self.words(f"unit.with-{kpi.unit.value}", number=text, count=abs(difference)))
        if kpi.unit in (Unit.PERCENT, Unit.VARIATION, Unit.INDEX):
            points = self.words("change.points", count=abs(difference))
            return Markup('{}\u00a0<span class="unit">{}</span>').format(text, points)
        return escape(text)

    def first(self, kpi: Kpi, number: str | Decimal) -> str:
        """The first of two figures: a unit that is a word follows the second one only (`0 and 48 hours`)."""
        return self.formats.quantity(number, kpi.unit)

    def bare(self, kpi: Kpi, number: str | Decimal, decimals: int | None = None) -> str:
        """A number as a table prints it below a heading that names the unit."""
        return self.formats.number(number, decimals)

    # --- means ----------------------------------------------------------------------------------

    def is_rounded(self, kpi: Kpi, mean: Decimal, step: Decimal) -> bool:
        """Whether a mean is coarser than the finest that this KPI knows, so that its rounding must be said."""
        if kpi.roundings:
            return step > kpi.roundings[0]
        if kpi.unit.is_quantity:
            # three significant digits are the finest: a step above a hundredth of the leading power of ten
            return mean != 0 and step > Decimal(10) ** (mean.adjusted() - 2)
        if kpi.unit is Unit.INDEX:
            lower, upper = kpi.bounds.lower or 0.0, kpi.bounds.upper or 0.0
            return step > Decimal(str(round((upper - lower) / 1000, 9)))
        return step > DEFAULT_ROUNDINGS[kpi.unit]

    def mean(self, kpi: Kpi, row: AggregateRow | None) -> str:
        """A mean in words: `98.1%`, `about 75%, to the nearest 5`, or its blank (Markup)."""
        if row is None:
            return self.blank(Blank.NOT_AVAILABLE_HERE if self.kind is SiteKind.PUBLIC else Blank.NOT_AT_THIS_LEVEL)
        if row.mean is None or row.rounding is None:
            return self.blank(self.aggregate_blank(row.contributors, row.conf_status))
        key = "mean", kpi.id, str(row.mean), str(row.rounding)
        if key not in self._means:
            self._means[key] = self.rounded(kpi, row.mean, row.rounding)
        return self._means[key]

    def plain_mean(self, kpi: Kpi, row: AggregateRow | None) -> str:
        """A mean in words without any markup."""
        mean = self.mean(kpi, row)
        key = "plain", mean
        if key not in self._means:
            self._means[key] = without_tags(mean)
        return self._means[key]

    def rounded(self, kpi: Kpi, mean: Decimal, step: Decimal) -> str:
        """A published mean with its rounding where it is coarse."""
        figure, is_approximate = self._published(kpi, mean, step, self.figure)
        if not is_approximate:
            return figure
        return self.words("mean.about", figure=figure, step=self.formats.number(step.normalize(), places(step)))

    def about(self, kpi: Kpi, mean: Decimal, step: Decimal) -> str:
        """A published mean without how it is rounded: `98.1%`, `about 75%`, `97% or more`."""
        figure, is_approximate = self._published(kpi, mean, step, self.figure)
        return self.words("mean.about-short", figure=figure) if is_approximate else figure

    def _published(self, kpi: Kpi, mean: Decimal, step: Decimal, written: _Written) -> tuple[str, bool]:
        """A published mean, and whether it is approximate, so that its rounding must be said: not of `97% or more`."""
        if not self.is_rounded(kpi, mean, step):
            return written(kpi, mean, places(step)), False
        beyond = self._beyond_bound(kpi, mean, step, written)
        return (beyond, False) if beyond else (written(kpi, mean, places(step)), True)

    def _beyond_bound(self, kpi: Kpi, mean: Decimal, step: Decimal, written: _Written) -> str | None:
        """`97% or more`: what a mean near a bound of its KPI says, where half a step around it passes the bound.

        A mean of 100 to the nearest 5 of a KPI that ends at 100 can be anything from 97.5: "about 100" would mislead.
        The end that is open has no more decimals than the rounding, and errs to the side that says less.
        """
        half, decimals = step / 2, places(step)
        grain = Decimal(1).scaleb(-decimals)
        lower, upper = kpi.bounds.lower, kpi.bounds.upper
        if upper is not None and mean - half < Decimal(repr(upper)) < mean + half:
            start = (mean - half).quantize(grain, ROUND_FLOOR)
            return self.words("range.from", start=written(kpi, start, decimals))
        if lower is not None and mean - half < Decimal(repr(lower)) < mean + half:
            end = (mean + half).quantize(grain, ROUND_CEILING)
            return self.words("range.most", end=written(kpi, end, decimals))
        return None

    def change(self, kpi: Kpi, before: Decimal, now: Decimal, step: Decimal) -> tuple[str, str]:
        """Two means of the same Members as a change, and how they are rounded.

        (`about 55% → about 50%`, `to the nearest 5`); where rounding leaves no difference, (`no visible change`,
        `97% or more, both times`).
        """
        rounded = self.is_rounded(kpi, now, step)
        if rounded and before == now:
            return self.words("change.none-visible"), self.words("change.both", figure=self.rounded(kpi, now, step))
        text = self.words("change.from-to", before=self.about(kpi, before, step), now=self.about(kpi, now, step))
        return text, self.step(step) if rounded else ""

    def mean_parts(self, kpi: Kpi, row: AggregateRow | None) -> tuple[str, str]:
        """A mean in large type and the note beneath: (`about 75%`, `to the nearest 5`) or (blank, visible mean)."""
        if row is None or row.mean is None or row.rounding is None:
            return self.mean(kpi, row), (self.visible_mean(kpi, row) or "") if row is not None else ""
        figure, is_approximate = self._published(kpi, row.mean, row.rounding, self.figure)
        if not is_approximate:
            return figure, ""
        return self.words("mean.about-short", figure=figure), self.step(row.rounding)

    def short_figure(self, kpi: Kpi, row: AggregateRow) -> str:
        """`≈ 75% ±2.5`: a rounded mean in as few signs as a chart has room for; empty where the long form is short."""
        if row.mean is None or row.rounding is None:
            return ""
        figure, is_approximate = self._published(kpi, row.mean, row.rounding, self.figure)
        if not is_approximate:
            return ""
        half = (row.rounding / 2).normalize()
        return self.words("mean.plus-minus", figure=figure, half=self.formats.number(half, places(half)))

    def mean_cell(self, kpi: Kpi, row: AggregateRow | None) -> str:
        """A mean with its unit for a cell: `98.1%`, `≈ 75%` with its rounding in small beneath, or its blank."""
        if row is None or row.mean is None or row.rounding is None:
            return self.mean(kpi, row)
        return self.published_cell(kpi, row.mean, row.rounding)

    def published_cell(self, kpi: Kpi, mean: Decimal, rounding: Decimal) -> Markup:
        """A published mean with its unit for a cell."""
        key = kpi.id, str(mean), str(rounding)
        if key not in self._known:
            figure, is_approximate = self._published(kpi, mean, rounding, self.figure)
            self._known[key] = _approximate(figure, self.step(rounding)) if is_approximate else escape(figure)
        return self._known[key]

    def short_mean(self, kpi: Kpi, row: AggregateRow | None) -> str:
        """A mean for a cell: `98.1`, `≈ 75` with its rounding in small, or its blank (Markup)."""
        if row is None or row.mean is None or row.rounding is None:
            return self.mean(kpi, row)
        number, is_approximate = self._published(kpi, row.mean, row.rounding, self.bare)
        return _approximate(number, self.step(row.rounding)) if is_approximate else number

    def step(self, step: Decimal) -> str:
        """`to the nearest 5`."""
        return self.words("mean.nearest", step=self.formats.number(step.normalize(), places(step)))

    def visible_mean(self, kpi: Kpi, row: AggregateRow) -> str | None:
        """`of the 7 Members that share theirs with you: 71.2`, None where the site shows no value of the group."""
        if row.visible_mean is None or not row.visible_contributors:
            return None
        key = "mean.visible-public" if self.kind is SiteKind.PUBLIC else "mean.visible"
        return self.words(key, count=row.visible_contributors, figure=self.figure(kpi, row.visible_mean))

    def mean_or_visible(self, kpi: Kpi, row: AggregateRow | None) -> Markup:
        """The mean; beside a protected one the figure over the values that this site shows."""
        text = self.short_mean(kpi, row)
        if row is None or row.mean is not None:
            return escape(text)
        visible = self.visible_mean(kpi, row)
        return Markup(f"{escape(text)} <small>{escape(visible)}</small>") if visible else escape(text)

    # --- shares ---------------------------------------------------------------------------------

    def share(self, row: InstrumentRow | None, share: Decimal | None, respondents: int) -> str:
        """A share of instrument answers in percent, with its rounding where it is coarser than a point."""
        if row is None or share is None:
            return self.blank(self.aggregate_blank(respondents, row.conf_status if row else ConfStatus.PROTECTED))
        step = row.rounding or Decimal(1)
        figure = self.formats.percent(share, places(step))
        if step <= 1:
            return figure
        return self.words("mean.about", figure=figure, step=self.formats.number(step.normalize(), places(step)))

    def short_share(self, row: InstrumentRow | None, share: Decimal | None, respondents: int) -> str:
        """A share of instrument answers for a cell: `37%`, `≈ 95%` with its rounding in small, or its blank."""
        if row is None or share is None or row.rounding is None or row.rounding <= 1:
            return self.share(row, share, respondents)
        return _approximate(self.formats.percent(share, places(row.rounding)), self.step(row.rounding))

    def share_parts(self, row: InstrumentRow | None, share: Decimal | None, respondents: int) -> tuple[str, str]:
        """A share in large type and how it is rounded: (`about 95%`, `to the nearest 5`), (blank, ``)."""
        if row is None or share is None or row.rounding is None or row.rounding <= 1:
            return self.share(row, share, respondents), ""
        figure = self.formats.percent(share, places(row.rounding))
        return self.words("mean.about-short", figure=figure), self.step(row.rounding)

    def between(self, kpi: Kpi, start: Decimal | None, end: Decimal | None) -> str | None:
        """`between 60% and 70%`, `60% or more`, `below 10%`; None where nothing is known."""
        if start is None:
            return None if end is None else self.words("range.to", end=self.figure(kpi, end))
        if end is None:
            return self.words("range.from", start=self.figure(kpi, start))
        return self.words("range.between", start=self.first(kpi, start), end=self.figure(kpi, end))

    def unit(self, kpi: Kpi) -> str:
        """The unit's name: `percent`, `hours` …"""
        return self.words(f"unit.{kpi.unit.value}")

    def performance(self, performance: str) -> Markup:
        """A performance class as a badge with a shape of its own: colour is never the only sign."""
        key = "performance", performance
        if key not in self._known:
            self._known[key] = Markup(
                '<span class="badge class-{0}"><svg class="shape" viewBox="0 0 12 12" aria-hidden="true">'
                '<path d="{1}"/></svg>{2}</span>'
            ).format(performance, CLASS_SHAPES.get(performance, ""), self.words(f"performance.{performance}"))
        return self._known[key]


def _printed(number: str | Decimal, decimals: int | None) -> Decimal:
    """A number with the decimals that it is printed with, by which plural forms go."""
    exact = Decimal(number)
    return abs(exact if decimals is None else exact.quantize(Decimal(1).scaleb(-decimals)))


def _approximate(figure: str, step: str) -> Markup:
    return Markup(f'<span class="approximate">≈\u00a0{escape(figure)}</span> <small>{escape(step)}</small>')


CLASS_SHAPES = {
    "well": "M6 1 11 11H1Z",
    "low": "M6 11 1 1H11Z",
    "inconclusive": "M6 .5 11.5 6 6 11.5 .5 6Z",
    "not-evaluable": "M2 2H10V10H2Z",
}
"""A path in a box of 12 by 12 for each performance class: up, down, a diamond, a square."""
