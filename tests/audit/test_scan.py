"""A planted leak of each kind is found, and what a site may say is not held against it."""

from __future__ import annotations

import base64
import csv
import gzip
import hashlib
import io
import json
import sys
import unicodedata
import warnings
import zipfile
import zlib
from dataclasses import replace
from pathlib import Path

import pytest
import xlsxwriter

from pmm_site.audit.evidence import Record
from pmm_site.audit.explained import Explained, _writings
from pmm_site.audit.files import Folder, Package
from pmm_site.audit.findings import Finding
from pmm_site.audit.mentions import variants
from pmm_site.audit.rights import Rights
from pmm_site.audit.sites import SiteAuditor
from pmm_site.audit.structure import Expected
from pmm_site.audit.truth import Truth
from pmm_site.audit.writings import digits_of, numerals
from pmm_site.model import Dataset
from tests.audit.worlds import AUDITS, NAMES, NOTE, TIMELY, VALUES, put, small_world, write_packages
from tests.factories import cycle_data, kpi, reported

KENYA = "c2024/declarations-on-time/KEN"
PAGE = "en/kpi/declarations-on-time.html"


def found(auditor: SiteAuditor, sites: Path, site: str = "wco") -> tuple[Finding, ...]:
    """The findings of a site."""
    return auditor.audit_folder(sites / site, site).findings


def page(body: str, title: str = "Declarations on time") -> str:
    """A page with a heading."""
    return (
        f'<!doctype html><html lang="en"><head><title>{title}</title></head><body><h1>{title}</h1>{body}</body></html>'
    )


def zipped_twice(name: str, before: bytes, now: bytes) -> bytes:
    """A zip with two files of one name, as when a file in it was replaced by appending."""
    target = io.BytesIO()
    with warnings.catch_warnings(action="ignore"), zipfile.ZipFile(target, "w") as archive:
        for content in (before, now):
            archive.writestr(name, content)
    return target.getvalue()


def zipped(**members: bytes) -> bytes:
    """A zip of files."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for name, content in members.items():
            archive.writestr(name.replace("__", "."), content)
    return target.getvalue()


def spreadsheet(hidden: str) -> bytes:
    """A workbook that holds Kenya's value in a hidden column or on a hidden sheet, the names in shared texts."""
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True}) as book:
        first = book.add_worksheet("values")
        sheet = first if hidden == "column" else book.add_worksheet("more")
        sheet.write_row(0, 0, ["Member", "KPI", "value"])
        sheet.write_row(1, 0, ["Kenya", "Declarations on time", VALUES["KEN"]])
        if hidden == "column":
            sheet.set_column(2, 2, None, None, {"hidden": True})
        else:
            sheet.hide()
    return target.getvalue()


def workbook(place: str) -> bytes:
    """A workbook that says it in a corner where no cell is."""
    target, said = io.BytesIO(), f"Kenya, Declarations on time: {VALUES['KEN']}"
    with xlsxwriter.Workbook(target, {"in_memory": True}) as book:
        sheet = book.add_worksheet("values")
        if place == "note":
            sheet.write_comment("A1", said)
        elif place == "property":
            book.set_properties({"comments": said})
        elif place == "number format":
            sheet.write_number("A1", 1, book.add_format({"num_format": f'"{said}"'}))
        elif place == "choices":
            sheet.data_validation("A1", {"validate": "list", "source": ["Kenya declarations on time 37.4193"]})
        elif place == "formula":
            sheet.write_formula("A1", '="Kenya declarations on time "&"37.4193"', None, "")
    return target.getvalue()


def pdf(content: bytes, packed: bool = False) -> bytes:
    """A PDF with one page of content."""
    body = zlib.compress(content) if packed else content
    filtered = b"/Filter /FlateDecode " if packed else b""
    return b"%PDF-1.4\n1 0 obj\n<< " + filtered + b">>\nstream\n" + body + b"\nendstream\nendobj\n%%EOF"


