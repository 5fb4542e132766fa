"""Reading a YAML tree field by field: each reader returns the typed value, or reports a problem and returns None.

A problem stands at the line and key path of the field. Readers go on after a problem, so that one
pass finds all of them; what they built is used for cross checks only, since any error refuses the whole.
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeVar

from pmm_site.load import numbers, words
from pmm_site.load.log import FileLog, KnownIds, misspelt, shown
from pmm_site.load.strict_yaml import MappingNode, Node, ScalarNode, SequenceNode
from pmm_site.model import Text

_E = TypeVar("_E", bound=enum.Enum)

LONGEST_TEXT = 20_000

_KINDS = {ScalarNode: "a single value", SequenceNode: "a list", MappingNode: "a mapping"}


@dataclass(frozen=True, slots=True)
class Field:
    """A node of a YAML file with its key path; `language` is the first language of the site, None when unknown."""

    log: FileLog
    node: Node
    path: str = ""
    language: str | None = None
    line: int = 0

    def error(self, rule: str, message: str, next_step: str = "", *, word: str = "", meant: Iterable[str] = ()) -> None:
        """Report a problem at this field."""
        line = self.line or self.node.line
        self.log.error(rule, message, next_step=next_step, line=line, place=self.path, word=word, meant=meant)

    @property
    def is_null(self) -> bool:
        """Whether the field is explicitly empty: `null` or `~`."""
        return isinstance(self.node, ScalarNode) and self.node.plain and self.node.text in ("null", "~")

    @property
    def is_blank(self) -> bool:
        """Whether nothing is said: the field is explicitly empty, or there is nothing after its key."""
        return self.is_null or (isinstance(self.node, ScalarNode) and not self.node.text.strip())

    @property
    def is_scalar(self) -> bool:
        """Whether the field is a single value."""
        return isinstance(self.node, ScalarNode)

    @property
    def is_sequence(self) -> bool:
        """Whether the field is a list."""
        return isinstance(self.node, SequenceNode)

    def _below(self, node: Node, key: str, line: int = 0) -> Field:
        path = f"{self.path}.{key}" if self.path and not key.startswith("[") else f"{self.path}{key}"
        return Field(self.log, node, path, self.language, line)

    def _wrong(self, wanted: str) -> None:
        self.error("type", f"{wanted} is expected here, not {_KINDS[type(self.node)]}")

    # --- lists and mappings

    def mapping(self, required: Iterable[str] = (), optional: Iterable[str] = ()) -> dict[str, Field] | None:
        """The fields of a mapping by key; unknown and missing keys are reported. None when it is no mapping."""
        if not isinstance(self.node, MappingNode):
            self._wrong("a mapping")
            return None
        required = tuple(required)
        known = frozenset((*required, *optional))
        by_key: dict[str, Field] = {}
        unknown: list[str] = []
        for entry in self.node.entries:
            if entry.key in known:
                by_key[entry.key] = self._below(entry.node, entry.key, entry.line)
                continue
            unknown.append(entry.key)
            below = self._below(entry.node, shown(entry.key).strip("'"), entry.line)
            below.error("unknown-key", f"unknown key {shown(entry.key)}", word=entry.key, meant=known)
        for key in sorted({*required} - by_key.keys() - misspelt(unknown, known)):
            self.error("missing-key", f"the key '{key}' is missing")
        return by_key

    def entries(self) -> Iterator[tuple[str, Field]]:
        """Keys and fields of a mapping with free keys; nothing, and a problem, when it is no mapping."""
        if not isinstance(self.node, MappingNode):
            self._wrong("a mapping")
            return
        for entry in self.node.entries:
            yield entry.key, self._below(entry.node, shown(entry.key).strip("'"), entry.line)

    def items(self) -> list[Field]:
        """The items of a list, named by their `id` where they have one; empty, and a problem, when it is no list."""
        if not isinstance(self.node, SequenceNode):
            self._wrong("a list")
            return []
        return [self._below(node, f"[{_name(node, at)}]") for at, node in enumerate(self.node.items, start=1)]

    def line_of(self, name: str) -> int:
        """The line of a key of a mapping, or of the item of a list that has the id; 0 when there is none."""
        if isinstance(self.node, MappingNode):
            return next((entry.line for entry in self.node.entries if entry.key == name), 0)
        items = self.node.items if isinstance(self.node, SequenceNode) else ()
        return next((item.line for at, item in enumerate(items, start=1) if _name(item, at) == name), 0)

    # --- single values

    def string(self, longest: int = LONGEST_TEXT) -> str | None:
        """A text that is not blank."""
        if not isinstance(self.node, ScalarNode):
            self._wrong("a text")
            return None
        if self.is_blank:
            self.error("text", "the text is empty")
            return None
        if len(self.node.text) > longest:
            self.error("text", f"the text has more than {longest} characters", "shorten it")
            return None
        return self.node.text

    def id(self) -> str | None:
        """An id; a badly written one is reported and still returned, so that what refers to it is not reported too."""
        if not isinstance(self.node, ScalarNode):
            self._wrong("an id")
            return None
        fault = words.id_fault(self.node.text)
        if fault:
            self.error("id", f"{shown(self.node.text)}: {fault}", words.id_proposal(self.node.text))
        return self.node.text or None

    def reference(self, known: KnownIds) -> str | None:
        """The id of something that exists; None, and reported, when it is blank or nothing has it."""
        if not isinstance(self.node, ScalarNode):
            self._wrong(f"the id of a {known.noun}")
            return None
        if self.is_blank:
            self.error("text", f"no {known.noun} is named")
            return None
        line = self.line or self.node.line
        return None if self.log.unknown(self.node.text, known, line=line, place=self.path) else self.node.text

    def references(self, known: KnownIds) -> tuple[str, ...]:
        """A list of ids of things that exist, each once."""
        return self.distinct(lambda item: item.reference(known))

    def distinct(self, read: Callable[[Field], str | None]) -> tuple[str, ...]:
        """A list of words, each once."""
        words_once: dict[str, None] = {}
        for item in self.items():
            word = read(item)
            if word is not None and word in words_once:
                item.error("duplicate-id", f"{shown(word)} stands twice in this list")
            elif word is not None:
                words_once[word] = None
        return tuple(words_once)

    def boolean(self) -> bool | None:
        """`true` or `false`, nothing else."""
        if isinstance(self.node, ScalarNode) and self.node.plain and self.node.text in ("true", "false"):
            return self.node.text == "true"
        self.error("type", "true or false is expected here", "write true or false, without quotation marks")
        return None

    def choice(self, kind: type[_E]) -> _E | None:
        """One of the words of an enumeration."""
        word = self.word(str(each.value) for each in kind)
        return None if word is None else kind(word)

    def word(self, allowed: Iterable[str]) -> str | None:
        """One of the words allowed."""
        options = tuple(allowed)
        if isinstance(self.node, ScalarNode) and self.node.text in options:
            return self.node.text
        if not isinstance(self.node, ScalarNode):
            self._wrong("one word")
            return None
        self.error("choice", f"{shown(self.node.text)} is not allowed here", word=self.node.text, meant=options)
        return None

    def decimal(self, least: float | None = None, most: float | None = None) -> Decimal | None:
        """A plain number within [least, most]."""
        if not isinstance(self.node, ScalarNode) or not self.node.plain:
            self.error("type", "a number is expected here", "write a plain number, without quotation marks")
            return None
        if not numbers.is_number(self.node.text):
            self.error("number", f"{shown(self.node.text)}: {numbers.fault(self.node.text)}")
            return None
        return self._within(Decimal(self.node.text), least, most)

    def number(self, least: float | None = None, most: float | None = None) -> float | None:
        """A plain number within [least, most], as a float."""
        number = self.decimal(least, most)
        return None if number is None else float(number) + 0.0

    def whole(self, least: int | None = None, most: int | None = None) -> int | None:
        """A whole number within [least, most]."""
        number = self.decimal(least, most)
        if number is not None and isinstance(self.node, ScalarNode) and not numbers.is_whole(self.node.text):
            self.error(
                "number",
                f"{shown(self.node.text)}: a whole number is expected here",
                "leave out the decimals",
            )
            return None
        return None if number is None else int(number)

    def _within(self, number: Decimal, least: float | None, most: float | None) -> Decimal | None:
        if (least is None or number >= Decimal(repr(least))) and (most is None or number <= Decimal(repr(most))):
            return number
        if least is not None and most is not None:
            limits = f"from {numbers.written(least)} to {numbers.written(most)}"
        else:
            limits = (
                f"at least {numbers.written(least)}" if least is not None else f"at most {numbers.written(most or 0)}"
            )
        self.error("number", f"{number:f} is out of range", f"write a number {limits}")
        return None

    # --- texts for readers

    def text(self) -> Text | None:
        """A text by language; the first language of the site must be there, the others may be missing."""
        if not isinstance(self.node, MappingNode):
            self.error("type", "a text by language is expected here", "write {en: …, fr: …}")
            return None
        by_language: dict[str, str] = {}
        for language, field in self.entries():
            if not words.is_language(language):
                field.error("language", f"unknown language {shown(language)}")
                continue
            text = field.string()
            if text is not None:
                by_language[language] = text
        named = {entry.key for entry in self.node.entries}
        if self.language is not None and self.language not in named:
            self.error("text", f"the text has no '{self.language}', the first language of the site")
        return by_language

    def text_or_string(self) -> Text | None:
        """A text by language, or one text for all, which counts as the first language's."""
        if self.is_scalar:
            text = self.string()
            return None if text is None else {self.language or "en": text}
        return self.text()


def _name(node: Node, at: int) -> str:
    """How an item of a list is called in a key path: its id, else its number."""
    if isinstance(node, MappingNode):
        for entry in node.entries:
            if entry.key == "id" and isinstance(entry.node, ScalarNode) and not words.id_fault(entry.node.text):
                return entry.node.text
    return str(at)


def open_ids(fields: Iterable[Field], noun: str) -> KnownIds:
    """The ids that a list of mappings defines. Twice the same is reported.

    One that is missing, repeated or badly written leaves the set incomplete: what refers to the right one is not wrong.
    """
    lines: dict[str, int] = {}
    complete = True
    for field in fields:
        entries = field.node.entries if isinstance(field.node, MappingNode) else ()
        entry = next((each for each in entries if each.key == "id"), None)
        if entry is None or not isinstance(entry.node, ScalarNode):
            complete = False
        elif entry.node.text in lines:
            first = lines[entry.node.text]
            message = f"the id {shown(entry.node.text)} stands twice (first in line {first})"
            field.log.error("duplicate-id", message, line=entry.line, place=field.path + ".id")
            complete = False
        else:
            lines[entry.node.text] = entry.line
            complete = complete and not words.id_fault(entry.node.text)
    return KnownIds(noun, frozenset(lines), complete)
