"""One setting: what it is for, how it is read, and what holds if it is not set."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from aggregates.language import Message

PREFIX = "MINGZHANG_"


@dataclass(frozen=True, slots=True)
class Setting:
    """One line of the table.

    Attributes:
        field: The attribute of ``Settings``.
        meaning: What it is for.
        default_text: What holds if it is not set, in words.
        form: What a value looks like.
        parse: Reads a value; raises ``ValueError`` if it does not have the form.
        default: Gives the value if it is not set, from the environment and the settings above.
        secret: Whether the value may hold a password and is never shown.
    """

    field: str
    meaning: Message
    default_text: Message
    form: Message
    parse: Callable[[str], Any]
    default: Callable[[Mapping[str, str], Mapping[str, Any]], Any]
    secret: bool = False

    @property
    def variable(self) -> str:
        """The environment variable."""
        return PREFIX + VARIABLES.get(self.field, self.field.upper())


VARIABLES = {"key_file": "MASTER_KEY_FILE", "tsa_urls": "TSA_URL"}
"""Variables that do not bear the name of their field."""
