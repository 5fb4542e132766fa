"""Numbers as people may write them: `-?digits[.digits]`, nothing else.

No exponent, no plus sign, no separator of thousands, no leading zeros, no `.5`: a number is shown exactly as it
was submitted, so it must already be what a reader expects. At most 15 digits before the point and 30 in all.
"""

from __future__ import annotations

import re
from decimal import Decimal

_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]{0,14})(?:\.[0-9]{1,25})?")
_WHOLE = re.compile(r"-?(?:0|[1-9][0-9]{0,14})")

_FAULTS = (
    (re.compile(r"[+-]?(nan|\.nan|inf|\.inf|infinity|∞)", re.IGNORECASE), "NaN and infinity are not numbers"),
    (re.compile(r".*[0-9]\s*%"), "the number has a percent sign"),
    (re.compile(r"[+-]?[0-9]+,[0-9]+"), "the number has a comma: the decimal mark is a point"),
    (re.compile(r"[+-]?[0-9]{1,3}([ '’\u00a0\u202f,._][0-9]{3})+([.,][0-9]+)?"), "the number separates its thousands"),
    (re.compile(r"[+-]?[0-9.]+[eE][+-]?[0-9]+"), "the number has an exponent"),
    (re.compile(r"\+[0-9.]+"), "the number has a plus sign"),
    (re.compile(r"-?0[0-9]+(\.[0-9]*)?"), "the number has leading zeros"),
    (re.compile(r"-?\.[0-9]+|-?[0-9]+\."), "the number lacks digits on one side of the decimal point"),
    (re.compile(r"-?[0-9]+(\.[0-9]+)?"), "the number has more than 15 digits before or 25 after the point"),
)  # fmt: skip


def is_number(text: str) -> bool:
    """Whether the text is a plain number."""
    return _NUMBER.fullmatch(text) is not None


def is_whole(text: str) -> bool:
    """Whether the text is a plain whole number."""
    return _WHOLE.fullmatch(text) is not None


def fault(text: str) -> str:
    """Which rule a text that is no plain number breaks; never quotes it."""
    for pattern, rule in _FAULTS if len(text) <= 100 else _FAULTS[-1:]:  # only the last takes no time to fail
        if pattern.fullmatch(text):
            return rule
    return "this is no number"


def written(number: float | int) -> str:
    """The shortest decimal of the 15 significant digits that a spreadsheet keeps, without exponent."""
    digits = format(Decimal(repr(float(f"{number:.15g}"))), "f")
    return digits.rstrip("0").rstrip(".") if "." in digits else digits
