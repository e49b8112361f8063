"""Meituan passes the conformance kit."""

import json
from urllib.parse import quote_plus, urlencode, urlsplit

import httpx
import pytest

from connector.domain.order import OrderRef, StoreRef
from connector.platforms.meituan import Meituan
from connector.platforms.signing import sign_meituan
from connector.ports import Hook
from connector.settings import MeituanApp
from tests.contracts.platform import Kit, PlatformContract, Story
from tests.shelf import Shelf, StandingClock
from tests.vectors import DATA

VECTORS = json.loads((DATA / "meituan_signature_vectors.json").read_text("utf-8"))
SECRETS = tuple({one["inputs"]["secret"] for one in VECTORS["push"]})
URLS = tuple({one["inputs"]["callback_url"] for one in VECTORS["push"]})
APP = MeituanApp(app_id="10021", secrets=SECRETS, callback_urls=URLS)
BASE = "https://erp.example.com"
SAMPLES = sorted((DATA / "samples/meituan").glob("push_paid_*.json"))
#: When the order of the stories was paid, in seconds.
BEGUN, PAID = 1_768_471_290, 3450
ORDER = VECTORS["push"][0]["inputs"]["params"]


def vector(one):
    """A vector as a request at our door; its path is that of another receiver, registered beside ours."""
    url = urlsplit(one["wire"]["url"])
    body = one["wire"].get("body", "").encode()
    return Hook(method=one["inputs"]["method"], path=url.path, query=url.query, headers={}, body=body)


def push(kind, after=0, *, times=1, secret=SECRETS[0], **members):
    """A push of one kind, signed, its values encoded once or twice."""
    told = {"app_id": "10021", "timestamp": str(BEGUN + after), **members}
    told["sig"] = sign_meituan(f"{BASE}/hooks/meituan/{kind}", told, secret)
    values = {key: quote_plus(value) if times > 1 else value for key, value in told.items()}
    body = urlencode(values).encode()
    return Hook(method="POST", path=f"/hooks/meituan/{kind}", query="", headers={}, body=body)


def order(kind, status, after):
    told = {key: value for key, value in ORDER.items() if key not in {"app_id", "timestamp", "sig"}}
    return push(kind, after, times=2, **{**told, "status": str(status), "utime": str(BEGUN + after)})


def refund(after, notify, res_type, *, asked, number="7001", kind="refund", **members):
    told = {"notify_type": notify, "refund_id": number, "ctime": str(BEGUN + asked), "res_type": str(res_type)}
    told = {**told, "order_id": ORDER["order_id"], "app_poi_code": ORDER["app_poi_code"], "is_appeal": "0"}
    return push(kind, after, **{**told, "reason": "餐品有问题", **members})


def part(after, notify, res_type, *, asked, yuan, number="7001"):
    food = [{"app_food_code": "F001", "sku_id": "F001-L", "food_name": "宫保鸡丁", "spec": "大份", "count": 1}]
    words = {"money": str(yuan), "food": json.dumps(food, ensure_ascii=False)}
    return refund(after, notify, res_type, asked=asked, number=number, kind="partial-refund", **words)


def cancel(after, code, actor="1"):
    told = {"order_id": ORDER["order_id"], "app_poi_code": ORDER["app_poi_code"], "reason": "用户取消"}
    return push("order-cancelled", after, reason_code=str(code), deal_op_type=actor, **told)


def rider(after, status):
    told = {"order_id": ORDER["order_id"], "app_poi_code": ORDER["app_poi_code"], "dispatcher_name": "测骑手"}
    return push("logistics", after, logistics_status=str(status), time=str(BEGUN + after), **told)


BEGIN = (order("order-paid", 2, 0), order("order-confirmed", 4, 10))
DONE = order("order-completed", 8, 1800)
STORIES = (
    Story(name="delivered", pushes=(*BEGIN, rider(600, 20), rider(1700, 40), DONE), state="completed", refunded=0),
    Story(name="cancelled in the window", pushes=(*BEGIN, cancel(50, 1102)), state="cancelled", refunded=PAID),
    Story(
        name="instant refund, its echo first",
        pushes=(*BEGIN, rider(500, 10), cancel(600, 1103), refund(601, "apply", 6, asked=600)),
        state="refunded",
        refunded=PAID,
    ),
    Story(
        name="asked before completion, granted after it",
        pushes=(*BEGIN, refund(1500, "apply", 0, asked=1500), DONE, refund(2000, "agree", 2, asked=1500)),
        state="refunded",
        refunded=PAID,
    ),
    Story(
        name="a part granted, a second one refused",
        pushes=(
            *BEGIN,
            DONE,
            part(1900, "part", 0, asked=1900, yuan=8),
            part(1950, "agree", 2, asked=1900, yuan=8),
            part(2500, "part", 0, asked=2500, yuan=20, number="7002"),
            part(2600, "reject", 1, asked=2500, yuan=20, number="7002"),
        ),
        state="partially_refunded",
        refunded=800,
    ),
)


def sample(path):
    """A captured order, signed anew with our own secret."""
    told = json.loads(path.read_text("utf-8"))["params"]
    told = {key: value for key, value in told.items() if key not in {"app_id", "timestamp", "sig"}}
    return push("order-paid", times=2, **told)


def taken(_request):
    return httpx.Response(200, json={"data": "ok"})


def told(request):
    """The order as it is answered: JSON where a push has JSON as text."""
    if request.url.path.endswith("getOrderRefundDetail"):
        return httpx.Response(200, json={"data": []})
    lists = {key: json.loads(ORDER[key]) for key in ("detail", "extras")}
    detail = {**ORDER, **lists, "order_id": int(ORDER["order_id"]), "status": 4, "order_confirm_time": BEGUN + 10}
    return httpx.Response(200, json={"data": detail})


def meituan(transport):
    client = httpx.Client(transport=httpx.MockTransport(transport))
    return Meituan(
        [APP],
        url="https://platform.invalid/api/v1/",
        public_urls=[BASE],
        shelf=Shelf(),
        http=client,
        clock=StandingClock(),
    )


@pytest.fixture(scope="module")
def kit():
    goods = [{"platform_item": "F001", "platform_sku": "F001-L", "name": "宫保鸡丁", "spec": "大份", "quantity": 1}]
    return Kit(
        platform=meituan(taken),
        good=[vector(one) for one in VECTORS["push"]],
        bad=[
            *(vector(one) for one in VECTORS["push_negative"] if one["inputs"]["secret"] in SECRETS),
            push("refund", secret="0" * 32, order_id="1"),
        ],
        check=[Hook(method=m, path="/hooks/meituan/refund", query="", headers={}, body=b"") for m in ("GET", "POST")],
        orders=[*(sample(path) for path in SAMPLES), BEGIN[0]],
        stories=STORIES,
        answering=meituan,
        taken=taken,
        told=told,
        order=OrderRef(f"meituan:{ORDER['order_id']}"),
        store=StoreRef(f"meituan:{ORDER['app_poi_code']}"),
        args={
            "answer_reminder": {"reminder": "7", "text": "马上送到"},
            "part_refund": {"items": [{"line": 1, "quantity": 1}], "amount": 800, "reason": "售完", "goods": goods},
            "cancel": {"reason_code": "2009", "reason": "售完"},
        },
    )


class TestMeituan(PlatformContract):
    """All of it."""
