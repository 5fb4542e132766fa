"""The generator: the same bytes everywhere, any size, nothing that refers to what is not there."""

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import pytest

from pmm_site.demo import write_demo
from pmm_site.demo.parameters import instrument_parameters, kpi_parameters, member_parameters
from pmm_site.problems import UsageProblem
from tests.calls import counted
from tests.demo.submissions import LEVELS, Submissions


def contents(folder: Path) -> dict[str, str]:
    """Hash of every file by its path."""
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file()
    }


def assert_sound(submissions: Submissions) -> None:
    """Every reference resolves, every value is within bounds, no key occurs twice."""
    unions, kpis = submissions.unions, submissions.kpis
    keys = [(row["member"], row["kpi"]) for row in submissions.rows]
    assert len(set(keys)) == len(keys)
    for row in submissions.rows:
        assert row["member"] in submissions.participants
        assert (row["status"] == "reported") == (row["value"] != "")
        assert row["disclosure"] in ("", *LEVELS)
        lower, upper = kpis[row["kpi"]]["bounds"]
        if row["value"]:
            assert lower is None or float(row["value"]) >= lower
            assert upper is None or float(row["value"]) <= upper
        if row["unions"]:
            assert row["disclosure"] == "union"
            assert all(row["member"] in unions[union] for union in row["unions"].split(";"))
        if row["disclosure"] == "union":
            assert any(row["member"] in members for members in unions.values())
        if kpis[row["kpi"]]["unit"] == "count" and row["value"]:
            assert row["value"].isdigit()
    for row in submissions.participants.values():
        if row["default_disclosure"] == "union":
            assert any(row["member"] in members for members in unions.values())
    known = {each["id"] for each in submissions.catalogue["instruments"]}
    answers = [(row["member"], row["instrument"]) for row in submissions.answers]
    assert len(set(answers)) == len(answers)
    for row in submissions.answers:
        assert row["member"] in submissions.participants
        assert row["instrument"] in known
        assert row["aware"] in ("yes", "no", "")
        assert row["usage"] in ("in-use", "planned", "not-planned", "")
        assert row["aware"] or row["usage"]


def test_references_hold(first: Submissions, second: Submissions) -> None:
    """Both cycles of the demonstration are sound."""
    assert_sound(first)
    assert_sound(second)


def test_same_arguments_same_bytes(demo: Path, tmp_path: Path) -> None:
    """A second run, in a process with another hash seed, writes the same files."""
    script = "import sys, pathlib, pmm_site.demo; pmm_site.demo.write_demo(pathlib.Path(sys.argv[1]))"
    environment = {**os.environ, "PYTHONHASHSEED": "12345", "TZ": "Asia/Tokyo"}
    target = tmp_path / "again"
    subprocess.run([sys.executable, "-c", script, str(target)], check=True, env=environment)
    assert contents(target) == contents(demo)


def test_another_seed_draws_other_values_with_the_same_means(demo: Path, tmp_path: Path) -> None:
    """The seed decides who reports what, and the published means hold whatever it is."""
    write_demo(tmp_path / "other", cycles=1, seed=7)
    other = Submissions(tmp_path / "other", "c2022")
    assert other.rows != Submissions(demo, "c2022").rows
    assert other.mean("share-of-ecommerce-shipments") == 50.7
    assert other.mean("rate-of-electronic-declarations") == 98.1
    assert_sound(other)


def test_a_longer_project_begins_like_a_shorter_one(demo: Path, tmp_path: Path) -> None:
    """A cycle does not depend on how many come after it."""
    write_demo(tmp_path / "short", cycles=1)
    name = "data/cycles/c2022/values.csv"
    assert (tmp_path / "short" / name).read_bytes() == (demo / name).read_bytes()
    assert not (tmp_path / "short" / "data" / "cycles" / "c2024").exists()


@pytest.mark.parametrize("members", [1, 5])
def test_small_projects(tmp_path: Path, members: int) -> None:
    """Very few Members make a sound project, of published participants."""
    write_demo(tmp_path / "small", members=members, cycles=1)
    small = Submissions(tmp_path / "small", "c2022")
    assert len(small.participants) == members
    published = {member.code for member in member_parameters() if member.first_cycle}
    assert set(small.participants) <= published
    assert_sound(small)


