"""Meituan's events as it pushes them and its order as it answers, read by the mapping (``meituan.md`` 3-7)."""

import json

from mappings.meituan import read_event

ORDER, VIEW = "9000000000000000001", "27000000000000001"
KINDS = {"paid": ("order-paid", 2), "accepted": ("order-confirmed", 4), "finished": ("order-completed", 8)}
REFUND = {"ask", "appeal", "withdraw", "reject", "grant"}
WHOLE, PART = "1", "2"
#: The steps of a delivery that the order tells when it is read, each with the time of the last such step.
STEPS = {"10": "logistics_confirm_time", "20": "logistics_fetch_time", "40": "logistics_completed_time"}


def yuan(fen):
    return f"{fen / 100:.2f}"


def order(history, *, slim=False):
    """The order object as it is pushed: text values, JSON inside; a completed push may be slim."""
    begun = str(history.events[0].second)
    head = {"order_id": ORDER, "wm_order_id_view": VIEW, "app_poi_code": "MT-1", "ctime": begun, "day_seq": "7"}
    if slim:
        return head
    line = {"app_food_code": "F1", "food_name": "牛肉面", "sku_id": "S1", "quantity": 1, "price": yuan(history.paid)}
    return {
        **head,
        "total": yuan(history.paid),
        "original_price": yuan(history.paid),
        "shipping_fee": "0.00",
        "detail": json.dumps([line]),
        "extras": "[{}]",
    }


def push(history, event, later):
    """Kind and parameters; ``later`` seconds after the first attempt only the time of sending differs."""
    sent = str(event.second + event.wire.get("lag", 0) + later)
    common = {"app_id": "1", "timestamp": sent, "sig": "x", "order_id": ORDER}
    if event.what in KINDS:
        kind, status = KINDS[event.what]
        body = order(history, slim=event.what == "finished")
        return kind, {**common, **body, "status": str(status), "utime": str(event.second)}
    if event.what in {"void", "echo"}:
        told = {"reason_code": str(event.wire["reason"]), "reason": "不要了"}
        told["deal_op_type"] = str(event.wire.get("actor", 1))
        return "order-cancelled", {**common, **told}
    if event.what == "rider":
        told = {"logistics_status": str(event.wire["status"]), "time": str(event.second), "dispatcher_name": "测"}
        return "logistics", {**common, **told}
    if event.what == "note":
        return _note(event, common)
    return _refund(event, common)


def _note(event, common):
    wire = event.wire
    if wire["kind"] == "reminder":
        return "reminder", {**common, "remind_id": str(wire["number"]), "remind_time": str(event.second)}
    if wire["kind"] == "money":
        return "refund-money", {**common, "refund_id": wire["refund"], "refund_status": "13", "money": "1.00"}
    if wire["kind"] == "logistics":
        return "logistics", {**common, "logistics_status": str(wire["status"]), "time": str(event.second)}
    told = {"refund_id": wire["case"], "status": str(wire["status"]), "service_type": "2", "ctime": str(wire["ctime"])}
    if wire["scope"] == "full":
        return "refund", {**common, **told, "is_appeal": "0"}
    return "partial-refund", {**common, **told, "is_appeal": "0", "money": yuan(wire["money"])}


def _refund(event, common):
    notify, res, appeal, status = event.wire["words"]
    told = {"refund_id": event.case, "ctime": str(event.wire["ctime"]), "is_appeal": str(appeal), "reason": "不要了"}
    if notify:
        told |= {"notify_type": notify, "res_type": str(res)}
    else:
        told |= {"status": str(status), "service_type": "2"}
    if event.scope == "full":
        return "refund", {**common, **told}
    food = [{"food_name": "牛肉面", "app_food_code": "F1", "sku_id": "S1", "count": 1, "refund_price": "0.01"}]
    return "partial-refund", {**common, **told, "money": yuan(event.money), "food": json.dumps(food)}


def fact(history, event, later=0):
    kind, params = push(history, event, later)
    return read_event(json.dumps({"kind": kind, "params": params}).encode()).facts[0]


def facts(history):
    """``[(event, fact)]`` of all pushes."""
    return [(event, fact(history, event)) for event in history.events if event.what != "press"]


def again(history, event, _fact, later):
    """The same push, sent again: only its time of sending is new."""
    return fact(history, event, later)


def answer(history, books, told, at):
    """What ``getOrderDetail`` and ``getOrderRefundDetail`` answer, each statement dated by itself."""
    events = {event.what: event for event in told}
    status = max(KINDS[each][1] for each in events if each in KINDS)
    if books.all_back and (books.voided or any(_whole(case) for case in books.cases.values())):
        status = 9
    times = {"accepted": "order_confirm_time", "finished": "order_completed_time", "void": "order_cancel_time"}
    stated = {name: events[what].second for what, name in times.items() if what in events}
    ridden = {STEPS[step]: event.second for event in told if (step := ride_told(event))}
    last = {event.case: event for event in told if event.what in REFUND}
    body = {**order(history), **stated, **ridden, "status": status}
    pulled = {"pulled_at": at, "order": body, "refunds": [_read_back(event) for event in last.values()]}
    return read_event(json.dumps(pulled).encode()).facts


def lags(history, event, later):
    """What an answer states of a case whose last word it has not heard: this event, touched again ``later``."""
    row = {**_read_back(event), "utime": event.second + later}
    pulled = {"pulled_at": (event.second + later) * 1000, "order": order(history), "refunds": [row]}
    (fact,) = [fact for fact in read_event(json.dumps(pulled).encode()).facts if fact.claim]
    return fact


def ride_told(event):
    """The step of a delivery that an answer can tell of; empty for anything else."""
    step = str(event.wire.get("status")) if event.what == "rider" else ""
    return step if step in STEPS else ""


def _whole(case):
    return case.status == "granted" and case.scope == "full"


def _read_back(event):
    notify, res, appeal, status = event.wire["words"]
    told = {
        "refund_id": event.case,
        "ctime": event.wire["ctime"],
        "utime": event.second,
        "refund_type": WHOLE if event.scope == "full" else PART,
        "apply_type": "6" if appeal else "1",
    }
    told |= {"res_type": str(res)} if notify else {"status": str(status), "service_type": "2"}
    return told if event.money is None else {**told, "money": yuan(event.money)}
