"""What was seen, told in Chinese and English, one line a thing."""

import sys


class Bad(Exception):  # noqa: N818 - it is what the verifier calls it
    """Something is not as it has to be.

    Attributes:
        zh: what, in Chinese.
        en: what, in English.
    """

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(en)
        self.zh = zh
        self.en = en


class Misuse(Bad):
    """What was asked cannot be done so."""


class Said:
    """What a run has seen so far.

    Attributes:
        bad: how many things were not as they have to be.
        unchecked: how many could not be checked here.
        told: everything that was said: how it is, in Chinese, in English.
    """

    def __init__(self, *, aloud: bool = True) -> None:
        self.bad = 0
        self.unchecked = 0
        self.told: list[tuple[str, str, str]] = []
        self._aloud = aloud

    def good(self, zh: str, en: str) -> None:
        """Say that something is as it has to be."""
        self._tell("ok", "[ 通过 ok ]", zh, en)

    def wrong(self, zh: str, en: str) -> None:
        """Say that something is not as it has to be."""
        self.bad += 1
        self._tell("bad", "[ 不符 BAD ]", zh, en)

    def open(self, zh: str, en: str) -> None:
        """Say that something could not be checked here."""
        self.unchecked += 1
        self._tell("unchecked", "[ 未验 unchecked ]", zh, en)

    def note(self, zh: str, en: str) -> None:
        """Say something that whoever reads has to know."""
        self._tell("note", "[ 注意 note ]", zh, en)

    def verdict(self) -> int:
        """Say how it ended; 0 if nothing bad was seen, 3 otherwise."""
        if self.bad:
            self._say("结论 verdict:", "不可采信。", "not to be relied on.")
            return 3
        self._say("结论 verdict:", "所验各项相符。", "what was checked is as it has to be.")
        return 0

    def _tell(self, how: str, mark: str, zh: str, en: str) -> None:
        self.told.append((how, zh, en))
        self._say(mark, zh, en)

    def _say(self, mark: str, zh: str, en: str) -> None:
        if self._aloud:
            sys.stdout.write(f"{mark} {zh}\n    {en}\n")
