"""What a log line says of an exception: its kind and its lines of code, never its words."""

import sys

from cxplatform.lib.logs import where_it_broke


def broken() -> ValueError:
    try:
        raise ValueError("Jane Roe takes it")
    except ValueError as error:
        return error


def test_an_exception_is_its_kind_and_its_lines() -> None:
    error = broken()
    for exc_info in (error, (ValueError, error, error.__traceback__)):
        line = where_it_broke(None, "error", {"event": "task.failed", "exc_info": exc_info})
        assert line["exception"] == "ValueError"
        assert line["trace"][-1].endswith(" broken")
        assert "Jane" not in str(line)


def test_the_exception_at_hand_is_found() -> None:
    try:
        raise KeyError("Jane")
    except KeyError:
        line = where_it_broke(None, "error", {"exc_info": True})
    assert line["exception"] == "KeyError"
    assert sys.exc_info() == (None, None, None)


def test_a_line_without_one_stays_as_it_is() -> None:
    assert where_it_broke(None, "info", {"event": "request", "exc_info": None}) == {"event": "request"}
