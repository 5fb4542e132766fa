"""What is inside a file: archives within archives, spreadsheets, pictures and PDF, down to text of a kind.

A part is (path, kind, bytes); kind is `html`, `json`, `csv`, `text`, `unread` or `closed`. Nothing is skipped silently:
what cannot be read as text comes out as `unread`, is searched for long runs of digits, and is counted in the report;
an archive that cannot be opened comes out as `closed`, and so do tables in formats that nothing here reads.
"""

from __future__ import annotations

import base64
import binascii
import gzip
import html
import io
import re
import sys
import zipfile
import zlib
from collections.abc import Iterator
from functools import partial
from typing import NamedTuple

from pmm_site.audit.files import UNREADABLE
from pmm_site.recent import Recent

_KINDS = {
    "html": "html", "htm": "html", "xhtml": "html", "xml": "html", "svg": "html", "rss": "html", "atom": "html",
    "rels": "html", "kml": "html", "vml": "html",
    "json": "json", "js": "json", "mjs": "json", "jsonld": "json", "geojson": "json", "map": "json",
    "webmanifest": "json",
    "csv": "csv", "tsv": "csv",
    "txt": "text", "md": "text", "css": "text", "yml": "text", "yaml": "text", "toml": "text", "ini": "text",
    "conf": "text", "ics": "text", "vtt": "text", "sha256": "text",
}  # fmt: skip
_SEALED = (
    b"\xd0\xcf\x11\xe0", b"SQLite format 3\x00", b"\x00\x01\x00\x00Standard", b"PAR1", b"ARROW1", b"\x89HDF", b"$FL2",
    b"RDX", b"<stata_dta>", b"7z\xbc\xaf", b"Rar!", b"BZh", b"\xfd7zXZ", b"\x28\xb5\x2f\xfd",
)  # fmt: skip
"""How workbooks of before 2007, databases, tables of statistical programs and archives begin, none of which is read."""
_COMMA = "\u201a".encode()
"""What a comma inside a cell becomes: it parts no values."""
_DEPTH = 6
_DATA_URI = re.compile(rb"data:([a-z0-9.+/-]*)(?:;[a-z0-9=-]+)*;base64,([A-Za-z0-9+/=_-]{16,})", re.IGNORECASE)
_CODE_POINT = re.compile(rb"\\u\{([0-9a-fA-F]{1,6})\}")
_CELL = re.compile(r"<c\b([^>]*?)(?:/>|>(.*?)</c>)", re.DOTALL)
_ROW = re.compile(r"<row\b[^>]*>(.*?)</row>", re.DOTALL)
_SHARED = re.compile(r"<si\b[^>]*>(.*?)</si>|<si\s*/>", re.DOTALL)
_TEXTS = re.compile(r"<(?:t|v|f)\b[^>]*>(.*?)</(?:t|v|f)>", re.DOTALL)
_TAGS = re.compile(rb"<[^>]*>")
_STREAM = re.compile(rb"(<<.*?>>)\s*stream\r?\n(.*?)\r?\n?endstream", re.DOTALL)
_PDF_TEXT = re.compile(rb"\(((?:\\.|[^\\()])*)\)|<([0-9A-Fa-f\s]+)>")
_KERNED = re.compile(rb"([)>])[\s\d.-]*([(<])")
"""Letters of a text that stand apart by a distance."""
_PLAIN_TEXT = re.compile(
    rb"(?:[\t\x20-\x7e]|[\xc3-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}){8,}"
    rb"|(?:[\x20-\x7e]\x00){8,}|(?:\x00[\x20-\x7e]){8,}"
)
"""Eight letters and more in UTF-8 or, of plain ones, in UTF-16: fewer stand in any packed bytes by chance."""
_ZIP_END = b"PK\x05\x06"
_GZIP_HEAD = 2048
_DRAWN = frozenset({b"IDAT", b"PLTE"})
_ROWS = 60_000
"""Rows of sheets that are remembered at least: sites have most of them in common."""
_lines: Recent[bytes, bytes] = Recent(_ROWS)


class Part(NamedTuple):
    """A piece of a file as text of a kind; `path` is the file's path, with `!` before what is inside it."""

    path: str
    kind: str
    content: bytes


