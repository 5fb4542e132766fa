import os

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    """Expected outputs are written anew only on request, and never where nobody reads the difference."""
    parser.addoption(
        "--regenerate", action="store_true", help="write expected outputs anew; review them before committing"
    )


def pytest_configure(config: pytest.Config) -> None:
    if config.getoption("--regenerate") and os.environ.get("CI"):
        raise pytest.UsageError("expected outputs are not written anew in continuous integration")
