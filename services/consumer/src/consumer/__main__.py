"""The `lectern` command."""

import sys

from consumer.cli.commands import app
from consumer.errors import ConfigError, LecternError

EXIT_CONFIG, EXIT_FAILED = 2, 1


def main() -> None:
    """Run a command; an error is one line, and its exit code says whose fault it is."""
    try:
        app()
    except ConfigError as error:
        print(f"lectern: {error}", file=sys.stderr)  # noqa: T201 - the one line
        sys.exit(EXIT_CONFIG)
    except LecternError as error:
        print(f"lectern: {error}", file=sys.stderr)  # noqa: T201
        sys.exit(EXIT_FAILED)
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main()
