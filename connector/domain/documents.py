"""The whole wanted document of an order, as the ERP is told it (``order-life.md`` section 7).

Never a step: "as of this version it looks like this". The JSON form is :mod:`mappings.odoo`.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from connector.domain.money import ZERO, Money, share
from connector.domain.offers import offered
from connector.domain.order import (
    Case,
    Content,
    Customer,
    Fact,
    Fee,
    FeeKind,
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
from connector.domain.traits import Traits

#: The merchant agreed to cancel; of a part that reads as 39, a part that goes back.
_GRANTED, _PART = 23, 39


@dataclass(frozen=True, kw_only=True, slots=True)
class DocumentItem:
    """A line, how many of its pieces use materials, and its share of the promotions by who bears them (≤ 0)."""

    item: Item
    used: int
    shop_share: Money = ZERO
    platform_share: Money = ZERO


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
    """What the ERP shall show; ``version`` grows with every change and is set when it is stored.

    ``included`` are promotions by who bears them that the prices of the dishes already hold; no sum counts them.
    ``delivery_discount`` is what of the promotions is off the delivery's price (≤ 0).
    ``whole`` is false while the platform has told only parts of the sum (降级单): such an order is not invoiced yet.
    """

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
    own_delivery: bool = False
    accept_by: Millis | None = None
    window_ends: Millis | None = None
    reminder: str = ""
    included: tuple[Fee, ...] = ()
    delivery_discount: Money = ZERO
    whole: bool = True


def document(
    *, key: OrderRef, store: StoreRef, life: Life, traits: Traits, window: int = 0, version: int = 0
) -> Document | None:
    """The wanted document of a life; ``None`` while there is nothing to tell: content unknown, or it stands still.

    ``window`` is the shop's cancellation window in seconds.
    """
    content = life.content
    if content is None or life.standstill:
        return None
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
        items=_items(content, life),
        fees=content.fees,
        refunds=_refunds(content, life),
        paid=content.paid,
        original=content.original,
        income=content.income,
        commission=content.commission,
        refunded=life.granted,
        warning="\n".join([*life.warnings, *_too_many(life, traits)]),
        timeline=_timeline(life),
        offer=offered(life, traits),
        own_delivery=content.own_delivery,
        accept_by=_accept_by(life, content, traits),
        window_ends=Millis(life.accepted_at + window * 1000)
        if life.accepted_at and life.progress == "waiting"
        else None,
        reminder=life.reminder,
        included=content.item_fees,
        delivery_discount=Money(sum(fee.delivery for fee in content.fees)),
        whole=content.whole,
    )


def _accept_by(life: Life, content: Content, traits: Traits) -> Millis | None:
    """When the platform cancels an order that nobody accepted."""
    waits = life.state == "new" and traits.accept_seconds
    return Millis(content.placed_at + traits.accept_seconds * 1000) if waits else None


def _too_many(life: Life, traits: Traits) -> list[str]:
    """More requests after completion than the platform's rules know: it is the judge, so they are taken."""
    after = sum(case.family == "return" for case in life.cases)
    if after <= traits.returns:
        return []
    return [f"完成后第 {after} 次退款申请 · {after} refund requests after completion"]


def _items(content: Content, life: Life) -> tuple[DocumentItem, ...]:
    unused = allot(content.items, life.unused)
    shop, platform = (_shared(content, kind) for kind in ("discount_shop", "discount_platform"))
    return tuple(
        DocumentItem(
            item=item,
            used=item.quantity - sum(line.quantity for line in unused if line.line == item.line),
            shop_share=shop[at],
            platform_share=platform[at],
        )
        for at, item in enumerate(content.items)
    )


def _shared(content: Content, kind: FeeKind) -> tuple[Money, ...]:
    """A kind of promotion shared out over the lines with their boxes, without losing a fen."""
    weights = [item.total + item.boxes for item in content.items]
    total = Money(sum(fee.amount for fee in content.fees if fee.kind == kind))
    return share(total, weights if any(weights) else [1] * len(weights)) if weights else ()


def same(one: Document | None, other: Document | None) -> bool:
    """Whether two documents say the same, versions aside."""
    return one == other or bool(one and other and replace(one, version=0) == replace(other, version=0))


