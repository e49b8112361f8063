"""Invented events of Meituan, as the door stores them."""

import json

from mappings.meituan import read_event

ORDER = "2700000000000000001"
NOW = 1_768_471_400
DETAIL = {
    "app_food_code": "F001",
    "food_name": "宫保鸡丁",
    "sku_id": "F001-L",
    "quantity": 2,
    "price": 15,
    "box_num": 2,
    "box_price": 1,
    "spec": "大份",
    "food_property": "中辣,不要葱",
    "cart_id": 0,
}


def line(**changes):
    return {name: value for name, value in {**DETAIL, **changes}.items() if value is not ...}


def order(**changes):
    """The parameters of a paid push: 2 × 15 + 2 boxes + 5 delivery − 4 = 33."""
    known = {
        "app_id": "900001",
        "timestamp": f"{NOW + 5}",
        "order_id": ORDER,
        "wm_order_id_view": ORDER,
        "app_poi_code": "MT-2001",
        "recipient_address": "测试小区 (1号楼#101)@#测试省测试市",
        "recipient_phone": "13800000000_1234",
        "recipient_name": "测试 (先生)",
        "shipping_fee": "5.0",
        "total": "33.0",
        "original_price": "37.0",
        "caution": " 不要辣 收餐人隐私号 13800000000_1234，手机号 138****0000",
        "status": "2",
        "ctime": f"{NOW}",
        "utime": f"{NOW}",
        "delivery_time": "0",
        "day_seq": "7",
        "logistics_code": "1001",
        "detail": [line()],
        "extras": [{"type": 2, "reduce_fee": 4.0, "mt_charge": 1.0, "poi_charge": 3.0}, {}],
        "poi_receive_detail": "",
        "incmp_code": "0",
        "incmp_modules": "[]",
        **changes,
    }
    told = {name: value for name, value in known.items() if value is not ...}
    return {name: value if isinstance(value, str) else json.dumps(value) for name, value in told.items()}


def stored(kind, params):
    return json.dumps({"kind": kind, "params": params}).encode()


def read(kind, **params):
    """What a push says; ``...`` takes a parameter away."""
    known = {"order_id": ORDER, "timestamp": f"{NOW}", **params}
    return read_event(stored(kind, {name: value for name, value in known.items() if value is not ...}))


def content(**changes):
    return read_event(stored("order-paid", order(**changes))).facts[0].content


def pulled(refunds=None, at=NOW * 1000 + 900_000, **changes):
    """An order that was read back: real JSON types, as an answer has them."""
    head = {
        **order(detail=..., extras=...),
        "detail": [line()],
        "extras": [{"type": 2, "reduce_fee": "4.0", "mt_charge": "1.0", "poi_charge": "3.0"}, {}],
        "status": 4,
        "order_id": int(ORDER),
        "order_send_time": NOW,
        "order_confirm_time": NOW + 20,
        "order_cancel_time": 0,
        "order_completed_time": 0,
        **changes,
    }
    head = {name: value for name, value in head.items() if value is not ...}
    return read_event(json.dumps({"pulled_at": at, "order": head, "refunds": refunds}).encode())
