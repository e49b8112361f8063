"""Ele.me's events as it pushes them and its order as it answers, read by the product's mapping (``eleme.md`` 2, 3)."""

import json
from datetime import UTC, datetime, timedelta

from mappings.eleme import read_pulled, read_push

ORDER = "155000001"
_STATES = {12: "valid", 14: "invalid", 15: "invalid", 17: "invalid", 18: "settled"}
_REFUNDS = {0: "applied", 1: "noRefund", 2: "rejected", 3: "successful", 4: "arbitrating", 5: "successful", 6: "failed"}
_CASE = {
    "requested": "applied",
    "arbitrating": "arbitrating",
    "withdrawn": "noRefund",
    "rejected": "rejected",
    "granted": "successful",
}
_WORDS = {"full": "normal", "part": "part"}


def yuan(fen):
    return f"{fen / 100:.2f}"


def china(at):
    return (datetime.fromtimestamp(at // 1000, UTC) + timedelta(hours=8)).strftime("%Y-%m-%dT%H:%M:%S")


def order(history, *, slim=False):
    """The order's own body (OOrder) as it was paid."""
    line = {"id": 1, "vfoodId": 11, "skuId": "12", "name": "牛肉面", "price": yuan(history.paid), "quantity": 1}
    body = {
        "id": ORDER,
        "orderId": ORDER,
        "daySn": 7,
        "activeAt": china(history.events[0].at),
        "createdAt": china(history.events[0].at),
        "totalPrice": yuan(history.paid),
        "groups": [{"name": "1号篮子", "type": "normal", "items": [line]}],
    }
    sums = {
        "originalPrice": yuan(history.paid),
        "deliverFee": 0,
        "packageFee": 0,
        "hongbao": 0,
        "shopPart": 0,
        "elemePart": 0,
        "serviceFee": 0,
        "income": yuan(history.paid),
    }
    return body if slim else {**body, **sums}


def _push(code, message, at):
    text = json.dumps(message, ensure_ascii=False)
    return json.dumps({"type": code, "message": text, "timestamp": at, "shopId": 1, "userId": 2}).encode()


def _refund_words(history, wire):
    body = {"reason": "不想要了"}
    if wire.get("scope"):
        body["refundType"] = _WORDS[wire["scope"]]
    if wire.get("money") is not None:
        body["totalPrice"] = yuan(wire["money"])
    if wire.get("goods"):
        body["goodsList"] = [{"name": "牛肉面", "quantity": 1, "price": yuan(wire.get("money") or 0)}]
    return body


def _message(history, event):
    head = {"orderId": ORDER, "shopId": 1}
    if event.what == "rider":
        return {**head, "state": f"s{event.code}", "name": "测骑手", "phone": "13900000000", "updateAt": event.at}
    if event.what == "note":
        return {**head, "remindId": event.wire["number"], "updateTime": event.at // 1000}
    if event.code in _STATES:
        return {**head, "state": _STATES[event.code], "updateTime": event.at // 1000, "role": 3}
    wire = {**event.wire, "money": event.wire.get("money", event.money)}
    status = "successful" if event.what == "part" else _REFUNDS[event.code % 10]
    return {**head, "refundStatus": status, "updateTime": event.at // 1000, **_refund_words(history, wire)}


def bodies(history):
    """Every push of the history, in order: ``[(event, body)]``."""
    told = []
    for event in history.events:
        if event.what == "press":
            continue
        if event.what != "paid":
            told.append((event, _push(event.code, _message(history, event), event.at)))
            continue
        types = (10, 217) if event.wire["both"] else (event.wire["type"],)
        for code in types:
            body = order(history, slim=code == 217 and event.wire["both"])
            told.append((event, _push(code, body, event.at)))
    return told


def facts(history):
    """``[(event, fact)]`` of all pushes."""
    return [(event, read_push(body)[1]) for event, body in bodies(history)]


def again(_history, _event, fact, _later):
    """The same push sent again: its message is the same to the letter."""
    return fact


def answer(history, books, told, at):
    """What ``getOrder`` and ``getRefundOrder`` answer at a moment, ``told`` being what had happened."""
    status = "unprocessed" if books.accepted is None else "valid"
    if books.finished:
        status = "settled"
    if books.voided or (books.all_back and not books.finished):
        status = "invalid"
    body, refund = {**order(history), "status": status, "refundStatus": "noRefund"}, None
    spoken = [each for each in told if each.case and not each.case.startswith("merchant")]
    parts = [each for each in told if each.what == "part"]
    if spoken:
        case = books.cases[spoken[-1].case]
        body["refundStatus"] = _CASE[case.status]
        if spoken[-1].code in {26, 36} and case.status == "rejected":
            body["refundStatus"] = "failed"
        if case.status != "withdrawn":
            refund = _told(case.scope, case.money or None, body["refundStatus"], spoken[-1])
    if parts and not books.open and (not spoken or parts[-1].at > spoken[-1].at):
        body["refundStatus"] = "successful"
        refund = _told("part", parts[-1].money, "successful", parts[-1])
    pulled = {"pulled_at": at, "order": body, "refund": refund}
    return read_pulled(json.dumps(pulled).encode())[1]


def _told(scope, money, status, event):
    body = {"orderId": ORDER, "refundStatus": status, "refundType": _WORDS[scope], "updateTime": event.at // 1000}
    if money is not None:
        body["totalPrice"] = yuan(money)
    return {**body, "applyRefundReason": "不想要了"}
