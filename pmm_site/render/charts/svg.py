"""From Vega's SVG to one for the page: small, without styles, scripts or ids, its marks addressable.

What stays: groups named after the layers, shapes, text, presentation attributes. A mark with a key gets
`data-key` and `data-label`, from which scripts make tooltips and Python lays own values over the chart.
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator

from markupsafe import escape

from pmm_site.render.charts.plot import KEY_END, LAYERS
from pmm_site.render.charts.text import FONT_FAMILY

_NAMESPACE = "{http://www.w3.org/2000/svg}"
_KEPT = (
    "transform", "d", "x", "y", "dx", "dy", "x1", "x2", "y1", "y2", "width", "height", "text-anchor", "font-size",
    "font-weight", "fill", "stroke", "stroke-width", "stroke-dasharray",
)  # fmt: skip
_NUMBER = re.compile(r"-?\d+\.\d+(?:e-?\d+)?")
_ROLES = {"role-axis-grid": "grid", "role-axis-label": "ticks"}
_MOVES_NOTHING = "translate(0,0)"


def body_of(vega_svg: str) -> str:
    """What stands inside the <svg> of the page, from a complete SVG as Vega writes it."""
    root = ElementTree.fromstring(vega_svg)
    return "".join(_element(child) for child in root if child.tag != f"{_NAMESPACE}rect")


def _element(element: ElementTree.Element) -> str:
    tag = element.tag.removeprefix(_NAMESPACE)
    if _is_invisible(tag, element):
        return ""
    inner = (_text(element.text) if tag in ("text", "tspan") else "") + "".join(_element(child) for child in element)
    if tag == "g":
        return _group(element, inner)
    attributes = "".join(f' {name}="{value}"' for name, value in _attributes(element))
    return f"<{tag}{attributes}>{inner}</{tag}>" if inner else f"<{tag}{attributes}/>"


def _is_invisible(tag: str, element: ElementTree.Element) -> bool:
    """Backgrounds, foregrounds and empty paths that Vega writes around every group."""
    return tag == "path" and (element.get("class") in ("background", "foreground") or not element.get("d"))


def _group(element: ElementTree.Element, inner: str) -> str:
    if not inner:
        return ""
    name = _layer(element.get("class", ""))
    transform = element.get("transform", _MOVES_NOTHING)
    attributes = f' class="{name}"' if name else ""
    if transform != _MOVES_NOTHING:
        attributes += f' transform="{_rounded(transform)}"'
    return f"<g{attributes}>{inner}</g>" if attributes else inner


def _layer(classes: str) -> str:
    for word in classes.split():
        if word in _ROLES:
            return _ROLES[word]
        if word.removesuffix("_marks") in LAYERS and word.endswith("_marks"):
            return word.removesuffix("_marks")
    return ""


def _attributes(element: ElementTree.Element) -> Iterator[tuple[str, str]]:
    key, _, label = element.get("aria-label", "").partition(KEY_END)
    if label or KEY_END in element.get("aria-label", ""):
        yield "data-key", str(escape(key))
        yield "data-label", str(escape(label))
    for name in _KEPT:
        value = element.get(name)
        if value is None or (name == "transform" and value == _MOVES_NOTHING) or _is_default(name, value):
            continue
        if name == "font-size":
            value = value.removesuffix("px")
        yield name, _rounded(str(escape(value)))


def _is_default(name: str, value: str) -> bool:
    return (name, value) in {
        ("text-anchor", "start"), ("font-weight", "400"), ("stroke-dasharray", "1,0"), ("stroke-width", "1"),
        ("stroke-width", "0"),
    }  # fmt: skip


def _rounded(text: str) -> str:
    """Numbers to hundredths of a pixel: nobody sees more, and platforms differ in the last digits."""
    return _NUMBER.sub(lambda match: f"{float(match[0]):.2f}".rstrip("0").rstrip(".").replace("-0", "-0"), text)


def _text(text: str | None) -> str:
    return str(escape(text or ""))


def page_svg(kind: str, key: str, body: str, size: tuple[float, float], title: str, description: str) -> str:
    """The complete <svg> element: an image with a name and a description, its ids made from `key`."""
    width, height = (f"{each:g}" for each in size)
    described = f'<desc id="c{key}d">{escape(description)}</desc>' if description else ""
    by = f' aria-describedby="c{key}d"' if description else ""
    return (
        f'<svg class="chart chart-{kind}" role="img" aria-labelledby="c{key}t"{by} '
        f'viewBox="0 0 {width} {height}" width="{width}" height="{height}" direction="ltr" '
        f'font-family="{FONT_FAMILY}, sans-serif" font-size="13" fill="none">'
        f'<title id="c{key}t">{escape(title)}</title>{described}{body}</svg>'
    )
