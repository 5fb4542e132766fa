"""Charts: what stands in their SVG, what is drawn once, where own values are marked."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from collections.abc import Sequence
from decimal import Decimal
from importlib import metadata
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pmm_site.model import Unit
from pmm_site.render import charts as charts_code
from pmm_site.render import packaged_themes
from pmm_site.render.charts import (
    Bin,
    Chart,
    ChartStore,
    CycleMean,
    GroupMean,
    MapMember,
    Measure,
    OwnSeries,
    OwnValue,
    Series,
    VisibleValue,
)
from pmm_site.render.charts.distribution import BARS, LINE, distribution
from pmm_site.render.charts.drawing import _code_that_draws
from pmm_site.render.charts.layout import axis_end, axis_start, nice_ticks
from pmm_site.render.charts.palette import Colour
from pmm_site.render.charts.plot import specification
from pmm_site.render.charts.text import drawable, shortened, text_width, wrapped
from pmm_site.render.charts.tiles import tile_places
from pmm_site.render.charts.values import visible_values
from pmm_site.render.formats import formats
from pmm_site.render.theme import load_theme
from tests.render.chart_gallery import BINS, CYCLES, GROUPS, MERGED_BINS, OWN, PERCENT, VALUES, WORLD, charts, gallery

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def drawn() -> dict[str, Chart]:
    """A chart of every kind."""
    return gallery()


def svg_of(chart: Chart) -> ElementTree.Element:
    """The <svg> element of a chart, without the region that a wide one scrolls in."""
    text = str(chart.svg)
    return ElementTree.fromstring(
        text[text.index("<svg") : text.index("</svg>") + 6].replace(
            "<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1
        )
    )


def words_of(chart: Chart) -> str:
    """Everything that a chart says: text, labels of marks, title, description."""
    root = svg_of(chart)
    said = [
        element.text or ""
        for element in root.iter()
        if element.tag in (f"{SVG}{name}" for name in ("text", "tspan", "title", "desc"))
    ]
    return "\n".join([*said, *(element.get("data-label", "") for element in root.iter())])


# --- what stands in the SVG ------------------------------------------------------------------------


def test_presentation_attributes_only(drawn: dict[str, Chart]) -> None:
    """No style, script, class of Vega, link or foreign content: the SVG stands under the strictest policy."""
    for name, chart in drawn.items():
        text = str(chart.svg)
        assert not re.search(r"<style|<script|style=|href|xlink|<image|foreignObject|\bon[a-z]+=|role-mark", text), name


def test_every_chart_has_a_name_and_a_description(drawn: dict[str, Chart]) -> None:
    """role=img, a title and a description that its ids refer to."""
    for name, chart in drawn.items():
        root = svg_of(chart)
        ids = {element.get("id"): element.text for element in root.iter() if element.get("id")}
        assert root.get("role") == "img", name
        assert ids[root.get("aria-labelledby")] == chart.title, name
        assert ids[root.get("aria-describedby")] == chart.description, name


def test_no_word_of_a_machine_that_failed(drawn: dict[str, Chart]) -> None:
    """Neither undefined nor NaN nor null, in words or geometry."""
    for name, chart in drawn.items():
        assert not re.search(r"undefined|NaN|null|None|Infinity|\[object", str(chart.svg)), name


def test_ids_are_unique_among_charts(drawn: dict[str, Chart]) -> None:
    """Charts of one page share no id, not even two with the same picture; none has a digit, as figures have."""
    make = charts("en", ChartStore())
    twins = [make.distribution(BINS, PERCENT._replace(name=name)) for name in ("One", "Two")]
    ids = [
        found for chart in (*drawn.values(), *twins) if chart for found in re.findall(r'\bid="([^"]+)"', str(chart.svg))
    ]
    assert len(ids) == len(set(ids))
    assert not [each for each in ids if re.search(r"\d", each)]


def test_colours_are_roles_and_the_stylesheet_knows_each(drawn: dict[str, Chart]) -> None:
    """Every colour in a chart is a role, some chart has every role, and charts.css maps each to its property."""
    css = (packaged_themes() / "default" / "static" / "css" / "charts.css").read_text("utf-8")
    for role in Colour:
        for attribute in ("fill", "stroke"):
            assert f'svg.chart [{attribute}="{role.value}"] {{ {attribute}: var({role.custom_property}); }}' in css
        assert css.count(f"  {role.custom_property}: ") >= 1
    sources = "".join(path.read_text("utf-8") for path in (Path(charts_code.__file__).parent).glob("*.py"))
    assert [role.name for role in Colour if f"Colour.{role.name}" not in sources] == []
    used = {found for chart in drawn.values() for found in re.findall(r'(?:fill|stroke)="(#[^"]+)"', str(chart.svg))}
    assert used <= {role.value for role in Colour}


def test_a_picture_is_given_only_what_it_draws(drawn: dict[str, Chart]) -> None:
    """Vega gets positions, sizes, colours and keys of marks: no name, no word, no further column."""
    make = charts("en", ChartStore())
    figure = visible_values(VALUES, PERCENT, make._words, make._formats)
    fields = {
        name for source in specification(figure.drawing)["data"] for row in source.get("values", ()) for name in row
    }
    assert fields <= {"x", "x2", "y", "y2", "fill", "stroke", "width", "dash", "shape", "size", "key"}
    assert "Member 7" not in json.dumps(specification(figure.drawing))


def test_an_absent_mean_has_no_bar_and_no_number() -> None:
    """A protected group shows its word; no bar, no number but n stands for it."""
    chart = charts("en", ChartStore()).by_group(
        [GroupMean("esa", "East", 10, None, None, "protected")], PERCENT, "region"
    )
    assert chart
    marks = [element for element in svg_of(chart).iter() if element.get("data-key", "").startswith("esa")]
    assert [(mark.get("data-key"), mark.get("data-label")) for mark in marks] == [("esa", "East: protected, n = 10")]
    assert [cell.text if hasattr(cell, "text") else cell for cell in chart.rows[0]] == ["East", "protected", "10"]


def test_the_mean_of_visible_values_stands_in_for_an_absent_one_only() -> None:
    """Beside a published mean the mean of the visible values is neither drawn nor in the table."""
    both = GroupMean("ap", "Asia", 11, Decimal(75), Decimal(1), "75%", Decimal("66.25"), 3)
    chart = charts("en", ChartStore()).by_group([both], PERCENT, "region", own_group="ap")
    assert chart
    assert len(chart.columns) == 3
    assert "66.25" not in str(chart)


def test_numbers_stand_in_words_only_as_written() -> None:
    """A chart words a mean as the page words it: digits that the page does not print are in no text or label."""
    mean = GroupMean("ap", "Asia", 11, Decimal("74.98765"), Decimal(5), "about 75%")
    chart = charts("en", ChartStore()).by_group([mean], PERCENT, "region")
    assert chart
    assert "about 75%" in words_of(chart)
    assert "74.9" not in words_of(chart)


def test_the_axis_of_groups_ends_above_their_roundings() -> None:
    """About 40, to the nearest 10, can be 45: an axis to 40 would cut off what the rounding leaves open."""
    mean = GroupMean("ap", "Asia", 11, Decimal(40), Decimal(10), "about 40 hours")
    chart = charts("en", ChartStore()).by_group([mean], Measure("Time", Unit.HOURS, lower=0), "region")
    assert chart
    assert ">50<" in str(chart.svg)


def test_charts_say_their_table(drawn: dict[str, Chart]) -> None:
    """Every chart brings its data as a table: a heading for every cell, at least one row."""
    for name, chart in drawn.items():
        assert chart.rows, name
        assert all(len(row) == len(chart.columns) for row in chart.rows), name


# --- drawn once ------------------------------------------------------------------------------------


def test_own_values_are_laid_over_a_shared_picture() -> None:
    """Sites of different Members and both languages draw a distribution once: own marks are laid over it."""
    store = ChartStore()
    for language in ("en", "fr"):
        for value in (12.5, 72.5, 99.0):
            charts(language, store).distribution(BINS, PERCENT, None, OwnValue(value, f"KEN {value}"))
    assert store.drawn == 1


def test_values_of_a_site_are_laid_over_a_shared_frame() -> None:
    """Sites that show other values share the frame of the dot plot and the map."""
    store = ChartStore()
    make = charts("en", store)
    for count in (3, 9, 30):
        make.visible_values(VALUES[:count], PERCENT)
        make.members_map(
            [MapMember(code, code, "x", float(at % count)) for at, code in enumerate(tile_places())], PERCENT
        )
    assert store.drawn == 2


def test_a_damaged_entry_is_drawn_again(tmp_path: Path) -> None:
    """A cache that was cut, swapped or written to never changes a page."""
    first = ChartStore(tmp_path)
    expected = charts("en", first).distribution(BINS, PERCENT)
    entries = sorted(tmp_path.iterdir())
    assert len(entries) == 1
    again = ChartStore(tmp_path)
    assert charts("en", again).distribution(BINS, PERCENT) == expected
    assert again.drawn == 0
    for damage in (b"", b"<svg/>", entries[0].read_bytes()[:-9], entries[0].read_bytes() + b"<path/>"):
        entries[0].write_bytes(damage)
        mended = ChartStore(tmp_path)
        assert charts("en", mended).distribution(BINS, PERCENT) == expected
        assert mended.drawn == 1


def test_another_drawing_code_makes_other_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    """The key of a picture holds the code that draws it: an old cache never serves a new version."""
    make = charts("en", ChartStore())
    drawing = distribution(BINS, PERCENT, make._words, make._formats).drawing
    before = drawing.key
    monkeypatch.setattr("pmm_site.render.charts.drawing._code_that_draws", lambda: b"another")
    assert drawing.key != before


@pytest.mark.parametrize("library", ["altair", "vl-convert-python"])
def test_another_version_of_what_draws_makes_other_keys(library: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """After an upgrade nothing is served that the new version would draw otherwise."""
    before = _code_that_draws.__wrapped__()
    version = metadata.version
    monkeypatch.setattr(metadata, "version", lambda name: "0" if name == library else version(name))
    assert _code_that_draws.__wrapped__() != before


HASHES = """
import hashlib
from tests.render.chart_gallery import gallery
charts = gallery('fr')
print(hashlib.sha256(''.join(str(charts[name].svg) for name in sorted(charts)).encode()).hexdigest())
"""


@pytest.mark.slow
def test_the_same_bytes_in_every_process() -> None:
    """Neither the hash seed nor what was drawn before changes a byte."""

    def digest(seed: str, before: str) -> str:
        environment = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": os.getcwd(), "TZ": f"Etc/GMT+{seed}"}
        command = [sys.executable, "-c", before + HASHES]
        return subprocess.run(command, capture_output=True, text=True, check=True, env=environment).stdout

    assert digest("1", "") == digest("2", "from tests.render.chart_gallery import gallery as g; g('en')\n")


# --- where things stand ----------------------------------------------------------------------------


def _tick_places(root: ElementTree.Element) -> dict[str, float]:
    ticks = next(element for element in root.iter(f"{SVG}g") if element.get("class") == "ticks")
    return {tick.text or "": float(tick.get("x", "nan")) for tick in ticks}


@pytest.mark.parametrize("value", [0.0, 12.5, 72.5, 100.0])
def test_the_own_value_stands_where_the_axis_says(value: float) -> None:
    """The own line is at the value's place between the labels of the axis, on all three charts that have one."""
    make = charts("en", ChartStore())
    own = OwnValue(value, "KEN")
    for chart in (
        make.distribution(MERGED_BINS, PERCENT, None, own),
        make.by_group(GROUPS, PERCENT, "region", WORLD, own),
        make.visible_values([*VALUES, VisibleValue("KEN", "Kenya", str(value), own=True)], PERCENT),
    ):
        assert chart
        root = svg_of(chart)
        ticks = _tick_places(root)
        expected = ticks["0%"] + value / 100 * (ticks["100%"] - ticks["0%"])
        group = next(element for element in root.iter(f"{SVG}g") if element.get("class") == "own")
        line = group.find(f"{SVG}path")
        assert line is not None
        places = {float(x) for x in re.findall(r"M([\d.]+),", line.get("d", ""))}
        assert all(abs(x - expected) < 0.02 for x in places)


