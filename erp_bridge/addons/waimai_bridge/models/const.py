"""The words of the platforms and of the rule book, each list once."""

PLATFORMS = [("eleme", "Ele.me"), ("meituan", "Meituan")]

# The letter in front of a sales order's name, so that both platforms' numbers cannot meet.
LETTER = {"eleme": "E", "meituan": "M"}

STATES = [
    ("new", "New"),
    ("waiting", "Waiting"),
    ("paid", "Paid"),
    ("accepted", "Accepted"),
    ("preparing", "Preparing"),
    ("prepared", "Prepared"),
    ("delivering", "Delivering"),
    ("completed", "Completed"),
    ("refunding", "Refunding"),
    ("refunded", "Refunded"),
    ("partially_refunded", "Partially refunded"),
    ("cancelled", "Cancelled"),
]
COLUMNS = ("new", "refunding", *(name for name, _label in STATES if name not in ("new", "refunding")))
FINAL = ("completed", "refunded", "partially_refunded", "cancelled")

DELIVERERS = [("shop", "The shop"), ("platform", "The platform")]

# What the document wants of the sales order. `invoiced` orders that are taken back count as reversed.
SALES = [
    ("confirmed", "Confirmed"),
    ("done", "Done"),
    ("cancelled", "Cancelled"),
    ("reversed", "Reversed"),
]
ALIVE = ("confirmed", "done", "reversed")

MOMENTS = [
    ("paid", "Paid"),
    ("accepted", "Accepted"),
    ("preparing", "Preparing"),
    ("prepared", "Prepared"),
    ("delivering", "Delivering"),
    ("completed", "Completed"),
]

FAMILIES = [("cancel", "Cancellation"), ("return", "Return")]
SCOPES = [("full", "Full"), ("part", "Part")]
REFUND_STATUSES = [
    ("requested", "Requested"),
    ("withdrawn", "Withdrawn"),
    ("rejected", "Rejected"),
    ("granted", "Granted"),
    ("arbitrating", "In arbitration"),
]

# Fee kind of a document -> the product that stands for it. The pass-through ones carry money that is not ours:
# untaxed, and booked on the platform's clearing account.
FEES = {
    "box": "product_box",
    "delivery": "product_delivery",
    "delivery_platform": "product_delivery_platform",
    "discount_shop": "product_discount_shop",
    "discount_platform": "product_discount_platform",
    "rounding": "product_rounding",
}
PASS_THROUGH = ("delivery_platform", "discount_platform")
# Keys of the sales order's lines that are booked beside what was bought: refunds, and corrections of invoiced lines.
BOOKED = ("refund:", "fix:")

ACTIONS = [
    ("accept", "Accept"),
    ("reject", "Reject"),
    ("cancel", "Cancel"),
    ("start", "Start"),
    ("ready", "Ready"),
    ("dispatch", "Dispatch"),
    ("agree_refund", "Agree to refund"),
    ("reject_refund", "Reject refund"),
    ("part_refund", "Refund a part"),
    ("answer_reminder", "Answer reminder"),
    ("pull_menu", "Pull menu"),
    ("push_code", "Push code"),
    ("off_sale", "Take off sale"),
    ("on_sale", "Put on sale"),
]
ORDER_ACTIONS = tuple(name for name, _label in ACTIONS[:10])

# What a state offers when the document does not say (order-life 8).
OFFERS = {
    "new": ("accept", "reject"),
    "waiting": ("cancel",),
    "paid": ("accept", "start", "ready", "cancel"),
    "accepted": ("start", "ready", "cancel"),
    "preparing": ("ready", "cancel"),
    "prepared": ("cancel",),
    "delivering": ("cancel",),
    "refunding": ("agree_refund", "reject_refund"),
}

# Ele.me's OInvalidateType; Meituan's numbers are `reasons.MEITUAN_REASONS`. Both are sent as they are.
REASONS = [
    ("others", "Other"),
    ("fakeOrder", "Wrong customer data"),
    ("contactUserFailed", "Customer cannot be reached"),
    ("foodSoldOut", "Sold out"),
    ("restaurantClosed", "Closed"),
    ("distanceTooFar", "Outside the delivery area"),
    ("restaurantTooBusy", "Too busy"),
    ("forceRejectOrder", "The customer asked for it"),
    ("deliveryFault", "Cannot be delivered now"),
    ("notSatisfiedDeliveryRequirement", "Below the minimum order"),
]

PROBLEMS = [
    ("unmapped", "No product"),
    ("double", "Code on several products"),
    ("no_recipe", "No recipe"),
    ("empty_recipe", "Empty recipe"),
    ("service", "A service, whose recipe is not used"),
    ("lot", "Material with lots"),
]

ALERT_KINDS = [
    ("reminder", "Reminder"),
    ("delivery", "Delivery"),
    ("privacy", "Privacy"),
    ("shop", "Shop"),
    ("authorisation", "Authorisation"),
    ("parked", "Parked"),
    ("warning", "Warning"),
]

# No messages, no followers, no pickings, no log lines: a mirror of somebody else's order needs none of them.
QUIET = {
    "tracking_disable": True,
    "mail_create_nolog": True,
    "mail_notrack": True,
    "mail_create_nosubscribe": True,
    "mail_auto_subscribe_no_notify": True,
    "skip_procurement": True,
    "sale_no_log_for_new_lines": True,
}
