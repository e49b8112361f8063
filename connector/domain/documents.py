"""The whole wanted document of an order, as the ERP is told it (``order-life.md`` section 7).

Never a step: "as of this version it looks like this". The JSON form is :mod:`mappings.odoo`.
"""

from dataclasses import dataclass, replace

from connector.domain.money import ZERO, Money
from connector.domain.offers import offered
from connector.domain.order import (
    Case,
    Customer,
    Fact,
    Fee,
    Goods,
    Item,
    Kind,
    Millis,
    OrderRef,
    Rider,
    StoreRef,
)
from connector.domain.replay import Life, Sale
from connector.domain.table import TABLE


@dataclass(frozen=True, kw_only=True, slots=True)
class DocumentItem:
    """A line and how many of its pieces use materials."""

    item: Item
    used: int


@dataclass(frozen=True, kw_only=True, slots=True)
class RefundLine:
    """A line that a refund names; ``line`` is its number in the document."""

    line: int
    quantity: int
    amount: Money


@dataclass(frozen=True, kw_only=True, slots=True)
class DocumentRefund:
    """A case and the lines it names."""

    case: Case
    lines: tuple[RefundLine, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Moment:
    """A line of the timeline; ``text`` is Chinese and English."""

    at: Millis
    code: int
    text: str
    who: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Document:
    """What the ERP shall show; ``version`` grows with every change and is set when it is stored."""

    key: OrderRef
    store: StoreRef
    version: int
    state: str
    order_state: str
    waimai_state: int
    rider_state: int
    sale: Sale | None
    consumed_at: Millis | None
    placed_at: Millis
    promised_at: Millis | None
    accepted_at: Millis | None
    completed_at: Millis | None
    day_seq: int
    view_ref: str
    remark: str
    customer: Customer
    rider: Rider
    items: tuple[DocumentItem, ...]
    fees: tuple[Fee, ...]
    refunds: tuple[DocumentRefund, ...]
    paid: Money
    original: Money
    income: Money
    commission: Money
    refunded: Money
    warning: str
    timeline: tuple[Moment, ...]
    offer: tuple[str, ...]


def document(*, key: OrderRef, store: StoreRef, life: Life, version: int = 0) -> Document | None:
    """The wanted document of a life; ``None`` while there is nothing to tell: content unknown, or it stands still."""
    content = life.content
    if content is None or life.standstill:
        return None
    unused = allot(content.items, life.unused)
    return Document(
        key=key,
        store=store,
        version=version,
        state=life.state,
        order_state=life.order_state,
        waimai_state=life.waimai_state,
        rider_state=life.rider_state,
        sale=life.sale,
        consumed_at=life.consumed_at,
        placed_at=content.placed_at,
        promised_at=content.promised_at,
        accepted_at=life.accepted_at,
        completed_at=life.completed_at,
        day_seq=content.day_seq,
        view_ref=content.view_ref,
        remark=content.remark,
        customer=content.customer,
        rider=life.rider,
        items=tuple(
            DocumentItem(item=item, used=item.quantity - sum(u.quantity for u in unused if u.line == item.line))
            for item in content.items
        ),
        fees=content.fees,
        refunds=tuple(DocumentRefund(case=case, lines=allot(content.items, case.goods)) for case in life.cases),
        paid=content.paid,
        original=content.original,
        income=content.income,
        commission=content.commission,
        refunded=life.granted,
        warning="\n".join(life.warnings),
        timeline=_timeline(life),
        offer=offered(life),
    )


def same(one: Document | None, other: Document | None) -> bool:
    """Whether two documents say the same, versions aside."""
    return one == other or bool(one and other and replace(one, version=0) == replace(other, version=0))


def allot(items: tuple[Item, ...], goods: tuple[Goods, ...]) -> tuple[RefundLine, ...]:
    """Which lines of an order the goods of refunds are: by the platform's ids, else by name, first lines first.

    Never more of a line than was bought; goods that fit no line are left out (their money counts all the same).
    """
    left = {item.line: item.quantity for item in items}
    lines: list[RefundLine] = []
    for wanted in goods:
        rest, money = wanted.quantity, wanted.amount
        for item in items:
            taken = min(rest, left[item.line]) if _is(item, wanted) else 0
            if taken <= 0:
                continue
            part = money if taken == rest else Money(money * taken // rest)
            lines.append(RefundLine(line=item.line, quantity=taken, amount=part))
            left[item.line] -= taken
            rest, money = rest - taken, Money(money - part)
    return tuple(lines)


def _is(item: Item, goods: Goods) -> bool:
    if goods.platform_sku and item.platform_sku:
        return goods.platform_sku == item.platform_sku and (not goods.name or goods.name == item.name)
    if goods.platform_item and item.platform_item:
        return goods.platform_item == item.platform_item and (not goods.name or goods.name == item.name)
    return goods.name == item.name


def _timeline(life: Life) -> tuple[Moment, ...]:
    """What happened; that the order began is told once, however many messages said so."""
    begun = next((fact.key for fact in life.read if fact.kind is Kind.ORDER), "")
    return tuple(
        Moment(at=fact.at, code=fact.code, text=words(fact), who=fact.who)
        for fact in life.read
        if fact.kind is not Kind.PULL and (fact.kind is not Kind.ORDER or fact.key == begun)
    )


def words(fact: Fact) -> str:
    """A fact in words for people, Chinese and English."""
    if fact.kind is Kind.DUE:
        return "取消窗口结束 · the cancellation window is over"
    if fact.press is not None:
        return f"店员操作 {fact.press.action} · pressed {fact.press.action}"
    row = TABLE.get(fact.code)
    text = f"{row.zh} · {row.en}" if row else f"{fact.code} 未读 · not read"
    named = fact.refund
    if named is not None and named.money not in {None, ZERO}:
        text += f" ¥{(named.money or 0) / 100:.2f}"
    return f"{text} ({named.reason})" if named is not None and named.reason else text
