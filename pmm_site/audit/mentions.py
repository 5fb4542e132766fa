"""What a piece of text mentions: numbers of interest, Members, KPIs, groups, instruments and notes, by their names.

Names are sequences of words, so that an id (`rate-of-declarations`), its text in any language and a file's path
are found alike. A longer name wins over a shorter one inside it.
"""

from __future__ import annotations

import html
import re
import sys
from collections.abc import Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from itertools import chain
from typing import Any, NamedTuple, TypeVar
from urllib.parse import unquote

from pmm_site.audit.rights import Rights
from pmm_site.audit.writings import ANYWHERE, IN_CONTEXT, digits_of, numerals, readings, roundings, runs
from pmm_site.model import Text

Thing = TypeVar("Thing", bound=Hashable)

_WORD = re.compile(r"[^\W_]+")
_ADDRESS = re.compile(r"(?:\bmember/|\bcountry-)([a-z]{3})\b")
_HASH = re.compile(
    r"\b(?:(?=[0-9a-z]{10})(?:(?=[0-9a-f]*[a-f])[0-9a-f]{32,}\b|(?=(?:[a-z]*\d+[a-z]+){2})[0-9a-z]{10,}\b)"
    r"|sha\d+-[A-Za-z0-9+/=]{40,})"
)
"""Hashes and ids made of them: digits and letters in turn."""
_ESCAPED = re.compile(r"\\(?:u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|([0-9a-fA-F]{2,6}) ?)")
"""Letters by their numbers, as scripts and style sheets write them."""
_LONG_RUN = re.compile(rf"\d[^A-Za-z\"/]{{{ANYWHERE - 1},}}")
_UNSEEN = re.compile(
    r"[\u00ad\u034f\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u180b-\u180f\u200b-\u200f\u202a-\u202e"
    r"\u2060-\u206f\ufe00-\ufe0f\ufeff\ufff9-\ufffb\U000110bd\U000110cd\U00013430-\U0001343f"
    r"\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0001\U000e0020-\U000e007f\U000e0100-\U000e01ef]"
)
"""Characters that nobody sees: those that format text (category Cf), and marks that choose the form of a letter."""
_PERCENT = re.compile(r"%[0-9a-fA-F]{2}")

_MEMORY = 1 << 16
"""Runs of digits of which it is remembered whether they are of interest: few stand in most files."""

_USAGE_WORDS = ("in-use", "in use", "planned", "not-planned", "utilisé", "prévu")
_SHORT_NOTE = 5
"""A note of fewer words is looked for only beside its Member's name."""


class Mention(NamedTuple):
    """What a piece of text mentions, each in the order of the text.

    numerals: digits of interest; everywhere: those with so many digits that no context is needed.
    """

    numerals: tuple[str, ...] = ()
    everywhere: tuple[str, ...] = ()
    members: tuple[str, ...] = ()
    kpis: tuple[str, ...] = ()
    groups: tuple[tuple[str, str], ...] = ()
    instruments: tuple[str, ...] = ()
    notes: tuple[int, ...] = ()
    usage: bool = False

    @property
    def says(self) -> bool:
        """Whether there is more in it than what a place is about."""
        return bool(self.numerals or self.everywhere or self.members or self.notes or self.usage)


NOTHING = Mention()


def joined(mentions: Iterable[Mention]) -> Mention:
    """Several mentions as one, each thing once, in order."""
    found = [each for each in mentions if each is not NOTHING]
    if len(found) < 2:
        return found[0] if found else NOTHING
    *things, usage = zip(*found, strict=True)
    return Mention._make((*map(_once, things), any(usage)))


def _once(things: Iterable[tuple[Thing, ...]]) -> tuple[Thing, ...]:
    found = [each for each in things if each]
    if len(found) < 2:
        return found[0] if found else ()
    return tuple(dict.fromkeys(chain.from_iterable(found)))


class Note(NamedTuple):
    """A remark of a Member."""

    member: str
    words: tuple[str, ...]
    key: str


