"""Bundles and what verifies them: the same bytes for the same site, and no changed file unnoticed."""

from __future__ import annotations

import errno
import hashlib
import os
import shutil
import subprocess
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from pmm_site.problems import DisclosureRefused, UsageProblem, WriteFailed
from pmm_site.publish.bundle import bundle, bundles
from pmm_site.publish.manifest import WebRoot, mismatches
from pmm_site.publish.verify import verify
from pmm_site.publish.words import filled, words
from tests.publish.web_roots import write_site, write_sites


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Kenya's site."""
    write_site(tmp_path / "sites/country-ken", "country-ken")
    return tmp_path / "sites/country-ken"


def unpacked(path: Path, folder: Path) -> Path:
    """A bundle unpacked into a folder."""
    with zipfile.ZipFile(path) as archive:
        archive.extractall(folder)
    return folder


def test_a_bundle_holds_the_site_a_start_and_sums(root: Path, tmp_path: Path) -> None:
    """Every file of the site, a start page with each language and the handling mark, and sums for sha256sum."""
    place = unpacked(bundle(root, tmp_path / "bundles"), tmp_path / "unpacked")
    assert mismatches(place / "site") == ()
    start = (place / "START-HERE.html").read_text()
    for text in ('href="site/en/index.html"', 'href="site/fr/index.html"', "Country level: Kenya",
                  "Niveau national", "sha256sum -c SHA256SUMS", "Demonstration"):  # fmt: skip
        assert text in start
    assert "71.25" not in start
    subprocess.run(["sha256sum", "--check", "--quiet", "--strict", "SHA256SUMS"], cwd=place, check=True)


