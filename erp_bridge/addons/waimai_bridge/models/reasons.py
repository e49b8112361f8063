"""Why staff refuse, cancel or answer: the platforms' lists, and words that are ready to send.

Labels are for the screen and translated. What is sent to a customer is Chinese, whatever the screen's language.
"""

# Meituan's order/cancel; Ele.me's list is `const.REASONS`.
MEITUAN_REASONS = [
    ("2001", "Not accepted in time"),
    ("2002", "Changed, not by the customer"),
    ("2003", "Cancelled, not by the customer"),
    ("2004", "Delivery is late"),
    ("2005", "Complaint"),
    ("2006", "The customer asked for it"),
    ("2007", "Other"),
    ("2008", "Too busy"),
    ("2009", "Sold out"),
    ("2010", "Address is not served"),
    ("2011", "Closed"),
    ("2012", "Customer cannot be reached"),
    ("2013", "Ordered twice"),
    ("2014", "Rider late at the shop"),
    ("2015", "Rider late at the customer"),
    ("2016", "Rider lost or spilt the food"),
]

ANSWERS = [
    ("cooking", "Being prepared"),
    ("soon", "Ready in a moment"),
    ("delivering", "The rider has it"),
    ("rider", "Waiting for the rider"),
    ("weather", "Slow because of the weather"),
    ("busy", "Many orders at this hour"),
]
ANSWER_WORDS = {
    "cooking": "餐品正在制作中，请您耐心等待",
    "soon": "餐品马上就好，请稍候",
    "delivering": "骑手已取餐，正在赶来的路上",
    "rider": "餐品已做好，正在等骑手取餐",
    "weather": "天气原因配送较慢，请您谅解",
    "busy": "高峰期订单较多，正在加急，请谅解",
}

REFUSALS = [
    ("cooked", "Already cooked"),
    ("delivering", "Already on its way"),
    ("agreed", "Settled with the customer"),
    ("unfounded", "The reason does not hold"),
]
REFUSAL_WORDS = {
    "cooked": "餐品已制作完成",
    "delivering": "餐品已在配送途中",
    "agreed": "已与顾客协商一致",
    "unfounded": "退款理由与实际不符",
}

# How many characters the platforms take; more are refused here, not cut in silence.
LIMITS = {
    ("meituan", "reject"): 9,
    ("meituan", "cancel"): 9,
    ("eleme", "answer_reminder"): 30,
}
LIMIT = 200
