"""YAML without surprises: a tree of marked nodes in which every scalar is still text.

Refused: duplicate keys, anchors and aliases, tags, several documents, keys that are no scalars, deep nesting.
Types come from the reader of each file, so `no`, `1.10` and dates are what they look like. The parser's events
are read without recursion, so that no nesting can exhaust the stack.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import yaml

from pmm_site.load.files import FORBIDDEN
from pmm_site.load.log import FileLog, shown

DEEPEST = 20

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True, slots=True)
class ScalarNode:
    """A scalar as written; `plain` when it stands without quotation marks."""

    text: str
    plain: bool
    line: int


@dataclass(frozen=True, slots=True)
class SequenceNode:
    """A list."""

    items: tuple[Node, ...]
    line: int


@dataclass(frozen=True, slots=True)
class Entry:
    """A key with its value; `line` is the key's."""

    key: str
    node: Node
    line: int


@dataclass(frozen=True, slots=True)
class MappingNode:
    """A mapping in the order of the file, each key once."""

    entries: tuple[Entry, ...]
    line: int


Node = ScalarNode | SequenceNode | MappingNode


@dataclass(slots=True)
class _Open:
    """A list or mapping whose end has not come yet; for a mapping, keys and values alternate."""

    is_mapping: bool
    line: int
    nodes: list[Node]


class _Refused(Exception):
    """The document cannot be read any further; the problem is reported."""


def parse(text: str, log: FileLog, *, lines_before: int = 0) -> Node | None:
    """The tree of the one document in `text`; None, and a problem, when there is none.

    `lines_before` is added to every line number, for front matter inside of another file.
    """
    try:
        node = _document(_Reader(log, lines_before).events(text), log, lines_before)
    except _Refused:
        return None
    if node is None:
        log.error("empty", "the file has no content")
    return node


@dataclass(slots=True)
class _Reader:
    """The parser's events with what is never allowed already refused."""

    log: FileLog
    lines_before: int

    def events(self, text: str) -> Iterator[Any]:
        """The events of the document; raises _Refused after reporting a problem that ends it."""
        try:
            for event in yaml.parse(text, Loader=_LOADER):
                self._refuse_shortcuts(event)
                yield event
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            fault = f"this is not valid YAML: {error.problem or error.context}"
            if error.problem == "found unexpected end of stream" and error.context_mark:  # told where it begins
                mark, fault = error.context_mark, "the quotation mark that opens a text in this line is never closed"
            elif mark and _indented_by_tab(text, mark.line):
                fault = "this line is indented by a tab, where YAML wants blanks"
            self.log.error("syntax", fault, line=mark.line + 1 + self.lines_before if mark else 0)
            raise _Refused from error
        except yaml.YAMLError as error:
            self.log.error("syntax", "this is not valid YAML")
            raise _Refused from error

    def _refuse_shortcuts(self, event: Any) -> None:
        line = event.start_mark.line + 1 + self.lines_before
        if getattr(event, "anchor", None):
            self.log.error("anchor", f"anchors and aliases are not used here ({shown(event.anchor)})", line=line)
        if getattr(event, "tag", None):
            self.log.error("tag", "tags are not used here", line=line)
        if isinstance(event, yaml.AliasEvent):
            raise _Refused


def _indented_by_tab(text: str, line: int) -> bool:
    lines = text.splitlines()
    written = lines[line] if line < len(lines) else ""
    return "\t" in written[: len(written) - len(written.lstrip())]


def _document(events: Iterator[Any], log: FileLog, lines_before: int) -> Node | None:
    """Builds the tree from the events, with a stack of its own."""
    stack: list[_Open] = []
    root: Node | None = None
    for event in events:
        node: Node | None = None
        line = event.start_mark.line + 1 + lines_before
        if isinstance(event, (yaml.MappingStartEvent, yaml.SequenceStartEvent)):
            stack.append(_Open(isinstance(event, yaml.MappingStartEvent), line, []))
            if len(stack) > DEEPEST:
                log.error("syntax", f"lists and mappings are nested more than {DEEPEST} deep", line=line)
                raise _Refused
        elif isinstance(event, yaml.ScalarEvent):
            node = _scalar(event, line, log)
        elif isinstance(event, (yaml.MappingEndEvent, yaml.SequenceEndEvent)):
            node = _closed(stack.pop(), log)
        elif isinstance(event, yaml.DocumentStartEvent) and root is not None:
            log.error("syntax", "the file holds more than one document", line=line)
            raise _Refused
        if node is not None and stack:
            stack[-1].nodes.append(node)
        elif node is not None:
            root = node
    return None if isinstance(root, ScalarNode) and root.plain and not root.text else root


def _scalar(event: Any, line: int, log: FileLog) -> ScalarNode:
    # An escape such as "\x07" brings in characters that the file itself does not hold.
    found = FORBIDDEN.search(event.value)
    if found:
        log.error("characters", f"the text holds the character U+{ord(found.group()):04X}", line=line)
    return ScalarNode(event.value, event.implicit[0], line)


def _closed(opened: _Open, log: FileLog) -> Node:
    if not opened.is_mapping:
        return SequenceNode(tuple(opened.nodes), opened.line)
    entries: dict[str, Entry] = {}
    for key, node in zip(opened.nodes[::2], opened.nodes[1::2], strict=True):
        if not isinstance(key, ScalarNode):
            log.error("syntax", "a key is a list or a mapping", line=key.line)
        elif key.text in entries:
            first = entries[key.text].line
            log.error(
                "duplicate-key",
                f"the key {shown(key.text)} stands twice (first in line {first})",
                line=key.line,
            )
        else:
            entries[key.text] = Entry(key.text, node, key.line)
    return MappingNode(tuple(entries.values()), opened.line)
