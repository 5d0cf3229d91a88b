"""Texts in both languages, by name."""

from aggregates.language import Message


def texts(**pairs: tuple[str, str]) -> dict[str, Message]:
    """Return texts by name: an underscore in an argument's name is a blank in the text's."""
    return {name.rstrip("_").replace("_", " "): Message(*pair) for name, pair in pairs.items()}
