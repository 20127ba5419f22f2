"""`make bench` with next to nothing to do, so that it still runs when somebody wants figures; none is judged."""

import json
import os
from pathlib import Path
from typing import Any

import psutil
import pytest
from django.db import connection
from django_redis import get_redis_connection

from messenger.models import Contact, Conversation, Inbox, Message
from messenger.services.posting import post_from_contact
from tests.benchmarks import bench, flame, growth, report, targets, workloads
from tests.benchmarks.bare import LIMITS
from tests.benchmarks.load import Load, is_whole, request, shares
from tests.benchmarks.processes import ROOT, Servers
from tests.stream.server import database_url

SMALL = ["--requests", "32", "--runs", "1", "--idle", "1", "--streams", "5", "--rate", "10", "--seconds", "1"]
ONLY = ["--only", "W1", "W2", "W3", "W4"]


@pytest.fixture
def servers(transactional_db: None, tmp_path: Path) -> Servers:
    """Those of the tests."""
    backend = connection.connection.info.backend_pid
    cache = get_redis_connection("default").info("server")["process_id"]
    heads = {"postgres": psutil.Process(backend).ppid(), "valkey": cache}
    few = {"GRANIAN_WORKERS": "1", "WORKER_PROCESSES": "1", "DATABASE_POOL_SIZE": "2"}
    return Servers(tmp_path, database_url(), os.environ["REDIS_URL"], heads, few)


