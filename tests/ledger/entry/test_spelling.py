"""A fact spelled in one go has the bytes of its canonical form, whatever stands in it."""

from uuid import UUID

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import aggregates.catalogue  # noqa: F401 - declares every fact by being imported
from aggregates.facts import FACTS, Finding, describe, encode, spelled
from aggregates.system.facts import ImportBatchAccepted, RejectedRow
from ledger.entry import NotCanonical, canonical, doubtful

TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=60)
INTEGERS = st.integers(-(2**53) + 1, 2**53 - 1)


def accepted(text: str, number: int) -> ImportBatchAccepted:
    return ImportBatchAccepted(
        findings=(Finding(rule=text, detail=text[::-1]),),
        batch_id=UUID(int=abs(number)),
        source_system=text,
        rows=number,
        rejected_rows=0,
        rejected=(RejectedRow(line=number, reason=text),),
        sha256="0" * 64,
        mapping_version=text,
    )


def kinds_in(shape: object) -> set[str]:
    if isinstance(shape, dict):
        return set().union(*map(kinds_in, shape.values()))
    if isinstance(shape, list):
        return set().union(*map(kinds_in, shape))
    return {str(shape)}


@given(TEXT, INTEGERS)
@example('\x01\x08\t\n\x0c\r\x1f"\\/\x7f\x80\u2028\ufeff\U0010ffff', 2**53 - 1)
def test_one_go_gives_the_canonical_bytes(text: str, number: int) -> None:
    fact = accepted(text, number)

    assert spelled(fact) == canonical(encode(fact))


@pytest.mark.parametrize(("text", "number"), [("a\0b", 1), ("a", 2**53), ("a", -(2**53))])
def test_what_has_no_canonical_form_is_doubted(text: str, number: int) -> None:
    fact = accepted(text, number)

    assert doubtful(spelled(fact))
    with pytest.raises(NotCanonical):
        canonical(encode(fact))


def test_no_fact_holds_a_fraction() -> None:
    kinds = set().union(*(kinds_in(describe(cls)) for cls in FACTS.values()))

    assert not {kind for kind in kinds if "float" in kind or "Decimal" in kind}
