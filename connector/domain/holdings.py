"""What an ERP has of an order, to be compared with the document that it was told."""

from dataclasses import dataclass
from typing import Self

from connector.domain.documents import Document
from connector.domain.money import ZERO, Money, to_yuan


@dataclass(frozen=True, kw_only=True, slots=True)
class Holding:
    """An order's state and sums; ``sold`` is what its sales order adds up to, nothing if none is in force."""

    state: str
    paid: Money
    refunded: Money
    sold: Money

    @classmethod
    def of(cls, document: Document) -> Self:
        """What the ERP should have after a document: its sales order less what went back."""
        in_force = document.sale in {"confirmed", "done", "reversed"}
        sold = Money(document.paid - document.refunded) if in_force else ZERO
        return cls(state=document.state, paid=document.paid, refunded=document.refunded, sold=sold)

    def strays(self, wanted: Self) -> str:
        """What it has otherwise than is wanted, in words for people; empty if nothing."""
        words = []
        if self.state != wanted.state:
            words.append(f"Odoo 状态 state {self.state}，应为 not {wanted.state}")
        sums = (
            ("实付 paid", self.paid, wanted.paid),
            ("已退 refunded", self.refunded, wanted.refunded),
            ("销售单 sales order", self.sold, wanted.sold),
        )
        words += [
            f"Odoo {name} ¥{to_yuan(here)}，应为 not ¥{to_yuan(right)}" for name, here, right in sums if here != right
        ]
        return "; ".join(words)
