"""What the diagnosis says of mail to visitors."""

import pytest
from django.conf import LazySettings

from messenger.services.diagnosis.finding import Level
from messenger.services.diagnosis.mail import visitor_mail
from tests.letterbox import Letterbox
from tests.services.visitor_mail.conftest import After, Answer

pytestmark = pytest.mark.django_db


def test_no_inbox_wants_it(db: None) -> None:
    assert visitor_mail().level is Level.OK


@pytest.mark.parametrize("lacking", ["SENDS_MAIL", "MESSENGER_PUBLIC_URL"])
def test_it_is_wanted_and_can_not_go_out(
    left: object, letterbox: Letterbox, settings: LazySettings, lacking: str
) -> None:
    assert visitor_mail().level is Level.OK
    setattr(settings, lacking, "")
    finding = visitor_mail()
    assert finding.level is Level.WARNING
    assert "Shop" in finding.detail


def test_it_is_stuck(answer: Answer, after: After, letterbox: Letterbox) -> None:
    letterbox.recipient = "451 Later"
    answer()
    after(6)
    finding = visitor_mail()
    assert finding.level is Level.WARNING
    assert "1 mail to a visitor waits" in finding.detail
    assert "SMTP 451" in finding.detail
    letterbox.recipient = "250 OK"
    after(12)
    assert visitor_mail().level is Level.OK


def test_a_refused_one_is_counted(answer: Answer, after: After, letterbox: Letterbox) -> None:
    letterbox.recipient = "550 No such user"
    answer()
    after(6)
    assert visitor_mail().level is Level.OK
    assert "1 mail of the last day was refused" in visitor_mail().detail
