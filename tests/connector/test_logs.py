import io
import json
import logging

import pytest
import structlog

from connector import logs
from connector.domain.errors import Unavailable


@pytest.fixture
def written():
    """Lines as they would be read from the process, parsed."""
    stream = io.StringIO()
    logs.configure(stream=stream)
    return lambda: [json.loads(line) for line in stream.getvalue().splitlines()]


def fail(error: Exception):
    raise error


def test_a_line_is_a_json_object_with_event_level_logger_and_time(written):
    logs.get("connector.receive").info("stored", source="eleme", event_id=7)
    (line,) = written()
    assert line.pop("at").endswith("Z")
    assert line == {"event": "stored", "level": "info", "logger": "connector.receive", "source": "eleme", "event_id": 7}


@pytest.mark.parametrize(
    "key",
    [
        "phone", "name", "address", "secret", "token", "password", "body", "message", "signature",
        "rider_phone", "riderPhone", "customerName", "access_token", "APP_SECRET", "recipient_address", "sig",
    ],
)  # fmt: skip
def test_a_key_that_speaks_of_something_secret_or_personal_is_replaced_at_any_depth(written, key):
    logs.get("x").warning("seen", **{key: "personal"}, deep={"list": [{key: "personal"}]})
    (line,) = written()
    assert line[key] == "***"
    assert line["deep"] == {"list": [{key: "***"}]}


def test_keys_that_operators_need_stay(written):
    logs.get("x").info("parked", lane="eleme:155000001", order="eleme:3040000000000000398", reason="contradiction")
    (line,) = written()
    assert (line["lane"], line["order"]) == ("eleme:155000001", "eleme:3040000000000000398")
    assert line["reason"] == "contradiction"


def test_text_loses_mobile_numbers_and_passwords_in_addresses(written):
    logs.get("x").info("seen", note="13800000000 or +8613800000000, at redis://u:pw@host:1/0, id 3040000000000000398")
    (line,) = written()
    assert line["note"] == "*** or ***, at redis://***@host:1/0, id 3040000000000000398"


def test_an_exception_leaves_its_class_and_its_places_but_not_its_words(written):
    try:
        fail(Unavailable("Key (phone)=(13800000000) already exists"))
    except Unavailable:
        logs.get("x").exception("failed")
    (line,) = written()
    assert line["error"] == "Unavailable"
    assert "test_logs.py:" in line["places"][-1]
    assert "already exists" not in json.dumps(line)


def test_lines_of_libraries_take_the_same_form_and_the_same_rule(written):
    try:
        fail(ValueError("personal"))
    except ValueError:
        logging.getLogger("some.library").exception("could not reach redis://u:pw@host:1/0")
    (line,) = written()
    assert line["event"] == "could not reach redis://***@host:1/0"
    assert (line["level"], line["logger"], line["error"]) == ("error", "some.library", "ValueError")
    assert "personal" not in json.dumps(line)


@pytest.mark.parametrize("library", ["odoorpc", "httpx"])
def test_libraries_that_print_whole_calls_are_quiet_below_warning(written, library):
    logging.getLogger(f"{library}.inner").info("GET https://host/?token=1")
    logging.getLogger(f"{library}.inner").warning("slow")
    assert [line["event"] for line in written()] == ["slow"]


def test_debug_is_not_written_unless_asked_for(written):
    logs.get("x").debug("stored")
    assert written() == []


def test_bytes_and_objects_never_show_their_content(written):
    class Opaque:
        def __repr__(self) -> str:
            return "personal"

    logs.get("x").info("seen", raw=b"personal", thing=Opaque())
    (line,) = written()
    assert line["raw"] == "***"
    assert "personal" not in json.dumps(line)


@pytest.fixture
def host():
    """What a host application prints, whose structlog and logging are its own and show all that they are given."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(logging.Formatter("%(levelname)s %(name)s %(message)s"))
    logging.basicConfig(handlers=[handler], level=logging.INFO, force=True)
    structlog.configure(
        processors=[structlog.dev.ConsoleRenderer()], logger_factory=structlog.PrintLoggerFactory(stream)
    )
    yield stream.getvalue
    structlog.reset_defaults()


def test_in_a_host_application_an_exception_leaves_no_more_than_among_our_own_lines(host):
    phone, body = "13800000000", {"recipient": "personal"}
    try:
        fail(RuntimeError(f"{phone} {body}"))
    except RuntimeError:
        logs.get("connector.x").exception("failed", body=body, note=f"call {phone}", thing=object())
    told = host()
    assert "ERROR connector.x {" in told
    assert "'error': 'RuntimeError'" in told
    assert "test_logs.py:" in told
    assert not any(word in told for word in (phone, "personal", "object at"))


def test_a_host_application_keeps_its_structlog_and_decides_which_levels_are_shown(host):
    before = structlog.get_config()
    logs.get("connector.x").debug("stored")
    assert host() == ""
    logs.get("connector.x").info("stored")
    assert "INFO connector.x {" in host()
    assert structlog.get_config() == before
    structlog.get_logger("its.own").info("seen", phone="as it likes")
    assert "as it likes" in host()
