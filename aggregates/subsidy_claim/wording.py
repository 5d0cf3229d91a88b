"""How refusals and findings speak of items, people and money.

Findings travel in entries: what is known of a person from other registers is told as a number of
heads, never with the item.
"""

from collections.abc import Iterable, Iterator

from aggregates.decisions import Unmet, unmet

_FEN_A_YUAN = 100
_RUNS_MAX = 20
Pair = tuple[str, str]


def yuan(fen: int) -> str:
    """Return money in yuan with two decimals."""
    return f"{fen // _FEN_A_YUAN}.{fen % _FEN_A_YUAN:02d}"


def ranges(numbers: Iterable[int]) -> str:
    """Return numbers as text, runs drawn together: ``1-3、7``; of very many the first runs."""
    runs: list[list[int]] = []
    for number in sorted(set(numbers)):
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    told = [str(run[0]) if len(run) == 1 else f"{run[0]}-{run[-1]}" for run in runs]
    more = "…" if len(told) > _RUNS_MAX else ""
    return "、".join(told[:_RUNS_MAX]) + more


def about_items(numbers: Iterable[int], expected: Pair, found: Pair) -> Iterator[Unmet]:
    """Yield what is unmet by items, all of them at once; nothing where there are none."""
    listed = ranges(numbers)
    if listed:
        yield unmet(
            expected,
            (f"第{listed}项{found[0]}", f"items {listed.replace('、', ', ')} {found[1]}"),
            where="items",
        )


def about_heads(count: int, expected: Pair, found: Pair) -> Iterator[Unmet]:
    """Yield what is unmet by a number of heads; nothing where there are none."""
    if count:
        yield unmet(expected, (f"{count}人{found[0]}", f"{count} {found[1]}"), where="items")
