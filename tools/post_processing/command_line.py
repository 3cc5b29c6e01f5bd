"""The command line: one parser per subcommand, errors as one line on stderr."""

import argparse
import os
import sys

from . import collapse, compare, export, merge, plot, report, show, summary, threshold
from .errors import InputError

SUBCOMMANDS = (show, summary, plot, threshold, collapse, report, compare, merge, export)
BAD_INPUT = 2


class _Parser(argparse.ArgumentParser):
    """argparse with one-line errors and no abbreviations."""

    def __init__(self, **settings):
        super().__init__(allow_abbrev=False, formatter_class=argparse.RawDescriptionHelpFormatter, **settings)

    def error(self, message):
        print(f"{self.prog}: {message}", file=sys.stderr)
        sys.exit(BAD_INPUT)


def main(arguments):
    parser = _Parser(prog="thresher", description="Looks at the result files that Thresher's drivers write.")
    commands = parser.add_subparsers(title="subcommands", metavar="<subcommand>", parser_class=_Parser)
    for module in SUBCOMMANDS:
        name = module.__name__.rsplit(".", 1)[-1]
        first_line = module.__doc__.splitlines()[0]
        command = commands.add_parser(name, help=first_line, description=module.__doc__)
        module.add_arguments(command)
        command.set_defaults(run=module.run, command=name)
    options = parser.parse_args(arguments)
    if not hasattr(options, "run"):
        parser.print_help()
        return 0
    try:
        code = options.run(options)
        sys.stdout.flush()
        return code or 0
    except InputError as error:
        print(f"thresher {options.command}: {error}", file=sys.stderr)
        return BAD_INPUT
    except BrokenPipeError:
        # The reader (head, less) has seen enough.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as error:
        print(f"thresher {options.command}: {error}", file=sys.stderr)
        return BAD_INPUT
