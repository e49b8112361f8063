"""An invented menu: prices in fen, recipes in grams, so that materials can be counted twice.

`code` is what the platform calls `extendCode`, the key to the ERP's product. Two dishes share a `product`
when they are specs of it. What is `mapped` is set up in the demo's ERP; notes and novelties are not.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

MATERIALS: dict[str, str] = {
    "YL01": "大米",
    "YL02": "面条",
    "YL03": "牛肉",
    "YL04": "五花肉",
    "YL05": "鸡肉",
    "YL06": "豆腐",
    "YL07": "青菜",
    "YL08": "鸡蛋",
    "YL09": "番茄",
    "YL10": "红薯粉",
    "YL11": "泡菜",
    "YL12": "红茶",
    "YL13": "牛奶",
    "YL14": "珍珠",
    "YL15": "白砂糖",
    "YL16": "花生米",
}


# Between the ids of one shop's menu and of the next one's.
BRANCH = 1000


@dataclass(frozen=True, kw_only=True)
class Dish:
    """One spec on the menu; `number` makes its platform ids, in every shop (`branch`) others.

    `recipe` is grams by material code.
    """

    number: int
    product: int
    code: str
    name: str
    price: int
    recipe: Mapping[str, int]
    specs: tuple[tuple[str, str], ...] = ()
    attributes: tuple[tuple[str, str], ...] = ()
    ingredients: tuple[str, ...] = ()
    mapped: bool = True
    branch: int = 0

    @property
    def item_id(self) -> int:
        """食物id."""
        return 1530000000 + BRANCH * self.branch + self.number

    @property
    def vfood_id(self) -> int:
        """商品Id, the same for all specs of a product."""
        return 1480000000 + BRANCH * self.branch + self.product

    @property
    def sku_id(self) -> int:
        """规格Id, above 2**53 as real ones are."""
        return 200000338000000000 + BRANCH * self.branch + self.number

    @property
    def title(self) -> str:
        """The display name: spec and attributes appended (`商品-规格[属性+属性]`)."""
        spec = "".join(f"-{value}" for _, value in self.specs)
        attributes = "+".join(value for _, value in self.attributes)
        return f"{self.name}{spec}[{attributes}]" if attributes else f"{self.name}{spec}"


# fmt: off
_SIZE = "规格"
_ROWS = (
    Dish(number=1, product=1, code="CP1001", name="红烧牛肉面", price=2600,
         recipe={"YL02": 200, "YL03": 80, "YL07": 30}, specs=((_SIZE, "大份"),),
         attributes=(("辣度", "微辣"),)),
    Dish(number=2, product=1, code="CP1002", name="红烧牛肉面", price=2000,
         recipe={"YL02": 140, "YL03": 50, "YL07": 20}, specs=((_SIZE, "小份"),)),
    Dish(number=3, product=3, code="CP1003", name="番茄鸡蛋盖饭", price=1800,
         recipe={"YL01": 150, "YL08": 100, "YL09": 120}),
    Dish(number=4, product=4, code="CP1004", name="麻婆豆腐饭", price=1650,
         recipe={"YL01": 150, "YL06": 180, "YL04": 20}),
    Dish(number=5, product=5, code="CP1005", name="宫保鸡丁饭", price=2280,
         recipe={"YL01": 150, "YL05": 130, "YL16": 25}),
    Dish(number=6, product=6, code="CP1006", name="回锅肉饭", price=2450,
         recipe={"YL01": 150, "YL04": 140, "YL07": 40}),
    Dish(number=7, product=7, code="CP1007", name="吮指鸡块6块", price=1000, recipe={"YL05": 120}),
    Dish(number=8, product=8, code="CP1008", name="清炒时蔬", price=1200, recipe={"YL07": 250}),
    Dish(number=9, product=9, code="CP1009", name="柠檬红茶", price=601,
         recipe={"YL12": 6, "YL15": 15}, specs=((_SIZE, "小杯"),)),
    Dish(number=10, product=10, code="CP1010", name="珍珠奶茶", price=1259,
         recipe={"YL12": 8, "YL13": 200, "YL14": 50, "YL15": 10},
         attributes=(("甜度", "少糖"), ("温度", "去冰")), ingredients=("珍珠",)),
    Dish(number=11, product=11, code="CP1011", name="白米饭", price=200, recipe={"YL01": 120}),
    Dish(number=12, product=12, code="CP1012", name="酸辣粉", price=1550,
         recipe={"YL10": 160, "YL07": 20, "YL16": 10}),
    Dish(number=13, product=13, code="CP1013", name="卤蛋", price=250, recipe={"YL08": 55}),
    Dish(number=14, product=14, code="CP1014", name="赠送开胃泡菜", price=0, recipe={"YL11": 50}),
    # Merchants write taste and hints as dishes without a price or a code (platform page 7.9).
    Dish(number=20, product=20, code="", name="微辣", price=0, recipe={}, mapped=False),
    Dish(number=21, product=21, code="", name="酱香型，不辣(附带打包盒)", price=0, recipe={}, mapped=False),
    Dish(number=22, product=22, code="", name="套餐不含米饭！米饭请单点", price=0, recipe={}, mapped=False),
    # Put on the menu by somebody who forgot the ERP: a code that it does not know, and none at all.
    Dish(number=30, product=30, code="XP9001", name="新品小龙虾拌面", price=3800, recipe={}, mapped=False),
    Dish(number=31, product=31, code="", name="当日例汤", price=500, recipe={}, mapped=False),
)
# fmt: on

DISHES: dict[int, Dish] = {dish.number: dish for dish in _ROWS}
BY_CODE: dict[str, Dish] = {dish.code: dish for dish in DISHES.values() if dish.code}


def grams(sold: Iterable[tuple[str, int]]) -> dict[str, int]:
    """Materials in grams that `(code, quantity)` use by recipe; an unknown code uses nothing.

    >>> grams([("CP1007", 2), ("CP1005", 1)])
    {'YL05': 370, 'YL01': 150, 'YL16': 25}
    """
    used: dict[str, int] = {}
    for code, quantity in sold:
        dish = BY_CODE.get(code)
        for material, amount in dish.recipe.items() if dish else ():
            used[material] = used.get(material, 0) + amount * quantity
    return used