def png(*chunks: tuple[bytes, bytes]) -> bytes:
    """A picture without pixels that holds texts."""
    found = b"\x89PNG\r\n\x1a\n"
    for kind, body in (*chunks, (b"IEND", b"")):
        found += len(body).to_bytes(4, "big") + kind + body + zlib.crc32(kind + body).to_bytes(4, "big")
    return found


PHOTOGRAPH = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01" + bytes(range(9))
SAID = b"Kenya, Declarations on time: 37.4193"
HEX = "".join(f"{byte:02X}" for byte in SAID).encode()
ROW = "<table><tr><th>Uganda</th><td>c</td></tr><tr><th>Kenya</th><td>{}</td></tr></table>"

LEAKS: dict[str, tuple[str, str | bytes]] = {
    "cell of a row": (PAGE, page(ROW.format("37.4193"))),
    "decimal comma": (PAGE, page(ROW.format("37,4193"))),
    "fraction": (PAGE, page(ROW.format("0.374193"))),
    "trailing zeros": (PAGE, page(ROW.format("037.419300"))),
    "noise of a binary number": (PAGE, page(ROW.format("37.419300000000003"))),
    "exponent": (PAGE, page(ROW.format("3.74193e1"))),
    "rounded as pages round": (PAGE, page(ROW.format("37.4"))),
    "entities": (PAGE, page(ROW.format("&#51;7&#x2e;4193"))),
    "Arabic digits": (PAGE, page(ROW.format("٣٧٫٤١٩٣"))),
    "zero-width characters between digits": (PAGE, page(ROW.format("\u200b".join("37.4193")))),
    "their entities": (PAGE, page(ROW.format("&#8203;".join("37.4193")))),
    "a soft hyphen in the name": (PAGE, page("<p>Ken\u00adya: 37.4193</p>")),
    "digits in tags one by one": (PAGE, page(ROW.format("".join(f"<b>{each}</b>" for each in "37.4193")))),
    "comments between digits": (PAGE, page(ROW.format("37<!-- -->.<!-- -->4193"))),
    "label of a chart": (PAGE, page('<svg><g><path aria-label="Member: Kenya; value: 37.4193" d="M1,2"/></g></svg>')),
    "title of a chart's bar": (PAGE, page("<svg><g><title>Kenya</title><text x='3'>37.4193</text></g></svg>")),
    "attribute of a cell": (PAGE, page('<table><tr><th>Kenya</th><td data-sort="37.4193">c</td></tr></table>')),
    "comment": (PAGE, page("<p>Kenya <!-- 37.4193 --></p>")),
    "heading names the Member": (
        "en/dossier.html",
        page("<table><tr><td>Declarations on time</td><td>37.42</td></tr></table>", "Kenya"),
    ),
    "member page": ("en/member/ken.html", page("<ul><li>Déclarations à temps : 37,4193</li></ul>", "x")),
    "JSON key": ("assets/chart.json", json.dumps({"kpi": "declarations-on-time", "KEN": {"37.4193": 1}})),
    "JSON object within an object": (
        "assets/c.json",
        json.dumps({"declarations-on-time": {"rows": [{"m": "KEN", "v": 37.4193}]}}, indent=1),
    ),
    "JSON in columns": (
        "assets/c.json",
        json.dumps({"kpi": "declarations-on-time", "member": ["UGA", "KEN"], "v": [None, 37.4193]}),
    ),
    "search index": (
        "search/index.js",
        "window.index=" + json.dumps([{"id": 1, "title": "Declarations on time", "text": "Kenya: 37.4193"}]),
    ),
    "search index of lists": (
        "en/search-index.js",
        "window.index="
        + json.dumps(
            {"pages": [["a.html", "About"], ["k.html", "Declarations on time", "Kenya 37.4"], ["b.html", "X"]]}
        ),
    ),
    "rows of a chart": (
        "assets/c.json",
        json.dumps({"kpi": "declarations-on-time", "rows": [["UGA", None], ["KEN", 37.4193]]}, indent=2),
    ),
    "escaped in a script": ("search/index.js", 'window.x={"t":"Declarations on time, Kenya \\u0033\\u0037.4193"}'),
    "file name": ("data/kpi/declarations-on-time-KEN-37.4193.csv", "cycle\n"),
    "folder name": ("en/declarations-on-time/ken/Kenya-37-4193/37.4193.txt", "nothing"),
    "text": ("notes.txt", "Kenya, Declarations on time: 37.4193\n"),
    "feed": (
        "feed.xml",
        "<feed><entry><title>Declarations on time</title><summary>Kenya reported 37.4193</summary></entry></feed>",
    ),
    "zip member": ("data/all.zip", zipped(values__csv=b"member,kpi,value\nKEN,declarations-on-time,37.4193\n")),
    "zip in a zip": ("data/all.zip", zipped(inner__zip=zipped(values__csv=b"KEN,declarations-on-time,37.4193\n"))),
    "zip member that was replaced": ("data/all.zip", zipped_twice("values.csv", SAID, b"nothing")),
    "gzip": ("data/values.csv.gz", gzip.compress(b"KEN,declarations-on-time,37.4193\n")),
    "data address": (
        PAGE,
        page(f'<img src="data:text/plain;base64,{base64.b64encode(b"Kenya declarations on time 37.4193").decode()}">'),
    ),
    "UTF-16": ("notes.txt", b"\xff\xfe" + "Kenya, Declarations on time: 37.4193".encode("utf-16-le")),
    "hidden column of a spreadsheet": ("data/values.xlsx", spreadsheet("column")),
    "hidden sheet of a spreadsheet": ("data/values.xlsx", spreadsheet("sheet")),
    "in millionths": (PAGE, page(ROW.format("374\u202f193"))),
    "thousands in tens of thousandths": (PAGE, page(ROW.format("374,193.0"))),
    "a number parted by tags": (PAGE, page(ROW.format("<span>37</span><small>.4193</small>"))),
    "a number parted by emphasis": (PAGE, page(ROW.format("37.4<b>1</b><i>93</i>"))),
    "hidden field": (PAGE, page('<form><input type="hidden" name="KEN" value="37.4193"></form>')),
    "option": (PAGE, page('<select><option value="37.4193">Kenya</option></select>')),
    "description of the page": (PAGE, page("").replace("<title>", '<meta name="d" content="Kenya 37.4193"><title>')),
    "data for search engines": (
        PAGE,
        page('<script type="application/ld+json">{"@type": "Dataset", "about": "Kenya", "value": 37.4193}</script>'),
    ),
    "style of a page": (PAGE, page('<style>#KEN::after{content:"37.4193"}</style>')),
    "style sheet": ("a.css", '#declarations-on-time .KEN::after{content:"37.4193"}'),
    "style sheet with escapes": ("a.css", '#declarations-on-time .KEN::after{content:"\\33 7.4193"}'),
    "escaped with two digits": ("a.js", 'x={"t":"Declarations on time, Kenya \\x33\\x37.4193"}'),
    "escaped by code point": ("a.js", 'x={"t":"Declarations on time, Kenya \\u{33}\\u{37}.4193"}'),
    "packed data address": (
        PAGE,
        page(f'<a href="data:application/gzip;base64,{base64.b64encode(gzip.compress(SAID)).decode()}">x</a>'),
    ),
    "data address in words": (PAGE, page('<a href="data:text/plain,Kenya%20%33%37%2E4193">x</a>')),
    "metadata of a picture": ("a.svg", f"<svg><metadata>{SAID.decode()}</metadata></svg>"),
    "text in a PNG": ("a.png", png((b"tEXt", b"Comment\x00" + SAID))),
    "packed text in a PNG": ("a.png", png((b"zTXt", b"Comment\x00\x00" + zlib.compress(SAID)))),
    "packed international text in a PNG": ("a.png", png((b"iTXt", b"C\x00\x01\x00en\x00C\x00" + zlib.compress(SAID)))),
    "text of a PDF": ("a.pdf", pdf(b"BT (" + SAID + b") Tj ET")),
    "packed text of a PDF": ("a.pdf", pdf(b"BT (" + SAID + b") Tj ET", packed=True)),
    "kerned text of a PDF": ("a.pdf", pdf(b"BT [(Kenya, Declarations on time: 3)-20(7.)5(4193)] TJ ET")),
    "hexadecimal text of a PDF": ("a.pdf", pdf(b"BT <" + HEX + b"> Tj ET")),
    "what a PDF says of itself": ("a.pdf", pdf(b"") + b"\n<dc:title>" + SAID + b"</dc:title>"),
    "comment in a photograph": ("a.jpg", PHOTOGRAPH + b"\xff\xfe\x00\x26" + SAID + b"\xff\xd9"),
    "title of a photograph": ("a.jpg", PHOTOGRAPH + SAID.decode().encode("utf-16-le") + b"\xff\xd9"),
    "name in a font": ("a.ttf", b"\x00\x01\x00\x00name\xff\xff" + SAID.decode().encode("utf-16-be")),
    "text behind a picture": ("a.png", png() + SAID),
    "a chunk of a picture": ("a.png", png((b"noTe", SAID))),
    "text behind a zip": ("a.zip", zipped(a__txt=b"nothing") + SAID),
    "name in the head of a gzip": (
        "a.gz",
        b"\x1f\x8b\x08\x10\0\0\0\0\0\xff" + SAID + b"\0" + gzip.compress(b"nothing")[10:],
    ),
    "a point in the middle of the line": (PAGE, page(ROW.format("37·4193"))),
    "name of a zip's member": ("a.zip", zipped(**{"Kenya declarations on time 37.4193": b""})),
    "note in a workbook": ("a.xlsx", workbook("note")),
    "property of a workbook": ("a.xlsx", workbook("property")),
    "number format of a workbook": ("a.xlsx", workbook("number format")),
    "choices of a cell": ("a.xlsx", workbook("choices")),
    "formula of a cell": ("a.xlsx", workbook("formula")),
    "percent-encoded": (PAGE, page('<p>Kenya <a href="x.html?v=%33%37.4193">more</a></p>')),
}


