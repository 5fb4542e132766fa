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
    (re.compile(r"[+-]?(nan|\.nan|inf|\.inf|infinity|∞)", re.IGNORECASE), "NaN and infinity are no numbers"),
    (re.compile(r".*[0-9]\s*%"), "a number is written without a percent sign"),
    (re.compile(r"[+-]?[0-9]+,[0-9]+"), "the decimal mark is a point, and thousands are not separated"),
    (re.compile(r"[+-]?[0-9]{1,3}([ '’\u00a0\u202f,._][0-9]{3})+([.,][0-9]+)?"), "thousands are not separated"),
    (re.compile(r"[+-]?[0-9.]+[eE][+-]?[0-9]+"), "a number is written without an exponent"),
    (re.compile(r"\+[0-9.]+"), "a number has no plus sign"),
    (re.compile(r"-?0[0-9]+(\.[0-9]*)?"), "a number has no leading zeros"),
    (re.compile(r"-?\.[0-9]+|-?[0-9]+\."), "a number has digits on both sides of the decimal point"),
    (re.compile(r"-?[0-9]+(\.[0-9]+)?"), "a number has at most 15 digits before the point and 25 after it"),
)  # fmt: skip


def is_number(text: str) -> bool:
    """Whether the text is a plain number."""
    return _NUMBER.fullmatch(text) is not None


def is_whole(text: str) -> bool:
    """Whether the text is a plain whole number."""
    return _WHOLE.fullmatch(text) is not None


def fault(text: str) -> str:
    """Which rule a text that is no plain number breaks; never quotes it."""
    if len(text) <= 100:
        for pattern, rule in _FAULTS:
            if pattern.fullmatch(text):
                return rule
    return "this is no number"


def written(number: float | int) -> str:
    """The shortest decimal that reads back as this number, without exponent."""
    digits = format(Decimal(repr(number)), "f")
    return digits.rstrip("0").rstrip(".") if "." in digits else digits