def allot(items: Sequence[Item], goods: Sequence[Goods], left: dict[int, int] | None = None) -> tuple[RefundLine, ...]:
    """Which lines the goods of refunds are: by the platform's ids, else by name, the likeliest and first lines first.

    Never more of a line than is ``left`` of it (all that was bought, if not told), from which it is taken; goods that
    fit no line are left out (their money counts all the same). Money back for no piece (退差价) names its line.
    """
    left = {item.line: item.quantity for item in items} if left is None else left
    lines: list[RefundLine] = []
    for wanted in goods:
        could = _could_be(items, wanted)
        rest, money = wanted.quantity, wanted.amount
        if could and not rest:
            lines.append(RefundLine(line=could[0].line, quantity=0, amount=money))
        for item in could:
            taken = min(rest, left[item.line])
            if taken <= 0:
                continue
            part = money if taken == rest else Money(money * taken // rest)
            lines.append(RefundLine(line=item.line, quantity=taken, amount=part))
            left[item.line] -= taken
            rest, money = rest - taken, Money(money - part)
    return tuple(lines)


def given_back(
    items: Sequence[Item], cases: Sequence[Case]
) -> tuple[dict[str, tuple[RefundLine, ...]], dict[int, int]]:
    """The lines of each granted case by its key, and the pieces left of each line: no two give the same piece back."""
    left = {item.line: item.quantity for item in items}
    granted = sorted((case for case in cases if case.status == "granted"), key=lambda case: case.granted_at or 0)
    return {case.key: allot(items, case.goods, left) for case in granted}, left


def _refunds(content: Content, life: Life) -> tuple[DocumentRefund, ...]:
    """The cases with their lines; one that is not granted names what is left."""
    back, left = given_back(content.items, life.cases)
    return tuple(
        DocumentRefund(
            case=case,
            lines=back[case.key] if case.key in back else allot(content.items, case.goods, dict(left)),
        )
        for case in life.cases
    )


def _could_be(items: Sequence[Item], goods: Goods) -> list[Item]:
    """The lines of the same id, the likeliest first; their names and specs tell them apart where they are the same."""
    could = [item for item in items if _is(item, goods)]
    for name in ("name", "spec"):
        told = [item for item in could if getattr(item, name) == getattr(goods, name)]
        could = told if told and getattr(goods, name) else could
    ids = (goods.platform_item, goods.platform_sku)
    return sorted(could, key=lambda item: ((item.platform_item, item.platform_sku) != ids, item.spec != goods.spec))


def _is(item: Item, goods: Goods) -> bool:
    if goods.platform_sku and item.platform_sku:
        return goods.platform_sku == item.platform_sku
    if goods.platform_item and item.platform_item:
        return goods.platform_item == item.platform_item
    return goods.name == item.name


def _timeline(life: Life) -> tuple[Moment, ...]:
    """What happened; that the order began is told once, however many messages said so."""
    begun = next((fact.key for fact in life.read if fact.kind is Kind.ORDER), "")
    return tuple(
        Moment(at=fact.at, code=_told(fact), text=words(fact), who=fact.who)
        for fact in life.read
        if fact.kind is not Kind.PULL and (fact.kind is not Kind.ORDER or fact.key == begun)
    )


def _told(fact: Fact) -> int:
    """The type code that people read of a fact: nobody takes a part that went back for a cancelled order."""
    part = fact.refund is not None and fact.refund.scope == "part"
    return _PART if part and fact.code == _GRANTED else fact.code


def words(fact: Fact) -> str:
    """A fact in words for people, Chinese and English."""
    if fact.kind is Kind.DUE:
        return "取消窗口结束 · the cancellation window is over"
    if fact.press is not None:
        return f"店员操作 {fact.press.action} · pressed {fact.press.action}"
    row = TABLE.get(_told(fact))
    text = f"{row.zh} · {row.en}" if row else fact.note or f"{fact.code} 未读 · not read"
    named = fact.refund
    if named is not None and named.money not in {None, ZERO}:
        text += f" ¥{(named.money or 0) / 100:.2f}"
    return f"{text} ({named.reason})" if named is not None and named.reason else text
