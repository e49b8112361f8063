import base64
import json

import httpx
import pytest

from connector.domain.errors import BadSignature, Refused, Unavailable, Unreadable
from connector.platforms.eleme import CALLS, Eleme
from connector.platforms.http import unavailable
from connector.platforms.signing import sign_eleme_call, sign_eleme_push
from connector.ports import Command, Hook, RawEvent
from connector.settings import ElemeApp
from mappings.wire import read_exact
from tests.shelf import Shelf, StandingClock
from tests.vectors import DATA

APP = ElemeApp(app_id="10000001", key="FaKe/KeY", secrets=("3f1c0a9e", "former"))
ORDER = json.loads(
    json.loads((DATA / "samples/eleme/push_10_new_order_2019.json").read_text("utf-8"))["push"]["message"]
)
NUMBER = ORDER["orderId"]


class Server:
    """The platform's end: answers tokens, takes what it is told to say to calls, keeps what it was asked."""

    def __init__(self, *answers):
        self.answers = list(answers)
        self.asked, self.tokens, self.basic = [], 0, ""

    def __call__(self, request):
        if request.url.path == "/token":
            self.tokens += 1
            self.basic = request.headers["authorization"]
            return httpx.Response(200, json={"access_token": f"token-{self.tokens}", "expires_in": 2592000})
        self.asked.append(json.loads(request.content))
        answer = self.answers.pop(0) if self.answers else {"result": None, "error": None}
        if isinstance(answer, Exception):
            raise answer
        return answer if isinstance(answer, httpx.Response) else httpx.Response(200, json={"id": "1", **answer})


def eleme(server, shelf=None, url="https://platform.invalid"):
    client = httpx.Client(transport=httpx.MockTransport(server))
    return Eleme([APP], url=url, shelf=shelf or Shelf(), http=client, clock=StandingClock())


def command(action, **args):
    return Command(key="cmd-1", store="eleme:155000001", order=f"eleme:{NUMBER}", action=action, args=args)


def error(code, message="不行"):
    return {"result": None, "error": {"code": code, "message": message}}


def test_a_call_carries_the_token_and_a_right_signature():
    server = Server()
    assert eleme(server).perform(command("accept")).taken
    (asked,) = server.asked
    assert asked["signature"] == sign_eleme_call(
        action="eleme.order.confirmOrderLite",
        token="token-1",
        metas={"app_key": "FaKe/KeY", "timestamp": 1_700_000_000},
        params={"orderId": NUMBER},
        secret="3f1c0a9e",
    )
    assert (asked["nop"], asked["params"]) == ("1.0.0", {"orderId": NUMBER})
    assert base64.b64decode(server.basic.removeprefix("Basic ")) == b"FaKe%2FKeY:3f1c0a9e"


def test_the_token_is_kept_and_asked_for_once():
    server, shelf = Server(), Shelf()
    for _ in range(3):
        assert eleme(server, shelf).perform(command("accept")).taken
    assert server.tokens == 1


def test_a_token_that_ends_soon_is_renewed():
    server, shelf = Server(), Shelf()
    shelf.keep_token("eleme:10000001", "old", StandingClock().now() + 1000)
    eleme(server, shelf).perform(command("accept"))
    assert server.asked[0]["token"] == "token-1"


def test_a_token_that_is_no_longer_taken_is_renewed_once():
    server = Server(error("UNAUTHORIZED"), {"result": None, "error": None})
    assert eleme(server).perform(command("accept")).taken
    assert [asked["token"] for asked in server.asked] == ["token-1", "token-2"]
    assert not eleme(Server(error("UNAUTHORIZED"), error("UNAUTHORIZED"))).perform(command("accept")).taken


@pytest.mark.parametrize(("code", "unknown"), [("SERVER_ERROR", True), ("EXCEED_LIMIT", False)])
def test_the_platform_that_asks_for_patience_gets_it_and_an_error_of_its_own_leaves_the_call_in_doubt(code, unknown):
    with pytest.raises(Unavailable) as failure:
        eleme(Server(error(code))).perform(command("accept"))
    assert failure.value.unknown is unknown


def test_a_refusal_keeps_the_platforms_words():
    answer = eleme(Server(error("BIZ_1", "订单已取消"))).perform(command("agree_refund"))
    assert (answer.taken, answer.words) == (False, "订单已取消 (BIZ_1)")


def test_accepting_twice_is_a_success():
    assert eleme(Server(error("BIZ_2", "订单已确认，请勿重复"))).perform(command("accept")).taken


