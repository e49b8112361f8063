"""What the simulated platform says no with (platform page 4.4)."""

from __future__ import annotations

ILLEGAL_REQUEST = "ILLEGAL_REQUEST"
UNAUTHORIZED = "UNAUTHORIZED"
ACCESS_DENIED = "ACCESS_DENIED"
METHOD_NOT_ALLOWED = "METHOD_NOT_ALLOWED"
EXCEED_LIMIT = "EXCEED_LIMIT"
INVALID_SIGNATURE = "INVALID_SIGNATURE"
INVALID_TIMESTAMP = "INVALID_TIMESTAMP"
VALIDATION_FAILED = "VALIDATION_FAILED"
# The real names of business errors are not published; the prefix is.
ORDER_UNKNOWN = "BIZ_ORDER_NOT_FOUND"
ORDER_STATE = "BIZ_ORDER_STATUS_ERROR"
REFUND_STATE = "BIZ_REFUND_STATUS_ERROR"
DELIVERY_STATE = "BIZ_DELIVERY_STATUS_ERROR"
REMINDER_STATE = "BIZ_REMINDER_ERROR"
PRODUCT_UNKNOWN = "BIZ_ITEM_NOT_FOUND"


class PlatformError(Exception):
    """The platform refuses: `code` from the error table, `message` in Chinese as a merchant reads it."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
