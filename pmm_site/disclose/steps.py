"""Rounding steps of means, and numbers written to a step (reference: formats, default steps).

A step is a Decimal, so that what is printed is exactly what was decided.
"""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Decimal

from pmm_site.model import Kpi, Unit

PERCENT_STEPS = (Decimal("0.1"), Decimal(1), Decimal(5))
RATIO_STEPS = (Decimal("0.01"), Decimal("0.1"), Decimal("0.5"))
INDEX_SHARES = (Decimal("0.001"), Decimal("0.01"), Decimal("0.05"))
SIGNIFICANT_DIGITS = (3, 2, 1)
VISIBLE_DIGITS = 4


def steps(kpi: Kpi, mean: float) -> tuple[Decimal, ...]:
    """The steps a mean of the KPI may be rounded to, finest first; the catalogue's where it gives them.

    Of significant digits those that the mean has, so that they follow its power of ten; an index without
    both bounds has none.
    """
    if kpi.roundings is not None:
        return kpi.roundings
    if kpi.unit.is_quantity:
        return tuple(_digit_step(mean, digits) for digits in SIGNIFICANT_DIGITS)
    if kpi.unit is Unit.RATIO:
        return RATIO_STEPS
    if kpi.unit is Unit.INDEX:
        lower, upper = kpi.bounds.lower, kpi.bounds.upper
        if lower is None or upper is None:
            return ()
        span = Decimal(repr(upper)) - Decimal(repr(lower))
        return tuple((span * share).normalize() for share in INDEX_SHARES)
    return PERCENT_STEPS


def _digit_step(mean: float, digits: int) -> Decimal:
    """The place of the last of so many significant digits; a mean of zero counts as having one unit digit."""
    power = Decimal(repr(float(mean))).adjusted() if mean else 0
    return Decimal(1).scaleb(power - digits + 1)


def rounded(value: float | Decimal, step: Decimal) -> Decimal:
    """The value to the nearest multiple of the step, ties to the even multiple, with no more decimals than the step.

    Raises ValueError for a step that is not positive or a value that is not finite.
    """
    exact = value if isinstance(value, Decimal) else Decimal(repr(float(value)))
    if step <= 0 or not exact.is_finite():
        raise ValueError("a finite value and a positive step are needed")
    multiple = (exact / step).to_integral_value(rounding=ROUND_HALF_EVEN) * step
    return multiple + 0  # no negative zero


def visible_mean(kpi: Kpi, mean: float) -> Decimal | None:
    """A mean over shown values: one decimal more than the finest step, quantities to four significant digits."""
    if kpi.unit.is_quantity and kpi.roundings is None:
        return rounded(mean, _digit_step(mean, VISIBLE_DIGITS))
    allowed = steps(kpi, mean)
    return rounded(mean, Decimal(1).scaleb(-_decimals(allowed[0]) - 1)) if allowed else None


def _decimals(step: Decimal) -> int:
    """How many decimals a step has, zeros at the end left out: 1 of 0.2, none of 5 or 10."""
    return len(format(step.normalize(), "f").partition(".")[2])
