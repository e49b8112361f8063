"""Lives of Meituan orders as its page allows them (``meituan.md`` 5, 6, 8 and 9)."""

from tests.disorder.making import Making

RETURN = 10
#: How an answer is told: notify_type and res_type (5.6); the after-sale mode has its own words (5.7).
GRANTS = (("agree", 2), ("agree", 4), ("agree", 5))
LOGISTICS = {53: 10, 54: 15, 55: 20, 56: 40}
SERVICE, CUSTOMER, SYSTEM, SHOP, BRIDGE, SALES = 3, 1, 5, 2, 6, 4


class Meituan(Making):
    """Cases have numbers; two may be open at once; full refunds are echoed by a cancel push with reason 1103."""

    platform = "meituan"
    rider_grain = 1000

    def begin(self):
        self.refunds, self.modes, self.money, self.returns = 7000, {}, {}, 0
        self.emit("paid", 10)

    def moves(self):
        books = self.books
        if books.all_back:
            return self._after_all_back()
        moves = [(2, self._rider), (0.5, self._note), *[(w / 8, move) for w, move in self.presses()]]
        if books.accepted is None:
            return [*moves, (7, self._accept), (0.9, self._cancel)]
        moves += [(self.regret(), self._cancel), (0.6, self._merchant_part), (0.3, self._instant)]
        if not books.finished:
            moves.append((1.5, self._finish))
        share = 1.2 if not books.finished or self.returns < 2 else 0.1
        moves += [(share, lambda: self._ask("full")), (share, lambda: self._ask("part"))]
        for case in books.cases.values():
            moves += self._next(case)
        return moves

    def _after_all_back(self):
        moves = [(2, self._rider), (0.5, self._note), *[(w / 8, move) for w, move in self.presses()]]
        if self.books.accepted is not None and not self.books.finished:
            moves.append((0.2, self._finish))
        late = [case for case in self.books.unanswered if not self.modes[case.key]]
        return [*moves, *[(2, lambda case=case: self._too_late(case)) for case in late]]

    def _too_late(self, case):
        """The platform closes what was still open when all went back."""
        self.books.unanswered.remove(case)
        self.now = (self.now // 1000 + 1) * 1000
        self._tell("reject", 22, case, ("reject", 3, 0, None))

    def _accept(self):
        self.emit("accepted", 12)

    def _finish(self):
        self.emit("finished", 18)

    def _rider(self):
        code = self.rng.choice((53, 54, 55, 56, 53, 55, 0))
        if code:
            self.rider(code, status=LOGISTICS[code], own=False)
        else:
            self.emit("note", wire={"kind": "logistics", "status": self.rng.choice((0, 5, 100))})

    def _note(self):
        self.number += 1
        if self.chance(0.6):
            self.emit("note", 45, wire={"kind": "reminder", "number": self.number})
        elif self.refunds > 7000:
            self.emit("note", wire={"kind": "money", "refund": str(self.refunds)})

    def _cancel(self):
        """Straight out, not through a refund: by the customer, the merchant, service, sales or the system."""
        if sum(case.scope == "full" for case in self.books.open) > 1:
            return
        if self.books.accepted is None:
            reason, actor = self.rng.choice(((1102, CUSTOMER), (1001, SYSTEM), (2009, BRIDGE), (2007, SHOP)))
            code = 14
        else:
            choice = ((1101, CUSTOMER), (2006, BRIDGE), (2011, SHOP), (1201, SERVICE), (1204, SALES), (1301, SYSTEM))
            reason, actor = self.rng.choice(choice)
            code = 15 if actor in {SERVICE, SYSTEM, SALES} else 17
            code = 17 if self.books.finished else code
        wire = {"reason": reason, "actor": actor}
        self.emit("void", code, family="cancel", wire=wire)

    # Refunds ------------------------------------------------------------------------------------------------------

    def _new(self):
        self.refunds += 1
        return str(self.refunds)

    def _family(self, asked):
        """By the time of the application against the second of completion."""
        done = [each.second for each in self.events if each.what == "finished"]
        return "return" if done and asked // 1000 >= done[0] else "cancel"

    def _say(self, what, code, case, scope, *, words, **changes):
        """One message of a case; ``words`` is notify_type, res_type, is_appeal, and the after-sale status."""
        family = changes.pop("family", None) or self.books.cases[case].family
        code += RETURN if family == "return" else 0
        wire = {"words": words, "scope": scope, "whole": what == "grant" and scope == "full", **changes.pop("wire", {})}
        rank = 1 if scope == "part" else 2
        sure = {"case": case, "family": family, "scope": scope, "rank": rank}
        return self.emit(what, code, wire=wire, **sure, **changes)

    def _fits(self, scope):
        """The platform takes no request for more than is left, and one full one at a time."""
        promised = sum(case.money for case in self.books.open if case.scope == "part")
        whole = any(case.scope == "full" for case in self.books.open)
        return not whole if scope == "full" else self.books.left - promised > 0 and len(self.books.open) < 2

    def _ask(self, scope):
        if not self._fits(scope):
            return
        case = self._new()
        mode = self.modes[case] = "after-sale" if self.chance(0.15) else ""
        self.now += 0 if self.chance(0.5) else 1000 - self.now % 1000
        money = self.part_money(self.books.left) if scope == "part" else None
        words = ("", "", 0, 1) if mode else ("part" if scope == "part" else "apply", 0, 0, None)
        before = len(self.events)
        family = self._family(self.now)
        self._say("ask", 20, case, scope, words=words, family=family, money=money, wire={"lag": self._lag()})
        self._dated(before, case, family)

    def _lag(self):
        return 0 if self.chance(0.7) else self.rng.randrange(1, 3)

    def _dated(self, before, case, family):
        """A case is as old as its application."""
        event = self.events[before]
        self.money[case] = event.money
        event.wire["ctime"] = event.second
        if family == "return":
            self.returns += 1
        self.asked = {**getattr(self, "asked", {}), case: event.second}

    def _next(self, case):
        if case.key == "void" or case.key not in self.asked:
            return []
        if case.status == "requested":
            return [(1.5, lambda: self._answer(case))]
        if case.status == "arbitrating":
            return [(2, lambda: self._judge(case))]
        if case.status != "rejected" or self.modes.get(case.key) == "judged":
            return []
        moves = [(0.6, lambda: self._grant(case, ("agree", 4, 0, None)))] if not self.modes.get(case.key) else []
        if case.scope == "full" and not self.books.open:
            moves.append((4, lambda: self._appeal(case)))
        return moves

    def _tell(self, what, code, case, words):
        wire = {"ctime": self.asked[case.key]}
        self._say(what, code, case.key, case.scope, words=words, wire=wire, money=self.money[case.key])

    def _answer(self, case):
        after, roll = self.modes[case.key] == "after-sale", self.rng.random()
        if after and self.chance(0.3):
            status = self.rng.choice((10, 20))
            self.emit(
                "note",
                wire={
                    "kind": "review",
                    "case": case.key,
                    "status": status,
                    "scope": case.scope,
                    "ctime": self.asked[case.key],
                    "money": self.money[case.key],
                },
            )
            return
        if roll < 0.2:
            self._tell("withdraw", 21, case, ("", "", 0, 30) if after else ("cancelRefund", 7, 0, None))
        elif roll < 0.55:
            status = self.rng.choice((11, 22))
            res = self.rng.choice((1, 1, 3))
            self._tell("reject", 22, case, ("", "", 0, status) if after else ("reject", res, 0, None))
        else:
            notify, res = self.rng.choice(GRANTS)
            self._grant(case, ("", "", 0, 21) if after else (notify, res, 0, None))

    def _grant(self, case, words):
        if case.scope == "part" and not 0 < case.money <= self.books.left:
            return
        if case.scope == "part":
            self._tell("grant", 23, case, words)
            return
        echo = self.rng.choice(("before", "after", "after", "none"))
        if echo == "before":
            self._echo(case)
            self.now += self.rng.choice((0, 0, 1000))
        self._tell("grant", 23, case, words)
        if echo == "after":
            self.now += self.rng.choice((0, 0, 1000))
            self._echo(case)

    def _echo(self, case):
        self.emit("echo", 23, family=case.family, wire={"reason": 1103})

    def _appeal(self, case):
        """The customer asks service: with the case's number, or as a case of its own."""
        after = self.modes.get(case.key) == "after-sale"
        words = ("", "", 1, 16) if after else ("apply", 0, 1, None)
        before, lag = len(self.events), self._lag()
        if after or self.chance(0.6):
            repeats = self.chance(0.5)
            ctime = self.asked[case.key]
            wire = {"lag": 0 if repeats else lag, "ctime": ctime}
            event = self._say("appeal", 20, case.key, "full", words=words, wire=wire)
            event.wire["ctime"] = ctime if repeats else event.second
            self.modes[case.key] = f"{self.modes[case.key]} appealed"
            return
        number = self._new()
        self.modes[number] = "appealed"
        family = self._family(self.now)
        self._say("appeal", 20, number, "full", words=words, family=family, wire={"lag": lag})
        self._dated(before, number, family)

    def _judge(self, case):
        after, roll = "after-sale" in self.modes[case.key], self.rng.random()
        if roll < 0.2 and not after:
            self._tell("withdraw", 21, case, ("cancelRefundComplaint", 8, 1, None))
        elif roll < 0.6:
            self._tell("reject", 22, case, ("", "", 1, 28) if after else ("reject", 3, 1, None))
            self.modes[case.key] = "judged"
        else:
            self._grant(case, ("", "", 1, 27) if after else ("agree", 4, 1, None))

    def _instant(self):
        """Applied and granted in one push."""
        if any(case.scope == "full" for case in self.books.open):
            return
        case, asked = self._new(), self.now - self.rng.choice((0, 0, 1000))
        asked = max(asked, self.events[0].at)
        self.modes[case], self.money[case] = "", None
        family = self._family(asked)
        wire = {"ctime": asked // 1000}
        if self.chance(0.3):
            self.emit("echo", 23, family=family, wire={"reason": 1103})
        self._say("grant", 23, case, "full", words=("apply", 6, 0, None), family=family, wire=wire)
        self.asked = {**getattr(self, "asked", {}), case: asked // 1000}

    def _merchant_part(self):
        """applyPartRefund: granted in the moment in which it is made."""
        if self.books.left < 2 or not self._fits("part"):
            return
        case, money, before = self._new(), self.part_money(self.books.left - 1), len(self.events)
        self.modes[case] = ""
        family = self._family(self.now)
        self._say("grant", 23, case, "part", words=("agree", 2, 0, None), family=family, money=money)
        self._dated(before, case, family)

    def in_any_order(self, before, what, changes):
        """A refusal and the appeal against it, in one second."""
        return before[2] == changes["case"] and before[3] == "reject" and what == "appeal"
