"""Who behaves like a script has to do a proof of work; everybody else never hears of it."""

import base64
import hashlib
import json
from typing import Any

import pytest
from django.conf import LazySettings

from messenger.models import Inbox, Message
from messenger.services import proof_of_work
from tests.parallel import in_parallel
from tests.visitor import Visitor


@pytest.fixture(autouse=True)
def easy(settings: LazySettings) -> None:
    settings.MESSENGER_CAPTCHA_MAX_NUMBER = 200


def solve(challenge: dict[str, Any]) -> str:
    """As the contract's challenge is solved by any client."""
    number = next(
        number
        for number in range(challenge["maxnumber"] + 1)
        if hashlib.sha256(f"{challenge['salt']}{number}".encode()).hexdigest() == challenge["challenge"]
    )
    solution = {name: challenge[name] for name in ("algorithm", "challenge", "salt", "signature")}
    return base64.b64encode(json.dumps(solution | {"number": number}).encode()).decode()


@pytest.fixture
def suspect(visitor: Visitor) -> Visitor:
    """The address filled the honeypot again and again."""
    for _ in range(3):
        assert visitor.send("Buy!", hp="http://spam.example").json()["code"] == "spam"
    return visitor


def test_human_never_hears_of_it(visitor: Visitor) -> None:
    answer = visitor.bootstrap().json()
    assert (answer["captcha_required"], answer["challenge"]) == (False, None)
    assert visitor.send().status_code == 201


def test_one_filled_honeypot_is_no_proof_of_a_robot(visitor: Visitor) -> None:
    visitor.send(hp="autofilled")
    assert visitor.send("A human after all").status_code == 201


def test_suspect_has_to_solve_a_challenge(suspect: Visitor) -> None:
    refused = suspect.send("Hello")
    assert (refused.status_code, refused.json()["code"]) == (403, "captcha_required")
    assert not Message.objects.exists()
    solution = solve(refused.json()["challenge"])
    assert suspect.send("Hello", captcha=solution).status_code == 201
    assert suspect.send("And more", captcha=None).status_code == 201, "a solution holds for the session"


def test_bootstrap_gives_the_challenge_beforehand(suspect: Visitor, inbox: Inbox) -> None:
    again = Visitor(inbox.widget_token)
    answer = again.bootstrap().json()
    assert answer["captcha_required"]
    assert again.send("Hello", captcha=solve(answer["challenge"])).status_code == 201


def test_solution_is_good_once(suspect: Visitor, inbox: Inbox) -> None:
    solution = solve(suspect.send().json()["challenge"])
    assert suspect.send(captcha=solution).status_code == 201
    other = Visitor(inbox.widget_token)
    other.bootstrap()
    replayed = other.send(captcha=solution)
    assert (replayed.status_code, replayed.json()["code"]) == (403, "captcha_required")
    decoded = json.loads(base64.b64decode(solution))
    decoded["salt"] = decoded["salt"].removesuffix("&")
    varied = base64.b64encode(json.dumps(decoded).encode()).decode()
    assert other.send(captcha=varied).status_code == 403


def test_of_two_at_the_same_moment_one_wins() -> None:
    solution = solve(proof_of_work.new_challenge())
    assert sorted(in_parallel(8, lambda: proof_of_work.is_solved(solution))) == [False] * 7 + [True]


def test_solution_expires(settings: LazySettings) -> None:
    settings.MESSENGER_CAPTCHA_SECONDS = -1
    assert not proof_of_work.is_solved(solve(proof_of_work.new_challenge()))


@pytest.mark.parametrize("easier", ["maxnumber", "salt", "challenge", "signature"])
def test_challenge_of_ones_own_is_none(easier: str) -> None:
    challenge = proof_of_work.new_challenge()
    if easier == "salt":
        challenge["salt"] = challenge["salt"].replace("expires=", "expires=9")
        challenge["challenge"] = hashlib.sha256(f"{challenge['salt']}7".encode()).hexdigest()
    elif easier == "challenge":
        challenge["challenge"] = hashlib.sha256(f"{challenge['salt']}0".encode()).hexdigest()
    elif easier == "signature":
        challenge["signature"] = "0" * 64
    else:
        challenge["number"] = -1
    solution = {**challenge, "number": challenge.get("number", 7 if easier == "salt" else 0)}
    assert not proof_of_work.is_solved(base64.b64encode(json.dumps(solution).encode()).decode())


@pytest.mark.parametrize(
    "solution",
    [
        "", "x", "e30=", 7, None, {}, "A" * 3_000, base64.b64encode(b"[" * 1_400).decode(), "\ud800",
        base64.b64encode(b'{"algorithm":[],"challenge":{},"number":1e999,"salt":7,"signature":null}').decode(),
        base64.b64encode(b'{"algorithm":"SHA-256","challenge":"a","number":1,"salt":null,"signature":"b"}').decode(),
    ],
    ids=range(11),
)  # fmt: skip
def test_nonsense_is_no_solution(suspect: Visitor, solution: Any) -> None:
    assert not proof_of_work.is_solved(solution)
    response = suspect.send(captcha=solution if solution != "\ud800" else "?")
    assert (response.status_code, response.json()["code"]) == (403, "captcha_required")


def test_many_messages_of_an_address_are_suspicious(inbox: Inbox, settings: LazySettings) -> None:
    settings.MESSENGER_CAPTCHA_MESSAGES = "3/day"
    visitors = [Visitor(inbox.widget_token) for _ in range(4)]
    for visitor in visitors:
        visitor.bootstrap()
    assert [visitor.send().status_code for visitor in visitors] == [201, 201, 201, 403]


def test_many_visits_of_an_address_are_suspicious(inbox: Inbox, settings: LazySettings) -> None:
    settings.MESSENGER_CAPTCHA_BOOTSTRAPS = "2/day"
    asked = [Visitor(inbox.widget_token).bootstrap().json()["captcha_required"] for _ in range(3)]
    assert asked == [False, False, True]


def test_another_address_is_left_alone(suspect: Visitor, inbox: Inbox) -> None:
    neighbour = Visitor(inbox.widget_token, REMOTE_ADDR="203.0.113.9")
    assert neighbour.bootstrap().json()["captcha_required"] is False
    assert neighbour.send().status_code == 201


def test_difficulty_is_a_setting(settings: LazySettings) -> None:
    settings.MESSENGER_CAPTCHA_MAX_NUMBER = 777
    assert proof_of_work.new_challenge()["maxnumber"] == 777


def test_it_can_be_turned_off(suspect: Visitor, inbox: Inbox, settings: LazySettings) -> None:
    settings.MESSENGER_CAPTCHA_ENABLED = False
    assert suspect.send().status_code == 201
    assert Visitor(inbox.widget_token).bootstrap().json()["captcha_required"] is False


def test_form_may_bring_the_solution(suspect: Visitor) -> None:
    solution = solve(suspect.send().json()["challenge"])
    assert suspect.send_files({"body": "Hello", "captcha": solution}).status_code == 201
