"""What a theme's own templates ask of a page, held against what the page has: before anything is built."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import jinja2
from jinja2 import nodes

from pmm_site.render.hooks import kinds_of
from pmm_site.render.theme import Theme


class UnknownField(NamedTuple):
    """A template that prints `page.<name>`, which its page does not have; `known` are those that it has."""

    path: Path
    line: int
    name: str
    known: frozenset[str]


def unknown_fields(theme: Theme, language: str) -> Iterator[UnknownField]:
    """Fields that no page has, in the templates of the theme's first layer; ThemeProblem for one that has no syntax."""
    folder = theme.layers[0] / "templates"
    contexts = {kind.template: kind.context for kind in kinds_of(theme).values()}
    for path in sorted(folder.rglob("*.html")):
        name = path.relative_to(folder).as_posix()
        theme.template(name, language)
        if name in contexts:
            known = frozenset(each.name for each in dataclasses.fields(contexts[name]))
            for line, field in _asked(theme.environment(language), path):
                if field not in known:
                    yield UnknownField(path, line, field, known)


def _asked(environment: jinja2.Environment, path: Path) -> Iterator[tuple[int, str]]:
    """(line, field) of every `page.<field>` of a template."""
    for node in environment.parse(path.read_text("utf-8")).find_all(nodes.Getattr):
        if isinstance(node.node, nodes.Name) and node.node.name == "page":
            yield node.lineno, node.attr
