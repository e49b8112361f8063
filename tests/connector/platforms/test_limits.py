import threading

import pytest

from connector.domain.errors import Busy, Unavailable
from connector.platforms.limits import Limits, patient


class Time:
    def __init__(self):
        self.at, self.slept = 1000.0, []

    def now(self):
        return self.at

    def sleep(self, seconds):
        self.slept.append(seconds)
        self.at += seconds


@pytest.fixture
def time():
    return Time()


def limits(time, rate=10, **rates):
    return Limits(rates, rate, now=time.now, sleep=time.sleep)


def passed(one, path="a", most=1000):
    """How many calls get through before one is put off."""
    for number in range(most):
        try:
            one.enter(path)
        except Busy:
            return number
    return most


def test_a_seconds_worth_may_be_called_at_once_and_no_more(time):
    one = limits(time)
    for _ in range(10):
        one.enter("a")
    assert time.slept == []
    one.enter("a")
    assert time.slept == [pytest.approx(0.1)]


def test_in_the_long_run_no_more_than_the_rate_gets_through(time):
    one, begun, calls = limits(time), time.at, 0
    while time.at < begun + 20:
        calls += passed(one)
        time.at += 0.5
    assert calls <= 10 * (time.at - begun) + 10
    assert calls >= 10 * 19


def test_who_would_have_to_wait_for_long_is_put_off_and_told_for_how_long(time):
    one = limits(time, rate=1)
    one.enter("a")
    with pytest.raises(Busy) as busy:
        one.enter("a")
    assert busy.value.seconds == pytest.approx(1.0)
    assert isinstance(busy.value, Unavailable)
    assert not busy.value.unknown
    assert time.slept == []
    time.at += 1
    one.enter("a")


def test_who_reads_lists_waits_longer(time):
    one = limits(time, rate=1)
    with patient():
        for _ in range(5):
            one.enter("a")
    assert sum(time.slept) == pytest.approx(4.0)
    with pytest.raises(Busy):
        one.enter("a")


def test_another_threads_patience_is_not_ours(time):
    one, failures = limits(time, rate=1), []

    def other():
        try:
            one.enter("a")
        except Busy as busy:
            failures.append(busy)

    with patient():
        one.enter("a")
        thread = threading.Thread(target=other)
        thread.start()
        thread.join()
    assert len(failures) == 1


def test_paths_do_not_wait_for_each_other_and_have_figures_of_their_own(time):
    one = limits(time, rate=1, b=3)
    assert (passed(one, "a"), passed(one, "b"), passed(one, "c")) == (1, 3, 1)


def test_what_the_platform_refuses_makes_the_path_wait(time):
    one = limits(time)
    one.refused("a")
    with pytest.raises(Busy):
        one.enter("a")
    one.enter("b")
    time.at += 1
    one.enter("a")


def test_many_threads_together_keep_to_the_rate(time):
    one, through = limits(time, rate=50), []

    def call():
        try:
            one.enter("a")
            through.append(1)
        except Busy:
            pass

    one._sleep = lambda _: None
    threads = [threading.Thread(target=call) for _ in range(200)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert 50 <= len(through) <= 50 + 16
