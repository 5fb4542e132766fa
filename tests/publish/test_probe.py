"""The probe: silent before a gate that holds, loud about each way in which one does not."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar
from urllib.parse import unquote

import pytest

from pmm_site.problems import UsageProblem, WriteFailed
from pmm_site.publish.hosting import PUBLIC_HEADERS
from pmm_site.publish.probe import probe, variants
from tests.publish.web_roots import write_site


class Faulty(BaseHTTPRequestHandler):
    """A host before a web root; `fault` says in which way it is wrong, empty: in none."""

    root: ClassVar[Path]
    fault: ClassVar[str] = ""
    is_public: ClassVar[bool] = False
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""

    def do_GET(self) -> None:
        """Answer as the fault says."""
        path = unquote(self.path.partition("?")[0])
        given = self.root / path.strip("/")
        file = given if given.is_file() and ".." not in path else None
        if self.is_public:
            self._public(file, path)
        elif file is not None and self._lets_through(path):
            self._answer(200, file.read_bytes())
        elif self.fault == "refusal with the page" and file is not None:
            self._answer(403, b"<h1>No</h1>" + file.read_bytes())
        elif self.fault == "error 200":
            self._answer(200, b"<h1>Please log in</h1>")
        elif self.fault == "folder redirect" and path == "/en":
            self._answer(301, b"", {"Location": "/en/"})
        elif self.fault == "no address":
            self._answer(302, b"", {"Location": "http://[a"})
        elif self.fault == "crash" and "%00" in self.path:
            self.close_connection = True
        elif self.fault == "wrong host":
            self._answer(404, b"")
        elif self.fault == "bad request" or (self.fault == "strict" and ("%" in self.path or "//" in self.path)):
            self._answer(400, b"")
        else:
            self._answer(302, b"", {"Location": "https://login.example.org/authorize?rd=/en/index.html"})

    def _lets_through(self, path: str) -> bool:
        return {
            "open": True,
            "one file open": path == "/data/values.csv",
            "double slash": "//" in path,
            "trailing slash": path.endswith("/") and path != "/",
            "manifest open": path == "/manifest.json",
        }.get(self.fault, False) or (self.fault == "encoded" and "%" in self.path)

    def _public(self, file: Path | None, path: str) -> None:
        if file is None:
            self._answer(200 if self.fault == "soft 404" else 404, b"nothing here")
            return
        headers = dict(PUBLIC_HEADERS)
        if self.fault == "no policy":
            del headers["Content-Security-Policy"]
        if self.fault == "weak policy":
            headers["Content-Security-Policy"] = "default-src *"
        if self.fault == "missing page" and path == "/fr/index.html":
            self._answer(404, b"")
            return
        self._answer(200, file.read_bytes() + (b"<!-- added -->" if self.fault == "other bytes" else b""), headers)

    def _answer(self, status: int, body: bytes, headers: Mapping[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in {**(headers or {}), "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)


@pytest.fixture
def host(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[tuple[str, Path]]:
    """The address of a host with a fault, and the web root of the site it should show."""
    site, fault = request.param
    write_site(tmp_path / site, site)
    handler = type("Host", (Faulty,), {"root": tmp_path / site, "fault": fault, "is_public": site == "public"})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", tmp_path / site
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize(
    "host", [("country-ken", ""), ("country-ken", "crash"), ("country-ken", "strict"), ("public", "")], indirect=True
)
def test_a_host_that_is_right_has_no_findings(host: tuple[str, Path]) -> None:
    """A gate that sends everybody to the login, hangs up on odd paths or refuses them, and a public host, are right."""
    assert probe(*host) == ()


@pytest.mark.parametrize(
    ("host", "finding"),
    [
        (("country-ken", "open"), "/en/index.html: 200, and the answer holds a part of"),
        (("country-ken", "one file open"), "/data/values.csv: 200, and the answer holds a part of data/values.csv"),
        (("country-ken", "manifest open"), "/manifest.json: 200, and the answer holds a part of manifest.json"),
        (("country-ken", "double slash"), "/en//index.html: 200"),
        (("country-ken", "trailing slash"), "/en/index.html/: 200"),
        (("country-ken", "encoded"), "/en/%69ndex.html: 200"),
        (("country-ken", "refusal with the page"), "/en/index.html: 403, and the answer holds a part of"),
        (("country-ken", "error 200"), "/en/index.html: 200 instead of a login or a refusal"),
        (("country-ken", "bad request"), "/en/index.html: 400 instead of a login or a refusal"),
        (("country-ken", "folder redirect"), "/en: leads to /en/ of the site without a login"),
        (("country-ken", "no address"), "/en/index.html: leads to what is no address"),
        (("country-ken", "wrong host"), "so no gate answered"),
        (("public", "no policy"), "/en/index.html: without the header Content-Security-Policy"),
        (("public", "weak policy"), "the header Content-Security-Policy is not the one of pmm-site hosting"),
        (("public", "missing page"), "/fr/index.html: 404 instead of the file"),
        (("public", "other bytes"), "/en/index.html: not the file that was built"),
        (("public", "soft 404"), "/no-such-page.html: 200, though no such file was published"),
    ],
    indirect=["host"],
)  # fmt: skip
def test_each_fault_is_found(host: tuple[str, Path], finding: str) -> None:
    """Whatever a host gives away, and whatever the public host lacks, is named with its address."""
    findings = probe(*host)
    assert any(finding in each for each in findings), findings[:5]


@pytest.mark.parametrize("host", [("country-ken", "open")], indirect=True)
def test_findings_quote_no_figures(host: tuple[str, Path]) -> None:
    """A finding names addresses and files, never what stands in them."""
    assert not any("71.25" in each or "figures of" in each for each in probe(*host))


def test_a_host_that_does_not_answer_is_no_success(tmp_path: Path) -> None:
    """No connection is a failure with exit code 4, not a host without findings."""
    write_site(tmp_path / "wco", "wco")
    with pytest.raises(WriteFailed, match="no answer"):
        probe("http://127.0.0.1:9", tmp_path / "wco")


@pytest.mark.parametrize(
    "address",
    ["wco.example.org", "https://wco.example.org/path", "ftp://wco.example.org", "http://wco.example.org:99999",
     "http://wco.example.org:x", "http://[a", "http://wco..example.org", f"http://{'w' * 64}.org", "http://例.org"],
)  # fmt: skip
def test_only_whole_hosts_are_probed(tmp_path: Path, address: str) -> None:
    """An address that is no whole host is wrong usage."""
    write_site(tmp_path / "wco", "wco")
    with pytest.raises(UsageProblem, match="whole host"):
        probe(address, tmp_path / "wco")


@pytest.mark.parametrize("address", ["https://user:hunter2@wco.example.org", "https://user:hunter2@[a"])
def test_a_password_in_the_address_is_not_repeated(address: str, tmp_path: Path) -> None:
    """An address with a login is wrong usage, and the message does not give it to a log."""
    write_site(tmp_path / "wco", "wco")
    with pytest.raises(UsageProblem, match="whole host") as told:
        probe(address, tmp_path / "wco")
    assert "hunter2" not in str(told.value)


def test_what_a_server_sends_is_told_in_printable_signs(tmp_path: Path) -> None:
    """A server's bytes do not reach the terminal that probes it."""
    write_site(tmp_path / "wco", "wco")
    with socket.create_server(("127.0.0.1", 0)) as server:

        def answer() -> None:
            connection, _ = server.accept()
            with connection:
                connection.recv(1000)
                connection.sendall(b"\x1b]0;owned\x07 nonsense\r\n\r\n")

        threading.Thread(target=answer, daemon=True).start()
        with pytest.raises(WriteFailed, match="no answer") as told:
            probe(f"http://127.0.0.1:{server.getsockname()[1]}", tmp_path / "wco")
    assert str(told.value).isprintable()


def test_the_usual_variants_are_asked_for() -> None:
    """The ways of writing a path that rules by path miss are all there, and none twice in a way that matters."""
    asked = set(variants("en/kpi/k.html"))
    assert {"/en/kpi/k.html", "/en/kpi/k", "/en/kpi/k.html/", "//en/kpi/k.html", "/en/kpi//k.html",
            "/%2e/en/kpi/k.html", "/en/kpi/..;/en/kpi/k.html", "/EN/KPI/K.HTML", "/en%2fkpi%2fk.html",
            "/en/kpi/%6b.html"} <= asked  # fmt: skip
    assert {"/en/", "/en"} <= set(variants("en/index.html"))
