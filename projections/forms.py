"""The form of a part or model: a digest of all that decides its rows.

It is kept beside the rows. When the program defines a part otherwise than the rows were made, it
makes them anew; so an upgrade needs no migration of read models.
"""

import inspect
from functools import cache
from hashlib import sha256

from projections.model import ReadModel
from projections.part import Part


@cache
def form_of_part(part: Part) -> str:
    """Return the digest of a part: its table, its facts, and the text that makes its rows."""
    facts = (cls.TYPE for cls in part.facts)
    module = inspect.getmodule(part.rows)
    text = "" if module is None else inspect.getsource(module)
    return _digest(part.table(), *part.indexing(), *facts, text)


@cache
def form_of_model(model: ReadModel) -> str:
    """Return the digest of a model: its table and its statement."""
    return _digest(model.schema, model.definition)


def _digest(*texts: str) -> str:
    return sha256("\x1f".join(texts).encode()).hexdigest()
