"""What of an order can still be refunded in part, as Meituan lists it (``getPartRefundFoods``, ``meituan.md`` 7)."""

from typing import Final

from connector.domain.errors import Refused
from connector.domain.order import Goods
from mappings.fields import Count, Lenient, Text, load


class FoodSchema(Lenient):
    """A line of the list; ``count`` pieces of it can still go back, and without it nothing is told."""

    app_food_code = Text()
    sku_id = Text()
    food_name = Text()
    spec = Text()
    count = Count(required=True, most=100_000)


_FOOD: Final = FoodSchema()


def read_foods(answer: object) -> tuple[Goods, ...]:
    """The foods and how many pieces of each, in the list's order.

    Raises:
        Refused: it is no list, or one of its lines cannot be read.
    """
    if not isinstance(answer, list):
        raise Refused("foods: a list expected")
    told = (load(_FOOD, raw, f"foods.{at}") for at, raw in enumerate(answer))
    return tuple(
        Goods(
            name=food["food_name"],
            quantity=food["count"],
            platform_item=food["app_food_code"],
            platform_sku=food["sku_id"],
            spec=food["spec"],
        )
        for food in told
    )
