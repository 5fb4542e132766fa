"""The one picture in Altair's grammar of which every chart is an instance, and its drawing by vl-convert.

Altair builds and validates the specification once per process; a drawing only fills in data and geometry.
Geometry is fixed (no automatic layout) and lettering is set afterwards: vl-convert would measure every text in
fonts that the page does not have, at some milliseconds each. Never fork a process after vl-convert has been
used in it: the child hangs.
"""

from __future__ import annotations

import functools
import json
from typing import Any

from pmm_site.render.charts.drawing import Drawing
from pmm_site.render.charts.palette import Colour

# Vega-Lite 6.4.0 and 6.4.1, the newest in vl-convert 1.9, have faults that 6.1 has not.
VEGA_LITE = "6.1"

LAYERS = ("rects", "rules", "points")


def svg_of(drawing: Drawing) -> str:
    """The drawing as Vega writes it: a complete SVG, not yet fit for a page."""
    return str(_converter().vega_to_svg(json.dumps(specification(drawing))))


@functools.cache
def _converter() -> Any:
    import vl_convert

    return vl_convert


@functools.cache
def _compiled() -> str:
    """The template as Vega, compiled once: compiling per chart would double its time."""
    return json.dumps(_converter().vegalite_to_vega(_template(), vl_version=VEGA_LITE))


def _template() -> dict[str, Any]:
    """Three layers over one linear x scale in data units and one y scale in pixels, growing downwards."""
    import altair as alt

    def layer(name: str) -> Any:
        return alt.Chart(alt.NamedData(name), name=name)

    x = alt.X("x:Q", scale=alt.Scale(domain=[0, 1], nice=False, zero=False), axis=_axis(alt))
    y = alt.Y("y:Q", scale=alt.Scale(domain=[0, 1], range=[0, 1], nice=False, zero=False), axis=None)
    fill = alt.Fill("fill:N", scale=None)
    readable = {"description": alt.Description("key:N")}
    rules = layer("rules").mark_rule(aria=False, strokeDash=alt.ExprRef("datum.dash"))
    rects = layer("rects").mark_rect()
    points = layer("points").mark_point(filled=True, opacity=1, strokeWidth=1.25)
    chart = alt.layer(
        rects.encode(x=x, x2="x2:Q", y=y, y2="y2:Q", fill=fill, **readable),
        rules.encode(
            x="x:Q",
            x2="x2:Q",
            y="y:Q",
            y2="y2:Q",
            stroke=alt.Stroke("stroke:N", scale=None),
            strokeWidth=alt.StrokeWidth("width:Q", scale=None),
        ),
        points.encode(
            x="x:Q",
            y="y:Q",
            fill=fill,
            stroke=alt.Stroke("stroke:N", scale=None),
            shape=alt.Shape("shape:N", scale=None),
            size=alt.Size("size:Q", scale=None),
            **readable,
        ),
    )
    specified: dict[str, Any] = (
        chart.properties(width=1, height=1, autosize="none", padding={"left": 0, "top": 0, "right": 0, "bottom": 0})
        .configure(view=alt.ViewConfig(stroke="transparent"))
        .to_dict()
    )
    specified["$schema"] = "https://vega.github.io/schema/vega-lite/v6.json"
    return specified


def _axis(alt: Any) -> Any:
    """The grid alone: tick labels are lettering."""
    return alt.Axis(values=[0], title=None, labels=False, domain=False, ticks=False, gridColor=Colour.GRID.value)


def specification(drawing: Drawing) -> dict[str, Any]:
    """The Vega specification of a drawing, with no data but what is drawn."""
    spec: dict[str, Any] = json.loads(_compiled())
    padding = drawing.padding
    plot_height = drawing.height - padding.top - padding.bottom
    spec["width"] = drawing.width - padding.left - padding.right
    spec["height"] = plot_height
    spec["padding"] = padding._asdict()
    across, down = spec["scales"]
    across["domain"] = [drawing.lower, drawing.upper]
    down.update(domain=[0, plot_height], range=[0, plot_height])
    for source in spec["data"]:
        if source["name"] in LAYERS:
            source["values"] = [_datum(mark) for mark in getattr(drawing, source["name"])]
    values = drawing.grid_values
    spec["axes"] = [{**axis, "values": values} for axis in spec["axes"] if axis["grid"] and values]
    return spec


def _datum(mark: Any) -> dict[str, Any]:
    datum: dict[str, Any] = mark._asdict()
    datum.pop("label", None)
    return datum
