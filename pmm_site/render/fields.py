"""Checks of a theme before anything is built: do the fields, templates and texts exist that its own files use?"""

from __future__ import annotations

import contextlib
import dataclasses
import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import jinja2
from jinja2 import meta, nodes

from pmm_site.render.frame import Frame
from pmm_site.render.hooks import kinds_of
from pmm_site.render.theme import Theme, texts
from pmm_site.render.theme_files import read_texts
from pmm_site.render.words import TextEntry, ThemeProblem


class UnknownField(NamedTuple):
    """A template that prints `page.<name>` or `frame.<name>` (`of` is page or frame), which that object does not have.

    With `of` empty, a name that its page is not given. `known` are those that there are.
    """

    path: Path
    line: int
    of: str
    name: str
    known: frozenset[str]


class LostBlock(NamedTuple):
    """A block of a template that no template which it extends has, so that nothing prints it; `known` are theirs."""

    path: Path
    line: int
    name: str
    known: frozenset[str]


class Missing(NamedTuple):
    """A template that names a template, filter or test (`what`) that is not there; `known` are those that are."""

    path: Path
    line: int
    what: str
    name: str
    known: frozenset[str]


class StrangeText(NamedTuple):
    """A text of the theme that nothing asks for; or that asks for a value (`placeholder`) which it is not given."""

    path: Path
    key: str
    placeholder: str
    known: frozenset[str]


def unknown_fields(theme: Theme, language: str) -> Iterator[UnknownField]:
    """Fields that no page has, in the templates of the theme's first layer."""
    folder, environment = theme.layers[0] / "templates", theme.environment(language)
    contexts = {kind.template: kind.context for kind in kinds_of(theme).values()}
    of_frame = frozenset(each.name for each in dataclasses.fields(Frame))
    for path, tree in _templates(theme, environment):
        name = path.relative_to(folder).as_posix()
        if name in contexts:
            of_page = frozenset(each.name for each in dataclasses.fields(contexts[name]))
            for line, of, field in _asked(tree):
                if field not in (known := of_page if of == "page" else of_frame):
                    yield UnknownField(path, line, of, field, known)
            names = frozenset({"page", "frame", *environment.globals})
            own = _assigned((tree, *_chain(environment, tree)))  # known in blocks too, where Jinja does not count them
            for word in sorted(meta.find_undeclared_variables(tree) - names - own):
                line = next(node.lineno for node in tree.find_all(nodes.Name) if node.name == word)
                yield UnknownField(path, line, "", word, names)


def _templates(theme: Theme, environment: jinja2.Environment) -> Iterator[tuple[Path, nodes.Template]]:
    """The templates of the theme's first layer; not those that cannot be read, which `breaks` reports."""
    for path in sorted((theme.layers[0] / "templates").rglob("*.html")):
        with contextlib.suppress(jinja2.TemplateSyntaxError, UnicodeDecodeError, ThemeProblem):
            yield path, environment.parse(path.read_text("utf-8"))


def _asked(tree: nodes.Template) -> Iterator[tuple[int, str, str]]:
    """(line, page or frame, field) of every `page.<field>` and `frame.<field>` of a template."""
    for node in tree.find_all(nodes.Getattr):
        if isinstance(node.node, nodes.Name) and node.node.name in ("page", "frame"):
            yield node.lineno, node.node.name, node.attr


def _assigned(trees: Iterable[nodes.Template]) -> frozenset[str]:
    """Names that templates set or import themselves, or do without."""
    found: set[str] = set()
    for tree in trees:
        found.update(node.name for node in tree.find_all(nodes.Name) if node.ctx == "store")
        found.update(node.target for node in tree.find_all(nodes.Import))
        found.update(node.name for node in tree.find_all(nodes.Macro))
        for asked in tree.find_all((nodes.Test, nodes.Filter)):  # `is defined` and `default` ask whether it is there
            if asked.name in ("defined", "undefined", "default", "d") and isinstance(asked.node, nodes.Name):
                found.add(asked.node.name)
        for node in tree.find_all(nodes.FromImport):
            found.update(each if isinstance(each, str) else each[1] for each in node.names)
    return frozenset(found)


