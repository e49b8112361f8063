import json
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connector.domain.errors import Refused
from connector.domain.order import Kind, Rider
from mappings.meituan import read_event
from mappings.meituan_kinds import KINDS, kind_of
from tests.mappings.meituan import NOW, ORDER, line, order, pulled, read, stored

AT = NOW * 1000


@pytest.mark.parametrize(
    ("kind", "status", "key", "found", "code"),
    [
        ("order-paid", "2", "status:2", Kind.ORDER, 10),
        ("order-paid", "3", "status:2", Kind.ORDER, 10),
        ("order-paid", "7", "status:2", Kind.ORDER, 10),
        ("order-confirmed", "4", "status:4", Kind.ACCEPT, 12),
        ("order-completed", "8", "status:8", Kind.FINISH, 18),
        ("order-confirmed", ..., "status:4", Kind.ACCEPT, 12),
        ("order-completed", "", "status:8", Kind.FINISH, 18),
        ("order-paid", "8", "status:8", Kind.FINISH, 18),
    ],
)
def test_an_order_push_is_the_step_that_its_status_says(kind, status, key, found, code):
    said = read_event(stored(kind, order(status=status, utime=f"{NOW + 60}")))
    (fact,) = said.facts
    assert (said.order, fact.key, fact.kind, fact.code, fact.at) == (ORDER, key, found, code, AT + 60_000)
    assert fact.content is not None


def test_a_slim_push_is_a_step_without_content_and_hides_no_whole_one():
    slim = {"order_id": ..., "wm_order_id_view": ORDER, "status": "8", "poi_receive_detail_yuan": '{"poiReceive":"9"}'}
    said = read("order-completed", **slim)
    (fact,) = said.facts
    assert (said.order, fact.key, fact.content, fact.at) == (ORDER, "status:8", None, AT)
    degraded = read_event(stored("order-paid", order(incmp_code="-1", incmp_modules="[1]"))).facts[0]
    assert (degraded.key, degraded.content.whole) == ("status:2:slim", False)


@pytest.mark.parametrize("missing", ["utime", "ctime"])
def test_a_push_that_tells_no_time_has_the_next_best(missing):
    (fact,) = read_event(stored("order-paid", order(**{"utime": ..., missing: ...}))).facts
    assert fact.at == (AT if missing == "utime" else AT + 5000)


@pytest.mark.parametrize("nothing", ["", ...])
@pytest.mark.parametrize(("kind", "status"), [("order-confirmed", "4"), ("order-completed", "8"), ("order-paid", "8")])
def test_a_later_step_that_tells_no_time_happened_when_it_was_sent_and_not_when_the_order_was_placed(
    kind, status, nothing
):
    (fact,) = read_event(stored(kind, order(status=status, utime=nothing, timestamp=f"{NOW + 900}"))).facts
    assert (fact.at, fact.content.placed_at) == (AT + 900_000, AT)


@pytest.mark.parametrize(
    ("reason", "actor", "code"),
    [
        ("1102", "1", 17),
        ("1101", "1", 17),
        ("2009", "2", 17),
        ("2007", "6", 17),
        ("", "", 17),
        ("1001", "5", 15),
        ("1001", ..., 15),
        ("1201", ..., 15),
        ("1204", "3", 15),
        ("1301", ..., 15),
        ("2007", "4", 15),
        ("x", "3", 15),
    ],
)
def test_a_cancellation_is_forced_or_made_invalid_by_who_made_it(reason, actor, code):
    (fact,) = read("order-cancelled", reason_code=reason, deal_op_type=actor, reason="太忙").facts
    assert (fact.key, fact.kind, fact.code, fact.basis, fact.at) == ("cancel", Kind.VOID, code, "cancel", AT)
    assert fact.refund.reason == "太忙"


def test_the_echo_of_a_refund_is_no_cancellation_of_its_own():
    (fact,) = read("order-cancelled", reason_code="1103", reason="退款成功").facts
    assert (fact.key, fact.kind, fact.code, fact.basis) == ("cancel:1103", Kind.VOID, 23, "echo")


