"""A text in both languages of the product: Chinese first, English second."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Message:
    """One text for readers of either language.

    Attributes:
        zh: The Chinese text.
        en: The English text.
    """

    zh: str
    en: str

    def text(self, lang: str) -> str:
        """Return the text in ``lang``: ``en`` gives English, all else Chinese."""
        return self.en if lang == "en" else self.zh
