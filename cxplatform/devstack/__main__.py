"""`python -m cxplatform.devstack demo` runs the product on this machine; `clean` removes its data."""

import argparse
import signal
import sys

from cxplatform.devstack.demo import clean, demo
from cxplatform.devstack.errors import DevstackError
from cxplatform.devstack.launch import tie


def main() -> None:
    """Do what the command line says; a reason to stop is one sentence on stderr and exit code 1."""
    parser = argparse.ArgumentParser(prog="python -m cxplatform.devstack", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    run = commands.add_parser("demo", help="start every part and keep it up until Ctrl-C")
    run.add_argument("--tied-to", type=int, metavar="PID", help="stop when our parent, which has this pid, ends")
    commands.add_parser("clean", help="remove the data")
    arguments = parser.parse_args()
    try:
        if arguments.command == "clean":
            clean()
            return
        if arguments.tied_to:
            tie(parent=arguments.tied_to, death_signal=signal.SIGTERM)
        demo()
    except DevstackError as error:
        sys.exit(f"\n{error}")


if __name__ == "__main__":
    main()
