"""The error tree: as drawn, picklable, and split by what the caller does next."""

from __future__ import annotations

import pickle
import re
from datetime import date

import pytest

from egov_vn import errors
from egov_vn.errors import (
    BeyondHorizon,
    EgovError,
    IllegalTransition,
    InvalidInput,
    NotInForce,
    Unavailable,
    VerificationError,
)

EXAMPLES = [
    InvalidInput("'x' is not a code", path="MaHoSo", source="Điều 1"),
    InvalidInput("'x' is not a code"),
    NotInForce("window", date(1990, 1, 1)),
    BeyondHorizon("the notice", date(2031, 1, 1), known_until=date(2026, 12, 31)),
    IllegalTransition("RECEIVED", "RETURN"),
    VerificationError("the signature does not hold", report="r"),
    Unavailable("the TSA did not answer in 3 s", service="tsa"),
]


def test_the_drawing_in_the_docstring_is_the_tree() -> None:
    drawn = set(re.findall(r"^[│├└─ ]*([A-Z]\w+)", errors.__doc__ or "", re.MULTILINE)) & set(errors.__all__)

    def walk(kind: type[EgovError]) -> set[str]:
        children = [child for child in kind.__subclasses__() if child.__module__ == errors.__name__]
        return {kind.__name__}.union(*(walk(child) for child in children))

    assert drawn == walk(EgovError) == set(errors.__all__)


@pytest.mark.parametrize("error", EXAMPLES, ids=lambda error: type(error).__name__)
def test_an_error_survives_pickling(error: EgovError) -> None:
    twin = pickle.loads(pickle.dumps(error))
    assert type(twin) is type(error)
    assert str(twin) == str(error)
    assert vars(twin) == vars(error)


def test_an_invalid_input_says_where_and_by_which_rule() -> None:
    assert str(EXAMPLES[0]) == "MaHoSo: 'x' is not a code [Điều 1]"
    assert str(EXAMPLES[1]) == "'x' is not a code"
    assert isinstance(EXAMPLES[0], ValueError)


def test_beyond_the_horizon_names_the_last_known_day() -> None:
    error = EXAMPLES[3]
    assert isinstance(error, LookupError)
    assert "2026-12-31" in str(error)
    assert isinstance(error, NotInForce)


def test_an_illegal_transition_names_state_and_event() -> None:
    assert str(EXAMPLES[4]) == "a dossier in state RECEIVED cannot take the event RETURN"
