"""How histories are made: a platform is a clock and weighted moves, each allowed in the state in which it is drawn.

Choices come from a ``random.Random``, so a history is its seed; Hypothesis passes one that it can shrink.
"""

from abc import ABC, abstractmethod

from tests.disorder.truth import STEPS, Books, Event, History

START = 1_700_000_000_000
WINDOWS = (0, 1, 20, 60, 60, 60, 300)
CONSUME_AT = STEPS[STEPS.index("paid") :]
#: Which group of its second an event is read in (``order-life.md`` section 2).
RANKS = {"ask": 2, "appeal": 2, "withdraw": 2, "reject": 2, "grant": 2, "part": 1, "void": 3}
UNRANKED = ("note", "echo")


class Making(ABC):
    """One order being lived through. Subclasses are the platforms' pages: ``moves`` and what they do."""

    platform = ""
    rider_grain = 1

    def __init__(self, rng):
        self.rng = rng
        self.now = START + rng.randrange(1000)
        self.paid = self._sum()
        self.window, self.consume_at = rng.choice(WINDOWS), rng.choice(CONSUME_AT)
        self.books = Books(self.paid, self.window, self.consume_at)
        self.events = []
        self.places = []
        self.open_before = frozenset()
        self.unheard = False
        self.number = 0

    def _sum(self):
        roll = self.rng.random()
        if roll < 0.02:
            return 0
        return self.rng.randrange(1, 8) if roll < 0.06 else self.rng.randrange(100, 9999)

    def chance(self, share):
        return self.rng.random() < share

    def history(self):
        self.begin()
        for _ in range(self.rng.randrange(1, 13)):
            self.wait()
            moves = [(weight, move) for weight, move in self.moves() if weight > 0]
            if not moves:
                break
            self._pick(moves)()
        return History(
            platform=self.platform,
            paid=self.paid,
            window=self.window,
            consume_at=self.consume_at,
            events=tuple(self.events),
            unheard=self.unheard,
        )

    def _pick(self, moves):
        roll = self.rng.random() * sum(weight for weight, _ in moves)
        for weight, move in moves:
            roll -= weight
            if roll < 0:
                return move
        return moves[-1][1]

    def wait(self):
        """Some time passes: often none to speak of, sometimes up to the very end of the window."""
        roll, ends = self.rng.random(), self.books.window_ends
        if ends is not None and roll < 0.2:
            aimed = (ends + self.rng.choice((-1, 0, 0, 1))) * 1000 + self.rng.randrange(1000)
            self.now = max(self.now, aimed)
            return
        longest = self.rng.choice((400, 400, 1500, 20_000, 20_000, 200_000, 200_000, 2_000_000))
        self.now += self.rng.randrange(1, longest)

    def emit(self, what, code=0, **changes):
        """It happens now, or in the next second if its place in this one would be read as another order."""
        wire = changes.pop("wire", {})
        rank = changes.pop("rank", RANKS.get(what, 0))
        place = (rank, code if rank in {1, 2} else 0, changes.get("case", ""))
        if what not in UNRANKED:
            second = [each for at, each in self.places if at == self.now // 1000]
            if self._misread(second, place, what, changes):
                self.now = (self.now // 1000 + 1) * 1000 + self.rng.randrange(900)
            self.places.append((self.now // 1000, (*place, what)))
        at = self.now // self.rider_grain * self.rider_grain if what == "rider" else self.now
        event = Event(at=at, what=what, code=code, wire=wire, **changes)
        self.events.append(event)
        self.books.tell(event)
        return event

    def _misread(self, second, place, what, changes):
        """In this second it would be read at another place than it has: the rule book leaves such pairs out."""
        refunds = [each for each in second if each[0] in {1, 2}]
        if place[0] in {1, 2} and len(refunds) >= 2:
            return True
        if place[0] in {1, 2} and refunds and self.in_any_order(refunds[-1], what, changes):
            return False
        if any(each[1] == place[1] == 39 for each in second):
            return True  # two of the merchant's parts
        return any(each[:3] > place or (place[0] in {1, 2} and each[:3] == place) for each in second)

    @abstractmethod
    def in_any_order(self, before, what, changes):
        """These two of one second are told apart by more than their codes."""

    # What is the same everywhere ----------------------------------------------------------------------------------

    def rider(self, code, **wire):
        at = self.now // self.rider_grain * self.rider_grain
        told = {(each.at, each.code) for each in self.events if each.what == "rider"}
        if (at, code) not in told:
            self.emit("rider", code, wire=wire)

    def press(self, action):
        self.number += 1
        self.emit("press", action=action, wire={"number": self.number})

    def presses(self):
        """What staff may press: anything that happened in the kitchen, once the order was sold."""
        books, actions = self.books, ("start", "ready", "dispatch")
        if books.accepted is None and not books.imported:
            return [] if books.all_back or self.events[-1].what == "press" else [(9, lambda: self.press("accept"))]
        if not self._sold_as_far_as_we_know():
            return []
        moves = [(4, lambda name=name: self.press(name)) for name in actions]
        if not books.all_back and books.reached < STEPS.index("accepted") and not books.open:
            moves.append((4, lambda: self.press("accept")))
        return moves

    def regret(self):
        """How likely somebody cancels: most do so within the window."""
        return 0.3 if self.books.finished or self.now // 1000 > self.books.window_ends else 1.2

    def _sold_as_far_as_we_know(self):
        books = self.books
        if books.imported:
            return True
        ends = books.window_ends
        if ends is None or self.now // 1000 <= ends:
            return False
        if books.all_back and not self.unheard and self.chance(0.3):
            self.unheard = True
        return not books.all_back or self.unheard

    def part_money(self, most):
        return most if self.chance(0.15) else self.rng.randrange(1, most + 1)
