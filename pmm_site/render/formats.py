"""Numbers, units, dates and the order of names by the rules of a language (CLDR, by babel), remembered."""

from __future__ import annotations

import datetime
import functools
import unicodedata
from decimal import Decimal

from babel import Locale
from babel.dates import format_date
from babel.numbers import format_decimal

from pmm_site.model import Unit

MARK, LEFT_TO_RIGHT, END = "\u200e", "\u2066", "\u2069"
"""The mark that CLDR sets before an Arabic sign, and what stands around a number that begins with a sign."""


class Formats:
    """How one language writes numbers and dates. One object per language and process: results are remembered."""

    def __init__(self, language: str) -> None:
        self.language = language
        self.locale = Locale.parse(language, sep="-")
        self.right_to_left = self.locale.text_direction == "rtl"
        # By the digits as written: equal numbers with other decimals (1.0, 1.00) are other texts.
        self._numbers: dict[tuple[str, int | None], str] = {}
        self._quantities: dict[tuple[str, str, int | None], str] = {}
        percent = str(self.locale.percent_formats[None].pattern)
        self._percent = percent.replace("#,##0", "{}").replace("%", self.locale.number_symbols["latn"]["percentSign"])

    def name_in(self, other: Formats) -> str:
        """The name of this language in another one, with its country or script where it has one."""
        return self.locale.get_display_name(other.locale) or self.language

    @property
    def own_name(self) -> str:
        """The name of this language in itself, as it begins a line."""
        name = self.name_in(self)
        return name[:1].upper() + name[1:]

    def plural(self, count: int | Decimal) -> str:
        """The CLDR plural category of a count; decimals matter as they are printed: `1 day`, but `1.0 days`."""
        return str(self.locale.plural_form(count))

    def number(self, value: Decimal | int | str, places: int | None = None) -> str:
        """A number with grouping; with as many decimals as it was written with, or exactly `places`."""
        key = str(value), places
        if key not in self._numbers:
            self._numbers[key] = self._isolated(self._number(value, places))
        return self._numbers[key]

    def quantity(self, value: Decimal | int | str, unit: Unit, places: int | None = None) -> str:
        """A number in the unit of a KPI: percent and variation with their sign; other units as the bare number."""
        key = str(value), unit._value_, places
        if key not in self._quantities:
            self._quantities[key] = self._isolated(self._quantity(value, unit, places))
        return self._quantities[key]

    def _number(self, value: Decimal | int | str, places: int | None) -> str:
        number = value if isinstance(value, Decimal) else Decimal(value)
        if places is None:
            exponent = number.as_tuple().exponent
            places = max(0, -exponent) if isinstance(exponent, int) else 0
        pattern = "#,##0" + ("." + "0" * places if places else "")
        text = str(format_decimal(number, format=pattern, locale=self.locale, decimal_quantization=True))
        return text.replace("-", "−")  # a true minus: a hyphen is narrower than a digit and breaks lines

    def _quantity(self, value: Decimal | int | str, unit: Unit, places: int | None) -> str:
        number = self._number(value, places)
        if unit is Unit.PERCENT:
            return self._percent.format(number)
        if unit is Unit.VARIATION:
            return self._percent.format(f"+{number}" if Decimal(value) > 0 else number)
        return number

    def percent(self, value: Decimal | int | str, places: int | None = None) -> str:
        """A share that is already in percent: 98.1 -> `98.1%`."""
        return self.quantity(value, Unit.PERCENT, places)

    def points(self, value: Decimal) -> str:
        """A difference with its sign, a true minus before negative numbers, and a zero without one."""
        number = self.number(abs(value))
        if not any(digit in "123456789" for digit in self._latin(number)):
            return number
        return self._isolated(("+" if value > 0 else "−") + number)

    def _isolated(self, number: str) -> str:
        """A number whose sign stays before it also where the text around it runs from right to left."""
        return f"{LEFT_TO_RIGHT}{number}{END}" if self.right_to_left and number.lstrip(MARK)[0] in "+−" else number

    def date(self, instant: str, width: str = "long") -> str:
        """The date of an ISO 8601 instant or date, in words."""
        return str(format_date(datetime.date.fromisoformat(instant[:10]), format=width, locale=self.locale))

    def list(self, parts: list[str]) -> str:
        """`a, b and c`."""
        from babel.lists import format_list

        return str(format_list(parts, locale=self.locale)) if parts else ""

    @staticmethod
    def _latin(text: str) -> str:
        return "".join(str(unicodedata.digit(each, "")) or each for each in text)


@functools.cache
def formats(language: str) -> Formats:
    """The formats of a language, one object per process."""
    return Formats(language)


@functools.lru_cache(maxsize=50_000)
def sort_key(text: str) -> tuple[str, str]:
    """Names in the order of a dictionary: accents and case do not matter, then they decide."""
    folded = "".join(each for each in unicodedata.normalize("NFKD", text) if not unicodedata.combining(each))
    return folded.replace("’", "").replace("'", "").casefold(), text


def places(step: Decimal) -> int:
    """Decimals that a figure rounded to `step` has: 0.1 -> 1, 5 -> 0, 0.5 -> 1."""
    exponent = step.normalize().as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0
