"""Pieces of sites that are alike on many of them: each made once per process, found again by what it was made from.

A piece tells what it is made from by asking for it: while it is made, each question that it puts to the site that
it is made for (a row, a name, whether a page is there) is noted with the answer. It is found again only where a
site answers every one of them alike. So no piece can hold what another site would not have said, and no part of a
key can be forgotten. `asked` and `Rows` are how a site is asked; `shared` makes and finds pieces. Build systems call
such notes constructive traces (Mokhov, Mitchell and Peyton Jones, "Build systems à la carte", 2018).

`remembered` is for pieces that are made of a few things at hand: its key holds all of them. Decimals stand in such
keys as texts: 1.0 and 1.00 are equal, not printed alike.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, ItemsView, Iterator, KeysView, Mapping, ValuesView
from dataclasses import dataclass, field
from enum import Enum
from functools import wraps
from typing import Any, NamedTuple, TypeVar, cast

from pmm_site.recent import Recent

KEPT = 35_000
"""Pieces kept by key at least: a row of a table, a link, a list."""

WEIGHT_KEPT = 80_000_000
"""Characters of shared pieces kept at most; then those that no site has found again go, which costs time only."""

TOKENS_KEPT = 300_000
"""Things that stand in answers, known at most."""

NOTE_WEIGHT = 100
"""What a noted answer weighs, in characters."""

UNFOUND = 250_000
"""Characters of a piece's variants that are kept before one of them is found again: above, none is kept any more."""

K = TypeVar("K")
V = TypeVar("V")
T = TypeVar("T")

# --- pieces by key ------------------------------------------------------------------------------

_kept: Recent[Hashable, Any] = Recent(KEPT)


def remembered(key: Hashable, make: Callable[[], T]) -> T:
    """What `make` gives, made once for a key that holds all that it is made from."""
    found: T | None = _kept.get(key)
    if found is None:
        found = _kept[key] = unheard(make)  # the key says it all, and was itself made from answers that are noted
    return found


# --- questions and answers ----------------------------------------------------------------------

Token = str | int | None
"""Stands for an answer: equal tokens are answers that print alike."""


class Question(NamedTuple):
    """What was asked: a part of a site by its name, its arguments, the key looked up in it (`_WHOLE`: all)."""

    name: str
    arguments: tuple[Any, ...]
    key: Any


_WHOLE = "\0whole"
_UNKNOWN: Any = object()

_notes: dict[Question, Token] | None = None
"""The questions asked for the piece that is being made, with their answers; None while nobody listens, and from the
moment that the piece is known to be for one site alone."""

_raw: dict[str, Callable[..., Any]] = {}
_tokens: dict[Hashable, tuple[int, Any]] = {}
_next_token = 0


def unheard(make: Callable[[], T]) -> T:
    """What `make` gives, without noting what it asks for."""
    global _notes
    outer, _notes = _notes, None
    try:
        return make()
    finally:
        _notes = outer


def _token(answer: Any) -> Token:
    """The token of an answer. Rows and other objects stand for themselves: readers give one object for one content."""
    kind = type(answer)
    if answer is None or kind is str:
        return cast(Token, answer)
    if kind in (tuple, list, frozenset):
        key: Hashable = kind, tuple(map(_token, answer))
    elif isinstance(answer, tuple):  # a row: asked first, since there are many
        key = id(answer)
    elif isinstance(answer, (bool, int, float, Enum)):
        return repr(answer)
    elif isinstance(answer, Mapping):
        key = (*answer, *map(_token, answer.values()))
    else:
        key = id(answer)
    return _numbered(key, answer)


def _numbered(key: Hashable, answer: Any) -> int:
    """A number for an object. It is given once and never again; the object lives as long as its number is known."""
    global _next_token
    found = _tokens.get(key)
    if found is None:
        if len(_tokens) >= TOKENS_KEPT:
            forget()
        _next_token += 1
        found = _tokens[key] = _next_token, answer
    return found[0]


