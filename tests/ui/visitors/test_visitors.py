from digit_recognizer.ui.visitors.networks import Network
from digit_recognizer.ui.visitors.visitors import COUNTING_SECONDS, Visitors
from tests.helpers import answered, constant_network, drawing, working


def test_each_session_has_its_own_network():
    visitors = Visitors(constant_network(5))
    visitors.visit("a").use_network(Network(constant_network(1), "mine"))
    for session in "ab":
        visitors.visit(session).draw(drawing())
    assert answered(visitors.visit("a")) == 1
    assert answered(visitors.visit("b")) == 5


def test_without_a_session_nothing_is_kept():
    visitors = Visitors(constant_network(5))
    visitors.visit(None).draw(drawing())
    assert len(visitors) == 0
    assert answered(visitors.visit(None)) is None


def test_leaving_forgets_the_visitor_and_stops_the_training():
    visitors = Visitors(constant_network(5))
    visitors.visit("a").draw(drawing())
    job = working(visitors.visit("a"))
    stop = visitors.visit("a").job.stop
    visitors.leave("a")
    visitors.leave("a")
    assert stop.is_set()
    assert answered(visitors.visit("a")) is None
    job.close()


def test_there_are_never_more_than_the_limit():
    visitors = Visitors(constant_network(5), limit=3)
    for session in "abcab":
        visitors.visit(session).draw(drawing())
    visitors.visit("d")
    assert len(visitors) == 3
    assert answered(visitors.visit("a")) == 5
    assert answered(visitors.visit("c")) is None


def test_the_idle_are_forgotten_unless_they_train():
    now = [0.0]
    visitors = Visitors(constant_network(5), idle_seconds=10, clock=lambda: now[0])
    job = working(visitors.visit("trains"))
    visitors.visit("idles")
    now[0] = 11
    visitors.visit("new")
    assert len(visitors) == 2
    assert visitors.visit("trains").job is not None
    job.close()


def test_own_networks_beyond_the_memory_limit_cost_the_least_recent_visitor():
    size = sum(array.nbytes for array in constant_network(0).mlp.weights) + 40
    now = [0.0]
    visitors = Visitors(constant_network(5), max_bytes=2 * size, clock=lambda: now[0])
    for session in "abc":
        visitors.visit(session).use_network(Network(constant_network(1), "mine"))
        visitors.visit(session).draw(drawing())
    now[0] = COUNTING_SECONDS
    visitors.visit("c")
    assert len(visitors) == 2
    assert answered(visitors.visit("c")) == 1
    assert answered(visitors.visit("a")) is None


def test_the_built_in_network_costs_no_memory():
    visitors = Visitors(constant_network(5), max_bytes=1)
    for session in "abc":
        visitors.visit(session).draw(drawing())
    assert len(visitors) == 3
