"""The probe against real servers: silent with the configuration as written, loud when somebody loosens it."""

from __future__ import annotations

import re
import shutil

import pytest

from pmm_site.publish.probe import probe
from tests.gates import servers
from tests.gates.conftest import Gates
from tests.publish.web_roots import SITES

pytestmark = pytest.mark.server


@pytest.mark.parametrize("site", SITES)
def test_hosts_as_written_have_no_findings(gates: Gates, site: str) -> None:
    """Every site, on every server, passes the probe."""
    address = ("127.0.0.1", gates.https_port)
    assert probe(f"https://{site}.example.org", gates.sites / site, connect=address, context=gates.context) == ()


LOOSENED = {
    "nginx": ("pmm-site.conf", r"auth_request /\.gate/country-ken;", ""),
    "apache": ("pmm-site.conf", r'Require claim "groups~\^country-ken[^"]*"', "Require all granted"),
}
"""One line of each configuration taken away or replaced: what somebody might do to make an error go away."""


@pytest.mark.parametrize("gates", ["nginx", "apache"], indirect=True)
def test_a_loosened_gate_is_found(gates: Gates) -> None:
    """With the one line that closes Kenya's site gone, the probe finds its pages, and the other sites stay closed."""
    name, line, instead = LOOSENED[gates.kind]
    folder = gates.sites.parent
    loose = folder / "loosened"
    shutil.copytree(folder / "hosting", loose)
    path = loose / gates.kind / name
    text, count = re.subn(line, instead, path.read_text())
    assert count == 1
    place = servers.Place(folder / "loosened-server", servers.free_port(), servers.free_port())
    for old, new in ((gates.https_port, place.https_port), (gates.http_port, place.http_port)):
        text = text.replace(f"127.0.0.1:{old}", f"127.0.0.1:{new}")
    path.write_text(text)
    place.folder.mkdir()
    place.folder.chmod(0o777)
    process = servers.start(gates.kind, place, loose)
    try:
        address = ("127.0.0.1", place.https_port)
        findings = {
            site: probe(f"https://{site}.example.org", gates.sites / site, connect=address, context=gates.context)
            for site in ("country-ken", "wco")
        }
    finally:
        servers.stop(process)
    assert any("/en/kpi/k.html: 200" in each for each in findings["country-ken"])
    assert findings["wco"] == ()
