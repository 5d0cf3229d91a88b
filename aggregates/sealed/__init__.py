"""Fields of people: what stands for them in an entry, and the kinds of value they hide.

A fact or command declares by type what a field is::

    name: Personal[Name]                  identity: sealed under the person's key
    account: Matchable[Account]           identity that must be compared: a token beside it
    category: Restricted[PersonCategory]  what rules and folds need, but nobody may browse

An instance holds a commitment, never the value; a restricted one also holds the value while a
decision needs it, and never spells or shows it.
"""

from aggregates.sealed.id_number import IdNumber
from aggregates.sealed.kinds import (
    Account,
    Address,
    FreeText,
    Kind,
    Malformed,
    Name,
    Payload,
    Phone,
    PlainText,
)
from aggregates.sealed.values import (
    Form,
    Matchable,
    Personal,
    Restricted,
    Sealed,
    form_of,
    is_sealed,
    kind_of,
    parse,
    token_id,
)

KINDS: dict[str, type[Kind]] = {
    kind.code: kind
    for kind in (Name, IdNumber, Phone, Account, Address, PlainText, FreeText, Payload)
}
"""Every kind of identity by the code under which the vault files it."""

__all__ = [
    "KINDS",
    "Account",
    "Address",
    "Form",
    "FreeText",
    "IdNumber",
    "Kind",
    "Malformed",
    "Matchable",
    "Name",
    "Payload",
    "Personal",
    "Phone",
    "PlainText",
    "Restricted",
    "Sealed",
    "form_of",
    "is_sealed",
    "kind_of",
    "parse",
    "token_id",
]
