"""The error codes of the platform that are produced here (platform page 7.2 and 8)."""

from __future__ import annotations

from connector.simulator.errors import PlatformError

SYSTEM = "700"
MISSING = "701"
NO_APP = "702"
BAD_SIGNATURE = "703"
NO_RIGHT = "704"
FORMAT = "705"
NO_CALL = "708"
TOO_OFTEN = "711"
NO_SHOP = "803"
NO_ITEM = "805"
NO_ORDER = "806"
FAILED = "808"
SHOP_CONTROLLED = "809"
NO_DELIVERY = "1005"
NO_SKU = "1015"
COMPLETED = "1022"


def failed(message: str) -> PlatformError:
    """808, the state has changed or does not allow it."""
    return PlatformError(FAILED, message)


def badly_formed(name: str) -> PlatformError:
    """705 for a parameter."""
    return PlatformError(FORMAT, f"参数 {name} 格式错误")
