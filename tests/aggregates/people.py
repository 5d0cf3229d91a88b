"""People who do not exist, for property tests: their names and numbers in canonical form."""

from datetime import date

from hypothesis import strategies as st

from aggregates.sealed.id_number import check_character

_PROVINCES = ("11", "37", "54", "65", "83", "911")
_SURNAMES = ("张", "王", "李", "欧阳", "司马", "阿依", "𠮷")


def wide(text: str) -> str:
    """Return text as a Chinese input method leaves it: full-width letters, digits and signs."""
    return "".join(chr(ord(one) + 0xFEE0) if "!" <= one <= "~" else one for one in text)


@st.composite
def id_numbers(draw: st.DrawFn) -> str:
    """Return valid ID numbers of all provinces and centuries in use."""
    region = draw(st.sampled_from(_PROVINCES)).ljust(6, "5")
    born = draw(st.dates(date(1900, 1, 1), date(2099, 12, 31)))
    sequence = draw(st.integers(1, 999))
    digits = f"{region}{born:%Y%m%d}{sequence:03}"
    return digits + check_character(digits)


def phones() -> st.SearchStrategy[str]:
    """Return mobile and landline numbers."""
    return st.from_regex("1[3-9][0-9]{9}|0635[0-9]{7}|010[0-9]{8}", fullmatch=True).filter(
        str.isascii
    )


def accounts() -> st.SearchStrategy[str]:
    """Return bank accounts."""
    return st.from_regex("[0-9]{8,24}", fullmatch=True).filter(str.isascii)


@st.composite
def names(draw: st.DrawFn) -> str:
    """Return names of two to ten characters."""
    given = st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5), min_size=1)
    return draw(st.sampled_from(_SURNAMES)) + draw(given)[:8]