class Asked:
    """A site that can be asked. What is marked `asked` or gives `Rows` is noted; nothing else may differ by site."""

    def __init__(self) -> None:
        self._answers: dict[Any, Any] = {}
        self._known: dict[Question, Token] = {}

    def token(self, question: Question) -> Token:
        """The token of the answer to a question."""
        found = self._known.get(question, _UNKNOWN)
        if found is _UNKNOWN:
            name, arguments, key = question
            answer = self.answer(name, arguments)
            if key is not _WHOLE:
                answer = answer.get(key) if isinstance(answer, Mapping) else getattr(answer, key)
            found = self._known[question] = _token(answer)
        return cast(Token, found)

    def answer(self, name: str, arguments: tuple[Any, ...]) -> Any:
        """A part of the site as it is, which nobody hears of."""
        place = name, arguments
        found = self._answers.get(place, _UNKNOWN)
        if found is _UNKNOWN:
            found = self._answers[place] = unheard(lambda: _raw[name](self, *arguments))
        return found

    def agrees(self, notes: list[tuple[Question, Token]]) -> bool:
        """Whether this site gives the noted answers. The question that tells them apart is asked first next time."""
        known = self._known.get
        for at, (question, token) in enumerate(notes):
            found = known(question, _UNKNOWN)
            if found is _UNKNOWN:
                found = self.token(question)
            if found != token:
                if at:
                    notes.insert(0, notes.pop(at))
                return False
        return True

    def note(self, question: Question) -> None:
        """Note a question, if a piece is being made."""
        if _notes is not None and question not in _notes:
            _notes[question] = self.token(question)


def _registered(method: Callable[..., Any]) -> str:
    """The name by which questions know a method. Of two methods with one name, one would answer for the other."""
    name = method.__name__
    if name in _raw:
        raise TypeError(f"{name} can be asked already: {_raw[name].__qualname__}")
    _raw[name] = method
    return name


def asked(method: Callable[..., T]) -> Callable[..., T]:
    """A method of a site whose answer is worked out once and noted as a whole."""
    name = _registered(method)

    @wraps(method)
    def ask(self: Asked, *arguments: Any) -> T:
        if _notes is not None:
            self.note(Question(name, arguments, _WHOLE))
        return cast(T, self.answer(name, arguments))

    return ask


def apart(method: Callable[..., T]) -> Callable[..., T]:
    """A method of a site whose answer, where there is one, is that of no other: what asks for it is for this site."""
    name = _registered(method)

    @wraps(method)
    def ask(self: Asked, *arguments: Any) -> T:
        global _notes
        found: T = self.answer(name, arguments)
        if found is not None:
            _notes = None
        elif _notes is not None:
            self.note(Question(name, arguments, _WHOLE))
        return found

    return ask


def indexed(method: Callable[..., Mapping[K, V]]) -> Callable[..., Mapping[K, V]]:
    """A method of a site that gives an index, of which is noted what is looked up in it."""
    name = _registered(method)

    @wraps(method)
    def ask(self: Asked, *arguments: Any) -> Mapping[K, V]:
        place = name, arguments, Rows
        found: Rows[K, V] | None = self._answers.get(place)
        if found is None:
            found = self._answers[place] = Rows(self, name, arguments, self.answer(name, arguments))
        return found

    return ask


