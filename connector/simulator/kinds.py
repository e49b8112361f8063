"""The kinds of orders that were seen in captures, rebuilt with the invented menu (platform page 3 and 7)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from .catalogue import BY_CODE, DISHES
from .content import DISCOUNT, Activity, Basket, Content, Line
from .errors import VALIDATION_FAILED, PlatformError
from .params import between, integer, rows, text

if TYPE_CHECKING:
    from collections.abc import Mapping
    from random import Random

MOST_OF_ONE = 99
HOURS = 3600

ONLINE = Activity(number=2097123522, name="在线支付立减优惠", category=12, shop=1000)
SHARED = Activity(number=1291917226, name="在线支付立减优惠", category=12, shop=1500, eleme=500)
VOUCHER = Activity(number=1126860207724, name="商家代金券抵扣", category=15, shop=200, eleme=300)
MEMBER = Activity(number=400009603388428161, name="超级会员专享红包", category=15, shop=400)
SINGLE = Activity(number=1293759106, name="单品定价", category=11, shop=999)
DELIVERY = Activity(number=2100000025, name="减配送费", category=2, shop=100, eleme=200)
LIMITED = Activity(number=1300000200, name="限量抢购", category=200, shop=350, eleme=150)


@dataclass(frozen=True, kw_only=True)
class Kind:
    """An order that can be placed by name; `platform` if it exists at one alone."""

    name: str
    zh: str
    en: str
    content: Content
    platform: str = ""


def line(number: int, quantity: int = 1, user_price: int | None = None) -> Line:
    """A line of the dish with this number."""
    return Line(dish=DISHES[number], quantity=quantity, user_price=user_price)


def basket(number: int, *lines: Line) -> Basket:
    """A basket of one customer."""
    return Basket(name=f"{number}号篮子", lines=lines)


def friend(number: int, *lines: Line) -> Basket:
    """A basket of a shared order (拼单)."""
    return Basket(name=f"用户 发起人{number}号... 的篮子", lines=lines)


def gift(*lines: Line) -> Basket:
    """What comes for nothing."""
    return Basket(name="赠品", lines=lines, kind=DISCOUNT)


# fmt: off
_ALL = (
    Kind(name="plain", zh="普通单", en="One dish, box, delivery", content=Content(
        baskets=(basket(1, line(1)),), boxes=1, box_price=100, deliver_fee=300)),
    Kind(name="several", zh="多份菜品", en="Several dishes", content=Content(
        baskets=(basket(1, line(3), line(7, 2), line(11)),), boxes=3, box_price=100, deliver_fee=180,
        remark="不要辣，多放香菜")),
    Kind(name="no_fees", zh="无餐盒费配送费", en="No box, no delivery fee", content=Content(
        baskets=(basket(1, line(5), line(13)),), rate=0)),
    Kind(name="specs", zh="多规格", en="Specs, attributes, ingredients", content=Content(
        baskets=(basket(1, line(1), line(2), line(9), line(10, 2)),),
        boxes=4, box_price=50, deliver_fee=450)),
    Kind(name="activity", zh="满减", en="The shop's reductions and a member packet", content=Content(
        baskets=(basket(1, line(1), line(7)),), boxes=1, box_price=300, deliver_fee=180,
        activities=(ONLINE, MEMBER), subsidy=200, vip=True)),
    Kind(name="shared_cost", zh="平台与商家共担", en="Reductions shared with the platform", content=Content(
        baskets=(basket(1, line(6), line(8), line(11, 2)),), boxes=2, box_price=150, deliver_fee=500,
        activities=(SHARED, VOUCHER), rate=18)),
    Kind(name="red_packet", zh="平台红包", en="Red packet of the platform", content=Content(
        baskets=(basket(1, line(9), line(10, 2)),), boxes=1, box_price=1, red_packet=50, rate=0)),
    Kind(name="single_price", zh="单品特价", en="Single-item price", content=Content(
        baskets=(basket(1, line(7, 2, user_price=501)),), deliver_fee=530, activities=(SINGLE,), rate=18)),
    Kind(name="limited", zh="限量抢购", en="Limited offer and red packet", content=Content(
        baskets=(basket(1, line(12, 1, user_price=1050), line(9)),), boxes=1, box_price=100, deliver_fee=250,
        activities=(LIMITED,), red_packet=300)),
    Kind(name="two_baskets", zh="拼单两个篮子", en="Shared order, one dish twice", content=Content(
        baskets=(friend(1, line(12), line(13, 2), line(20)),
                 friend(2, line(12), line(11), line(22), line(21))),
        boxes=2, box_price=150, deliver_fee=500, activities=(SHARED,))),
    Kind(name="three_baskets", zh="三个篮子", en="Three baskets", content=Content(
        baskets=(basket(1, line(4)), basket(2, line(4), line(9)), basket(3, line(5))),
        boxes=3, box_price=100, deliver_fee=350, remark="3份餐具")),
    Kind(name="gift", zh="赠品", en="A gift at price 0", content=Content(
        baskets=(basket(1, line(6), line(11)), gift(line(14))), boxes=2, box_price=100, deliver_fee=300,
        activities=(ONLINE,))),
    Kind(name="notes", zh="备注菜", en="Notes as dishes at price 0", content=Content(
        baskets=(basket(1, line(3), line(20), line(22)),), boxes=1, box_price=100, deliver_fee=300)),
    Kind(name="unmapped", zh="未关联菜品", en="Dishes that the ERP does not know", content=Content(
        baskets=(basket(1, line(4), line(30), line(31)),), boxes=2, box_price=100, deliver_fee=300)),
    Kind(name="book", zh="预订单", en="Pre-order", content=Content(
        baskets=(basket(1, line(5, 4), line(8, 2)),), boxes=6, box_price=100, deliver_fee=600,
        activities=(ONLINE,), book_seconds=5 * HOURS)),
    Kind(name="pick_up", zh="到店自取", en="Pick-up", content=Content(
        baskets=(basket(1, line(2), line(13)),), boxes=1, box_price=100, pick_up=True)),
    Kind(name="delivery_discount", zh="配送费优惠", en="A reduction of the delivery fee", content=Content(
        baskets=(basket(1, line(12), line(13)),), boxes=1, box_price=100, deliver_fee=400,
        activities=(DELIVERY,))),
    Kind(name="bag", zh="打包袋（美团）", en="A bag (Meituan)", platform="meituan", content=Content(
        baskets=(basket(1, line(2), line(11)),), boxes=2, box_price=100, bag=50, deliver_fee=300)),
    Kind(name="company", zh="公司餐带发票", en="For a company, with an invoice", content=Content(
        baskets=(basket(1, line(5, 6), line(6, 5), line(8, 3), line(10, 11)),), boxes=25, box_price=100,
        deliver_fee=900, activities=(SHARED, VOUCHER), invoice="测试科技有限公司",
        taxpayer="91310000TEST0000X1")),
)
# fmt: on

KINDS: dict[str, Kind] = {kind.name: kind for kind in _ALL}


def _known(row: Mapping[str, object]) -> int:
    code = text(row, "code", "")
    number = BY_CODE[code].number if code in BY_CODE else integer(row, "dish")
    if number not in DISHES:
        raise PlatformError(VALIDATION_FAILED, "没有这个菜品")
    return number


def of_items(args: Mapping[str, object]) -> Content:
    """An order of `items` = `[{"code" or "dish", "quantity", "basket"}]`, a box per dish, delivery 3 yuan."""
    picked: dict[int, list[Line]] = {}
    for row in rows(args, "items"):
        quantity = between({"quantity": 1, **row}, "quantity", 1, MOST_OF_ONE)
        picked.setdefault(integer(row, "basket", 1), []).append(line(_known(row), quantity))
    baskets = tuple(basket(number, *picked[number]) for number in sorted(picked))
    boxes = sum(entry.quantity for group in baskets for entry in group.lines if entry.dish.price)
    try:
        return Content(baskets=baskets, boxes=boxes, box_price=100, deliver_fee=300, remark=text(args, "remark", ""))
    except ValueError as error:
        raise PlatformError(VALIDATION_FAILED, "购物车为空") from error


def at_random(rng: Random) -> Content:
    """An order that nobody thought of: any dishes, fees and reductions that leave something to pay."""
    sellable = [number for number, dish in DISHES.items() if dish.price]
    baskets = [
        basket(number, *(line(rng.choice(sellable), rng.randint(1, 3)) for _ in range(rng.randint(1, 4))))
        for number in range(1, rng.randint(2, 4))
    ]
    if rng.choice((True, False, False)):
        baskets.append(gift(line(14)))
    room = sum(entry.total for group in baskets for entry in group.lines)
    offered = [activity for activity in (ONLINE, SHARED, VOUCHER, MEMBER) if rng.choice((True, False))]
    while sum(activity.amount for activity in offered) >= room:
        offered.pop()
    return Content(
        baskets=tuple(baskets),
        boxes=rng.randint(0, 6),
        box_price=rng.choice((1, 50, 100, 150)),
        deliver_fee=rng.choice((0, 180, 300, 530)),
        activities=tuple(offered),
        rate=rng.choice((0, 17, 18, 23)),
        subsidy=rng.choice((0, 0, 200)),
    )


def kinds_of(platform: str) -> dict[str, Kind]:
    """Those that can be placed at a platform."""
    return {name: kind for name, kind in KINDS.items() if kind.platform in ("", platform)}