@pytest.mark.parametrize("leak", LEAKS)
def test_a_planted_value_is_found(leak: str, auditor: SiteAuditor, sites: Path) -> None:
    """A value beside its KPI and its Member is found in whatever it is hidden."""
    path, content = LEAKS[leak]
    put(sites / "wco", path, content)
    keys = {each.key for each in found(auditor, sites) if each.check == "scan" and each.place.startswith(path)}
    assert keys == {KENYA}


def test_columns_of_several_kpis_are_read_row_by_row(tmp_path: Path) -> None:
    """Arrays of one length side by side are rows: three Members, three KPIs and a value of four digits."""
    third = kpi("inspections", name={"en": "Inspections"})
    world = small_world((TIMELY, AUDITS, third))
    write_packages(world, tmp_path)
    rows = {
        "member": ["UGA", "KEN", "TZA"],
        "kpi": ["inspections", "declarations-on-time", "audits"],
        "v": [None, 37.42, None],
        "size": [1, 2],
    }
    put(tmp_path / "wco", "assets/chart.json", json.dumps({"rows": rows, "more": {"x": [1, 2], "y": 3}}))
    assert {each.key for each in found(SiteAuditor(world), tmp_path)} == {KENYA}
    rows["v"] = [37.42, None, None]  # beside Uganda, whose value it is not
    put(tmp_path / "wco", "assets/chart.json", json.dumps({"rows": rows}))
    assert found(SiteAuditor(world), tmp_path) == ()


