"""Codes are drawn from all there are, and read as people type them."""

import pytest

from bot.store.share_codes import DIGITS, LENGTH, draw_code, read_code, shown_code


def test_codes_have_40_bits_and_are_read_as_they_are_shown() -> None:
    drawn = {draw_code() for _ in range(500)}
    assert len(drawn) == 500
    assert len(DIGITS) ** LENGTH == 2**40
    assert set("".join(drawn)) == set(DIGITS)
    assert all(read_code(shown_code(code)) == code for code in drawn)


@pytest.mark.parametrize(
    "typed", ["K7Q0-2M91", "k7q02m91", " k7qo—2m9i ", "Ｋ７ＱＯ ２Ｍ９Ｌ", "`K7Q0-2M91`", "k 7 q 0 2 m 9 1"]
)
def test_a_code_is_read_in_any_case_width_and_grouping(typed: str) -> None:
    assert read_code(typed) == "K7Q02M91"


@pytest.mark.parametrize("typed", ["", "K7Q0", "K7Q02M911", "K7Q02M9U", "K7Q02M9ß", "塔" * 8, "%_%_%_%_"])
def test_what_is_none_is_none(typed: str) -> None:
    assert read_code(typed) == ""
