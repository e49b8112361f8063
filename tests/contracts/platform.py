"""The conformance kit: what every platform's adapter must do, whoever wrote it (``docs/new-platform.md``).

An adapter's tests subclass :class:`PlatformContract` and give it a :class:`Kit`. Nothing here knows a platform.
"""

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connector.domain.errors import BadSignature, Refused, Unavailable, Unreadable
from connector.domain.gaps import Known, day_of
from connector.domain.order import Fact, Kind, Millis, OrderRef, StoreRef, Terms
from connector.domain.pricing import priced
from connector.domain.replay import Life, replay
from connector.domain.table import TABLE
from connector.ports import Command, Envelope, Hook, Platform, RawEvent
from connector.services import NAME, REFERENCE

OUTCOMES = {
    "stored": 200,
    "repeated": 200,
    "check": 200,
    "bad_signature": 401,
    "unreadable": 400,
    "too_large": 413,
    "unavailable": 503,
}
ACTIONS = {
    *("accept", "start", "ready", "dispatch", "reject", "cancel"),
    *("agree_refund", "reject_refund", "part_refund", "answer_reminder"),
}


@dataclass(frozen=True, kw_only=True)
class Story:
    """A whole life as the platform pushes it, and how it ends."""

    name: str
    pushes: Sequence[Hook]
    state: str
    refunded: int
    terms: Terms = field(default_factory=Terms)


@dataclass(frozen=True, kw_only=True)
class Kit:
    """What the contract needs of one platform.

    ``good`` and ``bad`` are its signature vectors as requests at our door, ``check`` its reachability tests,
    ``orders`` golden samples of an order that is pushed whole, ``stories`` whole lives. ``answering`` makes the
    adapter call ``transport`` and nothing else; ``taken`` is what the platform answers to a call that it takes,
    ``told`` what it answers to one that reads ``order`` of ``store`` back.
    """

    platform: Platform
    good: Sequence[Hook]
    bad: Sequence[Hook]
    check: Sequence[Hook]
    orders: Sequence[Hook]
    stories: Sequence[Story]
    answering: Callable[[Callable[[httpx.Request], httpx.Response]], Platform]
    taken: Callable[[httpx.Request], httpx.Response]
    told: Callable[[httpx.Request], httpx.Response]
    order: OrderRef
    store: StoreRef
    args: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


def raw(envelope: Envelope, number: int = 1) -> RawEvent:
    """A stored event, as it is read later."""
    return RawEvent(id=number, source=envelope.source, lane=envelope.lane, received_at=Millis(0), body=envelope.body)


def facts_of(platform: Platform, hook: Hook) -> tuple[Fact, ...]:
    """What a request at the door says."""
    envelope = platform.envelope(hook)
    assert envelope is not None
    return platform.heard(raw(envelope)).facts


def life_of(facts: Sequence[Fact], terms: Terms) -> Life:
    """The life of facts, each once by its key, after the window's row has rung."""
    known: dict[str, Fact] = {}
    for fact in facts:
        before = known.get(fact.key)
        known[fact.key] = fact if before is None or fact.at < before.at else before
    due = Fact(key="due", kind=Kind.DUE, at=Millis(0))
    return replay([*known.values(), due], sold=False, terms=terms)