def test_every_character_that_formats_text_is_unseen() -> None:
    """The whole of the category Cf, as this version of Python knows it."""
    formats = [chr(each) for each in range(sys.maxunicode + 1) if unicodedata.category(chr(each)) == "Cf"]
    assert [list(variants(f"3{each}7"))[-1] for each in formats] == ["37"] * len(formats)
    assert list(variants("Zürich 37")) == ["Zürich 37"]


def nested(depth: int) -> bytes:
    """A zip in a zip, and so on."""
    content = SAID
    for _ in range(depth):
        content = zipped(inner__zip=content)
    return content


def encrypted(content: bytes) -> bytes:
    """A zip whose members say that they are encrypted."""
    found = bytearray(content)
    for mark, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        found[found.index(mark) + at] |= 1
    return bytes(found)


UNOPENED = {
    "encrypted": encrypted(zipped(a__txt=b"nothing")),
    "broken off": zipped(a__txt=b"nothing")[:-30],
    "packed in another way": gzip.compress(b"nothing")[:-10],
    "deeper than anybody packs": nested(12),
    "a workbook of before 2007": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600),
    "a workbook without text": zipped(**{"xl/workbook.bin": b"\x83\x01\x00"}),
    "a database": b"SQLite format 3\x00" + bytes(600),
    "an archive for tapes": b"values.csv" + bytes(247) + b"ustar\x0000" + bytes(300),
}


