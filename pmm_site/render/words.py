"""The interface's texts in one language: keys to words, placeholders, plural forms.

A text is a string with {placeholders}, or a mapping of plural categories (CLDR: zero, one, two, few, many,
other) chosen by the value `count`: a whole number, or a Decimal with the decimals that are printed. Integers are
written by the rules of the language; a year is passed as text.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from markupsafe import Markup, escape

from pmm_site.problems import ExitCode, PmmSiteError

ISOLATE, END = "\u2068", "\u2069"
"""Around a value in a text from right to left: a Latin name or a number must not turn the words beside it around."""

PLURAL_CATEGORIES = frozenset({"zero", "one", "two", "few", "many", "other"})

TextEntry = str | Mapping[str, str]


class ThemeProblem(PmmSiteError):
    """A theme is missing or not well-formed."""

    exit_code = ExitCode.INPUT


class UnknownWord(ThemeProblem):
    """A template or a page asks for a text that no catalogue holds, or leaves a placeholder without a value.

    word: the key that was asked for, which a template may have made from what it prints.
    """

    def __init__(self, word: str, message: str) -> None:
        self.word = word
        super().__init__(message)


def flattened(nested: Mapping[str, Any], prefix: str = "") -> dict[str, TextEntry]:
    """Dotted keys of a nested catalogue: {kpi: {title: T}} -> {"kpi.title": T}; plural maps stay together."""
    found: dict[str, TextEntry] = {}
    for name, value in nested.items():
        key = f"{prefix}{name}"
        if isinstance(value, Mapping) and not (value and value.keys() <= PLURAL_CATEGORIES):
            found.update(flattened(value, f"{key}."))
        else:
            found[key] = value
    return found


class Words:
    """The texts of one language; call it with a key and the values of the placeholders."""

    def __init__(
        self,
        language: str,
        texts: Mapping[str, TextEntry],
        plural: Callable[[int | Decimal], str] = lambda count: "one" if count == 1 else "other",
        number: Callable[[int], str] = str,
        *,
        right_to_left: bool = False,
    ) -> None:
        self.language = language
        self._texts = texts
        self._plural = plural
        self._number = number
        self._right_to_left = right_to_left

    def __call__(self, key: str, /, **values: Any) -> str:
        """The text of a key. It is Markup (and the other values escaped) when a value is Markup."""
        text = self._entry(key, values)
        if not values:
            return text
        written = {
            name: self._number(value) if isinstance(value, int) and not isinstance(value, bool) else value
            for name, value in values.items()
        }
        if self._right_to_left:
            written = {name: Markup(ISOLATE) + value + END if isinstance(value, Markup) else f"{ISOLATE}{value}{END}"
                       for name, value in written.items()}  # fmt: skip
        try:
            if any(isinstance(value, Markup) for value in written.values()):
                return Markup(str(escape(text)).format(**{name: escape(value) for name, value in written.items()}))
            return text.format(**written)
        except KeyError as error:
            given = ", ".join(sorted(values))
            raise UnknownWord(
                key,
                f"the text '{key}' ({self.language}) asks for a value {error}, which it is not given → use {given}",
            ) from None

    def pair(self, name: Any, value: Any) -> str:
        """`name: value` with the colon as the language sets it: French has a space before it, which must not break."""
        return self("frame.pair", name=name, value=value)

    def __contains__(self, key: str) -> bool:
        return key in self._texts

    def _entry(self, key: str, values: Mapping[str, Any]) -> str:
        try:
            entry = self._texts[key]
        except KeyError:
            message = f"no text '{key}' in the language {self.language} → add it to the theme's i18n"
            raise UnknownWord(key, message) from None
        if isinstance(entry, str):
            return entry
        return entry.get(self._plural(values.get("count", 0))) or entry["other"]
