"""What a host gives away without a login: every path of the manifest, written in every usual way.

A site behind a gate must give nothing of itself, whatever the status says; the public site must give every file
whole, with its headers. Only the address given is asked; no redirect is followed.
"""

from __future__ import annotations

import gzip
import hashlib
import http.client
import socket
import ssl
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote, unquote, urlsplit

from pmm_site.problems import UsageProblem, WriteFailed
from pmm_site.publish.facts import SiteFacts, site_facts
from pmm_site.publish.hosting.headers import PUBLIC_HEADERS
from pmm_site.publish.manifest import MANIFEST, listed_sums

BODY_LIMIT = 32 << 20
_WORD = 48
"""Length of the pieces of a file by which it is known again in an answer, in bytes."""
_OUTSIDE = ("/../reports/", "/%2e%2e/reports/", "/..%2freports/", "/../wco/index.html", "/.git/config", "/.lock",
            "/.staging/", "/.cache/", "/reports/", "/releases/", "/data/salt.txt", "/../data/salt.txt")  # fmt: skip
"""What stands beside web roots and must never be served, on any site."""


class Response(NamedTuple):
    """An answer: status, headers by lower-case name, decoded body."""

    status: int
    headers: Mapping[str, str]
    body: bytes


_CLOSED = Response(0, {}, b"")
"""What stands for an answer where the host hung up."""
_REFUSALS_OF_VARIANTS = (0, 400, 405, 414)


