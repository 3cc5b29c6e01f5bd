"""What a user can get wrong."""

import difflib


class InputError(Exception):
    """A mistake in the arguments or in a file: shown as one line, exit code 2."""


def unknown_name(what, name, known):
    """InputError for a name that is not among `known`, with the nearest one or the list."""
    known = list(known)
    near = difflib.get_close_matches(name, known, n=1)
    if near:
        return InputError(f"no {what} '{name}' (did you mean '{near[0]}'?)")
    listing = ", ".join(known) if known else "none"
    return InputError(f"no {what} '{name}' (there are: {listing})")