@pytest.mark.parametrize("answer", [b"", b"<html>", b"[]", b'{"id":"1"}', b'{"error":7}', b'{"error":{"code":7}}'])
def test_rubbish_for_an_answer_leaves_it_unknown_whether_the_call_was_taken(answer):
    with pytest.raises(Unavailable) as failure:
        eleme(Server(httpx.Response(200, content=answer))).perform(command("accept"))
    assert failure.value.unknown


FAILURES = {
    httpx.ConnectError: False,
    httpx.ConnectTimeout: False,
    httpx.PoolTimeout: False,
    httpx.ReadTimeout: True,
    httpx.WriteTimeout: True,
    httpx.ReadError: True,
    httpx.WriteError: True,
    httpx.CloseError: True,
    httpx.RemoteProtocolError: True,
    httpx.LocalProtocolError: True,
    httpx.ProxyError: True,
    httpx.UnsupportedProtocol: False,
    httpx.DecodingError: True,
    httpx.TooManyRedirects: True,
}


@pytest.mark.parametrize(("kind", "unknown"), FAILURES.items())
def test_no_answer_is_worth_another_try(kind, unknown):
    with pytest.raises(Unavailable) as failure:
        eleme(Server(kind("x"))).perform(command("accept"))
    assert failure.value.unknown is unknown


def test_the_table_of_transport_failures_is_complete():
    def leaves(kind):
        below = kind.__subclasses__()
        return {leaf for each in below for leaf in leaves(each)} if below else {kind}

    assert leaves(httpx.HTTPError) - {httpx.HTTPStatusError} == set(FAILURES)
    assert isinstance(unavailable(httpx.ReadTimeout("x")), Unavailable)


def test_an_application_without_a_token_is_refused_in_the_platforms_words():
    def server(_request):
        return httpx.Response(400, json={"error": "invalid_client"})

    answer = eleme(server).perform(command("accept"))
    assert (answer.taken, answer.words) == (False, "platform gives no token: invalid_client")


@pytest.mark.parametrize("url", ["https://p.invalid", "https://p.invalid/", "https://p.invalid/api/v1/"])
def test_the_address_may_carry_the_path(url):
    server = Server()
    assert eleme(server, url=url).perform(command("accept")).taken


ARGUMENTS = {
    "accept": ({}, {"orderId": NUMBER}),
    "reject": (
        {"reason_code": "foodSoldOut", "reason": "卖完了"},
        {"orderId": NUMBER, "type": "foodSoldOut", "remark": "卖完了"},
    ),
    "cancel": ({"reason_code": "nonsense"}, {"orderId": NUMBER, "type": "others", "remark": "其他"}),
    "agree_refund": ({}, {"orderId": NUMBER}),
    "reject_refund": ({"reason": "已出餐"}, {"orderId": NUMBER, "reason": "已出餐"}),
    "ready": ({}, {"orderId": NUMBER}),
    "answer_reminder": (
        {"reminder": "77", "text": "马上到" * 20},
        {"remindId": 77, "type": "custom", "content": ("马上到" * 20)[:30]},
    ),
}


@pytest.mark.parametrize("action", CALLS)
def test_each_press_becomes_its_call(action):
    server = Server()
    args, params = ARGUMENTS[action]
    eleme(server).perform(command(action, **args))
    assert (server.asked[0]["action"], server.asked[0]["params"]) == (CALLS[action][0], params)


def test_what_the_platform_does_not_have_is_refused_without_asking():
    server = Server()
    assert not eleme(server).perform(command("part_refund")).taken
    assert not eleme(server).perform(command("answer_reminder")).taken
    assert server.asked == []


def test_an_order_is_read_back_as_facts():
    settled = {**ORDER, "status": "settled", "refundStatus": "applied"}
    refund = {"orderId": NUMBER, "refundStatus": "applied", "refundType": "part", "totalPrice": 6.5, "goodsList": []}
    platform = eleme(Server({"result": settled, "error": None}, {"result": refund, "error": None}))
    envelope = platform.fetch(f"eleme:{NUMBER}", "eleme:155000001")
    heard = platform.heard(raw(envelope.body))
    assert (heard.order, envelope.order, len(heard.facts)) == (f"eleme:{NUMBER}", f"eleme:{NUMBER}", 2)
    statement = heard.facts[0].statement
    assert (statement.finished, statement.case, statement.refund.money) == (True, "requested", 650)
    assert heard.facts[1].content.paid == 2680


def test_an_order_that_the_platform_does_not_give_is_refused():
    with pytest.raises(Refused, match="ORDER_NOT_FOUND"):
        eleme(Server(error("ORDER_NOT_FOUND"))).fetch("eleme:1", "eleme:2")


