"""A policy book as tests know it, and commands asked of it."""

from aggregates.decisions import policy_book_id
from aggregates.facts import Fact
from aggregates.policy_book.seed import initial_facts
from aggregates.policy_book.state import POLICY_BOOK, PolicyBook
from tests.aggregates.harness import Happened, Scene, given, happened, official

DOC = "d0" * 32
BOOK = policy_book_id()
CHECKER = official(9)


def published(*facts: Fact, when: str = "2023-07-13") -> tuple[Happened, ...]:
    """Say that facts of the policy book were recorded."""
    return tuple(happened(when, POLICY_BOOK, BOOK, fact) for fact in facts)


def seeded(*facts: Fact) -> Scene:
    """Return a scene with a new policy book, and more facts of it."""
    return given(*published(*initial_facts(CHECKER)), *published(*facts))


def book(scene: Scene) -> PolicyBook:
    """Return the state of the policy book."""
    held = scene.loaded()[POLICY_BOOK.name(BOOK)].state
    assert isinstance(held, PolicyBook)
    return held
