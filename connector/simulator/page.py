"""`/`: the latest orders with the acts that are possible now as buttons, in Chinese or English."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for

from .eleme.bodies import DELIVERY
from .eleme.rides import possible
from .errors import PlatformError
from .guard import guard, here
from .kinds import KINDS, kinds_of
from .units import local, yuan

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as AnyResponse

    from .eleme.order import Order

page = Blueprint("page", __name__, template_folder="templates")
page.before_request(guard)
ORDERS_SHOWN = 50
PUSHES_SHOWN = 15
SEE_OTHER = 303
# The platform's words (page 2.6) as people say them.
WORDS = {
    "unprocessed": ("未处理", "not accepted"),
    "valid": ("已接单", "accepted"),
    "refunding": ("退单处理中", "request open"),
    "invalid": ("无效", "invalid"),
    "settled": ("已完成", "finished"),
    "noRefund": ("无退单", "no refund"),
    "applied": ("已申请退单", "asked"),
    "rejected": ("退单被拒", "refused"),
    "arbitrating": ("仲裁中", "in arbitration"),
    "failed": ("退单失败", "dismissed"),
    "successful": ("退单成功", "money went back"),
}
NUMBERS = ("code", "type", "remindId")


def _lang() -> str:
    return "en" if request.values.get("lang") == "en" else "zh"


def _shown(order: Order) -> dict[str, object]:
    return {
        "id": order.id,
        "shop": order.shop.name,
        "day_sn": order.day_sn,
        "placed": local(order.placed_at).replace("T", " "),
        "status": WORDS[order.word][_lang() == "en"],
        "refund": WORDS[order.refund_word][_lang() == "en"],
        "rider": order.rides[-1].code if order.rides else "",
        "paid": f"{yuan(order.content.paid):.2f}",
        "refunded": f"{yuan(order.refunded):.2f}",
        "lines": [f"{line.dish.title} × {line.quantity}" for line in order.content.lines],
        "acts": here().eleme.offered(order),
        "codes": [code for code in DELIVERY if possible(order, code)],
    }


@page.get("/")
def index() -> Response:
    """Shops, a form to order, the latest orders, the latest deliveries."""
    world = here()
    with world.lock:
        orders = [_shown(order) for order in islice(reversed(world.eleme.orders.values()), ORDERS_SHOWN)]
        shops = [shop for _, shop in world.eleme.shops.values()]
    html = render_template(
        "simulator.html",
        lang=_lang(),
        shops=shops,
        kinds=kinds_of("eleme").values(),
        orders=orders,
        pushes=list(islice(reversed(world.pusher.log), PUSHES_SHOWN)),
        waiting=world.pusher.waiting(),
        refused=request.args.get("refused", ""),
    )
    response = make_response(html)
    response.headers["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'"
    return response


def _again(refused: str = "") -> AnyResponse:
    return redirect(url_for("page.index", lang=_lang(), refused=refused or None), SEE_OTHER)


@page.post("/page/orders")
def order() -> AnyResponse:
    """The form's order."""
    kind = request.form.get("kind", "")
    shop_id = request.form.get("shop", 0, type=int)
    if kind not in KINDS or shop_id not in here().eleme.shops:
        return _again("?")
    here().place(shop_id, KINDS[kind].content, kind=kind)
    return _again()


@page.post("/page/orders/<order_id>/<act>")
def press(order_id: str, act: str) -> AnyResponse:
    """A button of an order; the platform's refusal is shown on the page."""
    args: dict[str, object] = {}
    for name in NUMBERS:
        number = request.form.get(name, type=int)
        if number is not None:
            args[name] = number
    if line := request.form.get("line", type=int):
        args["items"] = [{"line": line, "quantity": 1}]
    try:
        here().act(order_id, act, args)
    except PlatformError as error:
        return _again(error.message)
    return _again()