def parts(path: str, content: bytes, depth: int = 0) -> Iterator[Part]:
    """The parts of a file, innermost first to be read by themselves."""
    if content[:4] == b"PK\x03\x04":
        yield from _archive(path, content, depth)
        return
    if content[:2] == b"\x1f\x8b":
        yield from _compressed(path, content, depth)
        return
    if content[:5] == b"%PDF-":
        yield from _pdf(path, content)
        return
    if content[:8] == b"\x89PNG\r\n\x1a\n":
        yield from _picture(path, content)
        return
    text = _as_utf8(content)
    if text is None:
        sealed = content.startswith(_SEALED) or content[257:262] == b"ustar"
        yield Part(path, "closed" if sealed else "unread", content)
        yield from _plain_texts(path, content)
        return
    if b"\\u{" in text:  # its braces are none of an object
        text = _CODE_POINT.sub(
            lambda match: chr(min(int(match[1], 16), sys.maxunicode)).encode("utf-8", "replace"), text
        )
    kind = _KINDS.get(path.rpartition(".")[2].lower(), "")
    yield Part(path, kind or _guessed(text), text)
    if depth < _DEPTH and b";base64," in text:
        for number, match in enumerate(_DATA_URI.finditer(text)):
            try:
                inner = base64.b64decode(match.group(2) + b"=" * (-len(match.group(2)) % 4), b"-_")
            except (binascii.Error, ValueError):
                continue
            subtype = match.group(1).decode("ascii").rpartition("/")[2].partition("+")[0]
            yield from parts(f"{path}!data-{number}.{subtype}", inner, depth + 1)


