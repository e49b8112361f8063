"""What our staff live through in the demo, on each platform that has it."""

from collections.abc import Callable, Iterator
from typing import Final

from bench.demo.staff import Case, Story
from bench.demo.world import World

SOLD_OUT: Final = {"eleme": ("foodSoldOut", "今日售完"), "meituan": ("2009", "商品已售完")}
#: A rider's whole way, in each platform's own codes.
RIDES: Final = {"eleme": (51, 52, 53, 54, 55, 56), "meituan": (0, 10, 15, 20, 40)}
REFUSED: Final[dict[str, tuple[int, ...]]] = {"eleme": (51, 74), "meituan": ()}
LATE: Final = "等太久了"


def _taken(case: Case) -> Story:
    """Placed, and accepted by a press: the press counts from the import on."""
    yield case.place()
    yield case.press("accept")
    yield case.until("accepted")


def _cooking(case: Case) -> Story:
    yield from _taken(case)
    yield case.press("start")
    yield case.until("preparing")


def _asked(case: Case) -> Story:
    case.act("ask_cancel", reason=LATE)
    yield case.until("refunding")


def refunded_before_cooking(case: Case) -> Story:
    """The customer asks, staff agree before anything is cooked."""
    yield from _taken(case)
    yield from _asked(case)
    yield case.press("agree_refund")
    yield case.until("refunded")


def refunded_after_cooking(case: Case) -> Story:
    """The same, but the kitchen has begun."""
    yield from _cooking(case)
    yield from _asked(case)
    yield case.press("agree_refund")
    yield case.until("refunded")


def refund_rejected(case: Case) -> Story:
    """Staff refuse, the order goes back to what it was and ends well."""
    yield from _cooking(case)
    yield from _asked(case)
    yield case.press("reject_refund", "已经在做了")
    yield case.until("preparing")
    _rides(case)
    case.act("finish")
    yield case.until("completed")


def withdrawn(case: Case) -> Story:
    """The customer takes the request back by himself."""
    yield from _cooking(case)
    yield from _asked(case)
    case.act("withdraw")
    yield case.until("preparing")
    case.act("finish")
    yield case.until("completed")


def rejected(case: Case) -> Story:
    """Staff refuse the order."""
    yield case.place()
    yield case.press("reject", *SOLD_OUT[_platform(case)])
    yield case.until("cancelled")


def cancelled(case: Case) -> Story:
    """Staff cancel what they had accepted: the money goes back, so it is a refund."""
    yield from _taken(case)
    yield case.press("cancel", *SOLD_OUT[_platform(case)])
    yield case.until("refunded")


def reminded(case: Case) -> Story:
    """Accepted, cooked, ready, reminded, answered, delivered."""
    yield from _cooking(case)
    yield case.press("ready")
    yield case.until("prepared")
    case.act("remind")
    yield case.reminded()
    yield case.press("answer_reminder", "马上送到")
    _rides(case)
    yield case.until("delivering")
    case.act("finish")
    yield case.until("completed")


def delivered_by_shop(case: Case) -> Story:
    """The shop brings it itself; at Ele.me when its riders have refused."""
    yield from _cooking(case)
    for code in REFUSED[_platform(case)]:
        case.act("rider", code=code)
    case.act("self_delivery")
    yield case.press("dispatch")
    yield case.until("delivering")
    case.act("finish")
    yield case.until("completed")


def part_given_back(case: Case) -> Story:
    """Staff give one piece of the second line back before it is cooked."""
    yield from _taken(case)
    yield case.press("part_refund", [{"line": 2, "quantity": 1}], "少了一份")
    yield case.press("start")
    yield case.until("preparing")
    case.act("finish")
    yield case.until("partially_refunded")


def part_asked_for(case: Case) -> Story:
    """The customer of a finished order asks for a part, staff agree."""
    yield from _cooking(case)
    case.act("finish")
    yield case.until("completed")
    case.act("ask_refund", reason="餐品洒漏", items=[{"line": 2, "quantity": 1}])
    yield case.until("refunding")
    yield case.press("agree_refund")
    yield case.until("partially_refunded")


def _rides(case: Case) -> None:
    for code in RIDES[_platform(case)]:
        case.act("rider", code=code)


def _platform(case: Case) -> str:
    return "eleme" if isinstance(case.shop, int) else "meituan"


BOTH: Final = ("eleme", "meituan")
#: Every story: its name, the kind of order, how it is told, and where.
STORIES: Final[tuple[tuple[str, str, Callable[[Case], Story], tuple[str, ...]], ...]] = (
    ("pressed: refund before cooking", "several", refunded_before_cooking, BOTH),
    ("pressed: refund after cooking", "plain", refunded_after_cooking, BOTH),
    ("pressed: refund rejected", "specs", refund_rejected, BOTH),
    ("pressed: request withdrawn", "gift", withdrawn, BOTH),
    ("pressed: order rejected", "plain", rejected, BOTH),
    ("pressed: order cancelled", "activity", cancelled, BOTH),
    ("pressed: reminder answered", "two_baskets", reminded, BOTH),
    ("pressed: part asked for", "several", part_asked_for, BOTH),
    ("pressed: delivered by the shop", "plain", delivered_by_shop, BOTH),
    ("pressed: part given back", "several", part_given_back, ("meituan",)),
)


def shift(world: World) -> Iterator[tuple[Case, Callable[[Case], Story]]]:
    """All of them, in the platforms' shops one after the other."""
    for platform in BOTH:
        shops = world.shops(platform)
        mine = [(name, kind, tell) for name, kind, tell, where in STORIES if platform in where]
        for place, (name, kind, tell) in enumerate(mine):
            yield Case(world=world, shop=shops[place % len(shops)], kind=kind, name=f"{platform} {name}"), tell
