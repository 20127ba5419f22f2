"""What was recorded stays as it is, whoever asks; administrators may read it."""

from typing import Any, ClassVar

from django.apps import apps as live_apps
from django.contrib.auth.management import create_permissions
from django.db import migrations

FORWARD = """
CREATE FUNCTION crm_audit_is_fixed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'audit entry % is never changed or removed', OLD.id
        USING ERRCODE = 'check_violation', CONSTRAINT = 'crm_audit_is_fixed';
END $$;
CREATE TRIGGER crm_audit_is_fixed BEFORE UPDATE OR DELETE ON crm_auditentry
    FOR EACH ROW EXECUTE FUNCTION crm_audit_is_fixed();
"""
BACKWARD = """
DROP TRIGGER crm_audit_is_fixed ON crm_auditentry;
DROP FUNCTION crm_audit_is_fixed();
"""
READERS = "Messenger administrators"


def permission(apps: Any) -> Any:
    return apps.get_model("auth", "Permission").objects.filter(
        content_type__app_label="crm", codename="view_auditentry"
    )


def grant(apps: Any, schema_editor: Any) -> None:
    # Permissions are made after all migrations; here they are needed before.
    create_permissions(live_apps.get_app_config("crm"), apps=apps, verbosity=0)
    for group in apps.get_model("auth", "Group").objects.filter(name=READERS):
        group.permissions.add(*permission(apps))


def withdraw(apps: Any, schema_editor: Any) -> None:
    for group in apps.get_model("auth", "Group").objects.filter(name=READERS):
        group.permissions.remove(*permission(apps))


class Migration(migrations.Migration):
    dependencies: ClassVar = [("crm", "0002_safety"), ("messenger", "0003_groups")]
    operations: ClassVar = [
        migrations.RunSQL(FORWARD, BACKWARD),
        migrations.RunPython(grant, withdraw),
    ]