def test_an_order_whose_refund_is_not_given_is_read_all_the_same():
    settled = {**ORDER, "status": "settled", "refundStatus": "successful"}
    platform = eleme(Server({"result": settled, "error": None}, error("BIZ_3", "没有退单")))
    statement = platform.heard(raw(platform.fetch(f"eleme:{NUMBER}", "eleme:155000001").body)).facts[0].statement
    assert (statement.finished, statement.case, statement.refund) == (True, "granted", None)


def test_half_an_emoji_does_not_keep_an_order_from_being_read_back():
    order = {**ORDER, "description": "辣" + chr(0xD83D)}
    answer = httpx.Response(200, content=json.dumps({"result": order}).encode())
    platform = eleme(Server(answer))
    heard = platform.heard(raw(platform.fetch(f"eleme:{NUMBER}", "eleme:155000001").body))
    assert heard.facts[1].content.remark == "辣?"


FINAL = ["ACCESS_DENIED", "PERMISSION_DENIED", "METHOD_NOT_ALLOWED", "ILLEGAL_REQUEST", "INVALID_SIGNATURE"]


@pytest.mark.parametrize("code", [*FINAL, "INVALID_TIMESTAMP", "VALIDATION_FAILED", "BIZ_1"])
def test_what_repeating_cannot_help_is_asked_once(code):
    server = Server(error(code))
    assert (eleme(server).perform(command("cancel")).taken, len(server.asked)) == (False, 1)


@pytest.mark.parametrize("answer", [{"error": None}, {"result": None}, {"result": {}, "error": None}])
def test_the_absence_of_an_error_is_success(answer):
    assert eleme(Server(answer)).perform(command("agree_refund")).taken


def raw(body):
    return RawEvent(id=1, source="eleme", lane="eleme:155000001", received_at=0, body=body)


def hook(body, method="POST"):
    return Hook(method=method, path="/hooks/eleme", query="", headers={}, body=body)


def push(**changes):
    members = {"requestId": "1", "type": 12, "appId": 10000001, "shopId": 155000001, "timestamp": 1, "userId": 2}
    members |= {"message": json.dumps({"orderId": NUMBER, "updateTime": 1556077400})}
    members |= changes
    secret = members.pop("secret", "3f1c0a9e")
    members["signature"] = sign_eleme_push(read_exact(json.dumps(members)), secret)
    return json.dumps(members).encode()


def test_a_push_belongs_to_its_shops_lane_and_order():
    envelope = eleme(Server()).envelope(hook(push()))
    assert (envelope.lane, envelope.order) == ("eleme:155000001", f"eleme:{NUMBER}")


def test_a_shop_that_is_closed_again_says_the_same_and_is_heard_again():
    platform = eleme(Server())
    closed = {"type": 91, "message": {"shopId": 155000001, "isOpen": 0}}
    sent = (1, 1, 86_400_001)
    digests = [platform.envelope(hook(push(**closed, timestamp=at))).digest for at in sent]
    assert digests[0] == digests[1] != digests[2]


def test_a_repeat_with_a_new_request_id_has_the_same_digest():
    platform = eleme(Server())
    digests = {platform.envelope(hook(body)).digest for body in (push(), push(requestId="9", timestamp=5))}
    assert len(digests) == 1
    assert platform.envelope(hook(push(type=18))).digest not in digests
    unread = {platform.envelope(hook(push(message={"orderId": number}))).digest for number in (1, 2)}
    assert len(unread) == 2


def test_a_former_secret_is_taken_while_the_key_is_rotated():
    assert eleme(Server()).envelope(hook(push(secret="former"))) is not None


@pytest.mark.parametrize(
    "body", [push(secret="wrong"), push(appId=99), push(appId=None), b'{"appId":10000001}', b'{"appId":"10000001"}']
)
def test_who_cannot_prove_itself_is_refused(body):
    with pytest.raises(BadSignature):
        eleme(Server()).envelope(hook(body))


@pytest.mark.parametrize("body", [b"no", b"[]", b"7", b"\xff", b'{"a":NaN}', b"[" * 2000])
def test_what_has_no_signature_at_all_is_unreadable(body):
    with pytest.raises(Unreadable):
        eleme(Server()).envelope(hook(body))


@pytest.mark.parametrize(("method", "body"), [("GET", b""), ("POST", b""), ("POST", b"  ")])
def test_the_reachability_check_is_no_event(method, body):
    assert eleme(Server()).envelope(hook(body, method)) is None


def test_only_good_news_is_answered_ok():
    platform = eleme(Server())
    for outcome, status in [("stored", 200), ("repeated", 200), ("check", 200), ("bad_signature", 401)]:
        reply = platform.reply(outcome, 7)
        assert (reply.status, b'"ok"' in reply.body) == (status, status == 200)