@dataclass
class Vocabulary:
    """The names and numbers to look for in every site; the same for all of them."""

    digits: frozenset[str]
    notes: tuple[Note, ...] = ()
    codes: frozenset[str] = frozenset()
    phrases: dict[str, dict[tuple[str, ...], dict[tuple[str, object], None]]] = field(default_factory=dict)
    """The kinds and identifiers of what a phrase names, by its first word (codes of Members are such words, too)."""

    def __post_init__(self) -> None:
        self._sought = lru_cache(maxsize=_MEMORY)(self._sought_in)
        for code in self.codes:
            self.phrases.setdefault(code.casefold(), {})

    @classmethod
    def of(cls, rights: Rights, means: Iterable[str]) -> Vocabulary:
        """All names and numbers of a dataset, with the digits of its means."""
        dataset = rights.dataset
        found = cls(_digits(rights, means), _notes(rights), frozenset(dataset.members))
        for member in dataset.members.values():
            found._name(member.name.values(), "member", member.code)
        for kpi in dataset.catalogue.kpis:
            names: list[Text] = [kpi.name, *(each.name for each in kpi.versions if each.name)]
            found._name([kpi.id, *(text for name in names for text in name.values())], "kpi", kpi.id)
        for grouping in dataset.catalogue.groupings:
            for group in grouping.groups:
                found._name([f"{grouping.id}:{group.id}", *group.name.values()], "group", (grouping.id, group.id))
        for union in dataset.unions.values():
            found._name([f"union:{union.id}", *union.name.values()], "group", ("union", union.id))
        for instrument in dataset.catalogue.instruments:
            found._name([instrument.id, *instrument.name.values()], "instrument", instrument.id)
        found._name(_USAGE_WORDS, "usage", True)
        for number, note in enumerate(found.notes):
            found._add(note.words, "note", number)
        for word, phrases in found.phrases.items():
            found.phrases[word] = dict(sorted(phrases.items(), key=lambda entry: -len(entry[0])))
        return found

    @cached_property
    def authors(self) -> Mapping[tuple[str, ...], frozenset[str]]:
        """The Members that wrote a note of the same words."""
        found: dict[tuple[str, ...], frozenset[str]] = {}
        for note in self.notes:
            found[note.words] = found.get(note.words, frozenset()) | {note.member}
        return found

    def _name(self, names: Iterable[str], kind: str, identifier: object) -> None:
        for name in names:
            self._add(words(name), kind, identifier)

    def _add(self, phrase: tuple[str, ...], kind: str, identifier: object) -> None:
        if phrase:
            self.phrases.setdefault(phrase[0], {}).setdefault(phrase, {})[kind, identifier] = None

    def mention(self, text: str, geometry: str = "") -> Mention:
        """What a text mentions; `geometry` is searched for long numbers only."""
        found: dict[str, dict[Any, None]] = {}
        for variant in variants(text):
            for run in runs(variant):
                for digits in self._sought(run):
                    found.setdefault("numeral", {})[digits] = None
            self._names(variant, found)
        numbers: tuple[str, ...] = tuple(found.get("numeral", ()))
        everywhere = [digits for digits in numbers if len(digits) >= ANYWHERE]
        for run in runs(geometry):
            if len(run) >= ANYWHERE:
                everywhere += (digits for digits in self._sought(run) if len(digits) >= ANYWHERE)
        if not found and not everywhere:
            return NOTHING
        return Mention(
            numbers,
            tuple(dict.fromkeys(everywhere)),
            tuple(found.get("member", ())),
            tuple(found.get("kpi", ())),
            tuple(found.get("group", ())),
            tuple(found.get("instrument", ())),
            tuple(found.get("note", ())),
            "usage" in found,
        )

    def long(self, text: str) -> tuple[str, ...]:
        """The numbers of a text that need no context, whatever is named beside them."""
        runs = _LONG_RUN.findall(_HASH.sub(" ", text))
        found = (digits for run in runs for digits in numerals(run))
        return tuple(dict.fromkeys(each for each in found if len(each) >= ANYWHERE and each in self.digits))

    def _sought_in(self, run: str) -> tuple[str, ...]:
        """The digits of interest that a run can be read as."""
        return tuple(digits for digits in readings(run) if len(digits) >= IN_CONTEXT and digits in self.digits)

    def _names(self, text: str, found: dict[str, dict[Any, None]]) -> None:
        tokens = _WORD.findall(text)
        folded = [token.casefold() for token in tokens]
        skip = 0
        for position in [at for at, word in enumerate(folded) if word in self.phrases]:
            if tokens[position] in self.codes:
                found.setdefault("member", {})[tokens[position]] = None
            longest = 0
            for phrase, things in self.phrases[folded[position]].items():
                if tuple(folded[position : position + len(phrase)]) != phrase:
                    continue
                for kind, identifier in things:
                    if kind == "note":
                        found.setdefault(kind, {})[identifier] = None
                    elif position >= skip and len(phrase) >= longest:
                        found.setdefault(kind, {})[identifier] = None
                        longest = len(phrase)
            skip = max(skip, position + longest)
        if "member/" in text or "country-" in text:
            for code in _ADDRESS.findall(text):
                if code.upper() in self.codes:
                    found.setdefault("member", {})[code.upper()] = None


def words(text: str) -> tuple[str, ...]:
    """The words of a text, folded."""
    return tuple(each.casefold() for each in _WORD.findall(text))


def variants(text: str) -> Iterator[str]:
    """A text and what it becomes when its entities, percent signs and escapes are decoded and what nobody sees is gone.

    Hashes are left out.
    """
    if len(text) >= 10:
        text = _HASH.sub(" ", text)
    yield text
    decoded = html.unescape(text) if "&" in text else text
    if "\\" in decoded:
        decoded = _ESCAPED.sub(_letter, decoded)
    if "%" in decoded and _PERCENT.search(decoded):
        decoded = unquote(decoded)
    if not decoded.isascii():  # most texts are: asked without looking at their letters
        decoded = _UNSEEN.sub("", decoded)
    if decoded != text:
        yield decoded


def _letter(match: re.Match[str]) -> str:
    number = int(match[match.lastindex or 0], 16)
    return chr(number) if number <= sys.maxunicode else ""


def _digits(rights: Rights, means: Iterable[str]) -> frozenset[str]:
    """The digits of all values and of all means of groups, with their roundings."""
    found: set[str] = set()
    for digits in (*(digits_of(secret.written) for secret in rights.secrets), *means):
        found |= roundings(digits)
    return frozenset(each for each in found if len(each) >= IN_CONTEXT)


def _notes(rights: Rights) -> tuple[Note, ...]:
    found = []
    for data in rights.dataset.cycles:
        for each in data.observations:
            phrase = words(each.note)
            if phrase:
                found.append(Note(each.member, phrase, f"{data.cycle.id}/{each.kpi}/{each.member}"))
    return tuple(found)


def is_short(note: Note) -> bool:
    """Whether a note is too short to be told from other text by its words alone."""
    return len(note.words) < _SHORT_NOTE
