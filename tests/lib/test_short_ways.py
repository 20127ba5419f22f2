"""What goes to Redis and PostgreSQL past a library's own checks is refused or brought into form as by them."""

from typing import Any

import pytest
from redis.exceptions import DataError

from messenger.lib.inserting import insert
from messenger.lib.redis_script import ask
from messenger.models import Contact, Conversation, Inbox
from messenger.volatile import _connect


@pytest.mark.parametrize("value", [None, True, object()])
def test_what_redis_has_no_form_for_is_an_error_of_redis(value: Any) -> None:
    redis = _connect()
    assert redis is not None
    with pytest.raises(DataError):
        ask(redis, "SET", "messenger:test", value)
    assert ask(redis, "SET", "messenger:test", "kept", "EX", 5) == b"OK"
    assert ask(redis, "GET", "messenger:test") == b"kept"


@pytest.mark.django_db
@pytest.mark.parametrize("meta", [{"plan": "gold"}, "text", 5, True, None])
def test_each_value_is_stored_as_its_field_stores_it(inbox: Inbox, meta: Any) -> None:
    assert inbox.branch
    contact = Contact(inbox=inbox)
    insert(contact, Conversation(inbox=inbox, branch=inbox.branch, contact=contact, meta=meta or {}))
    assert Conversation.objects.get(contact=contact).meta == (meta or {})
