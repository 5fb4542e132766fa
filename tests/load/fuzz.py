"""Fuzzing of the inputs guided by coverage (atheris): `make fuzz`, for a bounded time.

The first byte of an example chooses a file of the valid project, the rest takes its place. The claims are those of
`test_fuzz`: nothing is raised, data come out exactly when there is no error, and then every level is one of the four.
An example that breaks one is kept in `.fuzz/` and shown; add it to the tests.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import atheris  # type: ignore[import-not-found]

with atheris.instrument_imports(include=["pmm_site.load"]):
    from pmm_site.load import load as load  # instrumented when it is imported here, before anybody else imports it

from tests.load.projects import VALID, copy_of_valid
from tests.load.test_fuzz import FILES, loads_or_tells, replaced

LONGEST = 20_000
"""Bytes of an example."""


def main(seconds: int) -> None:
    """Fuzz for a number of seconds; the process ends with an error when an example breaks a claim."""
    with tempfile.TemporaryDirectory() as folder:
        project, corpus = copy_of_valid(Path(folder) / "project"), Path(folder) / "corpus"
        corpus.mkdir()
        for number, path in enumerate(FILES):
            (corpus / path.replace("/", "-")).write_bytes(bytes([number]) + (VALID / path).read_bytes())

        def one(example: bytes) -> None:
            if example:
                with replaced(project, FILES[example[0] % len(FILES)], example[1:]):
                    loads_or_tells(project)

        options = [
            f"-max_total_time={seconds}",
            f"-max_len={LONGEST}",
            "-len_control=0",
            "-artifact_prefix=.fuzz/",
            str(corpus),
        ]
        atheris.Setup([sys.argv[0], *options], one)
        atheris.Fuzz()


if __name__ == "__main__":
    main(int(sys.argv[1]))
