"""Requests and the ways in which they fail, against a server that fails as it is told."""

import contextlib
import gzip
import itertools
import traceback
from datetime import UTC, datetime, timedelta

import pytest
from apify_server import Drip, Reply, Reset, Unlimited, closed_port, html, ok, refusal, serving

from socialsync_cli.apify.retry import RetryPolicy
from socialsync_cli.apify.transport import Transport
from socialsync_cli.core.stop import StopSignal
from socialsync_cli.errors import (
    ApifyError,
    CancelledError,
    CapacityError,
    CostLimitError,
    InvalidTokenError,
    LostStartError,
    NetworkError,
    NotFoundError,
    QuotaError,
    RateLimitedError,
    SocialsyncError,
)

TOKEN = "apify_api_0123456789abcdef"
QUICK = RetryPolicy(attempts=3, initial_s=0.001, max_s=0.002)
GONE = Reset(after_request=False)
CUT_OFF = Reset(after_request=True)
TRUNCATED = Reply(200, b'{"data": {"id"', length=500)


class Clock(StopSignal):
    """Notes how long it was to sleep, and does not."""

    def __init__(self):
        super().__init__()
        self.slept = []

    def sleep(self, seconds):
        self.check()
        self.slept.append(seconds)


@contextlib.contextmanager
def transport(retry=QUICK, stop=None, on_retry=lambda _: None, limit=None):
    with contextlib.closing(
        Transport(limit=limit or Unlimited(), retry=retry, stop=stop or Clock(), on_retry=on_retry, user_agent="test/1")
    ) as found:
        found.set_default_authorization(TOKEN)
        yield found


def get(sender, server, **more):
    return sender.call(method="GET", url=f"{server.url}/v2/actor-runs/r1", **more)


def start(sender, url):
    return sender.call(method="POST", url=f"{url}/v2/actors/a~b/runs", json={"username": ["nasa"]})


def test_an_answer_comes_back_whole():
    answer = ok({"data": {"id": "r1"}}, headers=[("x-apify-pagination-total", "7")])
    with serving([answer]) as server, transport() as sender:
        answer = get(sender, server, params={"waitForFinish": 5})
        assert answer.json() == {"data": {"id": "r1"}}
        assert (answer.status_code, answer.headers["x-apify-pagination-total"]) == (200, "7")
        assert answer.content == answer.read() == b"".join(answer.iter_bytes()) == answer.text.encode()
        assert sender.requests == 1
    request = server.received[0]
    assert (request.method, request.path, request.query) == ("GET", "/v2/actor-runs/r1", {"waitForFinish": "5"})
    assert request.headers["authorization"] == f"Bearer {TOKEN}"
    assert "test/1" in request.headers["user-agent"]


@pytest.mark.parametrize(
    ("trouble", "error"),
    [
        pytest.param(refusal(500, "internal-server-error"), NetworkError, id="500"),
        pytest.param(html(502), NetworkError, id="502 of a proxy"),
        pytest.param(html(503), NetworkError, id="503 of a proxy"),
        pytest.param(refusal(408, "operation-timed-out"), NetworkError, id="408"),
        pytest.param(refusal(409, "concurrent-update-detected"), NetworkError, id="409"),
        pytest.param(refusal(429, "rate-limit-exceeded"), RateLimitedError, id="429"),
        pytest.param(html(429), RateLimitedError, id="429 of a proxy"),
        pytest.param(refusal(402, "concurrent-runs-limit-exceeded"), RateLimitedError, id="no room for a read"),
        pytest.param(GONE, NetworkError, id="reset at once"),
        pytest.param(CUT_OFF, NetworkError, id="reset after the request"),
        pytest.param(TRUNCATED, NetworkError, id="truncated body"),
        pytest.param(Reply(200, b'{"data": '), NetworkError, id="broken JSON"),
        pytest.param(html(200), NetworkError, id="a web page"),
        pytest.param(Reply(200, b""), NetworkError, id="nothing at all"),
        pytest.param(Reply(200, b"[" * 100_000), NetworkError, id="endless nesting"),
        pytest.param(Reply(200, b"{}", (("content-encoding", "gzip"),)), NetworkError, id="not the encoding it says"),
    ],
)
def test_what_may_go_better_is_tried_again(trouble, error):
    news = []
    with serving([trouble, ok({"data": {}})]) as server, transport(on_retry=news.append) as sender:
        assert get(sender, server).json() == {"data": {}}
    assert [(n.what, n.attempt, type(n.error)) for n in news] == [("GET /v2/actor-runs/r1", 1, error)]


