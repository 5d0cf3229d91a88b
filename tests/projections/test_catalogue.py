"""The catalogue says what there is: models, their parts, and which of them are restricted."""

import pytest

from aggregates.facts import FACTS
from projections.catalogue import MODELS, folds, model
from projections.detail.catalogue import PARTS
from projections.reading import know_all_facts
from projections.risk.indicators import INDICATORS
from projections.statement import HOLE, Holed


def test_a_model_is_found_by_its_name_or_not_at_all() -> None:
    assert [model(one.name) for one in MODELS] == list(MODELS)
    with pytest.raises(KeyError):
        model("class_ledgers")


def test_no_read_model_depends_on_restricted_values() -> None:
    # Whoever adds one lists it here: an offline replay cannot reproduce it, and has to say so.
    assert [one.name for one in MODELS if one.restricted] == []


def test_every_part_of_a_model_or_indicator_is_kept() -> None:
    kept = set(folds().parts)
    holed: tuple[Holed, ...] = (*MODELS, *INDICATORS)
    for one in holed:
        assert set(one.parts) <= kept
        assert set(HOLE.findall(one.definition)) <= {part.name for part in one.parts}


def test_every_part_can_be_touched_by_the_key_of_the_models_that_read_it() -> None:
    for one in MODELS:
        for part in one.parts if one.kept else ():
            assert one.touching(part) in part.columns


def test_each_part_is_filed_under_its_own_name() -> None:
    assert all(name == part.name for name, part in PARTS.items())


def test_every_open_fact_of_a_class_is_followed_by_some_part() -> None:
    know_all_facts()
    read = {cls for part in PARTS.values() for cls in part.facts}
    passed_over = {
        name
        for name, cls in FACTS.items()
        if cls not in read and name.startswith(("training-class.", "payment.", "publicity."))
    }
    # The trail holds all of them; these leave no rows in any other part.
    assert passed_over == {
        "training-class.assessment-applied.v1",
        "training-class.claim-filed.v1",
        "training-class.roster-changed.v1",
    }