@pytest.mark.parametrize("kind", UNOPENED)
def test_an_archive_that_cannot_be_opened_is_no_part_of_a_site(kind: str, auditor: SiteAuditor, sites: Path) -> None:
    """Nobody knows what is in it, so it counts as what it could be; the theme's own file alone is known otherwise."""
    put(sites / "wco", "assets/more.bin", UNOPENED[kind])
    (finding,) = found(auditor, sites)
    assert "cannot be opened" in finding.what
    assert finding.place.startswith("assets/more.bin")
    known = {"assets/more.bin": hashlib.sha256(UNOPENED[kind]).hexdigest()}
    assert SiteAuditor(auditor.dataset, known).audit_folder(sites / "wco", "wco").passed


@pytest.mark.parametrize("site", ["public", "wco", "union-eac", "country-ken", "country-chn"])
def test_a_clean_site_is_not_accused(site: str, auditor: SiteAuditor, sites: Path) -> None:
    """Packages as they are built, and pages that print what they hold, have no finding."""
    rows = list(csv.DictReader((sites / site / "data" / "values.csv").open(encoding="utf-8")))
    cells = "".join(f"<tr><th>{NAMES[row['member']]}</th><td>{row['value'] or 'c'}</td></tr>" for row in rows)
    put(sites / site, PAGE, page(f"<table>{cells}</table>"))
    put(sites / site, "assets/values.json", json.dumps(rows))
    assert found(auditor, sites, site) == ()


def test_a_value_stands_where_its_readers_are(auditor: SiteAuditor, sites: Path) -> None:
    """Kenya's value may stand on Kenya's site, and nowhere else."""
    for site in ("public", "wco", "union-eac", "country-uga", "country-ken"):
        put(sites / site, PAGE, page(ROW.format("37.4193")))
    accused = {
        site for site in ("public", "wco", "union-eac", "country-uga", "country-ken") if found(auditor, sites, site)
    }
    assert accused == {"public", "wco", "union-eac", "country-uga"}


def test_findings_never_hold_a_value(auditor: SiteAuditor, sites: Path) -> None:
    """The report names keys; the digits of the value are in no part of it but a file's own name."""
    put(sites / "wco", PAGE, page(ROW.format("37.4193")))
    report = auditor.audit_folder(sites / "wco", "wco")
    assert "37.4" not in json.dumps(report.as_json())
    assert "37.4" not in report.in_words()
    assert KENYA in report.in_words()


# --- orders, ends, notes, answers ---------------------------------------------------------------


def ordered(by: list[str]) -> str:
    """A page with a row for each Member."""
    return page("<table>" + "".join(f"<tr><th>{NAMES[code]}</th><td>c</td></tr>" for code in by) + "</table>")


CLOSED = [code for code in VALUES if code not in ("FRA", "CHN")]


@pytest.mark.parametrize("falling", [False, True])
def test_an_order_by_hidden_values_is_found(falling: bool, auditor: SiteAuditor, sites: Path) -> None:
    """Rows that rise or fall with values that the site does not show give them away."""
    put(sites / "wco", PAGE, ordered(sorted(CLOSED, key=VALUES.__getitem__, reverse=falling)))
    assert [(each.place, each.key) for each in found(auditor, sites)] == [(PAGE, "c2024/declarations-on-time")]