@pytest.mark.parametrize(
    ("trouble", "error"),
    [
        pytest.param(html(502), NetworkError, id="502"),
        pytest.param(refusal(429, "rate-limit-exceeded"), RateLimitedError, id="429"),
        pytest.param(CUT_OFF, NetworkError, id="reset"),
        pytest.param(TRUNCATED, NetworkError, id="truncated body"),
        pytest.param(html(200), NetworkError, id="a web page"),
    ],
)
def test_what_never_goes_better_is_given_up_after_so_many_attempts(trouble, error):
    clock = Clock()
    with serving([trouble]) as server, transport(stop=clock) as sender:
        with pytest.raises(error) as caught:
            get(sender, server)
        assert sender.requests == QUICK.attempts
    assert type(caught.value) is error
    assert len(clock.slept) == QUICK.attempts - 1


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (refusal(400, "invalid-input", "no usernames"), ApifyError),
        (refusal(400, "max-total-charge-usd-below-minimum"), CostLimitError),
        (refusal(401, "user-or-token-not-found"), InvalidTokenError),
        (html(401), InvalidTokenError),
        (refusal(402, "not-enough-usage-to-run-paid-actor"), QuotaError),
        (refusal(403, "platform-feature-disabled", "Monthly usage hard limit exceeded"), QuotaError),
        (refusal(403, "insufficient-permissions"), ApifyError),
        (refusal(404, "record-not-found"), NotFoundError),
        (html(404), NotFoundError),
        (refusal(405, "method-not-allowed"), ApifyError),
        (refusal(408, "run-timeout-exceeded"), ApifyError),
        (refusal(413, "request-too-large"), ApifyError),
        (refusal(415, "unsupported-content-encoding"), ApifyError),
    ],
)
def test_what_cannot_go_better_is_asked_once(answer, error):
    with serving([answer]) as server, transport() as sender:
        with pytest.raises(error) as caught:
            get(sender, server)
        assert sender.requests == 1
    assert type(caught.value) is error


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirection_is_not_followed_with_the_token(status):
    with contextlib.ExitStack() as stack:
        elsewhere = stack.enter_context(serving([ok({"data": {}})]))
        server = stack.enter_context(serving([Reply(status, b"", (("location", elsewhere.url),))]))
        sender = stack.enter_context(transport())
        with pytest.raises(ApifyError, match=f"^Apify answered {status}$"):
            get(sender, server)
    assert elsewhere.received == []


def test_a_body_that_makes_no_sense_is_as_good_as_broken():
    with serving([ok({"data": []}), ok([1])]) as server, transport() as sender:
        assert get(sender, server, sound=lambda body: isinstance(body, list)).json() == [1]


def test_half_characters_are_dropped_and_the_rest_of_the_answer_is_kept():
    body = rb'[{"text": "cut \ud83d", "ok": "\ud83d\ude00 \u00e9 \\ud83d", "id": 18446744073709551615}]'
    with serving([Reply(200, body)]) as server, transport() as sender:
        answer = get(sender, server)
    assert answer.json() == [{"text": "cut ", "ok": "\N{GRINNING FACE} é \\ud83d", "id": 18446744073709551615}]
    assert answer.content.decode() == answer.text
    assert sender.requests == 1


def test_a_compressed_body_is_unpacked():
    packed = Reply(200, gzip.compress(b'{"data": {}}'), (("content-encoding", "gzip"),))
    with serving([packed]) as server, transport() as sender:
        assert get(sender, server).json() == {"data": {}}


def test_an_answer_that_drips_is_given_up_when_its_time_is_over():
    dripping = Drip((b'{"data"', b":", b"{}", b"}"), 0.3)
    with serving([dripping, ok({"data": {}})]) as server, transport() as sender:
        assert get(sender, server, timeout=timedelta(seconds=0.5)).json() == {"data": {}}
        assert sender.requests == 2


@pytest.mark.parametrize("url", ["http://[::1/v2/x", "http://127.0.0.1:1/\x01", "http:///v2/x", "ftp://127.0.0.1/x"])
def test_an_address_that_is_none_is_named_and_not_tried_again(url):
    with transport() as sender, pytest.raises(ApifyError, match=r"look at apify\.api_url$"):
        sender.call(method="GET", url=url)


# Starts cost money: sent again only where it is sure that the last one was not carried out.