def _over_cycles(
    own: Sequence[float | None] = (), means: Sequence[str] = ("70.0", "80.0", "75.0"), measure: Measure = PERCENT
) -> ElementTree.Element:
    """The chart over cycles of the means of all Members, with own values where given."""
    cycles = tuple(CycleMean(31, Decimal(mean), Decimal("0.1"), f"{mean}%") for mean in means)
    values = OwnSeries("KEN", "Kenya", tuple(None if each is None else OwnValue(each, f"{each}%") for each in own))
    chart = charts("en", ChartStore()).over_cycles(
        [Series("all", "World", cycles)], measure, [f"C{at}" for at in range(len(means))], own=values if own else None
    )
    assert chart
    return svg_of(chart)


def _heights(root: ElementTree.Element) -> list[float]:
    """How far down the page the means stand."""
    plot = next(group for group in root.iter(f"{SVG}g") if group.find(f"{SVG}g[@class='points']") is not None)
    points = plot.find(f"{SVG}g[@class='points']")
    assert points is not None
    return [_down(plot) + _down(dot) for dot in points.iter(f"{SVG}path")]


def _down(element: ElementTree.Element) -> float:
    return float(re.findall(r",([\d.]+)\)", element.get("transform", ""))[0])


def test_own_values_over_cycles_stand_on_the_scale_of_the_means() -> None:
    """An own value that is a mean stands as high as it, and a value between two as far between them."""
    root = _over_cycles(own=(80.0, 77.5, 70.0))
    first, second, third = _heights(root)
    group = next(element for element in root.iter(f"{SVG}g") if element.get("class") == "own")
    diamonds = [path for path in group.iter(f"{SVG}path") if path.get("data-label")]
    tops = [float(re.findall(r"M[\d.]+,([\d.]+)", path.get("d", ""))[0]) + 6 for path in diamonds]
    assert tops == pytest.approx([second, (second + third) / 2, first], abs=0.02)
    assert diamonds[0].get("data-label") == "Kenya, C0: 80.0%"