def test_the_same_site_gives_the_same_bytes(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Times of files, the time zone and the folder leave no trace; SOURCE_DATE_EPOCH alone sets the times inside."""
    first = bundle(root, tmp_path / "a").read_bytes()
    elsewhere = tmp_path / "elsewhere" / "country-ken"
    shutil.copytree(root, elsewhere)
    for path in elsewhere.rglob("*"):
        os.utime(path, (1_700_000_000, 1_700_000_000))
    monkeypatch.setenv("TZ", "Pacific/Kiritimati")
    assert bundle(elsewhere, tmp_path / "b").read_bytes() == first
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1750000000")
    dated = bundle(root, tmp_path / "c")
    with zipfile.ZipFile(dated) as archive:
        assert {member.date_time for member in archive.infolist()} == {(2025, 6, 15, 15, 6, 40)}


@pytest.mark.parametrize("seconds", ["0", "315532799", "4354819200"])
def test_a_date_that_no_zip_can_hold_is_the_earliest(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seconds: str
) -> None:
    """Zips know the years 1980 to 2107: what lies outside is given as the beginning of 1980, and stops nothing."""
    monkeypatch.setenv("SOURCE_DATE_EPOCH", seconds)
    with zipfile.ZipFile(bundle(root, tmp_path / "bundles")) as archive:
        assert {member.date_time for member in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_the_recipient_stands_on_every_page_of_the_copy_alone(root: Path, tmp_path: Path) -> None:
    """--for marks each page in its language, escaped, with a stylesheet; the site in the output stays as it was."""
    before = hashlib.sha256(b"".join(path.read_bytes() for path in sorted(root.rglob("*.*")))).digest()
    path = bundle(root, tmp_path / "bundles", for_name="A. <Reviewer>")
    assert path.name == "country-ken-for-a-reviewer.zip"
    place = unpacked(path, tmp_path / "unpacked")
    pages = sorted(place.rglob("site/**/*.html"))
    assert len(pages) == 6
    for page in pages:
        text = page.read_text()
        copy = "Exemplaire de" if "/fr/" in page.as_posix() else "Copy for"
        assert f'<p class="recipient">{copy} A. &lt;Reviewer&gt;</p>' in text
        depth = len(page.relative_to(place / "site").parts) - 1
        assert f'href="{"../" * depth}assets/recipient.css"' in text
    assert "position: fixed" in (place / "site/assets/recipient.css").read_text()
    assert mismatches(place / "site") == ()
    assert verify(path).findings == ()
    assert hashlib.sha256(b"".join(path.read_bytes() for path in sorted(root.rglob("*.*")))).digest() == before


@pytest.mark.parametrize("name", ["", "  ", "x" * 201, "a\u202eb", "a\x07b"])
def test_names_that_could_mislead_are_refused(root: Path, tmp_path: Path, name: str) -> None:
    """Empty, endless and invisible recipients are refused."""
    with pytest.raises(UsageProblem, match="--for"):
        bundle(root, tmp_path / "bundles", for_name=name)


def test_a_pattern_bundles_the_sites_that_match(tmp_path: Path) -> None:
    """As for `build --site`: each site once, in order; a pattern that matches none is wrong usage."""
    write_sites(tmp_path / "sites")
    written = bundles(tmp_path, ["*-*", "w?o", "wco"])
    assert [path.stem for path in written] == ["country-ken", "union-eac", "wco"]
    with pytest.raises(UsageProblem, match="no site here matches 'union_\\*'"):
        bundles(tmp_path, ["union_*"])


def test_previews_of_confidential_values_are_not_bundled(tmp_path: Path) -> None:
    """A preview whose values are not synthetic never leaves the house: exit code 3, and no file."""
    write_site(tmp_path / "country-ken", "country-ken", release="preview", synthetic=False)
    with pytest.raises(DisclosureRefused):
        bundle(tmp_path / "country-ken", tmp_path / "bundles")
    assert not (tmp_path / "bundles").exists()


def test_a_site_that_was_changed_is_not_bundled(root: Path, tmp_path: Path) -> None:
    """A site that differs from its manifest is refused with the file that differs."""
    (root / "en/index.html").write_text("<p>other</p>")
    with pytest.raises(UsageProblem, match=r"changed en/index\.html"):
        bundle(root, tmp_path / "bundles")


def test_what_was_held_against_the_manifest_is_what_is_bundled(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each file is read once: one that changes as soon as it was read does not change the bundle."""
    page, read = root / "en/index.html", Path.read_bytes

    def reading(path: Path) -> bytes:
        content = read(path)
        if path == page:
            page.write_text("<p>other</p>")
        return content

    monkeypatch.setattr(Path, "read_bytes", reading)
    path = bundle(root, tmp_path / "bundles")
    monkeypatch.undo()
    assert mismatches(unpacked(path, tmp_path / "unpacked") / "site") == ()


def test_a_bundle_that_cannot_be_written_leaves_nothing(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When the disk is full at the last moment the bundle that stood stands, and no part of the new one lies about."""
    bundle(root, tmp_path / "bundles")

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(WriteFailed, match="free some space"):
        bundle(root, tmp_path / "bundles")
    assert [path.name for path in (tmp_path / "bundles").iterdir()] == ["country-ken.zip"]
    assert verify(tmp_path / "bundles/country-ken.zip").findings == ()


def test_pdf_needs_chromium_and_says_so(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without Chromium --pdf ends in a message with what to install."""
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(UsageProblem, match="apt-get install chromium"):
        bundle(root, tmp_path / "bundles", pdf=True)


@pytest.mark.browser
def test_dossier_and_report_are_printed_with_the_recipient(root: Path, tmp_path: Path) -> None:
    """--pdf adds the dossier and every report, printed by Chromium, and START-HERE.html links them."""
    report = root / "en" / "report.html"
    report.write_bytes((root / "en" / "dossier.html").read_bytes())
    WebRoot(root).finish()
    place = unpacked(bundle(root, tmp_path / "bundles", pdf=True, for_name="A. Reviewer"), tmp_path / "unpacked")
    assert (place / "country-ken-dossier-en.pdf").read_bytes().startswith(b"%PDF-")
    assert (place / "country-ken-report-en.pdf").read_bytes().startswith(b"%PDF-")
    start = (place / "START-HERE.html").read_text()
    assert 'href="country-ken-dossier-en.pdf"' in start
    assert 'href="country-ken-report-en.pdf"' in start
    assert verify(place).findings == ()


def _change(place: Path) -> str:
    (place / "site/data/values.csv").write_text("cycle,kpi\n")
    return "changed site/data/values.csv"


def _remove(place: Path) -> str:
    (place / "site/en/index.html").unlink()
    return "missing site/en/index.html"


def _add(place: Path) -> str:
    (place / "site/extra.html").write_text("new")
    return "unlisted site/extra.html"


def _damage(place: Path) -> str:
    (place / "SHA256SUMS").write_bytes(b"\xff\xfe")
    return "SHA256SUMS is damaged"


@pytest.mark.parametrize("fault", [_change, _remove, _add, _damage])
def test_no_change_of_a_bundle_goes_unnoticed(root: Path, tmp_path: Path, fault: Callable[[Path], str]) -> None:
    """A file changed, taken away, added, or damaged sums are named, in the folder and in a zip of it."""
    place = unpacked(bundle(root, tmp_path / "bundles"), tmp_path / "unpacked")
    assert verify(place).findings == ()
    finding = fault(place)
    assert verify(place).findings == (finding,)
    again = shutil.make_archive(str(tmp_path / "again"), "zip", place)
    assert verify(Path(again)).findings == (finding,)


@pytest.mark.parametrize("name", ["../outside.html", "/etc/outside", "site/..\\outside", "C:outside"])
def test_members_that_unpack_elsewhere_are_unsafe(root: Path, tmp_path: Path, name: str) -> None:
    """A zip with a member that leaves its folder is refused before anything is read."""
    path = bundle(root, tmp_path / "bundles")
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr(name, "x")
    assert verify(path).findings == (f"unsafe {name}",)


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_name_that_stands_twice_is_unsafe(root: Path, tmp_path: Path) -> None:
    """Of two members with one name programs unpack the first or the last: what was checked may not be what is read."""
    path = bundle(root, tmp_path / "bundles")
    with zipfile.ZipFile(path, "a") as archive:
        twice = next(name for name in archive.namelist() if name.endswith("index.html"))
        archive.writestr(twice, archive.read(twice))
    assert verify(path).findings == (f"unsafe {twice}",)


_LOCAL, _CENTRAL = b"PK\x03\x04", b"PK\x01\x02"
"""What the two headers of a member begin with: before its bytes, and in the directory at the end."""


def _turned_over(content: bytearray) -> None:
    """Flip all bits of the first bytes of the last deflated member, which stand behind its name."""
    at = content.rindex(_LOCAL)
    assert content[at + 8] == zipfile.ZIP_DEFLATED
    begin = at + 30 + int.from_bytes(content[at + 26 : at + 28], "little")
    content[begin : begin + 4] = bytes(255 - byte for byte in content[begin : begin + 4])


def _without_directory(content: bytearray) -> None:
    content[content.index(_CENTRAL)] = 0


def _encrypted(content: bytearray) -> None:
    for signature, flags in ((_LOCAL, 6), (_CENTRAL, 8)):
        content[content.rindex(signature) + flags] |= 1


def _packed_in_no_known_way(content: bytearray) -> None:
    for signature, method in ((_LOCAL, 8), (_CENTRAL, 10)):
        content[content.rindex(signature) + method] = 99


def _named_in_no_alphabet(content: bytearray) -> None:
    at = content.rindex(_CENTRAL)
    content[at + 9] |= 8
    content[at + 46] = 255


@pytest.mark.parametrize(
    "damage", [_turned_over, _without_directory, _encrypted, _packed_in_no_known_way, _named_in_no_alphabet]
)
def test_a_damaged_zip_is_told(root: Path, tmp_path: Path, damage: Callable[[bytearray], None]) -> None:
    """Turned over, cut off from its directory, encrypted, packed or named in an unknown way: a finding, no failure."""
    path = bundle(root, tmp_path / "bundles")
    content = bytearray(path.read_bytes())
    damage(content)
    path.write_bytes(content)
    assert [each.partition(": ")[0] for each in verify(path).findings] == ["damaged"]


@pytest.mark.server
def test_signatures_tell_the_publisher(root: Path, tmp_path: Path) -> None:
    """Signed by the key: said so; by another key, unsigned, or changed afterwards with new sums: a finding."""
    assert shutil.which("minisign"), "this test needs minisign: apt-get install minisign (make servers)"
    for owner in ("ours", "theirs"):
        subprocess.run(["minisign", "-G", "-W", "-p", tmp_path / f"{owner}.pub", "-s", tmp_path / f"{owner}.key"],
                       check=True, capture_output=True)  # fmt: skip
    ours, theirs = tmp_path / "ours.pub", tmp_path / "theirs.pub"
    signed = bundle(root, tmp_path / "signed", sign=tmp_path / "ours.key")
    assert verify(signed, ours) == (14, (), "signed by the holder of the key")
    assert "give --key" in verify(signed).signature
    assert verify(signed, theirs).findings == ("the signature is not one of this key",)
    with pytest.raises(UsageProblem, match=r"absent\.pub: there is no such file"):
        verify(signed, tmp_path / "absent.pub")
    assert "SHA256SUMS.minisig is missing" in verify(bundle(root, tmp_path / "plain"), ours).findings[0]
    place = unpacked(signed, tmp_path / "unpacked")
    (place / "site/data/values.csv").write_text("forged")
    sums = subprocess.run("sha256sum $(cut -c67- SHA256SUMS)", shell=True, cwd=place, capture_output=True, check=True)
    (place / "SHA256SUMS").write_bytes(sums.stdout)
    assert verify(place).findings == ()
    assert verify(place, ours).findings == ("the signature is not one of this key",)


@pytest.mark.parametrize("language", ["en", "fr"])
def test_marks_say_the_same_on_pages_and_beside_them(language: str) -> None:
    """The handling marks of bundles and downloads are those of the default theme, word for word."""
    theme = yaml.safe_load((Path(__file__).parents[2] / f"themes/default/i18n/{language}/frame.yml").read_text("utf-8"))
    ours = words(language)
    for kind, mark in theme["mark"].items():
        assert filled(ours[f"mark.{kind}"], subject="X") == mark.replace("{name}", "X")
    assert ours["synthetic"] == f"{theme['frame']['synthetic-word']} {theme['frame']['synthetic']}"
    assert f"{ours['preview']}." == theme["frame"]["preview"]


def test_what_has_no_sums_cannot_be_verified(root: Path, tmp_path: Path) -> None:
    """A folder without manifest or sums, a missing place, and a key for a web root are wrong usage."""
    for place in (tmp_path, tmp_path / "nothing"):
        with pytest.raises(UsageProblem):
            verify(place)
    assert verify(root).findings == ()
    with pytest.raises(UsageProblem, match="without --key"):
        verify(root, tmp_path / "key.pub")
