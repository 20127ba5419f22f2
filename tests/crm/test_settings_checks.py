"""Bad settings are found at start, each under its own id, and never raise on the way."""

import os
import runpy
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings, settings
from django.core import checks

from crm.checks import refuse_bad_settings
from crm.environment import Environment, Problem
from messenger.checks import check_heartbeat, check_shared_cache, check_webhook_timeout
from messenger.services.webhooks import pump

SETTINGS = Path(settings.BASE_DIR) / "crm" / "settings.py"
Read = Callable[..., Environment]

BAD_VALUES = [
    ("crm.E001", "DEBUG", "perhaps"),
    ("crm.E002", "SECRET_KEY", ""),
    ("crm.E002", "SECRET_KEY", "short"),
    ("crm.E004", "CSRF_TRUSTED_ORIGINS", "https://crm.example.com,crm.example.com"),
    ("crm.E005", "HTTPS", "2"),
    ("crm.E006", "SECRET_KEY_FALLBACKS", "short"),
    ("crm.E010", "DATABASE_URL", "sqlite:///db.sqlite3"),
    ("crm.E010", "DATABASE_URL", "sqlite://:memory:"),
    ("crm.E010", "DATABASE_URL", "mysql://root@127.0.0.1/crm"),
    ("crm.E010", "DATABASE_URL", "crm"),
    ("crm.E010", "DATABASE_URL", ""),
    ("crm.E010", "DATABASE_URL", "postgresql://crm@127.0.0.1:port/crm"),
    ("crm.E011", "DATABASE_POOL_SIZE", "-1"),
    ("crm.E011", "DATABASE_POOL_SIZE", "many"),
    ("crm.E020", "DATABASE_TRANSACTION_POOLING", "transaction"),
    ("crm.E021", "DATABASE_DIRECT_URL", "mysql://root@127.0.0.1/crm"),
    ("crm.E012", "REDIS_URL", "127.0.0.1:6379"),
    ("crm.E012", "REDIS_URL", ""),
    ("crm.E012", "REDIS_URL", "redis://127.0.0.1:port/0"),
    ("crm.E013", "LANGUAGE_CODE", "tlh"),
    ("crm.E014", "TIME_ZONE", "Moscow"),
    ("crm.E015", "WORKER_PROCESSES", "0"),
    ("crm.E016", "LOG_LEVEL", "LOUD"),
    ("crm.E080", "LOG_FORMAT", "xml"),
    ("crm.E081", "LOG_REQUESTS", "sometimes"),
    ("crm.E082", "SENTRY_DSN", "https://sentry.example.com/1"),
    ("crm.E084", "PROMETHEUS_MULTIPROC_DIR", "/nowhere/at/all"),
    ("messenger.E080", "MESSENGER_METRICS_TOKEN", "short"),
    ("messenger.E081", "MESSENGER_METRICS_ALLOW", "prometheus"),
    ("crm.E018", "WORKER_TASK_SECONDS", "0"),
    ("crm.E019", "WORKER_LONG_TASK_SECONDS", "0"),
    ("crm.E060", "LOGIN_ATTEMPTS", "0"),
    ("crm.E061", "LOGIN_ATTEMPTS_PER_ADDRESS", "many"),
    ("crm.E062", "LOGIN_LOCK_SECONDS", "0"),
    ("crm.E063", "SECOND_FACTOR_ROLES", "administrator,owner"),
    ("crm.E064", "SECOND_FACTOR_REMEMBER_DAYS", "-1"),
    ("crm.E065", "INVITATION_DAYS", "0"),
    ("crm.E066", "SESSION_IDLE_SECONDS", "60"),
    ("crm.E066", "SESSION_IDLE_SECONDS", "-1"),
    ("crm.E067", "SESSION_LONGEST_SECONDS", "99999999999"),
    ("messenger.E001", "MESSENGER_ENABLED", "maybe"),
    ("messenger.E002", "MESSENGER_DEFAULT_BRANCH_ID", "Moscow"),
    ("messenger.E003", "MESSENGER_TRUSTED_PROXIES", "10.0.0.0/33"),
    ("messenger.E003", "MESSENGER_TRUSTED_PROXIES", "127.0.0.1,proxy.example.com"),
    ("messenger.E004", "MESSENGER_MAX_MESSAGE_LENGTH", "0"),
    ("messenger.E005", "MESSENGER_SESSION_TTL_SECONDS", "-5"),
    ("messenger.E006", "MESSENGER_VISITOR_TOKEN_TTL_DAYS", "a year"),
    ("messenger.E007", "MESSENGER_POLL_INTERVAL_MS", "0"),
    ("messenger.E008", "MESSENGER_SSE_ENABLED", "sometimes"),
    ("messenger.E009", "MESSENGER_STREAMS_PER_SESSION", "0"),
    ("messenger.E010", "MESSENGER_STREAMS_PER_ADDRESS", "0"),
    ("messenger.E011", "MESSENGER_STREAM_HEARTBEAT_SECONDS", "0"),
    ("messenger.E012", "MESSENGER_STREAM_RECHECK_SECONDS", "-1"),
    ("messenger.E013", "MESSENGER_EMPTY_CONVERSATION_HOURS", "0"),
    ("messenger.E014", "MESSENGER_ESCALATION_TIMEOUT_SECONDS", "0"),
    ("messenger.E015", "MESSENGER_PRESENCE_TIMEOUT_SECONDS", "soon"),
    ("messenger.E018", "MESSENGER_RETENTION_RESOLVED_TO_CLOSED_DAYS", "0"),
    ("messenger.E020", "MESSENGER_THROTTLE_BOOTSTRAP_ADDRESS", "30 per minute"),
    ("messenger.E021", "MESSENGER_THROTTLE_BOOTSTRAP_INBOX", "0/min"),
    ("messenger.E022", "MESSENGER_THROTTLE_SEND_ADDRESS", "60"),
    ("messenger.E023", "MESSENGER_THROTTLE_SEND_SESSION", "60/week"),
    ("messenger.E024", "MESSENGER_THROTTLE_SEND_INBOX", "-1/min"),
    ("messenger.E025", "MESSENGER_THROTTLE_POLL_ADDRESS", "/min"),
    ("messenger.E026", "MESSENGER_THROTTLE_POLL_SESSION", "1.5/min"),
    ("messenger.E027", "MESSENGER_THROTTLE_POLL_INBOX", "many"),
    ("messenger.E028", "MESSENGER_THROTTLE_STREAM_ADDRESS", "60/"),
    ("messenger.E029", "MESSENGER_THROTTLE_STREAM_SESSION", "60/min/min"),
    ("messenger.E030", "MESSENGER_THROTTLE_STREAM_INBOX", "٦/min"),
    ("messenger.E040", "MESSENGER_GEOIP_ENABLED", "perhaps"),
    ("messenger.E041", "MESSENGER_GEOIP_PROVIDER", "geoplugin"),
    ("messenger.E042", "MESSENGER_GEOIP_REGION_MAPPING", "Moscow=Москва"),
    ("messenger.E042", "MESSENGER_GEOIP_REGION_MAPPING", '["Moscow"]'),
    ("messenger.E042", "MESSENGER_GEOIP_REGION_MAPPING", '{"Moscow": 77}'),
    ("messenger.E043", "MESSENGER_GEOIP_URL", "ip-api.com/json/"),
    ("messenger.E043", "MESSENGER_GEOIP_URL", "file:///json/"),
    ("messenger.E043", "MESSENGER_GEOIP_URL", "http:///json/"),
    ("messenger.E043", "MESSENGER_GEOIP_URL", "http://ip-api.com/json"),
    ("messenger.E043", "MESSENGER_GEOIP_URL", "http://ip-api.com:port/json/"),
    ("messenger.E043", "MESSENGER_GEOIP_URL", "http://me@ip-api.com/json/"),
    ("messenger.E043", "MESSENGER_GEOIP_URL", "http://ip-api.com/js on/"),
    ("messenger.E043", "MESSENGER_GEOIP_URL", ""),
    ("messenger.E044", "MESSENGER_GEOIP_MAXMIND_PATH", "/nowhere/City.mmdb"),
    ("messenger.E044", "MESSENGER_GEOIP_MAXMIND_PATH", "/"),
    ("messenger.E031", "MESSENGER_THROTTLE_UPLOAD_ADDRESS", "ten"),
    ("messenger.E032", "MESSENGER_THROTTLE_UPLOAD_SESSION", "10"),
    ("messenger.E033", "MESSENGER_THROTTLE_UPLOAD_INBOX", "10/fortnight"),
    ("messenger.E039", "MESSENGER_THROTTLE_REST_TOKEN", "600/hours/min"),
    ("messenger.E034", "MESSENGER_CAPTCHA_ENABLED", "often"),
    ("messenger.E035", "MESSENGER_CAPTCHA_MAX_NUMBER", "0"),
    ("messenger.E036", "MESSENGER_CAPTCHA_BOOTSTRAPS", "12"),
    ("messenger.E037", "MESSENGER_CAPTCHA_MESSAGES", "40/"),
    ("messenger.E038", "MESSENGER_CAPTCHA_SECONDS", "-1"),
    ("messenger.E051", "MESSENGER_MAX_FILE_SIZE_MB", "0"),
    ("messenger.E052", "MESSENGER_MAX_IMAGE_PIXELS", "many"),
    ("messenger.E053", "MESSENGER_ATTACHMENT_LINK_SECONDS", "0"),
    ("messenger.E055", "MESSENGER_S3_ENDPOINT_URL", "minio:9000"),
    ("crm.E070", "EMAIL_URL", "mail.example.com"),
    ("crm.E071", "DEFAULT_FROM_EMAIL", "nobody"),
    ("messenger.E070", "MESSENGER_PUBLIC_URL", "crm.example.com"),
    ("messenger.E071", "MESSENGER_WEBHOOK_TIMEOUT_SECONDS", "0"),
    ("messenger.E072", "MESSENGER_WEBHOOK_PORTS", "443,70000"),
    ("messenger.E073", "MESSENGER_WEBHOOK_ALLOWED_HOSTS", "10.0.0.0/33"),
    ("messenger.E074", "MESSENGER_WEBHOOK_LOG_DAYS", "0"),
]
# Names, folders, sentences, tokens and keys: every text is one.
CANNOT_BE_WRONG = {
    "ALLOWED_HOSTS",
    "STATIC_ROOT",
    "SENTRY_ENVIRONMENT",
    "MESSENGER_OUTSIDE_WORKING_HOURS_MESSAGE",
    "MESSENGER_HEALTH_TOKEN",
    "MESSENGER_FILES_ROOT",
    "MESSENGER_S3_BUCKET",
    "MESSENGER_S3_REGION",
    "MESSENGER_S3_ACCESS_KEY_ID",
    "MESSENGER_S3_SECRET_ACCESS_KEY",
}


