"""Prints the table: `python -m tests.bench.fleet [--quick]`."""

from tests.bench.fleet.play import play
from tests.bench.fleet.table import row, scenarios
from tests.bench.report import arguments


def main() -> None:
    quick = arguments(__doc__).parse_args().quick
    print("| videos a day | waiting, median | 95 of 100 | most instances | GPU busy | GPU, a lecture hour | turns |")
    print("|---|---|---|---|---|---|---|")
    for name, load, policy in scenarios():
        if quick and load.a_day > 1000:
            continue
        print(row(name, load, play(load, policy)))


if __name__ == "__main__":
    main()