@pytest.mark.parametrize(
    "trouble",
    [
        pytest.param(refusal(500, "internal-server-error"), id="500"),
        pytest.param(html(502), id="502"),
        pytest.param(html(503, ("retry-after", "1")), id="503 with a pause"),
        pytest.param(refusal(408, "operation-timed-out"), id="408"),
        pytest.param(CUT_OFF, id="reset after the request"),
        pytest.param(Reply(201, b'{"data": {"id"', length=500), id="truncated body"),
        pytest.param(Reply(201, b'{"data": '), id="broken JSON"),
        pytest.param(html(201), id="a web page"),
        pytest.param(Reply(201, b""), id="nothing at all"),
    ],
)
def test_a_start_whose_answer_is_lost_is_sent_once(trouble):
    with serving([trouble]) as server, transport() as sender, pytest.raises(LostStartError):
        start(sender, server.url)
    assert [(r.method, r.json()) for r in server.received] == [("POST", {"username": ["nasa"]})]


@pytest.mark.parametrize(
    "trouble",
    [
        pytest.param(refusal(429, "rate-limit-exceeded"), id="429"),
        pytest.param(html(429, ("retry-after", "3")), id="429 with a pause"),
        pytest.param(refusal(409, "concurrent-update-detected"), id="409"),
    ],
)
def test_a_start_that_was_surely_not_carried_out_is_sent_again(trouble):
    with serving([trouble, ok({"data": {"id": "r1"}}, 201)]) as server, transport() as sender:
        assert start(sender, server.url).json() == {"data": {"id": "r1"}}
    assert len(server.received) == 2


def test_a_start_is_sent_again_when_nobody_listened():
    port = closed_port()
    with contextlib.ExitStack() as stack:
        servers = []

        def listen(_news):
            servers.append(stack.enter_context(serving([ok({"data": {"id": "r1"}}, 201)], port)))

        with transport(on_retry=listen) as sender:
            assert start(sender, f"http://127.0.0.1:{port}").json() == {"data": {"id": "r1"}}
    assert [len(server.received) for server in servers] == [1]


def test_a_start_that_nobody_ever_hears_is_not_lost_but_failed():
    heard = []
    with transport(on_retry=heard.append) as sender:
        with pytest.raises(NetworkError) as caught:
            start(sender, f"http://127.0.0.1:{closed_port()}")
        assert sender.requests == 0
    assert len(heard) == QUICK.attempts - 1
    assert type(caught.value) is NetworkError


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (refusal(402, "concurrent-runs-limit-exceeded"), CapacityError),
        (refusal(429, "actor-memory-limit-exceeded"), CapacityError),
        (refusal(402, "not-enough-usage-to-run-paid-actor"), QuotaError),
        (refusal(400, "max-total-charge-usd-below-minimum"), CostLimitError),
        (refusal(404, "actor-not-found"), NotFoundError),
        (refusal(401, "invalid-token"), InvalidTokenError),
    ],
)
def test_a_start_that_is_refused_is_not_a_lost_one(answer, error):
    with serving([answer]) as server, transport() as sender, pytest.raises(error) as caught:
        start(sender, server.url)
    assert type(caught.value) is error
    assert len(server.received) == 1


# The server's clock.


@pytest.mark.parametrize(
    ("date", "ahead"),
    [
        (None, timedelta(0)),
        ("soon", timedelta(0)),
        ("Sat, 10 Jan 99999999999 06:02:00 GMT", timedelta(0)),
        ("Sat, 10 Jan 2026 06:02:00", timedelta(0)),
        (f"{datetime.now(UTC) + timedelta(days=1):%a, %d %b %Y %H:%M:%S} GMT", timedelta(days=1)),
        (f"{datetime.now(UTC) - timedelta(days=1):%a, %d %b %Y %H:%M:%S} GMT", timedelta(days=-1)),
    ],
    ids=["no date", "no sense", "too large", "no zone", "ahead", "behind"],
)
def test_how_far_the_servers_clock_is_ahead_is_learnt_from_its_answers(date, ahead):
    headers = [] if date is None else [("Date", date)]
    with serving([ok({}, headers=headers)]) as server, transport() as sender:
        get(sender, server)
    assert abs(sender.server_ahead - ahead) < timedelta(minutes=5)


def test_the_clock_of_a_proxy_does_not_count():
    with serving([html(502, ("Date", "Sat, 10 Jan 2099 06:00:00 GMT")), ok({})]) as server, transport() as sender:
        get(sender, server)
    assert sender.server_ahead == timedelta(0)


# Pauses.


