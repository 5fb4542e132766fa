"""Whatever stands in the files: nothing is raised, and data come out only when they are right in themselves."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st

from pmm_site.load import load
from pmm_site.model import Dataset, Level, ResponseStatus
from pmm_site.problems import has_errors
from tests.depth import examples
from tests.load.projects import NOW, VALID, copy_of_valid

FILES = sorted(path.relative_to(VALID).as_posix() for path in VALID.rglob("*") if path.is_file())

WORDS = [
    "-",
    "[",
    "]",
    "{",
    "}",
    "{{",
    "}}",
    "&a",
    "*a",
    "!!x",
    "?",
    "|",
    ">",
    "#",
    "%",
    ",",
    ":",
    '"',
    "'",
    "=",
    "=1+1",
    "NaN",
    "1e9",
    "-1",
    "101",
    "null",
    "~",
    "no",
    "1.10",
    "2022",
    "c2022",
    "public",
    "pubic",
    "union",
    "wco",
    "country",
    "KEN",
    "eac",
    "reported",
    "not-available",
]
BYTES = [b"", b"\n", b" ", b"---\n", b"\x00", b"\xff", b"\xef\xbb\xbf", b"\r", b"\t", "\u202e".encode()]
FRAGMENTS = [*BYTES, *map(str.encode, WORDS)]

edits = st.lists(
    st.tuples(st.integers(0, 4_000), st.integers(0, 40), st.sampled_from(FRAGMENTS) | st.binary(max_size=12)),
    min_size=1,
    max_size=4,
)


def mutated(data: bytes, changes: list[tuple[int, int, bytes]]) -> bytes:
    """The bytes with pieces cut out and put in."""
    for at, length, piece in changes:
        start = at % (len(data) + 1)
        data = data[:start] + piece + data[start + length :]
    return data


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the valid project; each example replaces one file and puts it back."""
    return copy_of_valid(tmp_path_factory.mktemp("fuzz") / "project")


@contextmanager
def replaced(project: Path, path: str, data: bytes) -> Iterator[Path]:
    """The project with one file replaced."""
    (project / path).write_bytes(data)
    try:
        yield project
    finally:
        (project / path).write_bytes((VALID / path).read_bytes())


def holds(dataset: Dataset) -> None:
    """What every data set keeps, however it came about: levels, references, bounds, one observation per cell."""
    kpis, unions = dataset.catalogue.kpi_by_id, dataset.unions
    assert len(kpis) == len(dataset.catalogue.kpis)
    assert {kpi.outcome for kpi in kpis.values()} <= dataset.catalogue.outcome_by_id.keys()
    for data in dataset.cycles:
        assert data.participants.keys() <= dataset.members.keys()
        keys = [(each.kpi, each.member) for each in data.observations]
        assert len(set(keys)) == len(keys) == len({kpi for kpi, _ in keys}) * len(data.participants)
        for each in data.observations:
            assert isinstance(each.level, Level)
            assert (each.value is not None) == (each.status is ResponseStatus.REPORTED) == bool(each.written)
            bounds = kpis[each.kpi].bounds
            if each.value is not None:
                assert each.value == float(each.written)
                assert bounds.lower is None or each.value >= bounds.lower
                assert bounds.upper is None or each.value <= bounds.upper
            own = {id_ for id_, union in unions.items() if each.member in union.members_in(data.cycle.reference_year)}
            assert each.unions <= own
            assert bool(each.unions) == (each.level is Level.UNION)
        assert {answer.member for answer in data.answers} <= data.participants.keys()


def loads_or_tells(project: Path) -> None:
    """The claim itself: no exception, a data set exactly when there is no error, and then a right one."""
    dataset, problems = load(project, now=NOW)
    assert (dataset is None) == has_errors(problems)
    assert all(str(problem).isprintable() for problem in problems)
    if dataset is not None:
        holds(dataset)


def test_the_valid_project_holds() -> None:
    """The claims about data sets are true of the valid project."""
    loads_or_tells(VALID)


@pytest.mark.parametrize("path", FILES)
@examples(12, HealthCheck.function_scoped_fixture)
@given(changes=edits)
def test_mutations_of_each_file_are_read_or_told(
    path: str, project: Path, changes: list[tuple[int, int, bytes]]
) -> None:
    """Pieces cut out of a file and put into it never raise, and never give data with an unknown level or reference."""
    with replaced(project, path, mutated((VALID / path).read_bytes(), changes)):
        loads_or_tells(project)


@examples(40, HealthCheck.function_scoped_fixture)
@given(path=st.sampled_from(FILES), data=st.binary(max_size=300) | st.text(max_size=200).map(str.encode))
def test_arbitrary_bytes_in_place_of_a_file_are_told(path: str, project: Path, data: bytes) -> None:
    """Noise in place of any file never raises."""
    with replaced(project, path, data):
        loads_or_tells(project)


@examples(25, HealthCheck.function_scoped_fixture)
@given(level=st.text(max_size=12), default=st.text(max_size=12))
def test_no_text_but_the_four_words_is_a_level(project: Path, level: str, default: str) -> None:
    """A level that is none of the four words, or blank, stops the load, in both files that hold levels."""
    table = "member,kpi,value,status,disclosure\n" + _cells("KEN", "release-time", "1", "reported", level)
    words = {each.value for each in Level}
    with replaced(project, "data/cycles/c2022/values.csv", table.encode("utf-8", "surrogatepass")):
        dataset, _ = load(project, now=NOW)
        assert dataset is None or level.strip() in {*words, ""}
    table = "member,default_disclosure\n" + _cells("KEN", default) + "FRA,\nUGA,\n"
    with replaced(project, "data/cycles/c2022/participants.csv", table.encode("utf-8", "surrogatepass")):
        dataset, _ = load(project, now=NOW)
        assert dataset is None or default.strip() in {*words, ""}


def _cells(*cells: str) -> str:
    """A row of CSV with every cell quoted."""
    return ",".join('"' + cell.replace('"', '""') + '"' for cell in cells) + "\n"


def test_the_harness_of_make_fuzz_tries_every_file(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each file of the project comes once as itself, damaged examples pass, and a broken claim ends it."""
    tried: list[bytes] = []
    monkeypatch.setitem(sys.modules, "atheris", atheris := ModuleType("atheris"))
    atheris.instrument_imports = lambda **_: nullcontext()  # type: ignore[attr-defined]

    def setup(arguments: list[str], one: Callable[[bytes], None]) -> None:
        assert "-max_total_time=7" in arguments
        tried.extend(path.read_bytes() for path in sorted(Path(arguments[-1]).iterdir()))
        for example in (*tried, b"", b"\x00\xff\xfe", bytes([len(FILES) - 1]) + b"a,b\n1"):
            one(example)

    atheris.Setup, atheris.Fuzz = setup, lambda: None  # type: ignore[attr-defined]
    monkeypatch.delitem(sys.modules, "tests.load.fuzz", raising=False)
    harness = importlib.import_module("tests.load.fuzz")
    harness.main(7)
    assert {example[1:] for example in tried} == {(VALID / path).read_bytes() for path in FILES}
    monkeypatch.setattr(harness, "loads_or_tells", lambda _: pytest.fail("a claim was broken"))
    with pytest.raises(pytest.fail.Exception):
        harness.main(7)
