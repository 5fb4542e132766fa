"""Continuous-integration services: confidential data must not be built on a machine of others."""

from __future__ import annotations

import os

from pmm_site.model import Dataset
from pmm_site.problems import DisclosureRefused

SERVICES = (
    "CI", "BUILDKITE", "CF_PAGES", "CIRCLECI", "CODEBUILD_BUILD_ID", "GITHUB_ACTIONS", "GITLAB_CI", "JENKINS_URL",
    "NETLIFY", "READTHEDOCS", "RENDER", "TEAMCITY_VERSION", "TF_BUILD", "TRAVIS", "VERCEL",
)  # fmt: skip
"""Environment variables that such services set. Most set `CI` too, but a job may unset that one."""


def is_on_service() -> bool:
    """Whether this is a continuous-integration service."""
    return any(os.environ.get(name, "").lower() not in ("", "0", "false") for name in SERVICES)


def refuse_confidential(dataset: Dataset) -> None:
    """DisclosureRefused on a service when a cycle is not synthetic, unless the owner of the machine allows it."""
    real = [data.cycle.id for data in dataset.cycles if not data.cycle.synthetic]
    if is_on_service() and real and os.environ.get("PMM_SITE_ALLOW_CI") != "1":
        raise DisclosureRefused(
            f"this is a continuous-integration service and the cycles {', '.join(real)} are not synthetic: "
            "build on a machine of your own, or render a release package; PMM_SITE_ALLOW_CI=1 allows it here"
        )
