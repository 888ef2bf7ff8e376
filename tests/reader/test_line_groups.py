"""Which lines only sum up others, by their numbers and amounts."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from invoiceflow_reader.assembly.line_groups import groups

Lines = list[tuple[str, Decimal]]

CENTS = st.integers(-1_000_000, 1_000_000).map(lambda cents: Decimal(cents) / 100)


@st.composite
def bills(draw: st.DrawFn, above: str = "", depth: int = 3) -> Lines:
    """Lines and the lines under them, those that sum up before or behind their parts."""
    lines: Lines = []
    for place in range(1, draw(st.integers(1, 3)) + 1):
        number = f"{above}{place:02}"
        parts = draw(bills(f"{number}.", depth - 1)) if depth and draw(st.booleans()) else []
        amount = sum((a for n, a in parts if n.count(".") == number.count(".") + 1), Decimal(0)) if parts else draw(CENTS)
        its = (number, amount)
        lines += [*parts, its] if draw(st.booleans()) else [its, *parts]
    return lines


def split(lines: Lines) -> tuple[list[str], list[Decimal]]:
    return [number for number, _ in lines], [amount for _, amount in lines]


@given(bills())
def test_the_lines_over_others_are_the_groups_and_the_rest_is_the_sum(lines: Lines) -> None:
    numbers, amounts = split(lines)
    found = groups(numbers, amounts)
    assert {numbers[place] for place in found} == {n for n in numbers if any(other.startswith(f"{n}.") for other in numbers)}
    top = sum((amount for number, amount in lines if "." not in number), Decimal(0))
    assert sum((amount for place, amount in enumerate(amounts) if place not in found), Decimal(0)) == top


@given(bills(), st.data())
def test_a_line_that_is_not_the_sum_of_those_under_it_counts_itself(lines: Lines, data: st.DataObject) -> None:
    numbers, amounts = split(lines)
    if found := sorted(groups(numbers, amounts)):
        altered = data.draw(st.sampled_from(found))
        amounts[altered] += Decimal("0.03")
        assert altered not in groups(numbers, amounts)


def test_a_plain_list_of_lines_has_no_groups() -> None:
    assert groups([str(n) for n in range(1, 13)], [Decimal(n) for n in range(1, 13)]) == frozenset()
    assert groups([None, None], [Decimal(1), Decimal(1)]) == frozenset()


def test_numbers_without_dots_stand_under_the_longest_beginning() -> None:
    assert groups(["0101", "0102", "01", "0201", "02"], [Decimal(n) for n in (600, 450, 1050, 90, 90)]) == {2, 4}


def test_of_two_lines_with_one_number_nobody_knows_which_is_above() -> None:
    assert groups(["1", "1", "1.1"], [Decimal(5), Decimal(5), Decimal(5)]) == frozenset()
