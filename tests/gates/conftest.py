"""The gates on loopback: an OpenID provider, a stand-in for oauth2-proxy, and real web servers before small sites."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import ssl
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from pmm_site.publish.hosting import HostingSettings, write_hosting
from tests.gates import login_gate, servers
from tests.gates.visitor import Visitor
from tests.publish.web_roots import SITES, write_sites

if TYPE_CHECKING:
    from tests.conftest import Built

USERS = {
    "basic": ["wco"],
    "kenya-contact": ["wco", "union-eac", "country-ken"],
    "kenya-reviewer": ["wco", "union-eac", "country-ken"],
    "uganda-contact": ["wco", "union-eac", "country-uga"],
    "secretariat": [*SITES, "country-uga"],
    "newcomer": [],
    "look-alike": ["country-kenx", "xcountry-ken", "country-ke", "COUNTRY-KEN", "Country-Ken", "country-ken,wco",
                   "country-ken ", " country-ken", "country- ken", "country-ken\n", "country-*", "*",
                   "union-eacx", "WCO", "public"],
    "one-word": "country-kenx",
}  # fmt: skip
"""Who logs in, and the groups that the login tells of them."""


@dataclass(frozen=True)
class Gates:
    """A running server before the sites; `visitor` gives a new browser, `gate` is oauth2-proxy's stand-in."""

    kind: str
    https_port: int
    http_port: int
    context: ssl.SSLContext
    gate: type[login_gate.LoginGate]
    sites: Path

    def visitor(self, user: str | None = None) -> Visitor:
        """A new browser whose person logs in as `user`."""
        return Visitor(self.https_port, self.context, user)


@pytest.fixture(scope="session")
def folder() -> Iterator[Path]:
    """A folder that a server's own user may read, as pytest's are not."""
    path = Path(tempfile.mkdtemp(prefix="pmm-site-gates-"))
    path.chmod(0o755)
    yield path
    shutil.rmtree(path)


@pytest.fixture(scope="session")
def certificate(folder: Path) -> tuple[Path, Path]:
    """A certificate for every host of example.org that nobody else trusts, and its key."""
    chain, key = folder / "chain.pem", folder / "key.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=pmm-site test",
         "-addext", "subjectAltName=DNS:*.example.org", "-keyout", str(key), "-out", str(chain)],
        check=True, capture_output=True,
    )  # fmt: skip
    key.chmod(0o644)
    return chain, key


@pytest.fixture(scope="session")
def issuer() -> Iterator[str]:
    """An OpenID provider that knows the users; it believes whoever says a name."""
    address = f"http://127.0.0.1:{(port := servers.free_port())}"
    claims = [part for user, groups in USERS.items()
              for part in ("--user-claims", json.dumps({"sub": user, "groups": groups}))]  # fmt: skip
    process = subprocess.Popen(
        [sys.executable, "-m", "oidc_provider_mock", "--port", str(port), *claims],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    for _ in range(200):
        try:
            urllib.request.urlopen(f"{address}/.well-known/openid-configuration", timeout=5).close()
            break
        except OSError:
            assert process.poll() is None, "the OpenID provider did not start: pip install oidc-provider-mock"
            time.sleep(0.1)
    yield address
    servers.stop(process)


@contextlib.contextmanager
def running(kind: str, folder: Path, output: Path, certificate: tuple[Path, Path], issuer: str) -> Iterator[Gates]:
    """A server in `folder` before the sites in `output`, with the configuration that `hosting` writes."""
    server, gate = login_gate.started(issuer)
    place = servers.Place(folder, servers.free_port(), servers.free_port())
    shutil.rmtree(place.folder, ignore_errors=True)  # its tests may come in several pieces, each with a server
    place.folder.mkdir()
    place.folder.chmod(0o777)
    settings = HostingSettings(
        web_roots=str(output / "sites"), issuer=issuer, gate=f"127.0.0.1:{server.server_port}", address="127.0.0.1",
        https_port=place.https_port, http_port=place.http_port, certificate=str(certificate[0]),
        certificate_key=str(certificate[1]),
    )  # fmt: skip
    write_hosting(output, (kind,), settings)
    process = servers.start(kind, place, output / "hosting")
    context = ssl.create_default_context(cafile=str(certificate[0]))
    try:
        yield Gates(kind, place.https_port, place.http_port, context, gate, output / "sites")
    finally:
        servers.stop(process)
        server.shutdown()
        server.server_close()


@pytest.fixture(scope="session", params=["nginx", "apache", "caddy"])
def gates(request: pytest.FixtureRequest, folder: Path, certificate: tuple[Path, Path], issuer: str) -> Iterator[Gates]:
    """Small sites behind each kind of server."""
    output = folder / f"{request.param}-build"
    write_sites(output / "sites")
    with running(request.param, folder / request.param, output, certificate, issuer) as started:
        yield started


@pytest.fixture(scope="session", params=["nginx", "apache"])
def shipped_gates(
    request: pytest.FixtureRequest, folder: Path, certificate: tuple[Path, Path], issuer: str, built: Built
) -> Iterator[Gates]:
    """Sites of the shipped project behind both kinds of gate."""
    output = folder / f"{request.param}-shipped"
    if not output.exists():
        shutil.copytree(built.shipped() / "sites", output / "sites", copy_function=os.link)
    with running(request.param, folder / f"{request.param}-of-shipped", output, certificate, issuer) as started:
        yield started