@pytest.mark.parametrize(
    ("own", "lines"), [((60.0, None, 65.0), "MM"), ((60.0, 61.0, None), "ML"), ((None, 5.0, 6.0), "ML")]
)
def test_the_line_of_own_values_has_gaps(own: tuple[float | None, ...], lines: str) -> None:
    """Where no value is shown nothing joins its neighbours, and the values that are shown all have their mark."""
    root = _over_cycles(own=own)
    group = next(element for element in root.iter(f"{SVG}g") if element.get("class") == "own")
    line, *marks = group.iter(f"{SVG}path")
    assert "".join(re.findall("[A-Z]", line.get("d", ""))) == lines
    assert len(marks) == sum(each is not None for each in own)


@settings(deadline=None, max_examples=50)
@given(st.lists(st.integers(0, 1000), min_size=2, max_size=2), st.lists(st.integers(0, 1000), min_size=2, max_size=2))
def test_labels_of_own_values_and_means_keep_apart(means: list[int], own: list[int]) -> None:
    """Wherever both lines run, the label of the own value and that of the mean do not stand on each other."""
    root = _over_cycles(own=[each / 10 for each in own], means=[str(each / 10) for each in means])
    texts = [text for text in root.iter(f"{SVG}text") if "%" in (text.text or "")]
    places = [(float(text.get("x", 0)), float(text.get("y", 0))) for text in texts]
    assert len(places) == 4
    assert all(abs(x - u) > 60 or abs(y - v) >= 11 for at, (x, y) in enumerate(places) for u, v in places[at + 1 :])


