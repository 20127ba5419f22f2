"""Users: an administrator runs the staff, and can't become more than that."""

from typing import Any

from django.test import Client
from django.urls import reverse

from crm.models import Branch, User
from messenger.models import AgentProfile

PROFILE = {
    "agent_profile-TOTAL_FORMS": "1",
    "agent_profile-INITIAL_FORMS": "0",
    "agent_profile-MIN_NUM_FORMS": "0",
    "agent_profile-MAX_NUM_FORMS": "1",
    "agent_profile-0-display_name": "Anna from the shop",
    "agent_profile-0-status": "online",
    "agent_profile-0-capacity": "20",
}


def change(user: User) -> str:
    return reverse("admin:crm_user_change", args=[user.pk])


def values(user: User, **more: Any) -> dict[str, Any]:
    return {
        "username": user.username,
        "email": user.email,
        "first_name": user.first_name,
        "last_name": user.last_name,
        "role": user.role,
        "branch": user.branch_id or "",
        "is_active": "on",
        **PROFILE,
    } | more


def test_a_user_is_made_with_their_profile(administrator_client: Client, yekaterinburg: Branch) -> None:
    password = "correct horse battery"
    body = {
        "username": "galina",
        "email": "galina@example.com",
        "first_name": "Galina",
        "last_name": "",
        "role": "operator",
        "branch": yekaterinburg.pk,
        "usable_password": "true",
        "password1": password,
        "password2": password,
    }
    response = administrator_client.post("/admin/crm/user/add/", body | PROFILE)
    assert response.status_code == 302
    user = User.objects.get(username="galina")
    assert (user.branch, user.is_staff, user.is_superuser) == (yekaterinburg, True, False)
    assert user.check_password(password)
    client = Client()
    assert client.login(username="galina@example.com", password=password)


def test_a_profile_is_kept_with_the_user(
    administrator_client: Client, operator: User, moscow: Branch
) -> None:
    AgentProfile.objects.filter(user=operator).delete()
    assert administrator_client.post(change(operator), values(operator, branch=moscow.pk)).status_code == 302
    operator.refresh_from_db()
    assert operator.branch == moscow
    assert AgentProfile.objects.get(user=operator).display_name == "Anna from the shop"


def test_an_email_belongs_to_one(administrator_client: Client, operator: User, colleague: User) -> None:
    response = administrator_client.post(change(operator), values(operator, email="BORIS@example.com"))
    assert response.status_code == 200
    assert response.context["adminform"].form.errors


def test_administrators_make_no_superusers(administrator_client: Client, operator: User) -> None:
    shown = administrator_client.get(change(operator)).content.decode()
    assert 'name="is_superuser"' not in shown
    administrator_client.post(change(operator), values(operator, is_superuser="on", groups=["1"]))
    operator.refresh_from_db()
    assert not operator.is_superuser
    assert not operator.groups.exists()


def test_superusers_are_out_of_administrators_reach(administrator_client: Client, db: None) -> None:
    root = User.objects.create_superuser("root", "root@example.com", "a long password")
    assert administrator_client.post(change(root), values(root, username="mine")).status_code == 403
    url = reverse("admin:auth_user_password_change", args=[root.pk])
    body = {"password1": "correct horse battery", "password2": "correct horse battery"}
    assert administrator_client.post(url, body).status_code == 403
    root.refresh_from_db()
    assert root.check_password("a long password")


def test_users_are_not_deleted(administrator_client: Client, operator: User) -> None:
    url = reverse("admin:crm_user_delete", args=[operator.pk])
    assert administrator_client.post(url, {"post": "yes"}).status_code == 403


def test_groups_are_for_superusers(administrator_client: Client, admin_client: Client) -> None:
    assert administrator_client.get("/admin/auth/group/").status_code == 403
    assert admin_client.get("/admin/auth/group/add/").status_code == 200
