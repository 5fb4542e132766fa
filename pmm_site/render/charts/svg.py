"""From Vega's SVG to one for the page: small, without styles, scripts or ids, its marks addressable.

What stays: groups named after the layers, shapes, presentation attributes. A mark with a key gets `data-key`
and `data-label`, from which scripts make tooltips and Python marks own values. Lettering is set here.
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator

from markupsafe import escape

from pmm_site.render.charts.drawing import LABEL, SMALL, Drawing, Label, Symbol
from pmm_site.render.charts.palette import Colour
from pmm_site.render.charts.plot import LAYERS
from pmm_site.render.charts.text import FONT_FAMILY, drawable, steered

_NAMESPACE = "{http://www.w3.org/2000/svg}"
_KEPT = ("transform", "d", "x2", "y2", "fill", "stroke", "stroke-width", "stroke-dasharray")
_NUMBER = re.compile(r"-?\d+\.\d+(?:e-?\d+)?")
_MOVES_NOTHING = "translate(0,0)"


def body_of(vega_svg: str) -> str:
    """What stands inside the <svg> of the page, from a complete SVG as Vega writes it."""
    root = ElementTree.fromstring(vega_svg)
    return "".join(_element(child) for child in root if child.tag != f"{_NAMESPACE}rect")


def _element(element: ElementTree.Element) -> str:
    tag = element.tag.removeprefix(_NAMESPACE)
    if _is_invisible(tag, element):
        return ""
    inner = "".join(_element(child) for child in element)
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
        if word == "role-axis-grid":
            return "grid"
        if word.removesuffix("_marks") in LAYERS and word.endswith("_marks"):
            return word.removesuffix("_marks")
    return ""


def _attributes(element: ElementTree.Element) -> Iterator[tuple[str, str]]:
    key = element.get("aria-label")
    if key:
        yield "data-key", str(escape(key))
    for name in _KEPT:
        value = element.get(name)
        if value is None or (name == "transform" and value == _MOVES_NOTHING) or _is_default(name, value):
            continue
        yield name, _rounded(str(escape(value)))


def _is_default(name: str, value: str) -> bool:
    return (name, value) in {
        ("stroke-dasharray", "1,0"), ("stroke-width", "1"), ("stroke-width", "0"),
    }  # fmt: skip


def _rounded(text: str) -> str:
    """Numbers to hundredths of a pixel: nobody sees more, and platforms differ in the last digits."""
    return _NUMBER.sub(lambda match: f"{float(match[0]):.2f}".rstrip("0").rstrip("."), text)


# --- lettering --------------------------------------------------------------------------------------

_ARROWS = {
    "right": (0, 7, "h11m-4,-4l4,4l-4,4"), "left": (11, 7, "h-11m4,-4l-4,4l4,4"),
    "up": (6, 12, "v-11m-4,4l4,-4l4,4"), "down": (6, 1, "v11m-4,-4l4,4l4,-4"),
}  # fmt: skip
"""Where the stroke of an arrow begins within its symbol, and how it goes on."""

_ANCHORS = {"left": "", "center": ' text-anchor="middle"', "right": ' text-anchor="end"'}


def lettering(drawing: Drawing) -> str:
    """Labels, tick labels and the signs of the legend, in page pixels."""
    scale, top = drawing.scale, drawing.padding.top
    floor = drawing.height - drawing.padding.bottom + 17
    ticks = "".join(
        f'<text x="{_pixels(scale.place(tick.value))}" y="{_pixels(floor)}">{_said(tick.label)}</text>'
        for tick in drawing.ticks
    )
    parts = []
    if ticks:
        parts.append(
            f'<g class="ticks" text-anchor="middle" font-size="{SMALL:g}" fill="{Colour.SOFT.value}">{ticks}</g>'
        )
    signs = "".join(_sign(each, drawing.padding.left, top) for each in drawing.symbols)
    labels = "".join(_label(each, scale.place(each.x) + each.dx, top + each.y) for each in drawing.labels)
    if signs or labels:
        parts.append(f'<g class="labels" fill="{Colour.INK.value}">{signs}{labels}</g>')
    return "".join(parts)


def _said(line: str) -> str:
    return escape(steered(drawable(line)))


def _pixels(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")


def _label(label: Label, x: float, y: float) -> str:
    attributes = _ANCHORS[label.align]
    if label.size != LABEL:
        attributes += f' font-size="{label.size:g}"'
    if label.weight != 400:
        attributes += f' font-weight="{label.weight}"'
    if label.fill is not Colour.INK:
        attributes += f' fill="{label.fill.value}"'
    place = f'x="{_pixels(x)}" y="{_pixels(y)}"'
    if label.angle:
        place = f'transform="translate({_pixels(x)},{_pixels(y)}) rotate({label.angle:g})"'
    lines = [_said(line) for line in label.lines]
    if len(lines) == 1:
        return f"<text {place}{attributes}>{lines[0]}</text>"
    step = label.size * 1.3
    spans = "".join(
        f'<tspan x="{_pixels(x)}" y="{_pixels(y + at * step)}">{line}</tspan>' for at, line in enumerate(lines)
    )
    return f"<text{attributes}>{spans}</text>"


def _sign(symbol: Symbol, left: float, top: float) -> str:
    x, y = left + symbol.x, top + symbol.y
    colour = symbol.colour.value
    if symbol.kind == "square":
        return f'<path d="M{_pixels(x)},{_pixels(y + 1)}h12v12h-12z" fill="{colour}"/>'
    if symbol.kind == "line":
        start = f"M{_pixels(x)},{_pixels(y + 7)}h12"
        return f'<path d="{start}" stroke="{colour}" stroke-width="2" stroke-dasharray="4,3"/>'
    if symbol.kind == "upright":
        return f'<path d="M{_pixels(x + 6)},{_pixels(y)}v14" stroke="{colour}" stroke-width="1.5"/>'
    if symbol.kind in _ARROWS:
        right, down, arrow = _ARROWS[symbol.kind]
        return f'<path d="M{_pixels(x + right)},{_pixels(y + down)}{arrow}" stroke="{colour}" stroke-width="1.25"/>'
    return f'<path d="M{_pixels(x + 6)},{_pixels(y + 2)}l5,5l-5,5l-5,-5z" fill="{colour}"/>'


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