def probe(
    url: str,
    root: Path,
    *,
    connect: tuple[str, int] | None = None,
    context: ssl.SSLContext | None = None,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> tuple[str, ...]:
    """What is wrong with the host at `url`, which should show the site whose web root is `root`; empty when nothing is.

    connect: another host and port to connect to, before the name is known to DNS. progress: paths done and in all.
    Raises UsageProblem (no such site, a bad address) or WriteFailed (the host does not answer).
    """
    facts = site_facts(root)
    paths = _manifest_paths(root)
    with _Host(url, connect, context) as host:
        if facts.is_public:
            return tuple(_public_findings(host, root, paths, progress))
        return tuple(_restricted_findings(host, root, paths, facts, progress))


def variants(path: str) -> Iterator[str]:
    """The usual ways to write the path of a file so that a rule about it is missed; `path` begins with no slash."""
    plain = "/" + quote(path)
    folder, _, name = plain.rpartition("/")
    yield plain
    if name == "index.html":
        yield folder + "/"
        yield folder or "/"
    if name.endswith(".html"):
        yield plain.removesuffix(".html")
    yield plain + "/"
    yield "/" + plain
    yield folder + "//" + name
    yield "/." + plain
    yield f"/%2e{plain}"
    yield f"{folder}/%2e/{name}"
    yield f"{folder}/x/../{name}"
    yield f"{folder}/..;{plain}"
    yield f"{folder}/%{ord(name[0]):02x}{name[1:]}"
    yield plain[0] + plain[1:].replace("/", "%2f")
    yield plain.upper()
    yield plain.title()
    yield plain + "%00"
    yield plain + ";x=1"
    yield plain + "?x=1"


def _manifest_paths(root: Path) -> tuple[str, ...]:
    paths = listed_sums(root)
    if paths is None:
        raise UsageProblem(f"{root / MANIFEST}: missing or damaged → build the site again")
    return (*paths, MANIFEST)


# --- behind a gate --------------------------------------------------------------------------------


def _restricted_findings(
    host: _Host, root: Path, paths: tuple[str, ...], facts: SiteFacts, progress: Callable[[int, int], None]
) -> Iterator[str]:
    known = _Fingerprints(root, paths)
    first = host.get("/index.html")
    if first.status == 404 or first.status >= 500:
        yield f"/index.html: {first.status}, so no gate answered → is {host.url} the host of {facts.id}?"
    for done, path in enumerate(paths, 1):
        for address in variants(path):
            yield from _given_away(host, address, known, plain=address == "/" + quote(path))
        progress(done, len(paths))
    for address in _OUTSIDE:
        yield from _given_away(host, address, known, plain=False)


def _given_away(host: _Host, address: str, known: _Fingerprints, *, plain: bool) -> Iterator[str]:
    answer = host.get(address)
    file = known.in_body(answer.body)
    if file:
        yield f"{address}: {answer.status}, and the answer holds a part of {file}"
    elif answer.status in (301, 302, 303, 307, 308):
        yield from _wrong_redirect(host, address, answer.headers.get("location", ""), known)
    elif answer.status not in (401, 403, 404) and (plain or answer.status not in _REFUSALS_OF_VARIANTS):
        yield f"{address}: {answer.status} instead of a login or a refusal"


def _wrong_redirect(host: _Host, address: str, location: str, known: _Fingerprints) -> Iterator[str]:
    """A redirect within the site, before any login, tells what stands there; one to https proves nothing yet."""
    try:
        target = urlsplit(location)
    except ValueError:
        yield f"{address}: leads to what is no address"
        return
    if target.hostname not in (None, host.name):
        return
    if host.scheme == "http" and target.scheme == "https":
        yield f"{address}: leads to https → probe https://{host.name}"
    elif known.is_place(unquote(target.path)):
        yield f"{address}: leads to {_printable(target.path)} of the site without a login"


class _Fingerprints:
    """Pieces of the site's files by which they are known again in any answer, and the site's places."""

    def __init__(self, root: Path, paths: tuple[str, ...]) -> None:
        self._pieces: dict[bytes, str] = {}
        folders = {""} | {"/".join(path.split("/")[:at]) for path in paths for at in range(1, path.count("/") + 1)}
        self._places = {path.casefold() for path in (*paths, *folders)}
        for path in paths:
            content = (root / path).read_bytes()
            for at in (len(content) // 3, len(content) // 2, 2 * len(content) // 3):
                piece = content[at : at + _WORD]
                if len(piece) == _WORD and len(set(piece)) > 8:
                    self._pieces.setdefault(piece, path)
            if len(content) <= 3 * _WORD and content.strip():
                self._pieces.setdefault(content.strip(), path)

    def in_body(self, body: bytes) -> str | None:
        """The file of which a body holds a piece."""
        if not body:
            return None
        return next((path for piece, path in self._pieces.items() if piece in body), None)

    def is_place(self, path: str) -> bool:
        """Whether a path, however written, is a file or folder of the site."""
        parts = [part for part in path.split("/") if part not in ("", ".")]
        return "/".join(parts).casefold() in self._places


# --- the public site ------------------------------------------------------------------------------


def _public_findings(
    host: _Host, root: Path, paths: tuple[str, ...], progress: Callable[[int, int], None]
) -> Iterator[str]:
    for done, path in enumerate(paths, 1):
        address = "/" + quote(path)
        answer = host.get(address)
        content = (root / path).read_bytes()
        if answer.status != 200:
            yield f"{address}: {answer.status} instead of the file"
        elif hashlib.sha256(answer.body).digest() != hashlib.sha256(content).digest():
            yield f"{address}: not the file that was built"
        else:
            yield from _missing_headers(host, address, answer)
        progress(done, len(paths))
    for address in (*_OUTSIDE, "/no-such-page.html"):
        answer = host.get(address)
        if answer.status not in (301, 302, 307, 308, 401, 403, 404, *_REFUSALS_OF_VARIANTS):
            yield f"{address}: {answer.status}, though no such file was published"


def _missing_headers(host: _Host, address: str, answer: Response) -> Iterator[str]:
    for name, wanted in PUBLIC_HEADERS.items():
        if name == "Cache-Control" or (name == "Strict-Transport-Security" and host.scheme == "http"):
            continue
        given = answer.headers.get(name.lower())
        if given is None:
            yield f"{address}: without the header {name}"
        elif name in ("Content-Security-Policy", "X-Content-Type-Options") and given != wanted:
            yield f"{address}: the header {name} is not the one of pmm-site hosting"


_WHOLE = "a whole host is probed, such as https://country-ken.example.org"


# --- asking ---------------------------------------------------------------------------------------


@dataclass
class _Host:
    """A connection to one host that is opened again when the host closes it."""

    url: str
    connect: tuple[str, int] | None = None
    context: ssl.SSLContext | None = None
    _connection: http.client.HTTPConnection | None = field(default=None, init=False)
    _has_answered: bool = field(default=False, init=False)

    def __post_init__(self) -> None:
        shown = "the address" if "@" in self.url else self.url
        try:
            parts = urlsplit(self.url)
            self.scheme, self.name, self.written = parts.scheme, parts.hostname or "", parts.netloc
            self.port = parts.port or (443 if parts.scheme == "https" else 80)
            self.name.encode("idna")
        except ValueError:
            raise UsageProblem(f"{shown}: this is no address of a host → {_WHOLE}") from None
        if "@" in self.written:  # it is not repeated: a password has no place in a message
            raise UsageProblem(f"an address without name and password is expected, for nobody logs in: {_WHOLE}")

        is_whole = bool(self.name) and parts.path in ("", "/") and not parts.query
        if self.scheme not in ("http", "https") or not is_whole or not self.written.isascii():
            raise UsageProblem(f"{shown}: {_WHOLE}")

    def __enter__(self) -> _Host:
        return self

    def __exit__(self, *failure: object) -> None:
        self._close()

    def get(self, address: str) -> Response:
        """The answer to a path that goes over the wire as it is written; WriteFailed where there is none."""
        for attempt in (1, 2):
            try:
                return self._ask(address)
            except (http.client.RemoteDisconnected, ConnectionResetError, BrokenPipeError) as error:
                self._close()
                if attempt == 2 and not self._has_answered:
                    raise WriteFailed(f"{self.url}: the host closes the connection ({type(error).__name__})") from None
            except (OSError, http.client.HTTPException, UnicodeError) as error:
                self._close()
                why = _printable(str(error)) or type(error).__name__
                raise WriteFailed(
                    f"{self.url}: no answer ({why}) → see that the host runs, and that it is known here"
                ) from None
        return _CLOSED

    def _ask(self, address: str) -> Response:
        connection = self._connection or self._opened()
        connection.putrequest("GET", address, skip_host=True, skip_accept_encoding=True)
        for name, value in (("Host", self.written), ("Accept", "text/html,*/*"), ("User-Agent", "pmm-site probe")):
            connection.putheader(name, value)
        connection.endheaders()
        response = connection.getresponse()
        body = response.read(BODY_LIMIT)
        if response.read(1) or response.will_close:
            self._close()
        self._has_answered = True
        headers = {name.lower(): value for name, value in response.getheaders()}
        return Response(response.status, headers, _decoded(body, headers.get("content-encoding", "")))

    def _opened(self) -> http.client.HTTPConnection:
        plain = socket.create_connection(self.connect or (self.name, self.port), timeout=30)
        connection = http.client.HTTPConnection(self.name, self.port, timeout=30)
        if self.scheme == "https":
            context = self.context or ssl.create_default_context()
            connection.sock = context.wrap_socket(plain, server_hostname=self.name)
        else:
            connection.sock = plain
        self._connection = connection
        return connection

    def _close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def _printable(text: str) -> str:
    """What a server sent, fit for a terminal and not long."""
    return "".join(sign if sign.isprintable() else f"\\u{ord(sign):04x}" for sign in text[:200])


def _decoded(body: bytes, encoding: str) -> bytes:
    """A body that came packed although nobody asked for it."""
    try:
        if encoding == "gzip":
            return gzip.decompress(body)
        return zlib.decompress(body) if encoding == "deflate" else body
    except (OSError, EOFError, zlib.error):
        return body
