from pathlib import Path

import pytest

from pmm_site.demo import write_demo
from tests.demo.submissions import Submissions


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demonstration as `pmm-site demo` writes it without options."""
    folder = tmp_path_factory.mktemp("demo") / "project"
    write_demo(folder)
    return folder


@pytest.fixture(scope="session")
def first(demo: Path) -> Submissions:
    """The cycle whose figures are published."""
    return Submissions(demo, "c2022")


@pytest.fixture(scope="session")
def second(demo: Path) -> Submissions:
    """The cycle after it."""
    return Submissions(demo, "c2024")
