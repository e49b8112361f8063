"""What the platforms' numbers mean, in words for people. The numbers are Ele.me's; Meituan's are translated to them."""

import re

from odoo.tools.translate import LazyTranslate

_lt = LazyTranslate(__name__)

CODES = {
    10: _lt("The customer paid; the order is valid"),
    12: _lt("Accepted by the merchant"),
    14: _lt("Cancelled"),
    15: _lt("Made invalid"),
    17: _lt("Made invalid by force"),
    18: _lt("Order finished"),
    20: _lt("The customer asks to cancel"),
    21: _lt("The customer took the request to cancel back"),
    22: _lt("The merchant refused to cancel"),
    23: _lt("The merchant agreed to cancel"),
    24: _lt("The customer asks the platform to decide on the cancellation"),
    25: _lt("The platform decided for the customer"),
    26: _lt("The platform decided for the merchant"),
    30: _lt("The customer asks for a refund"),
    31: _lt("The customer took the request for a refund back"),
    32: _lt("The merchant refused the refund"),
    33: _lt("The merchant agreed to the refund"),
    34: _lt("The customer asks the platform to decide on the refund"),
    35: _lt("The platform decided for the customer"),
    36: _lt("The platform decided for the merchant"),
    39: _lt("The merchant gave a part back"),
    45: _lt("The customer urges"),
    46: _lt("The customer's reminder was answered"),
    51: _lt("Looking for a carrier"),
    52: _lt("Looking for a rider"),
    53: _lt("The rider is on the way to the shop"),
    54: _lt("The rider is at the shop"),
    55: _lt("The rider is on the way to the customer"),
    56: _lt("Delivered"),
    57: _lt("Delivery cancelled by the merchant"),
    58: _lt("Delivery cancelled by the customer"),
    59: _lt("Delivery cancelled by the carrier"),
    60: _lt("The rider was called too late"),
    61: _lt("The food was not ready for the rider"),
    62: _lt("Delivery interrupted by the merchant"),
    63: _lt("The customer does not answer the rider's call"),
    64: _lt("The customer sent the rider back"),
    65: _lt("The address is wrong"),
    66: _lt("Out of the delivery area"),
    67: _lt("The rider reports trouble"),
    68: _lt("The delivery system reports trouble"),
    69: _lt("Trouble with the delivery"),
    70: _lt("The delivery is late"),
    71: _lt("The shop delivers itself"),
    72: _lt("The shop does not deliver any more"),
    73: _lt("The carrier refused: only orders paid online"),
    74: _lt("The carrier refused: out of its area"),
    75: _lt("The carrier refused: called too late"),
    76: _lt("The carrier refused: an error of its system"),
}

SPEAKERS = {
    "customer": _lt("Customer"),
    "merchant": _lt("Merchant"),
    "platform": _lt("Platform"),
    "service": _lt("Customer service"),
    "bridge": _lt("Bridge"),
    "rider": _lt("Rider"),
}

# The connector's own word for a press that no platform is told of.
NOTED = "已记录"

CHINESE = re.compile("[\u4e00-\u9fff]")
DOT = re.compile(" ?· ")
MONEY = re.compile(r"¥-?[\d.]*\d")
# "中文 · English ¥5.00 (why)": what stands behind the words is in no language.
TAIL = re.compile(r"(?P<money> ¥-?[\d.]+)?(?P<why> \(.*\))?$", re.DOTALL)

# Somebody has to do something about the delivery.
TROUBLE = frozenset({*range(57, 71), *range(72, 77)})


def who_speaks(code):
    """Whose news a number is: "customer", "rider" or "platform"."""
    if code in (10, 20, 21, 24, 30, 31, 34, 45):
        return "customer"
    return "rider" if 51 <= code <= 76 else "platform"  # noqa: PLR2004 the platform's number ranges


def half(text, lang):
    """The Chinese or the English half of the connector's "中文 · English ¥5.00 (why)", line by line.

    Money and reason stay. What is in one language only stays whole, and so does what no reader's language asks for.
    """
    return "\n".join(_half(line, lang.startswith("zh")) for line in text.split("\n")) if lang else text


def _half(line, chinese):
    tail = TAIL.search(line)[0]
    words = line.removesuffix(tail)
    if not DOT.search(words):  # each half has brackets of its own
        words, tail = line, ""
    parts = DOT.split(words)
    middle = len(parts) // 2
    first, second = " · ".join(parts[:middle]), " · ".join(parts[middle:])
    if len(parts) % 2 or not CHINESE.search(first) or CHINESE.match(second):
        return line
    told = first if chinese else second
    return " ".join([told, *(money for money in MONEY.findall(words) if money not in told)]) + tail