@pytest.mark.slow
def test_all_members_and_three_cycles(tmp_path: Path) -> None:
    """Of all 187 Members in three cycles nobody is lost, and a Member takes no more work than in a small world."""
    _, calls = counted(lambda: write_demo(tmp_path / "small", members=62, cycles=3))
    _, calls_of_all = counted(lambda: write_demo(tmp_path / "large", members=187, cycles=3))
    assert calls_of_all / 187 < calls / 62 * 1.1
    for cycle in ("c2022", "c2024", "c2026"):
        large = Submissions(tmp_path / "large", cycle)
        assert len(large.participants) == 187
        assert_sound(large)


def test_some_leave_and_more_join(first: Submissions, second: Submissions) -> None:
    """In the second cycle 70 to 80 Members take part; some of the first are gone, and it has its own income classes."""
    before, after = set(first.participants), set(second.participants)
    assert 70 <= len(after) <= 80
    assert 3 <= len(before - after) <= 8
    assert "income" not in next(iter(second.participants.values()))


def test_members_stay_who_they_are(first: Submissions, second: Submissions) -> None:
    """Who stood high stands high two years later: values of both cycles are strongly correlated."""
    for kpi in ("data-standardization", "risk-management-tools", "average-import-release-time"):
        one, two = first.values(kpi), second.values(kpi)
        both = sorted(set(one) & set(two))
        ranks = [
            {member: place for place, member in enumerate(sorted(both, key=each.__getitem__))} for each in (one, two)
        ]
        distance = sum((ranks[0][member] - ranks[1][member]) ** 2 for member in both)
        assert 1 - 6 * distance / (len(both) * (len(both) ** 2 - 1)) > 0.8


def test_tied_kpis_keep_their_identity(first: Submissions) -> None:
    """Terms of an identity are reported together, at one level, and add up."""
    for identity in first.catalogue["identities"]:
        terms = list(identity["terms"])
        assert len({frozenset(first.values(kpi)) for kpi in terms}) == 1
        assert len({tuple(sorted((m, level) for m, (level, _) in first.levels_of[kpi].items())) for kpi in terms}) == 1
        for member in first.values(terms[0]):
            total = sum(factor * first.values(kpi)[member] for kpi, factor in identity["terms"].items())
            assert total == pytest.approx(identity["equals"])


def test_dropped_kpis_are_gone(first: Submissions, second: Submissions) -> None:
    """A KPI whose version ends with the first cycle has values in it and no row after it."""
    ended = {
        kpi
        for kpi, entry in first.kpis.items()
        if entry.get("versions") and entry["versions"][-1].get("until") == "c2022"
    }
    assert len(ended) == 2
    assert all(first.values(kpi) for kpi in ended)
    assert not ended & {row["kpi"] for row in second.rows}


def test_tables_fit_the_framework(first: Submissions) -> None:
    """Each KPI, instrument and Member has one row of parameters, and a shared union holds the Member in every year."""
    assert [each.kpi for each in kpi_parameters()] == list(first.kpis)
    assert [each.instrument for each in instrument_parameters()] == [i["id"] for i in first.catalogue["instruments"]]
    assert sum(member.first_cycle for member in member_parameters()) == 62
    lasting = {
        (entry, union["id"])
        for union in first.framework("unions.yml")
        for entry in [
            e["member"] if isinstance(e, dict) and e.get("from", 0) <= 2022 and "to" not in e else e
            for e in union["members"]
        ]
        if isinstance(entry, str)
    }
    for member in member_parameters():
        assert not member.shares_with or (member.code, member.shares_with) in lasting
    for each in kpi_parameters():
        assert list(each.quantiles) == sorted(each.quantiles)
        assert each.public + each.wco + each.union <= 1


def test_a_folder_with_something_in_it_is_refused(tmp_path: Path) -> None:
    """Nothing is written over what somebody has."""
    (tmp_path / "note.txt").write_text("mine")
    with pytest.raises(UsageProblem, match="not an empty folder"):
        write_demo(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["note.txt"]


@pytest.mark.parametrize("wrong", [{"members": 0}, {"members": 188}, {"cycles": 0}, {"seed": -1}])
def test_senseless_numbers_are_refused(tmp_path: Path, wrong: dict[str, int]) -> None:
    """The message names the option, and no folder is made."""
    with pytest.raises(UsageProblem, match=f"--{next(iter(wrong))}"):
        write_demo(tmp_path / "new", **wrong)
    assert not (tmp_path / "new").exists()