@pytest.mark.parametrize(("status", "code"), [("10", 53), ("15", 54), ("20", 55), ("40", 56)])
@pytest.mark.parametrize("kind", ["logistics", "self-logistics"])
def test_the_rider_is_where_the_platform_says(kind, status, code):
    time = {"logistics": {"time": f"{NOW + 9}"}, "self-logistics": {"operate_time": f"{NOW + 9}"}}[kind]
    news = {"logistics_status": status, "dispatcher_name": "测骑手", "dispatcher_mobile": "13800000000_1", **time}
    (fact,) = read(kind, **news).facts
    assert (fact.key, fact.kind, fact.code) == (f"logistics:{status}:{NOW + 9}", Kind.RIDER, code)
    assert (fact.at, fact.rider) == (AT + 9000, Rider(name="测骑手", phone="13800000000_1"))


def test_own_delivery_names_the_order_by_its_other_number():
    assert read("self-logistics", order_id=..., order_view_id="9", logistics_status="20").order == "9"


@pytest.mark.parametrize(("status", "alert"), [("0", False), ("5", False), ("100", True), ("1", False), ("", False)])
def test_other_news_of_the_delivery_are_notes_and_a_lost_rider_is_told_at_once(status, alert):
    said = read("logistics", logistics_status=status, time=f"{NOW}")
    (fact,) = said.facts
    assert (fact.kind, fact.code, fact.key) == (Kind.NOTE, 0, f"logistics:{status}:{NOW}")
    assert "·" in fact.note
    assert (said.alert is not None) is alert
    if said.alert:
        assert said.alert[:2] == ("delivery", f"logistics:100:{NOW}")


def test_an_order_that_is_read_tells_the_steps_of_its_delivery_as_they_were_pushed():
    steps = {"0": "send", "10": "confirm", "20": "fetch", "40": "completed"}
    times = {f"logistics_{name}_time": NOW + 30 * at for at, name in enumerate(steps.values(), 1)}
    rider = {"dispatcher_name": "测骑手", "dispatcher_mobile": "13800000000_1"}
    said = pulled(**times, logistics_status=40, **{f"logistics_{name}": value for name, value in rider.items()})
    told = {fact.key: replace(fact, pulled=False) for fact in said.facts}
    for at, status in enumerate(steps, 1):
        (pushed,) = read("logistics", logistics_status=status, time=f"{NOW + 30 * at}", **rider).facts
        assert told[pushed.key] == pushed
    assert said.alert is None


def test_a_delivery_that_was_cancelled_is_told_also_when_only_the_answer_tells_it():
    (pushed,) = read("logistics", logistics_status="100", time=f"{NOW + 50}").facts
    said = pulled(logistics_cancel_time=NOW + 50, logistics_status=100)
    assert said.alert == ("delivery", pushed.key, pushed.note)


@pytest.mark.parametrize("more", [{"logistics_send_time": NOW + 60}, {"status": 8}, {"status": 9}])
def test_a_delivery_that_was_arranged_again_or_is_over_is_nothing_to_act_on(more):
    said = pulled(logistics_cancel_time=NOW + 50, **more)
    assert said.alert is None
    assert not [fact for fact in said.facts if fact.key.startswith("logistics:100")]


@pytest.mark.parametrize("rubbish", [[], {}, False, 1.5])
def test_a_rider_whose_name_cannot_be_read_has_none(rubbish):
    said = pulled(logistics_fetch_time=NOW + 50, logistics_dispatcher_name=rubbish, logistics_dispatcher_mobile=rubbish)
    (fact,) = [fact for fact in said.facts if fact.kind is Kind.RIDER]
    assert fact.rider == Rider()


def test_a_reminder_can_be_answered_by_its_number():
    (fact,) = read("reminder", remind_id="880001", remind_time=f"{NOW + 3}").facts
    assert (fact.key, fact.code, fact.note, fact.at) == ("reminder:880001", 45, "880001", AT + 3000)


def test_reminders_without_a_number_are_told_apart_by_their_time():
    keys = [read("reminder", remind_time=f"{NOW + late}").facts[0].key for late in (3, 3, 600)]
    assert keys[0] == keys[1] != keys[2]


