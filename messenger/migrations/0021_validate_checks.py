"""Checks of large tables that were added without a look at their rows are looked at now, while everybody writes on.

In a migration of its own: the lock under which a check is added is held until its transaction ends.
"""

from typing import ClassVar

from django.contrib.postgres.operations import ValidateConstraint
from django.db import migrations


class Migration(migrations.Migration):
    dependencies: ClassVar = [("messenger", "0020_visitor_mail")]
    operations: ClassVar = [ValidateConstraint("message", "messenger_message_automatic")]
