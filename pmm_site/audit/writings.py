"""Numbers as they are written: every writing of a value has the same significant digits.

`71.2`, `71,2`, `0.712`, `071.20`, `7.12e1` and `71 200` all reduce to the digits `712`: decimal mark, thousands
separators, percent or fraction, sign and zeros at both ends fall away. What is searched for are these digits.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Context, Decimal
from functools import lru_cache

ANYWHERE = 7
"""From so many significant digits on a value is searched for in every byte of a site."""
IN_CONTEXT = 3
"""From so many on, in records that name its KPI and its Member; with fewer it cannot be searched for."""

_NOISE = 15
"""More digits than this are the noise of a binary number; they are compared by their first ones."""

# One separator between digits: decimal marks, thousands separators, spaces of every kind.
_RUN = re.compile(r"\d+(?:[.,·'’٫٬_\u00a0\u202f\u2009\u2007 ]\d+)*")
_PART = re.compile(r"(\d+)([.,·'’٫٬_\u00a0\u202f\u2009\u2007 ]?)")
_POINTS = frozenset(".,·٫")


def significant(digits: str) -> str:
    """The significant digits of a string of digits."""
    found = digits.strip("0") if digits.isascii() else "".join(str(int(each)) for each in digits).strip("0")
    if len(found) > _NOISE:
        found = str(int(Decimal(found).scaleb(12 - len(found)).to_integral_value(ROUND_HALF_EVEN))).strip("0")
    return found


@lru_cache(maxsize=1 << 16)
def digits_of(written: str) -> str:
    """The significant digits of a number as submitted (`-71.20`, `1.5e6`)."""
    try:
        number = Decimal(written)
    except ArithmeticError:
        return significant("".join(filter(str.isdigit, written)))
    return significant("".join(map(str, number.as_tuple().digits)))


@lru_cache(maxsize=1 << 16)
def roundings(digits: str) -> frozenset[str]:
    """The digits of every rounding of a number to `IN_CONTEXT` significant digits or more, itself included."""
    found = {digits}
    number = Decimal(digits or "0")
    for precision in range(IN_CONTEXT, len(digits)):
        for mode in (ROUND_HALF_EVEN, ROUND_HALF_UP):
            short = Context(prec=precision, rounding=mode).plus(number)
            found.add("".join(map(str, short.as_tuple().digits)).strip("0"))
    return frozenset(each for each in found if len(each) >= min(IN_CONTEXT, len(digits)))


def runs(text: str) -> list[str]:
    """The runs of digits and separators in a text."""
    return _RUN.findall(text)


def numerals(text: str) -> Iterator[str]:
    """The significant digits of every number that a reader could take from a text."""
    for run in runs(text):
        yield from readings(run)


@lru_cache(maxsize=1 << 16)
def readings(run: str) -> tuple[str, ...]:
    """Every way in which a run can be read: `71,234` is a decimal number, one with thousands, or two numbers."""
    if run.isascii() and run.isdigit():
        return (significant(run),)
    parts = _PART.findall(run)
    found: list[str] = []
    for start, (digits, mark) in enumerate(parts):
        before = parts[start - 1][1] if start else ""
        after = parts[start + 1] if mark else ("", "")
        if "." not in (before, mark):
            found.append(significant(digits))
        if mark == "." or (mark in _POINTS and before != "." and after[1] != "."):
            found.append(significant(digits + after[0]))
        if mark == "." or before != ".":
            found += _grouped(parts, start)
    return tuple(dict.fromkeys(each for each in found if each))


def _grouped(parts: list[tuple[str, str]], start: int) -> Iterator[str]:
    """Readings with thousands separators that begin at a part: groups of three digits, then perhaps a fraction.

    As in India (`3,74,193`) groups of two may stand before the last group of three.
    """
    joined, mark = parts[start]
    if not mark or len(joined) > 3:
        return
    by_two = len(joined) < 3
    for position in range(start + 1, len(parts)):
        digits, following = parts[position]
        if by_two and len(digits) == 2 and following == mark:
            joined += digits
            continue
        if len(digits) != 3:
            return
        by_two = False
        joined += digits
        yield significant(joined)
        if position + 1 < len(parts) and following != mark and following in _POINTS:
            yield significant(joined + parts[position + 1][0])
        if following != mark:
            return