def _chain(environment: jinja2.Environment, tree: nodes.Template) -> Iterator[nodes.Template]:
    """The templates that one extends, the nearest first, as far as they are there."""
    seen: set[str] = set()
    while True:
        above = next((node.template for node in tree.find_all(nodes.Extends)), None)
        if not isinstance(above, nodes.Const) or str(above.value) in seen or environment.loader is None:
            return
        name = str(above.value)
        seen.add(name)
        try:
            source, _, _ = environment.loader.get_source(environment, name)
        except jinja2.TemplateNotFound:  # reported by `missing_parts`
            return
        tree = environment.parse(source)
        yield tree


def lost_blocks(theme: Theme, language: str) -> Iterator[LostBlock]:
    """Blocks of the theme's first layer that stand outside of all others and replace none."""
    environment = theme.environment(language)
    for path, tree in _templates(theme, environment):
        above = tuple(_chain(environment, tree))
        if above:
            known = frozenset(block.name for each in above for block in each.find_all(nodes.Block))
            for block in tree.iter_child_nodes():
                if isinstance(block, nodes.Block) and block.name not in known:
                    yield LostBlock(path, block.lineno, block.name, known)


def missing_parts(theme: Theme, language: str) -> Iterator[Missing]:
    """Templates, filters and tests that the templates of the theme's first layer name and that are not there."""
    environment = theme.environment(language)
    templates = frozenset(environment.list_templates())
    filters, tests = frozenset(environment.filters), frozenset(environment.tests)
    for path, tree in _templates(theme, environment):
        for line, name in _templates_of(tree):
            if name not in templates:
                yield Missing(path, line, "template", name, templates)
        for kind, known in ((nodes.Filter, filters), (nodes.Test, tests)):
            for node in tree.find_all(kind):
                if node.name not in known:
                    yield Missing(path, node.lineno, kind.__name__.lower(), node.name, known)


def _templates_of(tree: nodes.Template) -> Iterator[tuple[int, str]]:
    """(line, name) of every template that another one names and cannot do without."""
    for node in tree.find_all((nodes.Extends, nodes.Include, nodes.Import, nodes.FromImport)):
        named = getattr(node, "template", None)
        if isinstance(named, nodes.Const) and not getattr(node, "ignore_missing", False):
            yield node.lineno, str(named.value)


def strange_texts(theme: Theme, language: str) -> Iterator[StrangeText]:
    """Texts of the theme's first layer that no template or page asks for, or that ask for what they are not given."""
    own, below = theme.layers[0], replace(theme, layers=theme.layers[1:], fingerprint=f"below {theme.fingerprint}")
    known = {**texts(below, "en"), **texts(below, language)} if below.layers else {}
    asked = _quoted(own)
    kinds = {f"nav.{kind}" for kind in kinds_of(theme)}
    for path in sorted((own / "i18n" / language).glob("*.yml")):
        for key, entry in read_texts(path).items():
            if key in known:
                given = {"count", *_placeholders(known[key]), *_placeholders(texts(below, "en").get(key, ""))}
                yield from (StrangeText(path, key, each, frozenset(given)) for each in _placeholders(entry) - given)
            elif below.layers and key not in kinds and not any(_asks_for(text, key) for text in asked):
                yield StrangeText(path, key, "", frozenset(known))


def _quoted(layer: Path) -> frozenset[str]:
    """Everything that templates and modules of a theme have in quotation marks."""
    found: set[str] = set()
    for path in (*(layer / "templates").rglob("*.html"), *(layer / "pages").glob("*.py")):
        found.update(re.findall(r"[\"']([\w.-]+)[\"']", path.read_text("utf-8", errors="replace")))
    return frozenset(found)


def _asks_for(text: str, key: str) -> bool:
    """Whether a text in quotation marks is a key, or what a key is put together with."""
    return text == key or (text.endswith(".") and key.startswith(text))


def _placeholders(entry: TextEntry) -> set[str]:
    forms = (entry,) if isinstance(entry, str) else entry.values()
    return {name for form in forms for name in re.findall(r"\{(\w+)\}", form)}
