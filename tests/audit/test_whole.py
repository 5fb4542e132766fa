"""The audit of a whole output folder: what was built passes, and a leak in any corner of it does not."""

from __future__ import annotations

import json
import shutil
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pmm_site import build
from pmm_site.audit.findings import AuditReport, Finding
from pmm_site.audit.sites import SiteAuditor
from pmm_site.cli import run
from pmm_site.load import load
from pmm_site.model import Dataset
from pmm_site.stages.workers import Workers


@pytest.fixture(scope="module")
def project(built: Any) -> tuple[Path, Dataset]:
    """The output of the small project, and its data."""
    output = built.small()
    dataset, _ = load(output.parent / "project")
    assert dataset is not None
    return output, dataset


def audit(output: Path, project: tuple[Path, Dataset], *, full: bool = False) -> AuditReport:
    """What `pmm-site audit` finds in an output of the small project."""
    return build.audit(project[0].parent / "project", output, full=full, workers=Workers(1))


@pytest.fixture
def output(project: tuple[Path, Dataset], tmp_path: Path) -> Path:
    """A copy of the output."""
    shutil.copytree(project[0] / "sites", tmp_path / "build" / "sites")
    return tmp_path / "build"


def hidden_value(dataset: Dataset) -> tuple[str, str, str]:
    """(KPI, Member, number) of a value of three digits that stands on its country site only."""
    for data in dataset.published:
        for each in data.observations:
            if each.value is not None and each.level.value == "country" and sum(map(str.isdigit, each.written)) >= 3:
                return each.kpi, each.member, each.written
    raise AssertionError("the small project has no such value")


def test_what_was_built_passes(project: tuple[Path, Dataset]) -> None:
    """Every site of the small project, and all of them attacked together."""
    report = audit(project[0], project)
    assert report.findings == ()
    assert report.examined["sites"] == len(list((project[0] / "sites").iterdir()))
    assert report.examined["published figures"] > 0


def test_an_output_that_cannot_be_written_is_audited_all_the_same(
    output: Path, project: tuple[Path, Dataset], capsys: pytest.CaptureFixture[str]
) -> None:
    """The verdict is told where reports/audit.json cannot be written; the exit code says that it was not."""
    (output / "reports").write_text("no folder")
    here = ["audit", "--project", str(project[0].parent / "project"), "--output", str(output), "--jobs", "1"]
    assert run(here) == 4
    told = capsys.readouterr().out
    assert told.startswith("audit: passed")
    assert "could not be written" in told
    assert run([*here, "--format", "json"]) == 4
    told = json.loads(capsys.readouterr().out)
    assert told["passed"]
    assert "could not be written" in told["error"]


def test_the_full_audit_renders_again(output: Path, project: tuple[Path, Dataset]) -> None:
    """A page that the package does not make is found by the full audit, though it says nothing."""
    for root in (output / "sites").iterdir():
        if root.name != "public":
            shutil.rmtree(root)
    (output / "sites" / "public" / "en" / "hello.html").write_text("<p>Hello</p>")
    assert audit(output, project).passed
    findings = audit(output, project, full=True).findings
    assert [(each.check, each.place) for each in findings] == [("rerender", "en/hello.html")]


def test_a_leak_in_one_site_fails_the_whole(output: Path, project: tuple[Path, Dataset]) -> None:
    """The report says where, and does not pass."""
    kpi, member, number = hidden_value(project[1])
    (output / "sites" / "public" / "more.json").write_text(json.dumps({"kpi": kpi, "member": member, "x": number}))
    report = audit(output, project)
    assert not report.passed
    assert {(each.site, each.place) for each in report.findings} == {("public", "more.json")}


@pytest.mark.parametrize("harm", ["a byte", "the directory", "the end", "a lock"])
def test_a_bundle_that_cannot_be_read_is_a_finding(
    harm: str, output: Path, project: tuple[Path, Dataset], tmp_path: Path
) -> None:
    """Wherever a zip is damaged the audit says so, of that bundle, and ends in no error."""
    bundle = tmp_path / "wco.zip"
    with zipfile.ZipFile(bundle, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted((output / "sites" / "wco").rglob("*")):
            archive.write(path, f"wco/{path.relative_to(output / 'sites' / 'wco').as_posix()}")
    content = bytearray(bundle.read_bytes())
    if harm == "a byte":
        at = content.index(b"values.csv") + 40  # within what is packed
        content[at : at + 8] = b"\xff" * 8
    elif harm == "the directory":
        content[content.rindex(b"PK\x01\x02")] = 0
    elif harm == "the end":
        del content[-30:]
    else:  # bit 0 of the flags of every member: it is encrypted
        for at in _places(content, b"PK\x01\x02"):
            content[at + 8] |= 1
    bundle.write_bytes(bytes(content))
    (finding,) = SiteAuditor(project[1]).audit_bundle(bundle).findings
    assert (finding.site, finding.check) == ("wco.zip", "structure")


def _places(content: bytearray, mark: bytes) -> Iterator[int]:
    at = content.find(mark)
    while at >= 0:
        yield at
        at = content.find(mark, at + 1)


def test_bundles_are_audited_as_the_sites_that_they_hold(output: Path, project: tuple[Path, Dataset]) -> None:
    """A zip with a site in a folder: clean as it is; a note laid beside it is found in that zip, not in the site."""
    kpi, member, number = hidden_value(project[1])
    (output / "bundles").mkdir()
    root = output / "sites" / "wco"
    bundle = output / "bundles" / "wco.zip"
    with zipfile.ZipFile(bundle, "w") as archive:
        for path in sorted(root.rglob("*")):
            if path.is_file():
                archive.write(path, f"site/{path.relative_to(root).as_posix()}")
        archive.writestr("START-HERE.html", "<h1>WCO</h1>")
    assert audit(output, project).passed
    with zipfile.ZipFile(bundle, "a") as archive:
        archive.writestr("remarks.txt", f"{member}, {kpi}: {number}")
    findings = audit(output, project).findings
    assert {(each.site, each.place) for each in findings} == {("wco.zip", "remarks.txt")}


def test_reports_add_up() -> None:
    """Findings are sorted and told once; counts are added; one finding is enough to fail."""
    one = AuditReport((Finding("scan", "b", "x", "k", "w"),), (), {"png": 1}, {"files": 2})
    two = AuditReport((Finding("scan", "a", "x", "k", "w"), one.findings[0]), (), {"png": 2}, {"files": 3})
    both = one + two
    assert [each.site for each in both.findings] == ["a", "b"]
    assert (both.unscanned, both.examined, both.passed) == ({"png": 3}, {"files": 5}, False)
    assert AuditReport().passed
    assert "2 findings" in both.in_words()