def test_pauses_grow_exponentially_with_jitter_up_to_the_largest():
    clock = Clock()
    patient = transport(RetryPolicy(7, 1.0, 10.0), clock)
    with serving([html(502)]) as server, patient as sender, pytest.raises(NetworkError):
        get(sender, server)
    shortest = (1, 2, 4, 8, 10, 10)
    assert len(clock.slept) == len(shortest)
    assert all(low <= s <= min(low + 1.0, 10.0) for low, s in zip(shortest, clock.slept, strict=True))


def test_jitter_keeps_two_clients_apart():
    clock = Clock()
    with serving([html(502)]) as server, transport(RetryPolicy(2, 1.0, 10.0), clock) as sender:
        for _ in range(3):
            with pytest.raises(NetworkError):
                get(sender, server)
    assert all(a != b for a, b in itertools.pairwise(clock.slept))


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize(("asked", "slept"), [("7", 7.0), ("0", 0.0), ("-3", 0.0), ("300", 300.0)])
def test_the_pause_that_the_server_asks_for_is_kept_also_beyond_our_own_largest(status, asked, slept):
    clock = Clock()
    with serving([html(status, ("Retry-After", asked)), ok({})]) as server, transport(stop=clock) as sender:
        get(sender, server)
    assert clock.slept == [slept]


def test_the_pause_may_be_given_as_a_date():
    clock = Clock()
    at = f"{datetime.now(UTC) + timedelta(seconds=100):%a, %d %b %Y %H:%M:%S} GMT"
    with serving([html(429, ("Retry-After", at)), ok({})]) as server, transport(stop=clock) as sender:
        get(sender, server)
    assert clock.slept == [pytest.approx(100, abs=5)]


def test_a_pause_that_cannot_be_read_is_our_own():
    clock = Clock()
    with serving([html(429, ("Retry-After", "soon")), ok({})]) as server, transport(stop=clock) as sender:
        get(sender, server)
    assert clock.slept == [pytest.approx(0.0015, abs=0.0005)]


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize("send", [lambda s, server: get(s, server), lambda s, server: start(s, server.url)])
def test_who_asks_for_more_than_five_minutes_is_not_waited_for(status, send):
    clock = Clock()
    with serving([html(status, ("Retry-After", "301"))]) as server, transport(stop=clock) as sender:
        with pytest.raises(SocialsyncError) as caught:
            send(sender, server)
        assert (sender.requests, clock.slept) == (1, [])
    lost = status == 503 and server.received[0].method == "POST"
    assert type(caught.value) is (LostStartError if lost else RateLimitedError)


# Stopping.


def test_nothing_is_sent_once_the_run_is_to_stop():
    stop = StopSignal()
    stop.set("SIGTERM")
    limit = Turnstile()
    with serving([ok({})]) as server, transport(stop=stop, limit=limit) as sender:
        with pytest.raises(CancelledError, match=r"^SIGTERM$"):
            get(sender, server)
        assert sender.requests == 0
    assert server.received == []


class Turnstile:
    """A rate limit that only looks for the signal."""

    def acquire(self, stop):
        stop.check()


def test_a_pause_ends_at_once_when_the_run_is_to_stop():
    stop = StopSignal()
    for_hours = RetryPolicy(5, 7200.0, 7200.0)
    with serving([html(502)]) as server, transport(for_hours, stop, lambda _: stop.set("SIGINT")) as sender:
        with pytest.raises(CancelledError, match=r"^SIGINT$"):
            get(sender, server)
        assert sender.requests == 1


def test_without_a_signal_to_obey_requests_are_tried_again_all_the_same():
    with serving([html(502), ok({"data": {}})]) as server:
        farewell = Transport(limit=Unlimited(), retry=QUICK, stop=None, on_retry=lambda _: None, user_agent="x")
        with contextlib.closing(farewell):
            assert get(farewell, server).json() == {"data": {}}


# Secrets.


@pytest.mark.parametrize(
    "answer",
    [refusal(401, "invalid-token"), refusal(400, "invalid-input"), html(502), CUT_OFF, TRUNCATED, html(200), GONE],
)
@pytest.mark.parametrize("send", [lambda s, server: get(s, server), lambda s, server: start(s, server.url)])
def test_the_token_is_in_no_exception_nor_in_what_caused_it(answer, send):
    news = []
    with (
        serving([answer]) as server,
        transport(on_retry=news.append) as sender,
        pytest.raises(SocialsyncError) as caught,
    ):
        send(sender, server)
    told = "".join(traceback.format_exception(caught.value)) + repr(caught.value) + repr(news)
    error = caught.value
    while error is not None:
        told += repr(error.args)
        error = error.__cause__ or error.__context__
    assert TOKEN not in told