def test_measures_everything(servers: Servers, capfd: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    run = bench.Bench(bench.options_of([*SMALL, *ONLY]))
    run.small(servers)
    result = run.result()
    names = [row["name"] for row in result["requests"]]
    assert names == [*LIMITS, "statement", "W1", "W1b", "W2", "W2b", "W3"]
    assert all(row["per_second"] > 0 and row["p50"] <= row["p99"] for row in result["requests"])
    assert set(result["requests"][-1]["parts"]) == {"web", "bodies", "stream", "worker", "postgres", "valkey"}
    for name in ("bare W4", "W4"):
        told = result[name]
        assert (told["messages"], told["lost"], told["doubled"]) == (10, 0, 0), name
    assert json.loads(report.written(result, tmp_path / "results").read_text()) == json.loads(
        json.dumps(result)
    )
    assert "W2b" in capfd.readouterr().out
    assert servers.programs == {}


def test_a_workload_whose_requests_fail_gives_no_figure(live_server: Any) -> None:
    port = int(live_server.url.rpartition(":")[2])
    with (
        Load(port, [request(port, "GET", "/no-such-page/")], clients=1) as load,
        pytest.raises(SystemExit, match="gave up"),
    ):
        load.run(1)


def test_an_answer_is_whole_when_its_length_is_there() -> None:
    head = b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n"
    assert not is_whole(head[:20])
    assert not is_whole(head + b"ab")
    assert is_whole(head + b"abc")
    assert is_whole(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n")


def test_shares_are_of_the_slowest() -> None:
    assert shares([number / 1000 for number in range(100, 0, -1)]) == pytest.approx(
        {"p50": 50, "p95": 95, "p99": 99}
    )


def made_up(**more: Any) -> dict[str, Any]:
    rows = [
        {"name": "W2", "cpu_ms": 1.0, "times_bare": 4.0, "parts": {"web": 0.8, "worker": 0.2}},
        {"name": "W3", "cpu_ms": 0.5, "times_bare": None, "parts": {"web": 0.5}},
    ]
    return {"at": "2026-01-02T03:04:05+00:00", "commit": "abc", "requests": rows, "large": [], **more}


def test_targets_that_were_not_measured_are_not_judged() -> None:
    lines = list(targets.judged(made_up()))
    assert [line.split()[0] + " " + line.split()[-1] for line in lines] == [
        "W2 met",
        "W2 MISSED",
        "W3 MISSED",
    ]


def test_cpu_time_is_judged_at_the_pace_of_the_machine_of_the_targets() -> None:
    drf = {"name": "drf", "cpu_ms": 2 * targets.THEN["drf"], "times_bare": None, "parts": {"web": 0.5}}
    result = made_up()
    result["requests"].append(drf)
    assert [line.rpartition("pace")[2].split() for line in targets.judged(result) if "pace" in line] == [
        ["0.50", "met"],
        ["0.25", "met"],
    ]


def test_delays_are_judged_at_the_pace_of_bare_streams() -> None:
    delays = {"delay_ms_p50": 7.5, "delay_ms_p99": 20.0, "lost": 0, "doubled": 0}
    bare = {"delay_ms_p50": 0.9, "delay_ms_p99": 2.4}
    lines = [line for line in targets.judged(made_up() | {"W4": delays, "bare W4": bare}) if "commit" in line]
    assert [line.partition("at most")[2].split() for line in lines] == [
        ["5", "MISSED;", "at", "the", "targets'", "pace", "3.75", "met"],
        ["25", "met;", "at", "the", "targets'", "pace", "20.00", "met"],
    ]


def test_years_are_compared_by_the_parts_that_ran_in_both() -> None:
    figures = targets.figures_of(made_up(large=[{"name": "W2", "parts": {"web": 1.2}}]))
    assert figures["W6 W2"] == pytest.approx(1.5)


def test_a_row_is_added_at_the_end_of_the_history(tmp_path: Path) -> None:
    document = tmp_path / "performance.md"
    document.write_text(
        "# Speed\n\n## History\n\nHow.\n\n| date |\n| --- |\n| old |\n\n## More\n\n| a |\n", "utf-8"
    )
    report.record(made_up(), document)
    table = document.read_text("utf-8").partition("## History")[2].splitlines()
    assert table[6].startswith("| old")
    assert table[7].startswith("| 2026-01-02 | abc |  |  | 1.00 | 4.00 |")
    assert table[8:] == ["", "## More", "", "| a |"]


def test_the_history_has_a_column_for_each_figure() -> None:
    head = report.DOCUMENT.read_text("utf-8").partition("## History")[2].partition("\n|")[2].splitlines()[0]
    assert head.count("|") == report._row(made_up()).count("|") - 1


def test_growth_marks_what_grows_faster_than_a_tree() -> None:
    def database(size: int, **cpu: float) -> dict[str, Any]:
        acts = {name: {"cpu_ms": value, "p50": value} for name, value in cpu.items()}
        return {"conversations": size, "messages": size * 10, "acts": acts}

    found = [
        database(1_000, list=0.1, badge=0.01, send=0.1),
        database(100_000, list=1.0, badge=0.01, send=1.0),
        database(1_000_000, list=9.0, badge=0.2, send=1.5),
    ]
    marked = [line.split()[1] for line in growth.table(found).splitlines() if line.endswith("! |")]
    assert marked == ["list"]


def test_without_a_database_of_years_a_run_says_how_to_make_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = bench.Bench(bench.options_of(["--folder", str(tmp_path), "--only", "W6"]))
    with pytest.raises(SystemExit):
        run._on_years()
    assert "make bench-data" in capsys.readouterr().out


def test_without_py_spy_a_flame_graph_says_what_to_install(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match=r"py-spy.*requirements/dev\.in"):
        flame.program(str(tmp_path / "python"))


def test_quick_is_a_tenth() -> None:
    assert bench.options_of(["--quick"]).requests == bench.options_of([]).requests // 10


def test_results_are_not_committed() -> None:
    assert "/bench-results/" in (ROOT / ".gitignore").read_text("utf-8").splitlines()


def test_nothing_of_a_run_stays_in_a_database_that_is_kept(conversation: Conversation) -> None:
    post_from_contact(
        inbox_id=conversation.inbox_id,
        conversation_id=conversation.pk,
        contact_id=conversation.contact_id,
        body="Is it there?",
        client_message_id=None,
    )
    Inbox.objects.exclude(pk=conversation.inbox_id).delete()
    exec(workloads._REMOVE_INBOX.format(pk=conversation.inbox_id))
    assert not any(model.objects.exists() for model in (Inbox, Contact, Conversation, Message))