class Rows(Mapping[K, V]):
    """An index that is heard: a look-up notes one entry, going through it notes all. No entry is None."""

    __slots__ = ("_arguments", "_name", "_rows", "_site")

    def __init__(self, site: Asked, name: str, arguments: tuple[Any, ...], rows: Mapping[K, V]) -> None:
        self._site, self._name, self._arguments, self._rows = site, name, arguments, rows

    def _all(self) -> Mapping[K, V]:
        if _notes is not None:
            self._site.note(Question(self._name, self._arguments, _WHOLE))
        return self._rows

    def get(self, key: Any, default: Any = None) -> Any:
        """The entry of a key."""
        if _notes is not None:
            self._site.note(Question(self._name, self._arguments, key))
        return self._rows.get(key, default)

    def __getitem__(self, key: K) -> V:
        found: V | None = self.get(key)
        if found is None:
            raise KeyError(key)
        return found

    def __contains__(self, key: object) -> bool:
        return self.get(key) is not None

    def __iter__(self) -> Iterator[K]:
        return iter(self._all())

    def __len__(self) -> int:
        return len(self._all())

    def items(self) -> ItemsView[K, V]:
        """All entries."""
        return self._all().items()

    def keys(self) -> KeysView[K]:
        """All keys."""
        return self._all().keys()

    def values(self) -> ValuesView[V]:
        """All values."""
        return self._all().values()


class Heard:
    """An object of a site whose attributes are noted one by one."""

    __slots__ = ("_name", "_of", "_site")

    def __init__(self, site: Asked, name: str, of: object) -> None:
        self._site, self._name, self._of = site, name, of

    def __getattr__(self, attribute: str) -> Any:
        if _notes is not None:
            self._site.note(Question(self._name, (), attribute))
        return getattr(self._of, attribute)


# --- pieces by answers --------------------------------------------------------------------------


@dataclass(slots=True)
class _Variant:
    """A piece with the answers that it was made from; those that told it from other variants come first.

    found: whether a site has found it again since memory was last cleared up.
    """

    made: Any
    notes: list[tuple[Question, Token]]
    weight: int
    found: bool = False


@dataclass(slots=True)
class _Place:
    """The variants of one piece, the last found first. `alone`: it was found to be made for one site each."""

    variants: list[_Variant] = field(default_factory=list)
    weight: int = 0
    found: bool = False
    alone: bool = False


_places: defaultdict[Hashable, _Place] = defaultdict(_Place)
_weight = 0


def shared(site: Asked, key: Hashable, make: Callable[[], T], weight: Callable[[T], int]) -> T:
    """What `make` gives for a site, made once for all sites that answer its questions alike.

    `make` may read what the key holds, what is the same on every site, and what it asks the site for. `weight` is
    how many characters a piece holds. A piece that asks what sets sites apart is neither kept nor listened to, and
    nothing that it is part of; its own parts are.
    """
    global _notes
    place = _places[key]
    for at, variant in enumerate(place.variants):
        if site.agrees(variant.notes):
            place.found = variant.found = True
            if at:
                place.variants.insert(0, place.variants.pop(at))
            if _notes is not None:
                _notes.update(variant.notes)
            return cast(T, variant.made)
    if place.alone:
        _notes = None
        return make()
    if place.weight > UNFOUND and not place.found:
        place.variants.clear()
        return make()
    return _made(place, make, weight)


def _made(place: _Place, make: Callable[[], T], weight: Callable[[T], int]) -> T:
    global _notes, _weight
    outer = _notes
    notes: dict[Question, Token] = {}
    _notes = notes
    try:
        made = make()
        if _notes is None:
            outer, place.alone = None, True
    finally:
        _notes = outer
    if place.alone:
        return made
    if _notes is not None:
        _notes.update(notes)
    added = weight(made) + NOTE_WEIGHT * len(notes)
    place.weight += added
    _weight += added
    place.variants.insert(0, _Variant(made, list(notes.items()), added))
    if _weight > WEIGHT_KEPT:
        clear_up()
    return made


def clear_up() -> None:
    """Keep the pieces that were found again since this was last done; begin anew where that makes too little room."""
    global _weight
    _weight = 0
    for place in _places.values():
        place.variants = [variant for variant in place.variants if variant.found]
        place.weight = sum(variant.weight for variant in place.variants)
        _weight += place.weight
        for variant in place.variants:
            variant.found = False
    if _weight > WEIGHT_KEPT * 3 / 4:
        forget()


def forget() -> None:
    """Begin anew. Numbers of answers go on, so that no old one can be taken for a new one."""
    global _weight
    _weight = 0
    _places.clear()
    _tokens.clear()
