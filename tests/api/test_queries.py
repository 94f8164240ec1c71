"""Query strings at the door: what is accepted, and what is said about the rest."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl

import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict

from locator.api.parsing import Pairs, parameter_shapes, parse
from locator.api.planning_queries import ScenarioParams, SitingParams
from locator.api.queries import CoverageParams, NearestParams, NoParams, SearchParams
from locator.base.echo import shortened
from locator.base.errors import InvalidParameterError, NotFoundError, QuestionError

HERE = [("lat", "50.06"), ("lon", "19.94")]


def nearest(*pairs: tuple[str, str], strict: bool = True) -> NearestParams:
    return parse(NearestParams, MultiDict(list(pairs)), strict=strict)


def fault(*pairs: tuple[str, str]) -> tuple[str | None, str]:
    with pytest.raises(InvalidParameterError) as caught:
        nearest(*pairs)
    return caught.value.parameter, caught.value.message


def test_a_full_question_becomes_one_typed_object() -> None:
    asked = nearest(
        ("layer", "nurseries"),
        ("layer", "aeds"),
        ("layer", "nurseries"),
        *HERE,
        ("k", "3"),
        ("pace", "0.9"),
        ("open", "now"),
        ("status", "all"),
        ("at", "2026-06-01T14:30:00+02:00"),
    )
    assert asked == NearestParams(
        layer=("nurseries", "aeds"),
        lat=50.06,
        lon=19.94,
        k=3,
        pace=0.9,
        open="now",
        status="all",
        at=datetime.fromisoformat("2026-06-01T14:30:00+02:00"),
    )


def test_what_is_left_out_has_its_default() -> None:
    asked = nearest(("q", "  Rynek Główny 1 "))
    assert asked == NearestParams(q="Rynek Główny 1")
    assert (asked.k, asked.open, asked.status, asked.pace, asked.layer) == (
        5,
        "any",
        "open",
        None,
        (),
    )


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("k", "0", "k has to be a whole number from 1 to 20; given: “0”."),
        ("k", "9999", "k has to be a whole number from 1 to 20; given: “9999”."),
        ("k", "2.5", "k has to be a whole number from 1 to 20; given: “2.5”."),
        ("k", "", "k has to be a whole number from 1 to 20; given: “”."),
        ("k", "9" * 5000, f"k has to be a whole number from 1 to 20; given: “{'9' * 40}…”."),
        ("pace", "nan", "pace has to be a number from 0.3 to 3; given: “nan”."),
        ("pace", "inf", "pace has to be a number from 0.3 to 3; given: “inf”."),
        ("pace", "-1", "pace has to be a number from 0.3 to 3; given: “-1”."),
        ("open", "yes", "open has to be one of: now, any; given: “yes”."),
        ("status", "OPEN", "status has to be one of: open, all; given: “OPEN”."),
        ("at", "5", "at has to be a date and time like 2026-06-01T14:30; given: “5”."),
        ("at", "2026-02-31T10:00", "at has to be a date and time like 2026-06-01T14:30; "
         "given: “2026-02-31T10:00”."),
        ("at", "0001-01-01T00:00Z", "at has to be a date and time like 2026-06-01T14:30; "
         "given: “0001-01-01T00:00Z”."),
    ],
)  # fmt: skip
def test_a_wrong_value_is_named_with_what_would_be_right(
    name: str, value: str, message: str
) -> None:
    assert fault(*HERE, (name, value)) == (name, message)


@pytest.mark.parametrize("value", ["abc", "nan", "inf", "1e999", "91", "50,06", "<script>"])
def test_a_latitude_is_a_number_of_degrees(value: str) -> None:
    parameter, message = fault(("lat", value), ("lon", "19.94"))
    assert parameter == "lat"
    assert message == f"lat has to be a number from -90 to 90; given: “{value}”."


@pytest.mark.parametrize(
    ("given", "parameter", "message"),
    [
        ([], "q", "Where from? Give q (an address or a place) or lat and lon."),
        ([("q", "a"), *HERE], "q", "Give either q (an address or a place) or lat and lon, "
         "not both."),
        ([("lat", "50")], "lon", "lat and lon belong together; lon is missing."),
        ([("lon", "20")], "lat", "lat and lon belong together; lat is missing."),
        ([("q", "")], "q", "q is empty."),
        ([("q", "   ")], "q", "q is empty."),
        ([("q", "x" * 10_000)], "q", "q may have at most 200 characters; 10000 were given."),
        ([("q", "a"), ("q", "b")], "q", "q may be given once only; it was given 2 times."),
        ([("q", "a"), ("layer", "")], "layer", "layer is empty."),
        ([("q", "a"), ("sort", "x")], "sort", "There is no parameter “sort” here. Known "
         "parameters: layer, q, lon, lat, profile, night, ownership, kind, operator, k, pace, "
         "open, status, at, by, max_walk, step_free."),
    ],
)  # fmt: skip
def test_one_origin_and_known_names_only(
    given: list[tuple[str, str]], parameter: str, message: str
) -> None:
    assert fault(*given) == (parameter, message)


def test_everything_that_is_wrong_is_told_at_once() -> None:
    pairs = [("k", "0"), ("sort", "x"), ("open", "yes"), ("pace", "1"), ("pace", "2")]
    with pytest.raises(InvalidParameterError) as caught:
        nearest(*pairs, ("layer", ""), ("lat", "50"))
    assert [(one.parameter, one.accepted) for one in caught.value.faults] == [
        ("sort", {"enum": list(parameter_shapes(NearestParams))}),
        ("pace", {"maxItems": 1}),
        ("layer", {"type": "string", "minLength": 1, "maxLength": 100}),
        ("k", {"type": "integer", "minimum": 1, "maximum": 20}),
        ("open", {"type": "string", "enum": ["now", "any"]}),
        ("lon", None),
    ]
    assert caught.value is caught.value.faults[0]


NAMES = {"layer": ("nurseries", "aeds"), "group": ("all",), "district": (1, 2)}


def looked_up(kind: type[Any], query: str, **path: str) -> list[tuple[str, str | None, int | None]]:
    """Return the faults of a query whose names are looked up: code, parameter, position."""
    with pytest.raises(QuestionError) as caught:
        parse(
            kind,
            MultiDict(parse_qsl(query, keep_blank_values=True)),
            strict=True,
            names=NAMES,
            **path,
        )
    return [(one.code, one.parameter, one.position) for one in caught.value.faults]


BAD, GONE = "invalid_parameter", "not_found"


@pytest.mark.parametrize(
    ("query", "path", "faults"),
    [
        ("minutes=15", "zoo", [(GONE, "layer", None)]),
        (
            "minutes=0&group=x&district=77",
            "zoo",  # what the address names comes first, whatever else is wrong
            [
                (GONE, "layer", None),
                (BAD, "minutes", None),
                (BAD, "group", None),
                (GONE, "district", None),
            ],
        ),
        (
            "district=77&group=x&avoid=1&avoid=9&n=50",  # ... then what no city could answer
            "aeds",
            [
                (BAD, "n", None),
                (BAD, "group", None),
                (GONE, "district", None),
                (GONE, "avoid", 1),
            ],
        ),
    ],
)
def test_unknown_names_are_told_with_all_other_faults(
    query: str, path: str, faults: list[tuple[str, str | None, int | None]]
) -> None:
    assert looked_up(SitingParams, query, layer=path) == faults


def test_an_unknown_name_says_which_there_are() -> None:
    with pytest.raises(NotFoundError) as caught:
        parse(NearestParams, Pairs([("q", "a"), ("layer", "zoo")]), names=NAMES)
    assert caught.value.message == "There is no layer “zoo”. Layers: nurseries, aeds."
    assert caught.value.accepted == {"enum": ["nurseries", "aeds"]}


def test_too_many_names_are_one_fault() -> None:
    query = "&".join(f"avoid={number}" for number in range(1, 60))
    assert looked_up(SitingParams, query, layer="aeds") == [(BAD, "avoid", None)]


def test_a_site_that_is_none_is_told_with_the_rest() -> None:
    query = "add=50,20&add=here&close=&minutes=x"
    assert looked_up(ScenarioParams, query, layer="aeds") == [
        (BAD, "minutes", None),
        (BAD, "close", 0),
        (BAD, "add", 1),
    ]


def test_without_a_city_no_name_is_looked_up() -> None:
    asked = parse(SitingParams, Pairs([("group", "x"), ("district", 77)]), layer="zoo")
    assert (asked.layer, asked.group, asked.district) == ("zoo", "x", 77)


def test_yes_or_no_is_said_with_one_or_nought() -> None:
    with pytest.raises(InvalidParameterError, match=r"^planned has to be one of: 1, 0; given: “x”"):
        parse(ScenarioParams, MultiDict([("planned", "x")]), strict=True, layer="nurseries")


def test_too_many_layers_are_refused() -> None:
    layers = [("layer", f"l{i}") for i in range(31)]
    assert fault(("q", "a"), *layers) == ("layer", "layer may be given at most 30 times.")


def test_a_page_ignores_empty_fields_and_foreign_names() -> None:
    asked = nearest(("q", ""), *HERE, ("k", " "), ("utm_source", "x"), strict=False)
    assert asked == NearestParams(lat=50.06, lon=19.94)


def test_what_the_path_gives_cannot_be_overruled_by_the_query_string() -> None:
    args = MultiDict([("layer", "aeds"), ("minutes", "15")])
    assert parse(CoverageParams, args, layer="nurseries").layer == "nurseries"
    with pytest.raises(InvalidParameterError, match="no parameter “layer”"):
        parse(CoverageParams, args, strict=True, layer="nurseries")


def test_an_address_without_parameters_says_so() -> None:
    with pytest.raises(InvalidParameterError, match="this address takes none"):
        parse(NoParams, MultiDict([("x", "1")]), strict=True)


def test_a_missing_parameter_is_named() -> None:
    with pytest.raises(InvalidParameterError, match=r"^q is missing\.$"):
        parse(SearchParams, MultiDict(), strict=True)


def test_a_plus_sign_that_became_a_space_is_understood() -> None:
    asked = nearest(*HERE, ("at", "2026-06-01T14:30 02:00"))
    assert asked.at is not None and asked.at.utcoffset() == timedelta(hours=2)
    assert nearest(*HERE, ("at", "2026-06-01T14:30Z")).at == datetime(
        2026, 6, 1, 14, 30, tzinfo=UTC
    )


def test_what_was_given_is_shown_on_one_short_line() -> None:
    assert shortened("a\r\nb\x00\u202ec") == "“a b c”"
    assert shortened("x" * 41) == f"“{'x' * 40}…”"


@pytest.mark.slow
@given(st.lists(st.tuples(st.sampled_from(["k", "lat", "lon", "pace", "at", "layer"]), st.text())))
def test_whatever_is_given_the_answer_is_a_question_or_a_clear_fault(
    pairs: list[tuple[str, str]],
) -> None:
    try:
        nearest(*HERE, *pairs)
    except InvalidParameterError as error:
        assert error.parameter and error.message
