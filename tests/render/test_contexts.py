"""Templates print what contexts hold: field by field, both ways."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import jinja2
import pytest
from jinja2 import nodes

from pmm_site.render import packaged_themes
from pmm_site.render.frame import Frame, FrameParts
from pmm_site.render.pages import page_kinds
from pmm_site.render.theme import load_theme

TEMPLATES = packaged_themes() / "default" / "templates"


def parents(tree: nodes.Template) -> set[str]:
    """The templates that a template extends or includes."""
    return {
        node.template.value
        for node in tree.find_all((nodes.Extends, nodes.Include))
        if isinstance(node.template, nodes.Const)
    }


def used(name: str, variable: str) -> set[str]:
    """The attributes of a variable that a template uses, those of the templates that it extends included."""
    environment: jinja2.Environment = load_theme("default", [packaged_themes()]).environment("en")
    assert environment.loader is not None
    source, _, _ = environment.loader.get_source(environment, name)
    tree = environment.parse(source, name)
    found = {
        node.attr
        for node in tree.find_all(nodes.Getattr)
        if isinstance(node.node, nodes.Name) and node.node.name == variable
    }
    return found.union(*(used(parent, variable) for parent in parents(tree)))


def fields(context: type) -> set[str]:
    """The fields of a context."""
    return {each.name for each in dataclasses.fields(context)}


@pytest.mark.parametrize("kind", sorted(page_kinds()))
def test_a_template_uses_exactly_the_fields_of_its_context(kind: str) -> None:
    """No field is prepared for nothing, and no template asks for what its context does not have."""
    found = page_kinds()[kind]
    assert used(found.template, "page") == fields(found.context)


@pytest.mark.parametrize("kind", sorted(page_kinds()))
def test_contexts_cannot_change(kind: str) -> None:
    """A context is a frozen dataclass with help for its fields."""
    context = page_kinds()[kind].context
    assert dataclasses.is_dataclass(context)
    assert context.__dataclass_params__.frozen  # type: ignore[attr-defined]
    assert context.__doc__


def test_the_frame_is_used_whole() -> None:
    """What stands around every page has no unused part either."""
    assert used("base.html", "frame") == fields(Frame)
    assert used("frame/header.html", "parts") | used("frame/footer.html", "parts") == fields(FrameParts)


def test_every_template_of_a_page_has_a_kind() -> None:
    """No template is left over in the default theme."""
    kinds = {kind.template for kind in page_kinds().values()}
    standing = {path.name for path in Path(TEMPLATES).glob("*.html")}
    assert standing - kinds == {"base.html", "chooser.html"}