def test_own_values_alone_have_a_panel() -> None:
    """Where no mean may be shown the own line stands alone, under the Member's name, and no mean is spoken of."""
    own = OwnSeries("KEN", "Kenya", (OwnValue(12, "12%"), OwnValue(18, "18%")))
    chart = charts("en", ChartStore()).over_cycles([], PERCENT, CYCLES, own=own)
    assert chart
    assert chart.description == f"Kenya: {CYCLES[0]} 12%, {CYCLES[1]} 18%."
    assert [row[0] for row in chart.rows] == ["Kenya"]
    assert {"Kenya", "KEN 12%", "KEN 18%"} <= {text.text for text in svg_of(chart).iter(f"{SVG}text")}


def test_edges_are_named_where_their_labels_have_room() -> None:
    """All of seven short edges, every second of eleven long ones: no two labels of an axis touch."""
    make = charts("en", ChartStore())
    for edges, named in (((0, 6, 12, 24, 48, 72, 120, 240), 8), (tuple(range(100_000, 1_300_000, 100_000)), 6)):
        bins = [Bin(Decimal(start), Decimal(end), 3) for start, end in pairwise(edges)]
        chart = make.distribution(bins, Measure("Time", Unit.COUNT, lower=0))
        assert chart
        ticks = sorted((x, text_width(text, 12)) for text, x in _tick_places(svg_of(chart)).items())
        assert len(ticks) == named
        assert all(right - left > (one + two) / 2 for (left, one), (right, two) in pairwise(ticks))


def test_a_small_change_looks_small() -> None:
    """A change of one point in a hundred moves the line by no more than a part of the panel, bounds or none."""
    for measure in (PERCENT, Measure("Time", Unit.HOURS, lower=0)):
        first, second = _heights(_over_cycles(means=("98.5", "99.5"), measure=measure))
        assert 0 < first - second < 7


