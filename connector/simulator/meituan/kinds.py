"""The kinds of pushes: the last part of their address, and how they are sent unless a switch says otherwise."""

from __future__ import annotations

PAID = "order-paid"
CONFIRMED = "order-confirmed"
COMPLETED = "order-completed"
CANCELLED = "order-cancelled"
REFUND = "refund"
PARTIAL_REFUND = "partial-refund"
REFUND_MONEY = "refund-money"
LOGISTICS = "logistics"
SELF_LOGISTICS = "self-logistics"
REMINDER = "reminder"
SETTLEMENT = "settlement"
PRIVACY_DOWNGRADE = "privacy-downgrade"
SHOP_STATUS = "shop-status"
SHOP_BINDING = "shop-binding"
PICKING_DONE = "picking-done"

# How often the values are encoded (platform page 2.3).
KINDS = {
    PAID: 2,
    CONFIRMED: 2,
    COMPLETED: 2,
    CANCELLED: 1,
    REFUND: 1,
    PARTIAL_REFUND: 1,
    REFUND_MONEY: 1,
    LOGISTICS: 1,
    SELF_LOGISTICS: 1,
    REMINDER: 1,
    SETTLEMENT: 1,
    PRIVACY_DOWNGRADE: 1,
    SHOP_STATUS: 2,
    SHOP_BINDING: 2,
    PICKING_DONE: 1,
}
ORDER_KINDS = (PAID, CONFIRMED, COMPLETED)
UNKNOWN = "order-changed"
