"""Pages and parts of pages that many sites share: made once per process, used again where a site would have the same.

A piece (a table, a chart, a page without header and footer) is made from what a site answers: a row, a name, whether a
page exists. While `shared` makes a piece, every query that it puts to the site is recorded with the answer: this is the
trace of the piece. The piece is used again only for a site that answers every query of the trace in the same way. So
no piece can show what its site would not, and no part of a key can be forgotten. Build systems call this a constructive
trace (Mokhov, Mitchell and Peyton Jones, "Build systems à la carte", 2018).

Every method through which pages read a site is marked `traced`, `traced_index` or `site_specific`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, ItemsView, Iterator, KeysView, Mapping, ValuesView
from dataclasses import dataclass, field
from enum import Enum
from functools import wraps
from typing import Any, NamedTuple, TypeVar, cast

MAX_WEIGHT = 80_000_000
"""Characters of all pieces; above, those that no other site has used are dropped, which costs time only."""

MAX_UNUSED_WEIGHT = 250_000
"""Characters of the variants of a piece before another site uses one of them; above, none is kept any more."""

QUERY_WEIGHT = 100
"""The weight of a query with its answer, in characters."""

MAX_TOKENS = 300_000

K = TypeVar("K")
V = TypeVar("V")
T = TypeVar("T")

# --- queries and answers ------------------------------------------------------------------------

Token = str | int | None
"""Stands for an answer: equal tokens are answers that print alike."""


class Query(NamedTuple):
    """What is asked of a site: the name of a method, its arguments, the key looked up in the answer (`_WHOLE`: all)."""

    name: str
    arguments: tuple[Any, ...]
    key: Any


_WHOLE = "\0whole"
_UNKNOWN: Any = object()

_trace: dict[Query, Token] | None = None
"""The trace of the piece that is being made; None while none is, and once the piece is known to be for one site alone.

