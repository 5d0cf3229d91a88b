"""The unified social credit code of GB 32100-2015: 18 characters, the last of them a check."""

_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_MODULUS = len(_ALPHABET)
_LENGTH = 18
_WEIGHTS = tuple(pow(3, place, _MODULUS) for place in range(_LENGTH - 1))


def check_character(body: str) -> str:
    """Return the last character that belongs to the first 17.

    Raises:
        ValueError: a character that no code has.
    """
    total = sum(w * _ALPHABET.index(one) for w, one in zip(_WEIGHTS, body, strict=True))
    return _ALPHABET[-total % _MODULUS]


def is_sound(code: str) -> bool:
    """Say whether a code of the right form ends in its check character."""
    return len(code) == _LENGTH and check_character(code[:-1]) == code[-1]
