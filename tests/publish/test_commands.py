"""hosting, bundle, verify and probe on the command line: words, files and exit codes."""

from __future__ import annotations

import ast
import functools
import json
import re
import threading
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from pmm_site.cli import run
from pmm_site.publish.staging import alone
from tests.publish.web_roots import write_sites

ROOT = Path(__file__).parents[2]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project whose four sites stand."""
    write_sites(tmp_path / "build/sites")
    return tmp_path


def test_hosting_bundle_and_verify_end_with_0(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Configuration, a bundle, and its verification; `--format json` names the files."""
    assert run(["hosting", "--project", str(project), "--kind", "nginx,apache"]) == 0
    assert sorted(path.name for path in (project / "build/hosting").iterdir()) == [
        "README.md", "apache", "groups.csv", "nginx",
    ]  # fmt: skip
    capsys.readouterr()
    assert run(["bundle", "country-ken", "wco", "--project", str(project), "--format", "json"]) == 0
    written = json.loads(capsys.readouterr().out)["bundles"]
    assert [Path(path).name for path in written] == ["country-ken.zip", "wco.zip"]
    assert run(["verify", written[0]]) == 0
    assert "14 files are as published; not signed" in capsys.readouterr().out


def test_a_misspelt_site_is_told_with_the_nearest(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """`bundle` and `probe` propose a site that stands; where none does, they say what to do."""
    for words in (["bundle", "country-kem"], ["probe", "http://127.0.0.1:9", "--site", "country-kem"]):
        assert run([*words, "--project", str(project)]) == 2
        assert "did you mean 'country-ken'?" in capsys.readouterr().err
    assert run(["bundle", "wco", "--project", str(project / "elsewhere")]) == 2
    assert "build first: pmm-site build" in capsys.readouterr().err


@pytest.mark.parametrize("words", [["bundle", "wco"], ["hosting"]])
def test_nothing_is_made_of_sites_while_a_build_changes_them(
    project: Path, words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    """`bundle` and `hosting` hold the output folder, and say so when a build holds it; none is made where none is."""
    with alone(project / "build", ""):
        assert run([*words, "--project", str(project)]) == 4
    assert "another build is at work here → wait for it" in capsys.readouterr().err
    assert not {"bundles", "hosting"} & {path.name for path in (project / "build").iterdir()}
    assert run([*words, "--project", str(project)]) == 0
    assert run([*words, "--project", str(project / "elsewhere")]) == 2
    assert not (project / "elsewhere").exists()


def test_the_server_and_the_login_are_told_by_options(project: Path) -> None:
    """Every option of `hosting` stands in the configuration, and what could end a word there is wrong usage."""
    given = {"--web-roots": "/web/roots", "--issuer": "https://login.example.net", "--client": "our-client",
             "--groups-claim": "roles", "--gate": "127.0.0.1:4999", "--certificate": "/tls/chain.pem",
             "--certificate-key": "/tls/key.pem"}  # fmt: skip
    words = [word for pair in given.items() for word in pair]
    assert run(["hosting", "--project", str(project), "--kind", "nginx", *words]) == 0
    text = "".join(path.read_text() for path in (project / "build/hosting/nginx").rglob("*.c*"))
    assert [value for value in given.values() if value not in text] == []
    assert run(["hosting", "--project", str(project), "--client", "x; deny none"]) == 2


def test_what_differs_ends_with_3(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A changed file is named and the exit code is that of a disclosure failure."""
    (project / "build/sites/wco/en/index.html").write_text("other")
    assert run(["verify", str(project / "build/sites/wco")]) == 3
    assert capsys.readouterr().out == "changed en/index.html\n"


def test_an_open_host_ends_with_3(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A restricted site on a plain file server: the probe names what it got."""
    root = project / "build/sites/country-ken"
    quiet = type("Quiet", (SimpleHTTPRequestHandler,), {"log_message": lambda *_: None})
    server = ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(quiet, directory=str(root)))
    server.handle_error = lambda *_: None  # type: ignore[method-assign]  # it trips over NUL, which is its own affair
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        address = f"http://127.0.0.1:{server.server_port}"
        assert run(["probe", address, "--site", "country-ken", "--project", str(project)]) == 3
    finally:
        server.shutdown()
        server.server_close()
    assert "/data/values.csv: 200" in capsys.readouterr().out


def test_wrong_usage_ends_with_2(project: Path) -> None:
    """Unknown sites, kinds, and places are told with exit code 2."""
    for arguments in (["bundle", "country-xxx"], ["hosting", "--kind", "iis"],
                      ["probe", "https://x.example.org", "--site", "country-xxx"]):  # fmt: skip
        assert run([*arguments, "--project", str(project)]) == 2
    assert run(["verify", str(project)]) == 2


def test_a_site_is_named_and_not_a_path(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """An id with parts of a path leads out of the output folder, so there is no such site."""
    for site in ("../..", "../sites/wco", str(project / "build/sites/wco")):
        for arguments in (["bundle", site], ["probe", "https://x.example.org", "--site", site]):
            assert run([*arguments, "--project", str(project)]) == 2
            assert "no such site" in capsys.readouterr().err


@pytest.mark.parametrize("address", ["here", "here:", "here:x", "here:0", "here:99999999", "here:²", ":80"])
def test_a_place_to_connect_to_has_a_port(address: str, capsys: pytest.CaptureFixture[str]) -> None:
    """`probe --connect` without a host, or without a port that there can be, is wrong usage."""
    with pytest.raises(SystemExit) as ended:
        run(["probe", "https://x.example.org", "--site", "wco", "--connect", address])
    assert ended.value.code == 2
    assert "HOST:PORT is expected" in capsys.readouterr().err


def test_the_table_of_faults_names_tests_that_exist() -> None:
    """Each test in docs/faults.md is a function of the file named there."""
    named = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", (ROOT / "docs/faults.md").read_text("utf-8"))
    assert len(named) > 30
    missing = [f"{path}::{name}" for path, name in named
               if f"def {name}(" not in (ROOT / path).read_text("utf-8")]  # fmt: skip
    assert missing == []


def test_the_table_of_failures_quotes_what_is_printed() -> None:
    """Every text that docs/operations.md says is printed stands in the program, word for word."""
    rows = re.findall(r"^\| [1-4] \| ([^|]+) \|", (ROOT / "docs/operations.md").read_text("utf-8"), re.MULTILINE)
    quoted = [text for row in rows for text in re.findall(r"`([^`]+)`", row)]
    assert len(quoted) > 20
    printed = [
        node.value
        for path in (ROOT / "pmm_site").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    ]
    assert [text for text in quoted if not any(text in each for each in printed)] == []
