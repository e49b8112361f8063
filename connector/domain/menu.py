"""What a shop sells on a platform, spec by spec."""

from dataclasses import dataclass

from connector.domain.money import Money


@dataclass(frozen=True, kw_only=True, slots=True)
class MenuItem:
    """One spec of a dish, as the platform lists it.

    ``platform_item`` and ``platform_sku`` are what an order's line calls them too; ``sku_code`` is the merchant's own
    code, empty if he has none yet. ``stock`` is ``None`` if there is no limit.
    """

    platform_item: str
    platform_sku: str
    sku_code: str
    barcode: str
    name: str
    spec: str
    category: str
    price: Money
    on_sale: bool
    stock: int | None