A global of the module, because every access to a row reads it.
"""

_methods: dict[str, Callable[..., Any]] = {}
"""The methods of sites that queries name, as they are without tracing."""

_tokens: dict[Hashable, tuple[int, Any]] = {}
"""The tokens of answers that are no plain values, each with its answer, which must live as long as its id is used."""

_last_token = 0


def untraced(make: Callable[[], T]) -> T:
    """What `make` gives, without recording its queries."""
    global _trace
    outer, _trace = _trace, None
    try:
        return make()
    finally:
        _trace = outer


def _token(answer: Any) -> Token:
    """The token of an answer. Rows and other objects are compared by identity: equal rows are one object (`memo`)."""
    kind = type(answer)
    if answer is None or kind is str:
        return cast(Token, answer)
    if kind in (tuple, list, frozenset):
        key: Hashable = kind, tuple(map(_token, answer))
    elif isinstance(answer, tuple):  # a row: tested early, since there are many
        key = id(answer)
    elif isinstance(answer, (bool, int, float, Enum)):
        return repr(answer)
    elif isinstance(answer, Mapping):
        key = (*answer, *map(_token, answer.values()))
    else:
        key = id(answer)
    return _numbered(key, answer)


def _numbered(key: Hashable, answer: Any) -> int:
    """The number of an answer, which no other answer has or will have."""
    global _last_token
    found = _tokens.get(key)
    if found is None:
        if len(_tokens) >= MAX_TOKENS:
            forget()
        _last_token += 1
        found = _tokens[key] = _last_token, answer
    return found[0]


class Traced:
    """A site whose marked methods record that they were called; sites may differ in nothing else."""

    def __init__(self) -> None:
        self._answers: dict[Any, Any] = {}
        self._answer_tokens: dict[Query, Token] = {}

    def answer(self, name: str, arguments: tuple[Any, ...]) -> Any:
        """What a marked method returns, without recording the query."""
        call = name, arguments
        answer = self._answers.get(call, _UNKNOWN)
        if answer is _UNKNOWN:
            answer = self._answers[call] = untraced(lambda: _methods[name](self, *arguments))
        return answer

    def token(self, query: Query) -> Token:
        """The token of the answer to a query."""
        token = self._answer_tokens.get(query, _UNKNOWN)
        if token is _UNKNOWN:
            name, arguments, key = query
            answer = self.answer(name, arguments)
            if key is not _WHOLE:
                answer = answer.get(key) if isinstance(answer, Mapping) else getattr(answer, key)
            token = self._answer_tokens[query] = _token(answer)
        return cast(Token, token)

    def record(self, query: Query) -> None:
        """Record a query in the trace of the piece that is being made, if one is."""
        if _trace is not None and query not in _trace:
            _trace[query] = self.token(query)

    def matches(self, trace: list[tuple[Query, Token]]) -> bool:
        """Whether this site gives the answers of a trace; the first query that it does not is moved to the front."""
        tokens = self._answer_tokens.get
        for at, (query, expected) in enumerate(trace):
            token = tokens(query, _UNKNOWN)
            if token is _UNKNOWN:
                token = self.token(query)
            if token != expected:
                if at:
                    trace.insert(0, trace.pop(at))
                return False
        return True


def _registered(method: Callable[..., Any]) -> str:
    """The name under which queries know a method; TypeError for a second method of the same name."""
    name = method.__name__
    if name in _methods:
        raise TypeError(f"{name} can be asked already: {_methods[name].__qualname__}")
    _methods[name] = method
    return name


def traced(method: Callable[..., T]) -> Callable[..., T]:
    """Mark a method of a site: its answer is worked out once per site, and recorded as a whole."""
    name = _registered(method)

    @wraps(method)
    def query(self: Traced, *arguments: Any) -> T:
        if _trace is not None:
            self.record(Query(name, arguments, _WHOLE))
        return cast(T, self.answer(name, arguments))

    return query


def site_specific(method: Callable[..., T]) -> Callable[..., T]:
    """Mark a method of a site whose answer, unless it is None, no other site has: a piece that asks is not shared."""
    name = _registered(method)

    @wraps(method)
    def query(self: Traced, *arguments: Any) -> T:
        global _trace
        answer: T = self.answer(name, arguments)
        if answer is not None:
            _trace = None
        elif _trace is not None:
            self.record(Query(name, arguments, _WHOLE))
        return answer

    return query


def traced_index(method: Callable[..., Mapping[K, V]]) -> Callable[..., Mapping[K, V]]:
    """Mark a method of a site that gives an index: what is looked up in it is recorded, not the whole index."""
    name = _registered(method)

    @wraps(method)
    def query(self: Traced, *arguments: Any) -> Mapping[K, V]:
        call = name, arguments, TracedIndex
        index: TracedIndex[K, V] | None = self._answers.get(call)
        if index is None:
            index = self._answers[call] = TracedIndex(self, name, arguments, self.answer(name, arguments))
        return index

    return query


class TracedIndex(Mapping[K, V]):
    """An index without None among its values. A look-up records one entry, iterating records all."""

    __slots__ = ("_arguments", "_name", "_rows", "_site")

    def __init__(self, site: Traced, name: str, arguments: tuple[Any, ...], rows: Mapping[K, V]) -> None:
        self._site, self._name, self._arguments, self._rows = site, name, arguments, rows

    def _all(self) -> Mapping[K, V]:
        if _trace is not None:
            self._site.record(Query(self._name, self._arguments, _WHOLE))
        return self._rows

    def get(self, key: Any, default: Any = None) -> Any:
        """The entry of a key."""
        if _trace is not None:
            self._site.record(Query(self._name, self._arguments, key))
        return self._rows.get(key, default)

    def __getitem__(self, key: K) -> V:
        entry: V | None = self.get(key)
        if entry is None:
            raise KeyError(key)
        return entry

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


class TracedFields:
    """An object of a site, of which each attribute that is read is recorded by itself."""

    __slots__ = ("_name", "_of", "_site")

    def __init__(self, site: Traced, name: str, of: object) -> None:
        self._site, self._name, self._of = site, name, of

    def __getattr__(self, attribute: str) -> Any:
        if _trace is not None:
            self._site.record(Query(self._name, (), attribute))
        return getattr(self._of, attribute)


# --- shared pieces ------------------------------------------------------------------------------


@dataclass(slots=True)
class _Variant:
    """A piece as one or more sites have it, and its trace; the queries that told it from others come first.

    used: whether another site has used it since memory was last cleared up.
    """

    piece: Any
    trace: list[tuple[Query, Token]]
    weight: int
    used: bool = False


@dataclass(slots=True)
class _Variants:
    """All variants of a piece, the one used last first. for_one_site: the piece turned out to be for one site alone."""

    variants: list[_Variant] = field(default_factory=list)
    weight: int = 0
    used: bool = False
    for_one_site: bool = False


_pieces: defaultdict[Hashable, _Variants] = defaultdict(_Variants)
_weight = 0


def shared(site: Traced, key: Hashable, make: Callable[[], T], weight: Callable[[T], int]) -> T:
    """What `make` gives for a site, made once for all sites that answer its queries alike.

    `make` may read what the key holds, what is the same on every site, and marked methods of the site. `weight` gives
    the number of characters of a piece. A piece that calls a `site_specific` method is made anew for every site, and
    so is any piece that it is part of; its own parts are still shared.
    """
    global _trace
    known = _pieces[key]
    for at, variant in enumerate(known.variants):
        if site.matches(variant.trace):
            known.used = variant.used = True
            if at:
                known.variants.insert(0, known.variants.pop(at))
            if _trace is not None:
                _trace.update(variant.trace)
            return cast(T, variant.piece)
    if known.for_one_site:
        _trace = None
        return make()
    if known.weight > MAX_UNUSED_WEIGHT and not known.used:
        known.variants.clear()
        return make()
    return _recorded(known, make, weight)


def _recorded(known: _Variants, make: Callable[[], T], weight: Callable[[T], int]) -> T:
    """Make a piece and keep it with its trace, which is also part of the trace of the piece around it."""
    global _trace, _weight
    outer = _trace
    trace: dict[Query, Token] = {}
    _trace = trace
    try:
        piece = make()
        if _trace is None:
            outer, known.for_one_site = None, True
    finally:
        _trace = outer
    if known.for_one_site:
        return piece
    if _trace is not None:
        _trace.update(trace)
    added = weight(piece) + QUERY_WEIGHT * len(trace)
    known.weight += added
    _weight += added
    known.variants.insert(0, _Variant(piece, list(trace.items()), added))
    if _weight > MAX_WEIGHT:
        _clear_up()
    return piece


def _clear_up() -> None:
    """Keep the variants that were used since this was last done; forget all where that makes too little room."""
    global _weight
    _weight = 0
    for known in _pieces.values():
        known.variants = [variant for variant in known.variants if variant.used]
        known.weight = sum(variant.weight for variant in known.variants)
        _weight += known.weight
        for variant in known.variants:
            variant.used = False
    if _weight > MAX_WEIGHT * 3 / 4:
        forget()


def forget() -> None:
    """Forget all pieces and tokens. Numbers of tokens go on, so that no old token can be taken for a new one."""
    global _weight
    _weight = 0
    _pieces.clear()
    _tokens.clear()
