"""What can go wrong for a user, with the exit code that the command line returns for it."""

from __future__ import annotations


class BmuError(Exception):
    """A failure that is explained in one line.

    Attributes
    ----------
    exit_code : int
        What the command line returns for it.
    """

    exit_code = 1


class InputError(BmuError):
    """An input from outside is wrong: names the file, the key, what is wrong and the mend."""

    exit_code = 2


class MachineError(BmuError):
    """The machine failed us: a full disk, a missing permission. What was written is readable."""

    exit_code = 3
