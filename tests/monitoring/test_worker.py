"""A worker's task that fails, in a real worker's log."""

import json
from pathlib import Path

import pytest
from django_q.models import Failure
from django_q.tasks import async_task

from crm.monitoring.context import begin_request
from tests.monitoring.lines import MARK, assert_private
from tests.worker.cluster import cluster, wait_until
from tests.worker.conftest import no_schedules  # noqa: F401

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.usefixtures("no_schedules")
def test_failing_task_is_told_without_its_words(tmp_path: Path) -> None:
    name = begin_request()
    with cluster(tmp_path, LOG_FORMAT="json") as worker:
        task = async_task("builtins.int", MARK, task_name="number")
        wait_until(Failure.objects.filter(id=task).exists, "the failure")
        worker.wait_for("Failed 'builtins.int' (number)")
    assert_private(worker.log)
    lines = [json.loads(line) for line in worker.log.splitlines()]
    (error,) = [line for line in lines if line["logger"] == "crm.monitoring.tasks"]
    assert (error["task_id"], error["request_id"]) == (task, name)
    assert error["error"].endswith("ValueError")
    assert "django_q/worker.py" in error["error"]
