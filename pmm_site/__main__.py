"""`python -m pmm_site` and the `pmm-site` command."""

import sys

STOPPED = 130
"""Exit code after Ctrl+C: 128 and the number of the signal."""


def main() -> int:
    """Run the command line and give the exit code; Ctrl+C at any moment ends in a line and not in a traceback."""
    try:
        for stream in (sys.stdout, sys.stderr):
            if hasattr(stream, "reconfigure"):  # what a terminal cannot show must not cost the whole message
                stream.reconfigure(errors="backslashreplace")
        from pmm_site.cli import run

        return run(sys.argv[1:])
    except KeyboardInterrupt:
        print("stopped; what stood before still stands", file=sys.stderr)
        # Python notes an interrupt within code that is run from text, as where a dataclass is made. `python -m` would
        # then end by the signal although it was caught here; running any text takes the note away.
        exec("")
        return STOPPED


if __name__ == "__main__":
    sys.exit(main())