@pytest.mark.parametrize(
    ("measure", "scales"),
    [(PERCENT, 4), (Measure("Time", Unit.HOURS, lower=0), 3), (Measure("Rise", Unit.VARIATION), 7)],
)
def test_sites_share_the_means_beneath_own_values(measure: Measure, scales: int) -> None:
    """Whatever their values, a hundred sites and two languages draw a few scales; all that is drawn lies within."""
    store, places = ChartStore(), []
    for language in ("en", "fr"):
        for at in range(100):
            series = [Series("all", "World", (CycleMean(9, Decimal(70), Decimal(1), "70"),) * 2)]
            values = (at - 30 * (measure.lower is None), at + 0.5)
            own = OwnSeries("KEN", "Kenya", tuple(OwnValue(value, "x") for value in values))
            chart = charts(language, store).over_cycles(series, measure, ("C1", "C2"), own=own)
            assert chart
            places += re.findall(r'd="M[\d.]+,([\d.]+)l6', str(chart.svg))
    assert store.drawn <= scales
    assert 20 < min(map(float, places)) < max(map(float, places)) < 110


def test_the_own_value_in_bins_of_unequal_width() -> None:
    """Where bins are drawn equally wide, the own line stands inside its bin, as far as the value lies in it."""
    make = charts("en", ChartStore())
    bins = [Bin(Decimal(0), Decimal(10), 3), Bin(Decimal(10), Decimal(500), 3), Bin(Decimal(500), None, 3)]
    chart = make.distribution(bins, Measure("Time", Unit.HOURS, lower=0), None, OwnValue(255, "KEN"))
    assert chart
    root = svg_of(chart)
    ticks = _tick_places(root)
    line = next(element for element in root.iter(f"{SVG}g") if element.get("class") == "own").find(f"{SVG}path")
    assert line is not None
    at = float(re.findall(r"M([\d.]+),", line.get("d", ""))[0])
    assert abs(at - (ticks["10"] + ticks["500"]) / 2) < 0.02


@pytest.mark.parametrize("crowd", [1, 60])
def test_the_area_of_a_column_is_its_number_of_members(crowd: int) -> None:
    """The same area for every Member, in squares or, where those would be too small, in bars that fill the height."""
    make = charts("en", ChartStore())
    bins = [each._replace(contributors=each.contributors * crowd) for each in MERGED_BINS]
    drawing = distribution(bins, PERCENT, make._words, make._formats).drawing
    areas = [0.0] * len(bins)
    for rect in drawing.rects:
        at = next(at for at, each in enumerate(bins) if rect.x < float(each.upper or 0))
        gap = (
            0 if crowd == 1 else 2 * 0.75 * (drawing.upper - drawing.lower) / (drawing.scale.end - drawing.scale.start)
        )
        areas[at] += (rect.y2 - rect.y) * (rect.x2 - rect.x + gap) / bins[at].contributors
    assert max(areas) / min(areas) == pytest.approx(1)
    assert max(rect.y2 - rect.y for rect in drawing.rects) <= BARS - LINE


def test_dots_do_not_hide_each_other() -> None:
    """Values that are close together are stacked: no two dots of a usual plot overlap by more than a third."""
    chart = charts("en", ChartStore()).visible_values(VALUES, PERCENT)
    assert chart
    dots = [(float(dot.get("cx", 0)), float(dot.get("cy", 0))) for dot in svg_of(chart).iter(f"{SVG}circle")]
    assert len(dots) == len(VALUES)
    gaps = [((x - u) ** 2 + (y - v) ** 2) ** 0.5 for at, (x, y) in enumerate(dots) for u, v in dots[at + 1 :]]
    assert min(gaps) >= 6


def test_every_member_of_the_framework_has_a_tile_of_its_own() -> None:
    """The map has a place for each of the 187 Members, and a Member it does not know stands below."""
    codes = [
        line.split(",")[0] for line in Path("pmm_site/demo/framework/members.csv").read_text("utf-8").splitlines()[1:]
    ]
    places = tile_places()
    assert set(codes) == set(places)
    assert len(set(places.values())) == len(places)
    chart = charts("en", ChartStore()).members_map([MapMember(code, code, "-") for code in (*codes, "ZZZ")])
    assert chart
    assert str(chart.svg).count("data-key=") == len(codes) + 1


