"""How long steps and things made outside our own directory are told to whoever is watching."""

import sys
from collections.abc import Callable

from aggregates.language import Message

Tell = Callable[[Message], None]
"""Takes one line for people; never an answer that a program reads."""


def tell_stderr(message: Message) -> None:
    """Write a line in both languages to standard error, so that standard output stays data."""
    sys.stderr.write(f"{message.zh}\n{message.en}\n")
    sys.stderr.flush()


def tell_nobody(_message: Message) -> None:
    """Say nothing: for a caller who shows the state in another way."""
