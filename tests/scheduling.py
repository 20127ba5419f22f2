"""Which worker runs which test: a plugin of pytest (pyproject.toml).

Each test goes to whichever worker is free. Tests of a file that build on one another stay together and in order;
xdist's own mark for that says nothing any more since pytest 9.2 makes node ids by itself.
"""

from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling

# The last one's share a whole system with a database of its own, which each of two workers would start for itself.
TOGETHER = frozenset({"tests/crm/test_demo.py", "tests/test_servers.py", "tests/survival/test_failures.py"})
# Each of these files starts a whole product for itself; those of the widget alone have only a page.
WITH_A_PRODUCT = "tests/e2e/test_"


class Scheduling(LoadScopeScheduling):  # type: ignore[misc]
    def _split_scope(self, nodeid: str) -> str:
        path = nodeid.partition("::")[0]
        return path if path in TOGETHER or path.startswith(WITH_A_PRODUCT) else nodeid


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Scheduling:
    return Scheduling(config, log)
