"""Lives of Ele.me orders as its page allows them (``eleme.md`` 2, 6 and 7)."""

from tests.disorder.making import Making

RETURN = 10
OTHER_RIDER = (51, 52, 57, 58, 59, *range(60, 77))


class Eleme(Making):
    """Cases have no number on the wire; one customer's request at a time in a family."""

    platform = "eleme"

    def begin(self):
        self.counts = {}
        self.last = {"cancel": None, "return": None}
        first = self.rng.choice((10, 10, 10, 217))
        self.emit("paid", 10, wire={"type": first, "both": self.chance(0.15)})

    def moves(self):
        if self.books.all_back:
            return self._after_all_back()
        moves = [(2, self._rider), (0.4, self._reminder), *[(w / 8, move) for w, move in self.presses()]]
        if self.books.accepted is None and not self.books.finished:
            return [*moves, (7, self._accept), (0.8, lambda: self._void(14)), (0.3, lambda: self._ask("cancel"))]
        part = 1.5 if self.books.open else 0.4
        moves += [(self.regret(), lambda: self._void(self.rng.choice((15, 17)))), (part, self._part)]
        if not self.books.finished:
            moves.append((1.2, self._finish))
        return [*moves, *self._refunds("cancel"), *self._refunds("return")]

    def _after_all_back(self):
        moves = [(2, self._rider), *[(w / 8, move) for w, move in self.presses()]]
        if not self.books.voided:
            moves.append((3, lambda: self._void(15 if self.books.accepted else 14)))
        if self.books.accepted is not None and not self.books.finished:
            moves.append((0.4, self._finish))
        return [*moves, *[(2, lambda case=case: self._too_late(case)) for case in self.books.unanswered]]

    def _too_late(self, case):
        """The answer to what the platform had ended meanwhile."""
        self.books.unanswered.remove(case)
        self.now = (self.now // 1000 + 1) * 1000
        self._short("grant", 23, case)

    def _accept(self):
        self.emit("accepted", 12)

    def _finish(self):
        self.emit("finished", 18)

    def _rider(self):
        self.rider(self.rng.choice((53, 54, 55, 56, 53, 55, self.rng.choice(OTHER_RIDER))))

    def _reminder(self):
        self.number += 1
        self.emit("note", 45, wire={"number": self.number})
        if self.chance(0.5):
            self.emit("note", 46, wire={"number": self.number})

    def _void(self, code):
        self.emit("void", code, family="cancel")

    def _part(self):
        """The merchant takes part of it back: answers nobody."""
        if self.books.left < 1:
            return
        self.counts["merchant"] = self.counts.get("merchant", 0) + 1
        key = f"merchant-{self.counts['merchant']}"
        money = self.part_money(self.books.left)
        self.emit("part", 39, case=key, family="cancel", scope="part", money=money, wire={"scope": "part"})

    def _refunds(self, family):
        last = self.last[family] and self.books.cases[self.last[family]]
        if last and last.status == "requested":
            return [(2, lambda: self._answer(last)), (0.15, lambda: self._ask_again(last))]
        if last and last.status == "arbitrating":
            return [(3, lambda: self._judge(last))]
        other = 1.0 if self.books.finished == (family == "return") else 0.07
        moves = [(other, lambda: self._ask(family))]
        if last and last.status == "rejected":
            moves.append((1, lambda: self._appeal(last)))
        return moves

    def _code(self, code, family):
        return code + (RETURN if family == "return" else 0)

    def _ask(self, family):
        """One request at a time: the platform tells one ``refundStatus`` of an order."""
        if self.books.open or (family == "return" and self._asked(family) and not self.chance(0.1)):
            return
        scope = "part" if self.books.left > 1 and self.chance(0.45) else "full"
        number = self._asked(family) + 1
        key = self.last[family] = f"{family}-{number}"
        self.counts[family] = number
        self._say("ask", self._code(20, family), key, family, scope)

    def _asked(self, family):
        return self.counts.get(family, 0)

    def _ask_again(self, case):
        """The same request in newer words, which no answer of its second could speak of."""
        self.now = (self.now // 1000 + 1) * 1000
        self._say("ask", self._code(20, case.family), case.key, case.family, case.scope)
        self.now = (self.now // 1000 + 1) * 1000

    def _say(self, what, code, key, family, scope):
        left, wire, money = self.books.left, {"scope": scope}, None
        if scope == "part":
            money = self.part_money(left) if self.chance(0.85) else None
            wire["goods"] = money is None or self.chance(0.5)
            if (money is None or money < left) and self.chance(0.3):
                wire["scope"] = None  # told by goods or by money below what is left
        else:
            money = left if self.chance(0.5) else None
            wire["scope"] = "full" if self.chance(0.6) else None
        self.emit(what, code, case=key, family=family, scope=scope, money=money, wire={**wire, "money": money})

    def _answer(self, case):
        roll = self.rng.random()
        if roll < 0.2:
            self._short("withdraw", 21, case)
        elif roll < 0.55:
            self._short("reject", 22, case)
        else:
            self._grant(23, case)

    def _appeal(self, case):
        if not self.books.open:
            self._short("appeal", 24, case)

    def _judge(self, case):
        if self.chance(0.5):
            self._short("reject", 26, case)
        else:
            self._grant(25, case)

    def _short(self, what, code, case):
        """An answer that grants nothing: it may name scope and money once more, or neither."""
        wire = {"scope": case.scope if self.chance(0.4) else None, "money": None, "goods": False}
        if case.money and wire["scope"] and self.chance(0.5):
            wire["money"] = case.money
        self.emit(what, self._code(code, case.family), case=case.key, family=case.family, wire=wire)

    def _grant(self, code, case):
        """Granted as asked, or another scope, or another sum; never more than is left."""
        left, scope, money = self.books.left, case.scope, case.money
        wire = {"scope": scope if self.chance(0.6) else None, "money": None, "goods": False}
        if left > 1 and self.chance(0.1):
            scope, money = "part", self.part_money(left - 1)
            wire.update(scope="part", money=money)
        elif scope == "part" and self.chance(0.05):
            scope = "full"
            wire.update(scope="full", money=left if self.chance(0.5) else None)
        elif scope == "part":
            if left < 1:
                return
            if not 0 < money <= left or self.chance(0.2):
                money = self.part_money(left)
                wire.update(scope="part", money=money)
            elif self.chance(0.5):
                wire["money"] = money
                wire["scope"] = wire["scope"] if money < left else "part"
        elif self.chance(0.5):
            wire["money"] = left
        wire["whole"] = scope == "full"
        key, family = case.key, case.family
        told = money if scope == "part" else wire["money"]
        self.emit("grant", self._code(code, family), case=key, family=family, scope=scope, money=told, wire=wire)

    def in_any_order(self, before, what, changes):
        """An answer ends one request and the next of its family comes in the same second."""
        answered = what == "ask" and before[3] in {"withdraw", "reject", "grant"}
        asked_before = any(
            each.case == before[2] and each.what == "ask" and each.second < self.now // 1000 for each in self.events
        )
        other = self.books.cases.get(before[2])
        return answered and asked_before and bool(other) and other.family == changes["family"]
