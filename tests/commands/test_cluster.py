"""The same stages on a Dask cluster: another place to work, the same bytes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from distributed import LocalCluster

from pmm_site.build import build
from pmm_site.problems import UsageProblem
from pmm_site.stages import workers
from pmm_site.stages.workers import Workers
from tests.commands.test_commands import contents

if TYPE_CHECKING:
    from tests.conftest import Built


@pytest.fixture
def cluster() -> Iterator[str]:
    """The address of a cluster of two processes on this machine."""
    with LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, host="127.0.0.1", dashboard_address=None
    ) as it:
        yield it.scheduler_address


def test_a_cluster_gives_the_bytes_of_one_machine(cluster: str, built: Built, tmp_path: Path) -> None:
    """Two worker processes of a cluster build the small project to the last byte as one machine does."""
    chosen = ("public", "country-*")
    build(built.small().parent / "project", tmp_path, sites=chosen, workers=Workers(scheduler=cluster))
    assert (tmp_path / "sites" / "public").is_dir()
    for root in sorted((tmp_path / "sites").iterdir()):
        assert contents(root) == contents(built.small() / "sites" / root.name), root.name


def test_a_cluster_that_is_not_there_is_told(built: Built, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An address where nobody listens is wrong usage, in words, and nothing is left half done."""
    monkeypatch.setattr(workers, "PATIENCE", 1)
    with pytest.raises(UsageProblem, match="no scheduler answers"):
        build(built.small().parent / "project", tmp_path, workers=Workers(scheduler="tcp://127.0.0.1:9"))
    assert not list(tmp_path.glob("sites/*"))
