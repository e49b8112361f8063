"""What the simulated platforms' own words and numbers mean to people: Chinese and English, for the page.

Each table is `{platform: {word: (Chinese, English)}}`; words of numbers are text, as JSON has them.
"""

from __future__ import annotations

from collections.abc import Mapping

Words = Mapping[str, Mapping[str, tuple[str, str]]]

# Ele.me's page 2.6; Meituan's page 5.1.
STATUS: Words = {
    "eleme": {
        "unprocessed": ("未处理", "Not accepted yet"),
        "valid": ("已接单", "Accepted"),
        "refunding": ("退单处理中", "Refund asked"),
        "invalid": ("无效", "Void"),
        "settled": ("已完成", "Finished"),
    },
    "meituan": {
        "paid": ("已支付", "Paid, not confirmed"),
        "confirmed": ("商家已确认", "Confirmed"),
        "refunding": ("退款处理中", "Refund asked"),
        "completed": ("已完成", "Completed"),
        "cancelled": ("已取消", "Cancelled"),
    },
}
# Ele.me's page 2.6; Meituan's page 5.6.
REFUND: Words = {
    "eleme": {
        "noRefund": ("已撤回", "Withdrawn"),
        "applied": ("待商家处理", "Waits for the shop"),
        "rejected": ("商家已拒绝", "The shop refused"),
        "arbitrating": ("客服仲裁中", "At the service desk"),
        "failed": ("仲裁不成立", "The desk refused"),
        "successful": ("已退款", "Money went back"),
    },
    "meituan": {
        "none": ("无退款", "No refund"),
        "waiting": ("待处理", "Waits for an answer"),
        "shop_rejected": ("商家已驳回", "The shop refused"),
        "shop_agreed": ("商家已同意", "The shop agreed"),
        "desk_rejected": ("客服已驳回", "The desk refused"),
        "desk_agreed": ("客服已同意", "The desk agreed"),
        "ran_out": ("超时自动同意", "Granted, nobody answered"),
        "at_once": ("极速退款", "Granted at once"),
        "withdrawn": ("已撤回", "Withdrawn"),
        "appeal_withdrawn": ("已撤回申诉", "Appeal withdrawn"),
    },
}
# Ele.me's page 2.4; Meituan's page 5.2.
RIDE: Words = {
    "eleme": {
        "51": ("待分配配送商", "A delivery service is sought"),
        "52": ("待分配骑手", "A rider is sought"),
        "53": ("骑手取餐中", "Rider comes for the meal"),
        "54": ("骑手已到店", "Rider is at the shop"),
        "55": ("配送中", "On the way"),
        "56": ("已送达", "Delivered"),
        "57": ("商家取消配送", "Called off by the shop"),
        "58": ("顾客取消配送", "Called off by the customer"),
        "59": ("物流系统取消配送", "Called off by the system"),
        "60": ("商家呼叫过晚", "Called too late"),
        "61": ("餐品未备好", "Meal not ready"),
        "62": ("商家中断配送", "Shop broke it off"),
        "63": ("顾客不接电话", "Customer does not answer"),
        "64": ("顾客退单", "Customer sent it back"),
        "65": ("地址错误", "Wrong address"),
        "66": ("超出服务范围", "Out of range"),
        "67": ("骑手标记异常", "Trouble, says the rider"),
        "68": ("系统标记异常", "Trouble, says the system"),
        "69": ("其他异常", "Other trouble"),
        "70": ("配送超时", "Late"),
        "71": ("商家自行配送", "The shop brings it"),
        "72": ("商家不再配送", "The shop gave up"),
        "73": ("拒单：仅支持在线支付", "Refused: online payment only"),
        "74": ("拒单：超出范围", "Refused: too far"),
        "75": ("拒单：呼叫过晚", "Refused: called too late"),
        "76": ("拒单：系统错误", "Refused: system error"),
    },
    "meituan": {
        "0": ("已发配送单", "Delivery ordered"),
        "5": ("待分配骑手", "A rider is sought"),
        "10": ("骑手已接单", "A rider took it"),
        "15": ("骑手已到店", "Rider is at the shop"),
        "20": ("骑手已取餐", "On the way"),
        "40": ("已送达", "Delivered"),
        "100": ("配送取消", "Called off"),
    },
}
_ASKED = {
    "0": ("申请", "asked"),
    "1": ("撤回", "withdrawn"),
    "2": ("商家拒绝", "refused by the shop"),
    "3": ("商家同意", "granted by the shop"),
    "4": ("申请仲裁", "taken to arbitration"),
    "5": ("仲裁成立", "upheld"),
    "6": ("仲裁不成立", "dismissed"),
}
_FAMILIES = {"2": ("取消单", "Cancellation"), "3": ("退单", "Refund")}
# The kinds of pushes: Ele.me's page 2.1, Meituan's page 3.1.
PUSH: Words = {
    "eleme": {
        **RIDE["eleme"],
        **{
            first + last: (f"{family[0]}·{said[0]}", f"{family[1]} {said[1]}")
            for first, family in _FAMILIES.items()
            for last, said in _ASKED.items()
        },
        "10": ("订单生效", "New order"),
        "12": ("商户接单", "Accepted"),
        "14": ("订单取消", "Cancelled before acceptance"),
        "15": ("订单置为无效", "Made void"),
        "17": ("订单强制无效", "Forced void"),
        "18": ("订单完结", "Finished"),
        "39": ("商户部分取消", "Part taken back by the shop"),
        "45": ("用户催单", "Reminder"),
        "46": ("商家回复催单", "Reminder answered"),
        "100": ("店铺授权解除", "Authorisation removed"),
        "217": ("订单生效（精简）", "New order, slim"),
    },
    "meituan": {
        "order-paid": ("新订单", "New order"),
        "order-confirmed": ("商家已确认", "Confirmed"),
        "order-completed": ("订单完成", "Completed"),
        "order-cancelled": ("订单取消", "Cancelled"),
        "refund": ("全额退款", "Full refund"),
        "partial-refund": ("部分退款", "Part refund"),
        "refund-money": ("退款到账状态", "State of the money"),
        "logistics": ("美团配送状态", "Delivery"),
        "self-logistics": ("自配送状态", "Own delivery"),
        "reminder": ("催单", "Reminder"),
        "settlement": ("订单结算", "Settlement"),
        "privacy-downgrade": ("隐私号降级", "Privacy numbers fail"),
        "shop-status": ("门店状态变更", "Shop opens or closes"),
        "shop-binding": ("门店绑定解绑", "Shop bound or unbound"),
        "picking-done": ("拣货完成", "Picking done"),
    },
}
# What a push of Meituan says beyond its kind: the words of its note, by kind (page 5.3, 5.6 and 6.1).
NOTE: Words = {
    "refund": {
        "apply": ("顾客申请", "asked"),
        "part": ("顾客申请", "asked"),
        "agree": ("同意", "granted"),
        "reject": ("驳回", "refused"),
        "cancelRefund": ("顾客撤回", "withdrawn"),
        "cancelRefundComplaint": ("顾客撤回申诉", "appeal withdrawn"),
        "0": ("", ""),
        "1": ("（商家）", "by the shop"),
        "2": ("（商家）", "by the shop"),
        "3": ("（客服）", "by the desk"),
        "4": ("（客服）", "by the desk"),
        "5": ("（超时）", "as nobody answered"),
        "6": ("（极速退款）", "and granted at once"),
        "7": ("", ""),
        "8": ("", ""),
    },
    "refund-money": {
        "3": ("全额到账", "all of it arrived"),
        "4": ("全额失败", "all of it failed"),
        "13": ("部分到账", "the part arrived"),
        "14": ("部分失败", "the part failed"),
    },
    "order-cancelled": {
        "1001": ("超时未接单", "not confirmed in time"),
        "1102": ("顾客取消", "by the customer"),
        "1103": ("因退款取消", "by a refund"),
    },
}
# Why an order is cancelled, by the act that asks for it (Meituan's page 5.3).
CANCEL: Words = {
    "cancel": {
        "2009": ("商品已售完", "Sold out"),
        "2008": ("太忙，接不过来", "Too busy"),
        "2011": ("店铺已打烊", "Closed"),
        "2010": ("地址无法配送", "Address not served"),
        "2001": ("超时未接单", "Not accepted in time"),
        "2002": ("非顾客原因修改", "Changed, not by the customer"),
        "2003": ("非顾客原因取消", "Cancelled, not by the customer"),
        "2004": ("配送延迟", "Delivery is late"),
        "2005": ("售后投诉", "Complaint"),
        "2006": ("顾客要求取消", "The customer asked"),
        "2012": ("联系不上顾客", "Customer cannot be reached"),
        "2013": ("重复订单", "Ordered twice"),
        "2014": ("骑手到店太慢", "Rider late at the shop"),
        "2015": ("骑手配送太慢", "Rider is late"),
        "2016": ("骑手丢餐、洒餐", "Rider lost or spilt it"),
        "2007": ("其他原因", "Other"),
    },
    "force_invalid": {
        "1204": ("客服取消：其他", "Service desk: other"),
        "1201": ("客服取消：下错单", "Service desk: wrong order"),
        "1202": ("客服取消：测试单", "Service desk: test"),
        "1203": ("客服取消：重复单", "Service desk: ordered twice"),
        "1301": ("其他原因", "Other"),
    },
}
# The switches (`switches.py`), in the order in which the page shows them.
SWITCHES: Mapping[str, tuple[str, str]] = {
    "doubled": ("重复：同一条推送发两次", "Doubled: sent twice"),
    "late": ("延迟：晚一会儿才到", "Late: comes after a while"),
    "late_seconds": ("延迟秒数", "seconds late"),
    "shuffled": ("乱序：先后打乱", "Shuffled: in any order"),
    "shuffle_seconds": ("乱序范围秒数", "seconds of disorder"),
    "lost": ("丢失：永远不发", "Lost: never sent"),
    "missed": ("未达：只列入未达清单", "Missed: only on the list of what did not arrive"),
    "overtaken": ("新订单晚于下一条推送", "A new order comes after its next push"),
    "agree_first": ("同意先于申请", "A refund's answer comes first"),
    "echo_first": ("取消先于退款同意", "The cancellation comes before the grant"),
    "wrong_signature": ("签名错误", "Wrong signature"),
    "changed_message": ("签名后内容被改", "Changed after signing"),
    "extra_unknown": ("附带未知类型的推送", "With a push of an unknown kind"),
    "extra_key": ("多出未知字段", "With a key that nobody knows"),
    "new_request_id": ("重推换新编号", "A re-push has an id of its own"),
    "new_timestamp": ("重推换新时间戳", "A re-push has a fresh time"),
    "not_reached_kept": ("读取后仍保留未达清单", "Reading keeps the list of what did not arrive"),
    "type_as_text": ("类型写成文本", "Type as text"),
    "user_id_as_text": ("用户号写成文本", "User number as text"),
    "escaped": ("中文转义", "Chinese escaped"),
    "pretty": ("带缩进的 JSON", "JSON with blanks"),
    "slim": ("精简新订单（217）", "Slim new orders (217)"),
    "slim_refunds": ("退单推送不含类型和金额", "Refunds without type and money"),
    "other_scheme": ("按另一种协议签名", "Signed for the other scheme"),
    "empty_json": ("JSON 字段为空文本", "JSON fields are empty texts"),
    "empty_detail": ("菜品明细为空", "Lines are empty"),
    "trailing_object": ("优惠列表末尾带空对象", "Extras end with an empty object"),
    "original_prices": ("按原价推送", "List prices"),
    "short_ids": ("17 位订单号", "Order ids of 17 digits"),
    "view_differs": ("展示号与订单号不同", "Another id for people"),
    "appeal_own_id": ("申诉使用新退款号", "An appeal has an id of its own"),
    "money_fails": ("退款到账失败", "Refund money does not arrive"),
    "minute_rule": ("接单一分钟内不能上报出餐", "No “meal ready” in the first minute"),
    "two_after_completion": ("完成后最多两次退款", "Two refunds after completion at most"),
    "downgraded": ("订单降级，读取数次后恢复", "Downgraded orders that heal when read"),
    "downgraded_reads": ("几次读取后恢复", "reads until healed"),
    "rate_per_second": ("每秒调用上限（0 为不限）", "Calls per second (0: any)"),
    "encodings": ("编码次数（按推送类型）", "Encoded how often, by kind"),
    "methods": ("GET 或 POST（按推送类型）", "GET or POST, by kind"),
    "faults": ("接口故障（按接口）", "Calls that fail, by action"),
}


def told() -> dict[str, object]:
    """All of it as the page takes it over."""
    return {
        "status": STATUS,
        "refund": REFUND,
        "ride": RIDE,
        "push": PUSH,
        "note": NOTE,
        "cancel": CANCEL,
        "switches": SWITCHES,
    }