def test_an_order_in_a_json_list_is_found(auditor: SiteAuditor, sites: Path) -> None:
    """A list of codes in the order of hidden values gives them away."""
    order = sorted(CLOSED, key=VALUES.__getitem__)
    put(sites / "wco", "assets/chart.json", json.dumps({"kpi": "declarations-on-time", "order": order}))
    assert [each.key for each in found(auditor, sites)] == ["c2024/declarations-on-time"]


def test_orders_that_say_nothing_are_not_accused(auditor: SiteAuditor, sites: Path) -> None:
    """Rows by code, by name, by region and then by name, or by shown values are as they should be."""
    by_region = ["BDI", "KEN", "SOM", "TZA", "UGA", "USA"]
    put(sites / "wco", PAGE, ordered(sorted(CLOSED)))
    put(sites / "wco", "fr/kpi/declarations-on-time.html", ordered(sorted(CLOSED, key=NAMES.__getitem__, reverse=True)))
    put(sites / "wco", "en/other/declarations-on-time.html", ordered(by_region))
    assert found(auditor, sites) == ()


def test_lists_one_after_another_are_not_accused(world: Dataset, tmp_path: Path) -> None:
    """The Members of two KPIs in a script, by code in each: values of another cycle may rise from list to list."""
    codes = sorted(world.members)
    order = codes[2:] + codes[:2]
    values = {code: reported(at + 0.125, "country") for at, code in enumerate(order)}
    risen = replace(world, cycles=(cycle_data({"declarations-on-time": values}, kpis=world.catalogue.kpis),))
    write_packages(risen, tmp_path)
    put(tmp_path / "wco", "en/values.js", json.dumps({"kpi": "declarations-on-time", "order": order}))
    assert found(SiteAuditor(risen), tmp_path) == ()


LEAST, GREATEST = min(VALUES.values()), max(VALUES.values())


@pytest.mark.parametrize(
    ("path", "content"),
    [
        (PAGE, page(f"<svg><g><text>{LEAST}</text><text>50</text><text>{GREATEST}</text></g></svg>")),
        (PAGE, page(f'<figure data-domain="{LEAST} {GREATEST}"></figure>')),
        ("assets/chart.json", json.dumps({"kpi": "declarations-on-time", "scale": {"domain": [0, GREATEST]}})),
    ],
)
def test_ends_of_an_axis_are_found(path: str, content: str, auditor: SiteAuditor, sites: Path) -> None:
    """An axis that ends at the least or greatest hidden value gives it away, though no Member is named."""
    put(sites / "public", path, content)
    assert "c2024/declarations-on-time/SOM" in {each.key for each in found(auditor, sites, "public")}


def test_a_value_that_a_member_shows_is_no_end_of_others(world: Dataset, tmp_path: Path) -> None:
    """What is told of a Member in one cycle is by chance the greatest, and hidden, of another: beside its name only."""
    earlier = {code: reported(round(value / 2, 3)) for code, value in VALUES.items()}
    earlier["FRA"] = reported(GREATEST, "public")
    cycle = cycle_data({"declarations-on-time": earlier}, "c2022", kpis=world.catalogue.kpis)
    both = replace(world, cycles=(cycle, *world.cycles), published_cycles=("c2022", "c2024"))
    write_packages(both, tmp_path)
    row = f"<table><tr><th>Declarations on time</th><td>{GREATEST}</td></tr></table>"
    auditor = SiteAuditor(both)
    put(tmp_path / "public", "en/member/fra.html", page(row, "France"))
    assert found(auditor, tmp_path, "public") == ()
    named = f"<table><tr><th>France</th><td>{VALUES['FRA']}</td></tr>" + row.removeprefix("<table>")
    put(tmp_path / "public", PAGE, page(named))
    assert found(auditor, tmp_path, "public") == ()
    put(tmp_path / "public", "en/about.html", page(row, "All"))
    assert {each.place for each in found(auditor, tmp_path, "public")} == {"en/about.html"}


