"""`python -m pmm_site` and the `pmm-site` command."""

import sys


def main() -> int:
    """Run the command line and give the exit code."""
    from pmm_site.cli import run

    return run(sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