def _as_utf8(content: bytes) -> bytes | None:
    """Text as UTF-8; None when the bytes are no text."""
    if b"\x00" not in content[:4096]:
        try:
            content.decode("utf-8")
        except UnicodeDecodeError:
            return content.decode("cp1252", "replace").encode() if content.count(0) == 0 and _is_text(content) else None
        return content
    for marker, encoding in ((b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be")):
        if content.startswith(marker):
            return content[2:].decode(encoding, "replace").encode()
    return None


def _is_text(content: bytes) -> bool:
    sample = content[:4096]
    return sum(byte < 32 and byte not in (9, 10, 12, 13) for byte in sample) * 50 < len(sample)


def _guessed(content: bytes) -> str:
    start = content[:256].lstrip()
    if start.startswith(b"<"):
        return "html"
    return "json" if start[:1] in (b"{", b"[") else "text"


def _plain_name(path: str) -> str:
    return path.rpartition("/")[2].removesuffix(".gz")


def _compressed(path: str, content: bytes, depth: int) -> Iterator[Part]:
    """What was compressed by gzip."""
    try:
        if depth >= _DEPTH:
            raise OSError
        inner = gzip.decompress(content)
    except (OSError, EOFError, zlib.error):
        yield Part(path, "closed", content)
    else:
        yield from _plain_texts(f"{path}!head", content[:_GZIP_HEAD])  # it may hold a name and a comment
        yield from parts(f"{path}!{_plain_name(path)}", inner, depth + 1)


def _plain_texts(path: str, content: bytes) -> Iterator[Part]:
    """The stretches of text in bytes that are none otherwise, such as notes in a photograph: one a line."""
    found = [match.group().replace(b"\x00", b"") for match in _PLAIN_TEXT.finditer(content)]
    if found:
        yield Part(path, "text", b"\n".join(found))


def _archive(path: str, content: bytes, depth: int) -> Iterator[Part]:
    """Members of a zip; of a spreadsheet its rows as well, with shared texts in their cells."""
    try:
        if depth >= _DEPTH:
            raise OSError
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = [(each.filename, archive.read(each)) for each in archive.infolist() if not each.is_dir()]
            comments = b"\n".join([archive.comment, *(each.comment for each in archive.infolist())])
    except UNREADABLE:
        yield Part(path, "closed", content)
        return
    members = dict(entries)
    if "xl/workbook.bin" in members:  # a workbook without text
        yield Part(path, "closed", content)
    if comments.strip():
        yield Part(f"{path}!comment", "text", comments)
    yield Part(f"{path}!names", "text", "\n".join(sorted(members)).encode())
    yield from _plain_texts(f"{path}!end", content[content.rfind(_ZIP_END) :])
    for name, inner in entries:
        if members[name] is not inner:  # a later one has the same name: what is changed in a zip stays in it
            yield from parts(f"{path}!{name}", inner, depth + 1)
    if "xl/workbook.xml" in members:
        yield from _spreadsheet(path, members)
    for name, inner in sorted(members.items()):
        yield from parts(f"{path}!{name}", inner, depth + 1)


def _spreadsheet(path: str, members: dict[str, bytes]) -> Iterator[Part]:
    """The rows of every sheet, hidden ones too, as lines with tabs between the cells; what is left are members."""
    texts = members.get("xl/sharedStrings.xml", b"").decode("utf-8", "replace")
    shared = [_cell_text(match.group(1) or "") for match in _SHARED.finditer(texts)]
    if shared:
        members["xl/sharedStrings.xml"] = b""
        yield Part(f"{path}!xl/sharedStrings.txt", "text", "\n".join(shared).encode())
    for name in sorted(members):
        if not (name.startswith("xl/worksheets/") and name.endswith(".xml")):
            continue
        before, start, rest = members[name].partition(b"<sheetData")
        rows, end, after = rest.removeprefix(b">").partition(b"</sheetData>")
        members[name] = before + start + b">" + end + after
        if b't="s"' in rows:
            found = (_cells(row.group(1), shared) for row in _ROW.finditer(rows.decode("utf-8", "replace")))
            lines = "\n".join("\t".join(cells) for cells in found).encode()
        else:
            lines = b"\n".join(_lines.made(row, partial(_line, row)) for row in rows.split(b"</row>"))
        yield Part(f"{path}!{name}.rows", "csv", lines)


def _line(row: bytes) -> bytes:
    """A row of a sheet, in whose cells the texts themselves stand, as a line."""
    for mark, becomes in ((b"\n", b" "), (b"</c>", b"\t"), (b"</f>", b" "), (b"</t>", b" "), (b",", _COMMA)):
        row = row.replace(mark, becomes)
    return _TAGS.sub(b"", row)


def _cells(row: str, shared: list[str]) -> Iterator[str]:
    for attributes, content in _CELL.findall(row):
        text = _cell_text(content)
        if 't="s"' in attributes and text.isdigit() and int(text) < len(shared):
            text = shared[int(text)]
        yield " ".join(text.split()).replace(",", _COMMA.decode())


def _cell_text(content: str) -> str:
    return " ".join(html.unescape(each) for each in _TEXTS.findall(content))


def _picture(path: str, content: bytes) -> Iterator[Part]:
    """The texts in a PNG; its pixels are not read."""
    position, texts, end = 8, [], False
    while position + 8 <= len(content) and not end:
        length, kind = int.from_bytes(content[position : position + 4], "big"), content[position + 4 : position + 8]
        body = content[position + 8 : position + 8 + length]
        if kind in (b"tEXt", b"iTXt", b"zTXt", b"eXIf"):
            texts.append(_inflated(body, kind))
        elif kind not in _DRAWN:
            yield from _plain_texts(f"{path}!{kind.decode('latin-1')}", body)
        position += 12 + length
        end = kind == b"IEND"
    yield from _plain_texts(f"{path}!behind", content[position:])
    if texts:
        yield Part(f"{path}!text", "text", b"\n".join(texts).replace(b"\x00", b" "))
    yield Part(path, "unread", b"")


def _inflated(body: bytes, kind: bytes) -> bytes:
    """A text of a picture: what is packed in it unpacked."""
    keyword, _, rest = body.partition(b"\x00")
    packed = rest[1:] if kind == b"zTXt" else rest[2:].split(b"\x00", 2)[-1] if rest[:1] == b"\x01" else b""
    try:
        return keyword + b" " + zlib.decompress(packed) if packed and kind != b"tEXt" else body
    except zlib.error:
        return body


def _pdf(path: str, content: bytes) -> Iterator[Part]:
    """The literal texts of a PDF; fonts with numbers of their own for letters make it unread."""
    pages, closed = [content], b"/Encrypt" in content
    for match in _STREAM.finditer(content):
        head, body = match.groups()
        if b"/FlateDecode" in head:
            try:
                body = zlib.decompressobj().decompress(body)
            except zlib.error:
                closed = True
                continue
        closed = closed or b"/Identity-H" in body
        pages.append(body)
    pages += [_KERNED.sub(_joined, page) for page in pages]
    lines = [b" ".join(map(_literal, _PDF_TEXT.finditer(page))) for page in pages]
    yield Part(f"{path}!text", "text", b"\n".join(lines).decode("latin-1").encode())
    for page in pages[: len(pages) // 2]:  # what stands between literals, such as what the file says of itself
        yield from _plain_texts(f"{path}!plain", page)
    if closed or b"/Identity-H" in content:
        yield Part(path, "unread", content)


def _joined(match: re.Match[bytes]) -> bytes:
    """Nothing between two texts of one kind, so that they become one."""
    return b"" if match.group()[:1] + match.group()[-1:] in (b")(", b"><") else match.group()


def _literal(match: re.Match[bytes]) -> bytes:
    """A text of a PDF, from its letters or its hexadecimal digits."""
    literal, digits = match.groups()
    if digits is None:
        return bytes(literal)
    plain = b"".join(digits.split())
    return binascii.unhexlify(plain + b"0" * (len(plain) % 2))