def test_a_round_axis_is_not_accused(auditor: SiteAuditor, sites: Path) -> None:
    """Ticks from the bounds of the KPI are no leak."""
    ticks = "".join(f"<text>{tick}</text>" for tick in ("0", "12.5", "25", "37.5", "50", "100", "2024"))
    put(sites / "public", PAGE, page(f"<svg><g>{ticks}</g></svg>"))
    assert found(auditor, sites, "public") == ()


def test_a_note_is_found_outside_its_country_site(auditor: SiteAuditor, sites: Path) -> None:
    """A Member's remark stands on its own country site only."""
    for site in ("wco", "country-ken"):
        put(sites / site, "en/about.html", page(f"<p>{NOTE.replace(' ', chr(10))}</p>", "About"))
    assert [each.key for each in found(auditor, sites)] == [KENYA]
    assert found(auditor, sites, "country-ken") == ()


def test_an_answer_is_found_outside_its_country_site(auditor: SiteAuditor, sites: Path) -> None:
    """What a Member said of an instrument stands on its own country site only."""
    for site in ("wco", "country-uga", "country-ken"):
        put(sites / site, "assets/a.json", json.dumps([{"member": "KEN", "tool": "safe-framework", "use": "planned"}]))
    assert {each.key for each in found(auditor, sites)} == {"safe-framework/KEN"}
    assert {each.key for each in found(auditor, sites, "country-uga")} == {"safe-framework/KEN"}
    assert found(auditor, sites, "country-ken") == ()


# --- long and short numbers ---------------------------------------------------------------------


@pytest.mark.parametrize("written", ["5,50,69,552", "5 50 69 552", "55,069,552", "5,50,69,552.0", "0.55069552"])
def test_thousands_are_read_as_they_are_written_anywhere(written: str) -> None:
    """In India groups of two digits stand before the last three."""
    assert digits_of("55069552") in set(numerals(written))


def test_a_long_number_is_found_anywhere(sites: Path, world: Dataset) -> None:
    """Seven digits and more are found without any name beside them: in a style sheet, a path, a binary file."""
    from dataclasses import replace

    data = world.cycles[0]
    long = tuple(
        replace(each, value=12.345678, written="12.345678") if each.member == "TZA" and each.kpi == "audits" else each
        for each in data.observations
    )
    long = tuple(
        replace(each, value=3141592.0, written="3141592")
        if each.member == "UGA" and each.kpi == "declarations-on-time"
        else each
        for each in long
    )
    changed = replace(world, cycles=(replace(data, observations=long),))
    put(sites / "public", "a.css", ".x{width:12.345678%}")
    put(sites / "public", "b.svg", '<svg><path d="M0,0L1,3 141 592Z"/></svg>')
    put(sites / "public", "manifest.json", '{"files": [{"path": "x", "bytes": 3141592}]}')
    put(sites / "public", "c.bin", b"\x00\x01\x02 3,141,592 \xff\x00")
    findings = SiteAuditor(changed).audit_folder(sites / "public", "public").findings
    assert {(each.place, each.key) for each in findings if each.check == "scan"} == {
        ("a.css", "c2024/audits/TZA"),
        ("b.svg", "c2024/declarations-on-time/UGA"),
        ("c.bin", "c2024/declarations-on-time/UGA"),
        ("manifest.json", "c2024/declarations-on-time/UGA"),
    }


def test_geometry_manifest_and_theme_are_no_hits(world: Dataset, sites: Path) -> None:
    """Below seven digits the geometry of a chart, the manifest and the theme's own files are not searched."""
    own = b"/* Kenya, declarations on time: 37.4193 */"
    put(sites / "wco", PAGE, page('<svg><g aria-label="Kenya"><path d="M37.4193,3L9,9" x="37.4193"/></g></svg>'))
    put(sites / "wco", "manifest.json", json.dumps({"files": [{"path": "declarations-on-time/KEN", "bytes": 374193}]}))
    put(sites / "wco", "static/site.css", own)
    theme = {"css/site.css": hashlib.sha256(own).hexdigest()}
    assert SiteAuditor(world, theme).audit_folder(sites / "wco", "wco").findings == ()
    assert {each.place for each in found(SiteAuditor(world), sites)} == {"static/site.css"}
    put(sites / "wco", "static/other.css", own)  # what the theme has, under a name that it does not have
    assert {each.place for each in found(SiteAuditor(world, theme), sites)} == {"static/other.css"}