@pytest.mark.parametrize(("status", "failed"), [("3", False), ("4", True), ("13", False), ("14", True), ("x", False)])
def test_the_money_of_a_refund_is_a_note_and_a_failure_is_told_at_once(status, failed):
    said = read("refund-money", refund_id="7", refund_status=status, money="8.5")
    (fact,) = said.facts
    assert (fact.key, fact.kind, fact.code) == (f"refund-money:7:{status}", Kind.NOTE, 0)
    assert fact.note.endswith("¥8.50")
    assert (said.alert[0] if said.alert else "") == ("warning" if failed else "")


def test_settlement_and_picking_are_notes():
    assert read("settlement", settleAmount="41.0").facts[0].note == "平台已结算 · settled by the platform ¥41.00"
    inside = {"order_id": ..., "pick_up_data": json.dumps({"order_id": int(ORDER), "app_poi_code": "MT-2001"})}
    said = read("picking-done", **inside)
    assert (said.order, said.facts[0].key) == (ORDER, "picking-done")


@pytest.mark.parametrize(
    ("status", "what", "shut"),
    [("120", "closed", True), ("121", "closed", False), ("19", "offline", True), ("18", "offline", False)],
)
def test_a_shop_that_was_closed_is_told_until_it_is_open_again(status, what, shut):
    news = {"poi_status": status, "reason": "歇业", "operate_time": f"{NOW + 1}"}
    said = read("shop-status", order_id=..., **news)
    assert (said.order, said.facts, said.lasts) == ("", (), (AT + 1000, shut))
    kind, subject, words = said.alert
    assert (kind, subject) == ("shop", what)
    assert "歇业" in words


def test_a_status_of_the_shop_that_nobody_knows_is_a_note():
    said = read("shop-status", order_id=..., poi_status="7")
    assert (said.alert, said.lasts) == (None, None)
    assert "7" in said.note


@pytest.mark.parametrize(("op_type", "gone"), [("2", True), ("1", False)])
def test_a_shop_that_was_unbound_is_told_until_it_is_bound_again(op_type, gone):
    told = {"order_id": ..., "op_time": f"{NOW + 1}", "poi_info": '{"appPoiCode":"MT-2001"}'}
    said = read("shop-binding", op_type=op_type, **told)
    assert (said.alert[0], said.lasts) == ("authorisation", (AT + 1000, gone))


def test_a_privacy_downgrade_is_told_at_once_with_or_without_an_order():
    assert read("privacy-downgrade", order_id=...).alert[0] == "privacy"
    assert read("privacy-downgrade").facts[0].kind is Kind.NOTE


@pytest.mark.parametrize("kind", ["unknown", "", "order-changed"])
def test_what_is_not_read_is_kept_and_shown_with_its_order(kind):
    said = read(kind, anything="1")
    assert (said.order, said.facts[0].kind) == (ORDER, Kind.NOTE)
    assert read(kind, order_id=..., anything="1").facts == ()


FIELDS = {
    "order-paid": order(),
    "order-confirmed": order(status="4"),
    "order-completed": {"wm_order_id_view": "1", "status": "8"},
    "order-cancelled": {"order_id": "1", "reason_code": "1102", "reason": ""},
    "refund": {"order_id": "1", "refund_id": "2", "notify_type": "apply", "reason_code": "21111"},
    "partial-refund": {"order_id": "1", "refund_id": "2", "notify_type": "agree", "money": "1"},
    "refund-money": {"order_id": "1", "refund_id": "2", "refund_status": "3", "money": "1"},
    "logistics": {"order_id": "1", "wm_order_id_view": "1", "logistics_status": "10", "time": "1"},
    "self-logistics": {"order_view_id": "1", "logistics_status": "10", "operate_time": "1"},
    "reminder": {"order_id": "1", "remind_id": "2"},
    "settlement": {"order_id": "1", "status": "8", "settleAmount": "1"},
    "shop-status": {"app_poi_code": "1", "poi_status": "120"},
    "shop-binding": {"op_type": "2", "poi_info": "{}"},
    "picking-done": {"pick_up_data": "{}"},
}


@pytest.mark.parametrize("kind", FIELDS)
def test_at_the_address_of_all_kinds_the_fields_tell_which_it_is(kind):
    assert kind_of({"app_id": "1", "timestamp": "1", **FIELDS[kind]}) == kind