PARTS = ("database", "security", "messenger", "geoip", "storage", "mail", "outbound", "monitoring")


def run_settings(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    for name in ("environment", *(f"{part}_settings" for part in PARTS)):
        monkeypatch.delitem(sys.modules, f"crm.{name}", raising=False)
    return runpy.run_path(str(SETTINGS))


@pytest.fixture
def read_with(monkeypatch: pytest.MonkeyPatch) -> Read:
    """Reads the settings anew, as a process with these variables would."""

    def read(**changes: str) -> Environment:
        for name, value in changes.items():
            monkeypatch.setenv(name, value)
        environment: Environment = run_settings(monkeypatch)["ENVIRONMENT"]
        return environment

    return read


def ids(environment: Environment) -> list[str]:
    return [problem.check_id for problem in environment.problems]


@pytest.mark.parametrize(("check_id", "name", "value"), BAD_VALUES)
def test_bad_value_is_named_by_its_id(read_with: Read, check_id: str, name: str, value: str) -> None:
    problems = read_with(**{name: value}).problems
    assert [(problem.check_id, problem.name) for problem in problems] == [(check_id, name)]
    assert problems[0].message.endswith(".")


def test_secret_key_is_repeated_in_no_message(read_with: Read) -> None:
    assert "my-short-secret" not in read_with(SECRET_KEY="my-short-secret").problems[0].message


def test_every_setting_that_can_be_wrong_has_a_case(read_with: Read) -> None:
    declared = {declaration.name for declaration in read_with().declarations}
    assert declared - CANNOT_BE_WRONG == {name for _id, name, _value in BAD_VALUES}


def test_each_id_belongs_to_one_setting(read_with: Read) -> None:
    declarations = read_with().declarations
    assert len({declaration.check_id for declaration in declarations}) == len(declarations)
    assert all(declaration.help.endswith(".") for declaration in declarations)


def test_good_settings_have_no_problem(read_with: Read) -> None:
    assert ids(read_with()) == []


def test_all_mistakes_are_told_at_once(read_with: Read) -> None:
    found = ids(
        read_with(DATABASE_URL="sqlite:///x", WORKER_PROCESSES="0", MESSENGER_POLL_INTERVAL_MS="soon")
    )
    assert found == ["crm.E010", "crm.E015", "messenger.E007"]


def test_messenger_is_off_by_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MESSENGER_ENABLED", raising=False)
    assert run_settings(monkeypatch)["MESSENGER_ENABLED"] is False


@pytest.mark.parametrize("seconds", [20.5, 60])
def test_slow_heartbeat_breaks_the_contract(settings: LazySettings, seconds: float) -> None:
    settings.MESSENGER_STREAM_HEARTBEAT_SECONDS = seconds
    assert [message.id for message in check_heartbeat()] == ["messenger.E011"]
    settings.MESSENGER_STREAM_HEARTBEAT_SECONDS = 20
    assert check_heartbeat() == []


@pytest.mark.parametrize(("timeout", "life"), [(10.5, 20), (0.6, 1), (200, 300)])
def test_receivers_have_half_of_a_task_s_life(settings: LazySettings, timeout: float, life: int) -> None:
    settings.WORKER_TASK_SECONDS = life
    settings.MESSENGER_WEBHOOK_TIMEOUT_SECONDS = timeout
    assert [message.id for message in check_webhook_timeout()] == ["messenger.E075"]
    settings.MESSENGER_WEBHOOK_TIMEOUT_SECONDS = life / 2
    assert check_webhook_timeout() == []
    assert pump.run_seconds() + life / 2 <= life * 3 / 4


def test_messenger_without_redis_is_warned_about(settings: LazySettings) -> None:
    settings.REDIS_URL = ""
    assert [message.id for message in check_shared_cache()] == ["messenger.W001"]
    settings.MESSENGER_ENABLED = False
    assert check_shared_cache() == []


def test_server_refuses_to_start_and_says_why(settings: LazySettings) -> None:
    environment = Environment()
    environment.problems.append(Problem("crm.E999", "SOMETHING", "It is wrong."))
    settings.ENVIRONMENT = environment
    with pytest.raises(SystemExit) as caught:
        refuse_bad_settings()
    assert caught.value.code == "crm.E999: SOMETHING: It is wrong."


def test_server_starts_with_good_settings() -> None:
    refuse_bad_settings()
    assert checks.run_checks(tags=["settings"]) == []


@pytest.mark.parametrize(
    "command",
    [
        ["manage.py", "check"],
        ["-c", "import crm.wsgi"],
    ],
    ids=["check", "wsgi"],
)
def test_process_with_bad_settings_ends_with_their_ids(command: list[str]) -> None:
    done = run(
        command, DATABASE_URL="sqlite:///db.sqlite3", MESSENGER_TRUSTED_PROXIES="proxy", LOG_LEVEL="LOUD"
    )
    said = done.stdout + done.stderr
    assert done.returncode != 0
    for check_id in ("crm.E010", "crm.E016", "messenger.E003"):
        assert check_id in said
    assert "SQLite is not supported" in said
    assert "Traceback" not in said


def run(command: list[str], **changes: str) -> Any:
    return subprocess.run(
        [sys.executable, *command],
        env={**os.environ, **changes},
        cwd=Path(settings.BASE_DIR),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_development_needs_neither_key_nor_redis(read_with: Read) -> None:
    assert ids(read_with(DEBUG="1", SECRET_KEY="", REDIS_URL="")) == []


def test_password_in_an_address_is_repeated_in_no_message(read_with: Read) -> None:
    problems = read_with(
        DATABASE_URL="postgresql://crm:secret@127.0.0.1:port/crm",
        REDIS_URL="redis://:secret@127.0.0.1:port/0",
    ).problems
    assert len(problems) == 2
    assert not any("secret" in problem.message for problem in problems)


def test_provider_with_a_file_needs_the_file(read_with: Read, tmp_path: Path) -> None:
    assert ids(read_with(MESSENGER_GEOIP_PROVIDER="maxmind")) == ["messenger.E044"]
    path = tmp_path / "City.mmdb"
    assert ids(read_with(MESSENGER_GEOIP_MAXMIND_PATH=str(path))) == ["messenger.E044"]
    path.touch()
    assert ids(read_with(MESSENGER_GEOIP_MAXMIND_PATH=str(path))) == []


def test_key_of_the_geoip_service_is_repeated_in_no_message(read_with: Read) -> None:
    for url in ("ftp://ip-api.com/json/?key=secret", "https://ip-api.com/json?key=secret"):
        problems = read_with(MESSENGER_GEOIP_URL=url).problems
        assert [problem.check_id for problem in problems] == ["messenger.E043"]
        assert "secret" not in problems[0].message