@pytest.mark.parametrize("table", ["values", "aggregates", "coverage", "distribution", "summary"])
@pytest.mark.parametrize(
    ("damage", "by"),
    [(b"\n", b",\n"), (b"cycle,kpi", b"cycle;kpi"), (b"cycle", b"\xff\x00")],
    ids=["longer lines", "no columns", "no text"],
)
def test_a_damaged_table_is_told_and_explains_nothing(
    table: str, damage: bytes, by: bytes, auditor: SiteAuditor, sites: Path
) -> None:
    """The audit goes on: it tells the damage, and finds what stands on the pages."""
    content = (sites / "wco" / f"data/{table}.csv").read_bytes()
    put(sites / "wco", f"data/{table}.csv", content.replace(damage, by, 1))
    put(sites / "wco", PAGE, page(f"<p>Somalia {VALUES['SOM']}</p>"))
    checks = {each.check for each in found(auditor, sites)}
    assert "scan" in checks
    assert len(checks) > 1


def test_how_much_a_site_shows_explains_itself(world: Dataset, sites: Path) -> None:
    """The number of values that a site shows is no end of an axis; beside a Member and a KPI it explains nothing."""
    expected = Expected("wco", Rights(world), Truth(world))
    explained = Explained(expected, Package(Folder(sites / "wco")))
    assert len(expected.shown) == 10
    assert explained.is_count(digits_of("10"))
    assert not explained.is_count(digits_of("11"))
    assert digits_of("10") not in explained._general


def test_a_rate_of_an_area_that_is_called_as_a_kpi_explains_itself(world: Dataset, sites: Path) -> None:
    """Three digits of it, for its own group and no other; a longer number explains nothing."""
    header = "cycle,area,grouping,group,kpis,low_performing,response_rate,priority\n"
    rows = ("c2024,audits,union,eac,3,0,71.2,low", "c2024,audits,region,esa,3,0,65.43,low")
    put(sites / "wco", "data/capacity.csv", header + "\n".join(rows) + "\n")
    expected = Expected("wco", Rights(world), Truth(world))
    explained = Explained(expected, Package(Folder(sites / "wco")))
    nobody: frozenset[str] = frozenset()

    def beside(digits: str, *group: str) -> bool:
        record = Record(nobody, frozenset({"audits"}), frozenset({group}), (digits,))  # type: ignore[arg-type]
        return digits in explained._figures("audits").get(group, ()) and explained.beside(record, digits)  # type: ignore[call-overload]

    assert beside("712", "union", "eac")
    assert not beside("712", "region", "esa")
    assert not beside("6543", "region", "esa")
    put(sites / "wco", "data/capacity.csv", "cycle,surprise\nc2024,7\n")
    assert (
        Explained(expected, Package(Folder(sites / "wco")))._figures("audits").get(("union", "eac"), frozenset())
        == frozenset()
    )


def test_a_published_figure_explains_what_stands_before_its_comma() -> None:
    """`133,7` can be read as 133; two digits are searched for nowhere."""
    assert _writings("133.7") == {"1337", "134", "133"}
    assert _writings("-133.7") == _writings("133.7")
    assert _writings("37.4") == {"374"}


def test_what_cannot_be_searched_is_counted(auditor: SiteAuditor, sites: Path) -> None:
    """Values of one or two digits and files that are no text are named in the report."""
    put(sites / "wco", "picture.png", b"\x89PNG\r\n\x1a\n\x00\x00\x00\x00IEND")
    report = auditor.audit_folder(sites / "wco", "wco")
    assert any(".png" in what for what in report.unscanned)
    assert auditor.too_short() == 0