@pytest.mark.parametrize(
    ("kind", "more"),
    [
        ("order-cancelled", {"status": "9"}),
        ("order-cancelled", {"logistics_status": "100"}),
        ("order-paid", {"logistics_status": "0", "reason_code": ""}),
        ("logistics", {"status": "4"}),
        ("reminder", {"remind_id": ..., "remind_time": "1"}),
    ],
)
def test_fields_that_nobody_announced_make_no_other_kind(kind, more):
    told = {**FIELDS[kind], **({"detail": "[]"} if kind == "order-paid" else {}), **more}
    assert kind_of({name: value for name, value in told.items() if value is not ...}) == kind


@pytest.mark.parametrize(
    ("told", "kind"),
    [
        ({"notify_type": "part"}, "partial-refund"),
        ({"notify_type": "agree", "food": "[{}]"}, "partial-refund"),
        ({"notify_type": "apply"}, "refund"),
        ({"notify_type": "agree"}, "refund-answer"),
        ({"notify_type": "agree", "food": "", "money": ""}, "refund-answer"),
    ],
)
def test_a_refund_that_does_not_tell_its_part_has_no_kind_of_its_own(told, kind):
    assert kind_of({"app_id": "1", "order_id": "1", "refund_id": "2", **told}) == kind


def test_only_the_kind_whose_fields_nobody_knows_cannot_be_told():
    assert set(KINDS) - set(FIELDS) == {"privacy-downgrade"}
    assert kind_of({"app_id": "1", "timestamp": "1"}) == "unknown"


@pytest.mark.parametrize(
    "body",
    [b"", b"[]", b"{}", b'{"kind":"refund","params":[]}', b'{"kind":"refund","params":{"a":1}}', b'{"pulled_at":true}'],
)
def test_what_is_no_event_is_refused(body):
    with pytest.raises(Refused):
        read_event(body)


@pytest.mark.parametrize("kind", sorted(set(KINDS) - {"shop-status", "shop-binding", "privacy-downgrade"}))
def test_a_push_about_an_order_that_names_none_is_refused(kind):
    with pytest.raises(Refused, match="order_id: missing"):
        read(kind, order_id=...)


NAMES = st.sampled_from(
    sorted({name for fields in FIELDS.values() for name in fields} | {"food", "is_appeal", "res_type", "service_type"})
)
SCALARS = st.sampled_from(["", "0", "-1", "1e999", "NaN", "9" * 40, "1.005", "\x00", "{}", "[{}]", "[[]]", "[1"])
TEXTS = SCALARS | st.text(max_size=12) | st.builds(lambda one: json.dumps([one]), st.dictionaries(st.text(), st.text()))
JSONS = st.recursive(
    st.none() | st.booleans() | st.integers() | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


@settings(max_examples=400)
@given(kind=st.sampled_from([*KINDS, "unknown"]), params=st.dictionaries(NAMES, TEXTS, max_size=9), whole=st.booleans())
def test_any_push_is_facts_or_a_refusal(kind, params, whole):
    try:
        said = read_event(stored(kind, {**(order() if whole else {"order_id": ORDER}), **params}))
    except Refused:
        return
    assert not said.facts or said.order
    for fact in said.facts:
        assert fact.at >= 0
        assert "\x00" not in json.dumps([fact.key, fact.note, fact.who])


@settings(max_examples=300)
@given(
    head=st.dictionaries(NAMES | st.sampled_from(["order_confirm_time", "order_cancel_time"]), JSONS, max_size=6),
    lines=JSONS,
    refunds=JSONS | st.lists(st.dictionaries(NAMES, JSONS, max_size=5), max_size=2),
)
def test_any_answer_is_facts_or_a_refusal(head, lines, refunds):
    try:
        said = pulled(refunds, **{"detail": [line()], "extras": lines, **head})
    except Refused:
        return
    assert said.order
    assert all(fact.pulled for fact in said.facts)


@settings(max_examples=200)
@given(JSONS | st.fixed_dictionaries({"pulled_at": JSONS, "order": JSONS}))
def test_any_stored_body_is_read_or_refused(event):
    try:
        said = read_event(json.dumps(event).encode())
    except Refused:
        return
    assert not said.facts or said.order