def test_a_tile_says_its_member_and_is_coloured_by_its_value(drawn: dict[str, Chart]) -> None:
    """Colour and label of a tile are the site's: the highest step for 99, none for a value that is not shown."""
    marks = {mark.get("data-key"): mark for mark in svg_of(drawn["map"]).iter() if mark.get("data-key")}
    assert (marks["ZZZ"].get("fill"), marks["ZZZ"].get("data-label")) == (Colour.STEP_5, "Elsewhere: 99%")
    assert (marks["CIV"].get("fill"), marks["CIV"].get("data-label")) == (
        Colour.TRACK,
        "Côte d’Ivoire: not at this level",
    )


# --- axes and lettering ------------------------------------------------------------------------------


@given(st.floats(-1e5, 1e5), st.floats(0.01, 1e6))
def test_ticks_are_round_and_within(lower: float, span: float) -> None:
    """At most six ticks, evenly spaced, all inside the axis."""
    ticks = nice_ticks(lower, lower + span)
    assert 1 <= len(ticks) <= 6
    assert all(lower - span * 1e-6 <= tick <= lower + span * (1 + 1e-6) for tick in ticks)


@given(st.lists(st.floats(0, 1e6), min_size=1))
def test_an_open_axis_ends_above_every_value(values: list[float]) -> None:
    """Where a KPI has no bound, the axis holds everything that is shown."""
    lower = axis_start(values, None)
    assert lower <= min(values)
    assert axis_end(values, lower, None) >= max(values) * (1 - 1e-9)


def test_advances_are_those_of_the_fonts_of_the_page() -> None:
    """The widths by which charts are laid out are the widths in the woff2 files that the page loads."""
    from fontTools.ttLib import TTFont

    folder = packaged_themes() / "default" / "static" / "fonts"
    for weight in (400, 700):
        for subset in ("latin", "latin-ext"):
            font = TTFont(folder / f"noto-sans-{subset}-{weight}.woff2")
            for code, glyph in font.getBestCmap().items():
                assert text_width(chr(code), 1000, weight) == pytest.approx(font["hmtx"][glyph][0], abs=1.0)


@given(st.text(alphabet="abc dé’-W", max_size=60), st.floats(40, 300))
def test_wrapped_lines_fit(text: str, room: float) -> None:
    """No line of a label is wider than its room, in either weight."""
    for weight in (400, 700):
        assert all(text_width(line, 13, weight) <= room + 1e-6 for line in wrapped(text, 13, room, weight))
        assert text_width(shortened(text, 13, room, weight), 13, weight) <= room + 1e-6


def test_no_character_that_the_font_lacks(drawn: dict[str, Chart]) -> None:
    """Narrow no-break spaces of French numbers become ordinary ones, which Noto Sans has."""
    bins = [Bin(Decimal(0), Decimal(50000), 1200), Bin(Decimal(50000), Decimal(100000), 3)]
    french = charts("fr", ChartStore()).distribution(bins, Measure("Nombre", Unit.COUNT, lower=0))
    assert french
    lettering = "".join(element.text or "" for element in svg_of(french).iter(f"{SVG}text"))
    assert "1\u00a0200" in lettering
    assert drawable("1\u202f200") == "1\u00a0200"
    assert "\u202f" not in lettering


def test_every_text_of_charts_is_in_both_languages() -> None:
    """The French charts say nothing in English."""
    theme = load_theme("default", [packaged_themes()])
    english, french = theme.words("en"), theme.words("fr")
    from pmm_site.render.theme import texts

    keys = [key for key in texts(theme, "en") if key.startswith(("charts.", "search.", "compare.", "tools."))]
    assert len(keys) > 80
    assert sorted(keys) == sorted(
        key for key in texts(theme, "fr") if key.startswith(("charts.", "search.", "compare.", "tools."))
    )
    assert english("charts.members") != french("charts.members")
    assert formats("fr").number(1200) == "1\u202f200"


def test_own_label_is_escaped() -> None:
    """Names and labels are data: angle brackets and quotes in them stay text."""
    chart = charts("en", ChartStore()).visible_values([VisibleValue('K"<b>', "<i>&\"'", "5", own=True)], PERCENT)
    assert chart
    root = svg_of(chart)
    assert [mark.get("data-label") for mark in root.iter() if mark.get("data-label")] == ["<i>&\"': 5%"]
    assert OWN.label not in str(chart.svg)
