"""Calls to platforms: commands, each in effect once, and orders read back. Part of ``deliver``.

A call that timed out is unknown, not failed: the order is read back first, and the call is repeated only if the order
still shows what it was made for.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final, Literal

from connector import logs
from connector.database.journal import Transaction
from connector.database.lanes import Lease, LeaseLost
from connector.database.orders import Kept
from connector.database.outbox import Kind, Outgoing
from connector.domain.errors import Busy, InDoubt, Refused, Unavailable
from connector.domain.menu import MenuItem
from connector.domain.offers import objection
from connector.domain.order import Millis, OrderRef, StoreRef, split_ref
from connector.domain.parts import shown
from connector.domain.replay import Life
from connector.domain.traits import Traits
from connector.faults import reach
from connector.ports import Alert, Answer, Command, CommandResult, Envelope, Platform
from connector.routing import bring, give_up, led_home, nameless
from connector.services import Services

_COMMANDS: Final = 10
_FETCHES: Final = 5
_PUSH_MILLIS: Final = 30_000
_WHOLE_MILLIS: Final = 15_000
_WHOLE_TIMES: Final = 10
#: Answers without what was asked for before people are told: half a minute.
_SILENT_TRIES: Final = 5
#: Fetches that are made once, whatever they bring.
_ONCE: Final = ("after:", "prices:", "case:")
_LONGEST_MILLIS: Final = 10 * 60_000
_SHOWN: Final = "平台已受理 · the platform shows it as done"
_EXPIRED: Final = "十分钟内未能执行 · could not be carried out within ten minutes"
_UNKNOWN: Final = "结果未知，请在平台查看 · nobody knows whether the platform took it: look there"
_LOG: Final = logs.get(__name__)

Menu = tuple[MenuItem, ...]


class Calls:
    """One visit's calls to the platform of a lane; ``heard`` are the lanes that have something new to read."""

    def __init__(self, services: Services, lease: Lease) -> None:
        self._journal = services.journal
        self._clock = services.clock
        self._platforms = services.platforms
        self._gate = services.gates[split_ref(lease.lane)[0]]
        self._lease = lease
        self.heard: set[StoreRef] = set()

    @property
    def _now(self) -> Millis:
        return self._clock.now()

    @property
    def _side(self) -> frozenset[str]:
        platform = self._platforms.get(split_ref(self._lease.lane)[0])
        return platform.traits.side if platform else frozenset()

    def commands(self) -> None:
        """Make the calls that are due, one by one; if the platform does not answer one, the others wait."""
        with self._journal.begin(self._lease) as tx:
            for row in tx.outbox.expired(self._lease.lane, self._now, _COMMANDS):
                self._finish(tx, row, Answer(taken=False, words=_EXPIRED if row.state == "pending" else _UNKNOWN))
            rows = tx.outbox.due(self._lease.lane, "command", self._now, _COMMANDS)
        self._one_by_one("command", rows, self._command)

    def fetches(self) -> None:
        """Read back the orders that are due."""
        with self._journal.begin(self._lease) as tx:
            rows = tx.outbox.due(self._lease.lane, "fetch", self._now, _FETCHES)
        self._one_by_one("fetch", rows, self._read_back)

    def _one_by_one(self, kind: Kind, rows: Sequence[Outgoing], work: Callable[[Outgoing], bool]) -> None:
        for row in rows:
            if not self._gate.enter(self._now):
                with self._journal.begin(self._lease) as tx:
                    tx.outbox.wait(self._lease.lane, kind, self._gate.next_try(self._now))
                return
            answered = False
            try:
                answered = work(row)
            except LeaseLost:
                answered = True
                raise
            finally:
                self._gate.leave(self._now, answered=answered)

    def _read_back(self, row: Outgoing) -> bool:
        """One fetch. Whether the platform could be reached."""
        assert row.order is not None  # a fetch has one
        reached, reason, envelope = True, "", None
        try:
            if self._sought(row, row.order):
                return True
            envelope = self._fetch(row.order)
        except Unavailable as error:
            reached, reason = isinstance(error, Busy), str(error)
        except Refused as refusal:
            with self._journal.begin(self._lease) as tx:
                self._not_known(tx, row, str(refusal))
            return True
        except Exception as error:  # noqa: BLE001 - whatever it is, the other orders of the shop go on
            _LOG.error("not_fetched", lane=self._lease.lane, order=row.order, exc_info=error)
            reason = type(error).__name__
        with self._journal.begin(self._lease) as tx:
            if envelope is None:
                self._not_fetched(tx, row, reason)
            elif nameless(row.lane):
                bring(tx, row.lane, row.order, envelope)
                tx.outbox.done([row.id], self._now)
            else:
                self._fetched(tx, row)
        return reached

    def _not_fetched(self, tx: Transaction, row: Outgoing, reason: str) -> None:
        tx.outbox.put_off([row.id], self._now, reason)
        if nameless(row.lane) and row.order and row.attempts + 1 == _SILENT_TRIES:
            give_up(tx, row.lane, row.order, reason, self._now)

    def _command(self, row: Outgoing) -> bool:
        """One call. Whether the platform could be reached."""
        try:
            order = row.order  # without one it is a press on the shop, which is simply repeated
            if order and row.state == "sending":
                self._look_back(row, order)
                return True
            if order and row.state == "unknown" and not self._still_wanted(row, order):
                return True
            self._perform(row)
        except Unavailable as error:
            self._later(row, str(error), unknown=row.state != "pending" or error.unknown)
            return isinstance(error, Busy | InDoubt)
        except Exception as error:  # noqa: BLE001 - whatever it is, the other orders of the shop go on
            _LOG.error("not_called", lane=self._lease.lane, command=row.key, exc_info=error)
            self._later(row, type(error).__name__, unknown=True)
        return True

    def _perform(self, row: Outgoing) -> None:
        with self._journal.begin(self._lease) as tx:
            tx.outbox.sending(row.id)
        reach("deliver.sending")
        self._journal.lanes.renew(self._lease)
        reach("deliver.before_platform")
        try:
            answer, menu = self._carried_out(replace(row.command, again=row.state == "unknown"))
        except Refused as refusal:
            answer, menu = Answer(taken=False, words=str(refusal)), None
        reach("deliver.after_platform")
        with self._journal.begin(self._lease) as tx:
            self._finish(tx, row, answer, menu)
        reach("deliver.after_answer")

    def _carried_out(self, command: Command) -> tuple[Answer, Menu | None]:
        platform = self._platform(command.store)
        if command.action != "pull_menu":
            return platform.perform(command), None
        menu = platform.menu(command.store)
        return Answer(taken=True, words=f"已读取 {len(menu)} 个规格 · {len(menu)} specs read"), menu

    def _look_back(self, row: Outgoing, order: OrderRef) -> None:
        """A call was begun and nobody knows how it ended: read the order back, and judge when that has been read."""
        with_news = True
        try:
            self._fetch(order)
        except Refused:
            with_news = False  # it cannot be told: the call is repeated under the same key
        with self._journal.begin(self._lease) as tx:
            tx.outbox.unknown(row.id, Millis(self._now + 1_000 if with_news else self._now))

    def _still_wanted(self, row: Outgoing, order: OrderRef) -> bool:
        """Whether an unknown call is to be repeated; not if the order has moved on as it would have made it."""
        with self._journal.begin(self._lease) as tx:
            if tx.inbox.waiting(order):
                tx.outbox.unknown(row.id, Millis(self._now + 1_000))
                return False
            kept = tx.orders.open(order)
            assert kept is not None  # it asked for the call
            if _moved_on(row.command, tx.orders.life(kept), self._platform(order).traits):
                self._finish(tx, row, Answer(taken=True, words=_SHOWN))
                return False
        return True

    def _later(self, row: Outgoing, reason: str, *, unknown: bool) -> None:
        _LOG.warning("platform_later", lane=self._lease.lane, command=row.key, unknown=unknown, reason=reason)
        with self._journal.begin(self._lease) as tx:
            tx.outbox.put_off([row.id], self._now, reason, state="sending" if unknown else "pending")
            if row.attempts == 0 and (number := row.body["command_id"]):
                words = "平台暂不可达，稍后重试 · the platform cannot be reached, trying again"
                tx.outbox.put_news(row.lane, CommandResult(command_id=number, state="sent", result=words), self._now)

    def _finish(self, tx: Transaction, row: Outgoing, answer: Answer, menu: Menu | None = None) -> None:
        """Close the command with the platform's words; its push, or a pull if that stays away, moves the order."""
        command, number, side = row.command, row.body["command_id"], row.body["action"] in self._side
        tx.outbox.done([row.id], self._now, answer.words)
        if answer.taken and not side and command.order:
            due_at = Millis(self._now + _PUSH_MILLIS)
            tx.outbox.put_fetch(f"after:{command.action}:{row.key}", command.order, row.lane, self._now, due_at)
        if not answer.taken and (side or number is None):
            words = f"平台未受理 · not taken by the platform ({command.action}): {answer.words}"
            alert = Alert(key=f"warning:{row.key}", kind="warning", store=row.lane, order=command.order, text=words)
            tx.outbox.put_news(row.lane, alert, self._now)
        if number is not None:
            done = answer.taken or side
            state: Literal["done", "refused"] = "done" if done else "refused"
            result = CommandResult(command_id=number, state=state, result=answer.words, menu=menu)
            tx.outbox.put_news(row.lane, result, self._now)
            if not done and command.order:
                self._take_back(tx, command.order, f"press:{number}", answer.words)

    def _take_back(self, tx: Transaction, order: OrderRef, press: str, words: str) -> None:
        """A refused button changes nothing: what the platform did not take is no acceptance or answer of ours."""
        kept = tx.orders.open(order)
        if kept is not None and tx.orders.set_aside(order, press, f"refused by the platform: {words}"):
            kept.again = True
            tx.orders.save(kept)
            self.heard.add(self._lease.lane)

    def _fetch(self, order: OrderRef) -> Envelope:
        """Read an order back, as a raw event like any other."""
        envelope = self._platform(order).fetch(order, self._lease.lane)
        if nameless(envelope.lane):
            raise Refused("平台未注明门店 · the platform does not tell the shop")
        reach("deliver.after_fetch")
        self._journal.take([envelope], self._now)
        self.heard.add(envelope.lane)
        reach("deliver.fetch_stored")
        return envelope

    def _sought(self, row: Outgoing, order: OrderRef) -> bool:
        """Whether the shop of an order that was looked for has become known meanwhile."""
        if not nameless(self._lease.lane):
            return False
        with self._journal.begin(self._lease) as tx:
            home = led_home(tx, self._lease.lane, order)
            if home is not None:
                tx.outbox.done([row.id], self._now)
        self.heard |= {home} if home else set()
        return home is not None

    def _fetched(self, tx: Transaction, row: Outgoing) -> None:
        """It is done, unless something is missing: then the order is read back until it has come."""
        kept = self._kept(tx, row)
        tries = row.attempts + 1
        once = row.key.startswith(_ONCE)
        if kept is None or once or kept.wants is None or (kept.wants == "whole" and tries >= _WHOLE_TIMES):
            tx.outbox.done([row.id], self._now)
            return
        if tries == _SILENT_TRIES:
            self._tell_missing(tx, kept, "未给出 · it answers without it")
        pause = _WHOLE_MILLIS * (tries + 1) if kept.wants == "whole" else min(_LONGEST_MILLIS, 1_000 * 2**tries)
        tx.outbox.put_off_until(row.id, Millis(self._now + pause))

    def _not_known(self, tx: Transaction, row: Outgoing, reason: str) -> None:
        tx.outbox.park(row.id, reason)
        if nameless(row.lane) and row.order:
            give_up(tx, row.lane, row.order, reason, self._now)
        elif (kept := self._kept(tx, row)) is not None:
            self._tell_missing(tx, kept, reason)

    def _tell_missing(self, tx: Transaction, kept: Kept, reason: str) -> None:
        """Tell people what cannot be had from the platform; it is asked on where it answers at all."""
        if kept.wants == "content" and kept.parked is None:
            words = f"平台查无此订单：{reason} · its platform does not know it: {reason}"
            tx.park(kept, "fetch", words, self._now)
            tx.orders.save(kept)
        elif kept.wants == "refund":  # it stood still without an alarm as long as the answer could come by itself
            words = f"平台查无此退款，金额未知：{reason} · its platform does not tell the refund's amount: {reason}"
            tx.park(kept, "replay", words, self._now)
            tx.orders.save(kept)

    def _kept(self, tx: Transaction, row: Outgoing) -> Kept | None:
        """The order that asked to be read back; ``None`` if that has turned out to be another's other name."""
        assert row.order is not None  # a fetch has one
        return tx.orders.open(row.order)

    def _platform(self, ref: OrderRef | StoreRef) -> Platform:
        platform = self._platforms.get(split_ref(ref)[0])
        if platform is None:
            raise Refused(f"no such platform: {split_ref(ref)[0]}")
        return platform


def _moved_on(command: Command, life: Life, traits: Traits) -> bool:
    """Whether an order is as a call would have made it; a part can be refunded again and again, so it must show it."""
    if command.action == "part_refund" and shown(command.args, life):
        return True
    return bool(objection(command.action, life, traits))