class PlatformContract:
    """Subclass it in a module that has a fixture ``kit``."""

    def test_it_says_which_buttons_it_has(self, kit):
        traits = kit.platform.traits
        assert {"accept", "cancel", "agree_refund", "reject_refund"} <= set(traits.actions) <= ACTIONS
        assert set(traits.actions.values()) <= {"platform", "fact", "both"}
        assert traits.side <= ACTIONS
        assert traits.returns >= 1
        assert NAME.fullmatch(kit.platform.name), "a name is up to 32 of a-z 0-9 _"

    def test_it_takes_every_request_that_is_rightly_signed(self, kit):
        assert kit.good
        for hook in kit.good:
            envelope = kit.platform.envelope(hook)
            assert envelope is not None
            assert envelope.source == kit.platform.name
            assert envelope.lane.startswith(f"{kit.platform.name}:")
            assert envelope.lane == f"{kit.platform.name}:" or REFERENCE.fullmatch(envelope.lane), envelope.lane

    def test_its_orders_and_shops_have_references_that_the_door_keeps(self, kit):
        for hook in [*kit.good, *kit.orders]:
            event = raw(kit.platform.envelope(hook))
            told = {kit.platform.envelope(hook).order, kit.platform.heard(event).order} - {None}
            assert all(REFERENCE.fullmatch(order) for order in told), told
            assert all(order.startswith(f"{kit.platform.name}:") for order in told), told
        assert REFERENCE.fullmatch(kit.order)
        assert REFERENCE.fullmatch(kit.store)

    def test_it_refuses_every_request_that_is_not(self, kit):
        assert kit.bad
        for hook in kit.bad:
            with pytest.raises((BadSignature, Unreadable)):
                kit.platform.envelope(hook)

    def test_it_knows_the_reachability_check(self, kit):
        assert kit.check
        assert [kit.platform.envelope(hook) for hook in kit.check] == [None] * len(kit.check)

    def test_a_repeat_is_the_same_event_and_another_message_is_not(self, kit):
        digests = [kit.platform.envelope(hook).digest for hook in [*kit.good, *kit.good]]
        half = len(kit.good)
        assert digests[:half] == digests[half:]
        assert len(set(digests)) == len({hook.body + hook.query.encode() for hook in kit.good})

    def test_a_flipped_bit_is_noticed(self, kit):
        for hook in kit.good:
            place = "body" if hook.body else "query"
            text = hook.body.decode() if hook.body else hook.query
            found = max(text.rfind(digit) for digit in "0123456789")
            changed = text[:found] + str((int(text[found]) + 1) % 10) + text[found + 1 :]
            value: Any = changed.encode() if place == "body" else changed
            with pytest.raises((BadSignature, Unreadable)):
                kit.platform.envelope(replace(hook, **{place: value}))

    def test_rubbish_at_the_door_is_refused_and_never_fails(self, kit):
        @settings(max_examples=100)
        @given(body=st.binary(max_size=300), query=st.text(max_size=80), post=st.booleans())
        def refused(body, query, post):
            method = "POST" if post else "GET"
            hook = Hook(method=method, path=kit.good[0].path, query=query, headers={}, body=body)
            try:
                envelope = kit.platform.envelope(hook)
            except (BadSignature, Unreadable):
                return
            assert envelope is None

        refused()

    @pytest.mark.parametrize("outcome", OUTCOMES)
    def test_its_sender_reads_success_only_if_the_event_is_stored(self, kit, outcome):
        reply = kit.platform.reply(outcome, 1)
        assert reply.status == OUTCOMES[outcome]
        assert (reply.body == kit.platform.reply("stored", 2).body) == (reply.status == 200)

    def test_a_stored_event_that_cannot_be_read_is_refused_and_never_fails(self, kit):
        name = kit.platform.name

        @settings(max_examples=100)
        @given(body=st.binary(max_size=300))
        def refused(body):
            event = RawEvent(id=1, source=name, lane=StoreRef(f"{name}:1"), received_at=Millis(0), body=body)
            try:
                heard = kit.platform.heard(event)
            except Refused:
                return
            assert not heard.facts

        refused()

    def test_reading_twice_says_the_same(self, kit):
        for hook in [*kit.good, *kit.orders]:
            event = raw(kit.platform.envelope(hook))
            assert kit.platform.heard(event) == kit.platform.heard(event)

    def test_every_order_adds_up_to_what_the_customer_paid(self, kit):
        assert kit.orders
        for hook in kit.orders:
            content = next(fact.content for fact in facts_of(kit.platform, hook) if fact.content)
            for mode in ("discounted", "original"):
                told = priced(content, mode)
                assert sum(i.total for i in told.items) + sum(f.amount for f in told.fees) == told.paid
            assert [item.line for item in content.items] == list(range(1, len(content.items) + 1))
            assert all(item.name for item in content.items)

    def test_codes_are_those_of_the_table(self, kit):
        for story in kit.stories:
            for fact in (fact for hook in story.pushes for fact in facts_of(kit.platform, hook)):
                assert fact.code in TABLE or fact.code == 0
                if fact.code:
                    assert TABLE[fact.code].kind is fact.kind or fact.basis

    def test_a_life_ends_the_same_in_any_order_and_with_repeats(self, kit):
        shuffled = random.Random(7)
        assert kit.stories
        for story in kit.stories:
            told = [facts_of(kit.platform, hook) for hook in story.pushes]
            for _ in range(30):
                facts = [fact for each in told for fact in each]
                life = life_of(facts, story.terms)
                assert (life.state, life.granted, life.standstill) == (story.state, story.refunded, ""), story.name
                told = shuffled.sample(told, len(told)) + shuffled.choices(told, k=2)

    def test_every_button_that_tells_the_platform_makes_a_call(self, kit):
        for action, effect in kit.platform.traits.actions.items():
            asked: list[httpx.Request] = []

            def answer(request, asked=asked):
                asked.append(request)
                return kit.taken(request)

            answered = kit.answering(answer).perform(self.command(kit, action))
            assert answered.taken == (effect != "fact"), answered.words
            assert bool(asked) == (effect != "fact")
            assert answered.words

    def test_a_button_that_it_does_not_have_is_refused_in_words(self, kit):
        answered = kit.answering(kit.taken).perform(self.command(kit, "invented"))
        assert (answered.taken, bool(answered.words)) == (False, True)

    @pytest.mark.parametrize("status", [500, 502, 503])
    def test_a_platform_in_trouble_is_tried_later(self, kit, status):
        with pytest.raises(Unavailable):
            kit.answering(lambda _: httpx.Response(status)).perform(self.command(kit, "accept"))

    def test_an_answer_that_is_lost_leaves_it_unknown_whether_the_call_was_taken(self, kit):
        def lost(request):
            first = kit.taken(request)
            if self.is_a_token(request):
                return first
            raise httpx.ReadTimeout("lost", request=request)

        with pytest.raises(Unavailable) as failure:
            kit.answering(lost).perform(self.command(kit, "accept"))
        assert failure.value.unknown

    def test_nobody_there_is_known_not_to_have_taken_it(self, kit):
        def away(request):
            raise httpx.ConnectError("away", request=request)

        with pytest.raises(Unavailable) as failure:
            kit.answering(away).perform(self.command(kit, "accept"))
        assert not failure.value.unknown

    @pytest.mark.parametrize("named", [True, False], ids=["its shop is known", "its shop is looked for"])
    def test_an_order_that_is_read_back_is_an_event_like_any_other(self, kit, named):
        platform = kit.answering(kit.told)
        asked = kit.store if named else StoreRef(f"{platform.name}:")
        envelope = platform.fetch(kit.order, asked)
        assert (envelope.source, envelope.lane, envelope.order) == (platform.name, kit.store, kit.order)
        assert platform.fetch(kit.order, asked).digest == envelope.digest
        heard = platform.heard(raw(envelope))
        assert heard.order == kit.order
        assert heard.facts
        assert all(fact.pulled for fact in heard.facts)
        (content,) = [fact.content for fact in heard.facts if fact.content]
        told = priced(content, "discounted")
        assert sum(i.total for i in told.items) + sum(f.amount for f in told.fees) == told.paid

    @pytest.mark.parametrize("ask", ["fetch", "menu", "missed", "listed"])
    def test_nothing_is_read_from_a_platform_that_is_not_there(self, kit, ask):
        def away(request):
            raise httpx.ConnectError("away", request=request)

        platform, now = kit.answering(away), Millis(1_700_000_000_000)
        asks: dict[str, Callable[[], Any]] = {
            "fetch": lambda: platform.fetch(kit.order, kit.store),
            "menu": lambda: platform.menu(kit.store),
            "missed": lambda: list(platform.missed(kit.store, Known(now=now, full=True), now)),
            "listed": lambda: list(platform.listed(kit.store, day_of(now))),
        }
        with pytest.raises(Unavailable):
            asks[ask]()

    def is_a_token(self, request: httpx.Request) -> bool:
        """Whether a request asks for access and not for an effect."""
        return "token" in request.url.path

    def command(self, kit: Kit, action: str) -> Command:
        """A press of the action."""
        name = kit.platform.name
        return Command(
            key="cmd-1",
            store=StoreRef(f"{name}:1"),
            order=OrderRef(f"{name}:100"),
            action=action,
            args=kit.args.get(action, {}),
        )
