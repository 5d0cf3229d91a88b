"""Every read model by name: for running, rebuilding and the docs."""

from projections.archive import ARCHIVE
from projections.class_ledger import CLASS_LEDGER
from projections.detail.catalogue import PARTS
from projections.entitlements import ENTITLEMENTS
from projections.funds import FUNDS
from projections.model import ReadModel
from projections.risk import RISK
from projections.spreading import Folds
from projections.trail import TRAIL

MODELS: tuple[ReadModel, ...] = (CLASS_LEDGER, TRAIL, ENTITLEMENTS, FUNDS, ARCHIVE, RISK)
"""The read models, in the order in which they are kept."""


def model(name: str) -> ReadModel:
    """Return a read model by its name.

    Raises:
        KeyError: there is none of that name.
    """
    for one in MODELS:
        if one.name == name:
            return one
    raise KeyError(name)


def folds() -> Folds:
    """Return all read models and the parts they stand on."""
    return Folds(tuple(PARTS.values()), MODELS)


def folds_of(*names: str) -> Folds:
    """Return some read models and only the parts they stand on.

    Raises:
        KeyError: there is none of such a name.
    """
    models = tuple(model(name) for name in names)
    needed = {part.name for one in models for part in one.parts}
    return Folds(tuple(one for name, one in PARTS.items() if name in needed), models)
