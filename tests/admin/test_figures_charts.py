"""The charts' geometry and the words of numbers."""

import pytest

from messenger.admin.figures_charts import chosen, columns, lines
from messenger.admin.figures_tables import recommendations, stars, week
from messenger.admin.figures_words import number, percent, signed, span
from messenger.lib.tally import Tally
from messenger.services.insight.sums import Ratings, Sums


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (None, "—"),
        (0, "0 s"),
        (59.4, "59 s"),
        (60, "1 min"),
        (95, "1.6 min"),
        (1_200, "20 min"),
        (3_600, "1 h"),
        (100_000, "1.2 d"),
        (31_536_000, "365 d"),
    ],
)
def test_a_length_of_time(seconds: float | None, said: str) -> None:
    assert span(seconds) == said


def test_numbers() -> None:
    assert (number(None), number(4.0, 1), percent(0, 0), percent(1, 3)) == ("—", "4.0", "—", "33%")
    assert (signed(41.2), signed(-7), signed(0), signed(None)) == ("+41", "−7", "0", "—")


def test_columns_stand_on_each_other() -> None:
    chart = columns([(3, 1), (0, 0), (8, 0)], ["a", "b", "c"], ["A", "B", "C"])
    assert chart.frame.scale == ["8", "4", "0"]
    first, second, third = chart.bars
    assert (first.main_y, first.main_height, first.rest_y, first.rest_height) == (62.5, 37.5, 50, 12.5)
    assert (second.main_height, second.rest_height) == (0, 0)
    assert (third.main_y, third.main_height) == (0, 100)


def test_columns_of_nothing() -> None:
    assert columns([(0, 0)], ["a"], ["A"]).bars[0].main_height == 0
    assert columns([], [], []).bars == []


def test_lines_are_broken_where_there_is_nothing() -> None:
    chart = lines([("main", [10, None, 60, 600])], list("abcd"), list("ABCD"))
    assert chart is not None
    assert chart.frame.scale == ["10 min", "1 min", "10 s"]
    assert chart.lines[0].path == "M0.5 100 M2.5 50 L3.5 0"
    assert chart.lines[0].dots == "M0.5 100h0 M2.5 50h0 M3.5 0h0"


@pytest.mark.parametrize("value", [0, 1, 10, 31_536_000, 1e12])
def test_a_line_stays_in_its_frame(value: float) -> None:
    chart = lines([("main", [value])], ["a"], ["A"])
    assert chart is not None
    assert 0 <= float(chart.lines[0].path.split()[1]) <= 100


def test_there_is_no_chart_of_nothing() -> None:
    assert lines([("main", [None, None])], ["a", "b"], ["A", "B"]) is None


def test_of_many_labels_a_few_are_chosen() -> None:
    assert chosen([str(day) for day in range(1, 32)]) == ["1", "9", "16", "23", "31"]
    assert chosen(["a", "b"]) == ["a", "b"]


def test_the_busiest_hour_is_darkest() -> None:
    sums = Sums(hours=Tally.of([0] * 10 + [25] + [167] * 5).lanes)
    days = week(sums)
    assert [days[0].hours[0].level, days[1].hours[1].level, days[6].hours[23].level] == [6, 1, 3]
    assert days[2].hours[2].level == 0


def test_scores() -> None:
    ratings = Ratings((1, 0, 0, 1, 2), (1, 0, 0, 0, 0, 0, 0, 2, 0, 0, 5))
    assert [(score.number, score.part) for score in stars(ratings)] == [
        ("2", "50%"), ("1", "25%"), ("0", "0%"), ("0", "0%"), ("1", "25%"),
    ]  # fmt: skip
    assert [score.number for score in recommendations(ratings)] == ["5", "2", "1"]
    assert ratings.score == pytest.approx(50)


@pytest.mark.parametrize(
    ("part", "whole", "shown"),
    [(0, 9, "0%"), (1, 1_000, "<1%"), (1, 3, "33%"), (999, 1_000, ">99%"), (9, 9, "100%"), (0, 0, "—")],
)
def test_a_few_are_not_none_and_nearly_all_are_not_all(part: int, whole: int, shown: str) -> None:
    assert percent(part, whole) == shown
