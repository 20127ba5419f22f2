"""What a constraint can't say: rows that must not change, refused by the database whoever asks."""

from typing import ClassVar

from django.db import migrations

FORWARD = """
ALTER TABLE messenger_conversation SET (fillfactor = 85);

CREATE FUNCTION messenger_inbox_branch_is_fixed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the branch of inbox % is chosen once and never changed', OLD.id
        USING ERRCODE = 'check_violation', CONSTRAINT = 'messenger_inbox_branch_is_fixed';
END $$;
CREATE TRIGGER messenger_inbox_branch_is_fixed BEFORE UPDATE OF branch_id ON messenger_inbox
    FOR EACH ROW WHEN (OLD.branch_id IS DISTINCT FROM NEW.branch_id)
    EXECUTE FUNCTION messenger_inbox_branch_is_fixed();

-- A conversation lies in its inbox for good, and in its inbox's branch where that has one. Only a transfer, which
-- says so by the setting messenger.transfer, changes the branch, and only in a global inbox.
CREATE FUNCTION messenger_conversation_place() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    fixed bigint;
    owner bigint;
BEGIN
    IF TG_OP = 'UPDATE' THEN
        IF OLD.inbox_id <> NEW.inbox_id OR OLD.contact_id <> NEW.contact_id THEN
            RAISE EXCEPTION 'inbox and contact of conversation % never change', OLD.id
                USING ERRCODE = 'check_violation', CONSTRAINT = 'messenger_conversation_inbox_is_fixed';
        END IF;
        IF OLD.branch_id <> NEW.branch_id AND current_setting('messenger.transfer', true) IS DISTINCT FROM 'on' THEN
            RAISE EXCEPTION 'the branch of conversation % changes only by a transfer', OLD.id
                USING ERRCODE = 'check_violation', CONSTRAINT = 'messenger_conversation_branch_is_fixed';
        END IF;
    END IF;
    SELECT branch_id INTO fixed FROM messenger_inbox WHERE id = NEW.inbox_id;
    IF fixed IS NOT NULL AND fixed <> NEW.branch_id THEN
        RAISE EXCEPTION 'conversations of inbox % belong to branch %', NEW.inbox_id, fixed
            USING ERRCODE = 'check_violation', CONSTRAINT = 'messenger_conversation_branch_of_inbox';
    END IF;
    SELECT inbox_id INTO owner FROM messenger_contact WHERE id = NEW.contact_id;
    IF owner <> NEW.inbox_id THEN
        RAISE EXCEPTION 'contact % belongs to another inbox', NEW.contact_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'messenger_conversation_contact_of_inbox';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER messenger_conversation_is_placed BEFORE INSERT ON messenger_conversation
    FOR EACH ROW EXECUTE FUNCTION messenger_conversation_place();
CREATE TRIGGER messenger_conversation_place BEFORE UPDATE OF inbox_id, branch_id, contact_id ON messenger_conversation
    FOR EACH ROW WHEN (OLD.inbox_id IS DISTINCT FROM NEW.inbox_id OR OLD.branch_id IS DISTINCT FROM NEW.branch_id
        OR OLD.contact_id IS DISTINCT FROM NEW.contact_id)
    EXECUTE FUNCTION messenger_conversation_place();

CREATE FUNCTION messenger_contact_inbox_is_fixed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the inbox of contact % never changes', OLD.id
        USING ERRCODE = 'check_violation', CONSTRAINT = 'messenger_contact_inbox_is_fixed';
END $$;
CREATE TRIGGER messenger_contact_inbox_is_fixed BEFORE UPDATE OF inbox_id ON messenger_contact
    FOR EACH ROW WHEN (OLD.inbox_id <> NEW.inbox_id) EXECUTE FUNCTION messenger_contact_inbox_is_fixed();

CREATE FUNCTION messenger_message_is_fixed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'message % stays where it was written, by whom and when', OLD.id
        USING ERRCODE = 'check_violation', CONSTRAINT = 'messenger_message_is_fixed';
END $$;
CREATE TRIGGER messenger_message_is_fixed
    BEFORE UPDATE OF id, conversation_id, direction, sender_user_id, client_message_id, created_at ON messenger_message
    FOR EACH ROW WHEN (ROW(OLD.id, OLD.conversation_id, OLD.direction, OLD.sender_user_id, OLD.client_message_id,
        OLD.created_at) IS DISTINCT FROM ROW(NEW.id, NEW.conversation_id, NEW.direction, NEW.sender_user_id,
        NEW.client_message_id, NEW.created_at))
    EXECUTE FUNCTION messenger_message_is_fixed();

-- Events are only added. A purge of whole conversations says so by the setting messenger.purge.
CREATE FUNCTION messenger_event_is_fixed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' AND current_setting('messenger.purge', true) = 'on' THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION 'events of a conversation are only added'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'messenger_event_is_fixed';
END $$;
CREATE TRIGGER messenger_event_is_fixed BEFORE UPDATE OR DELETE ON messenger_conversationevent
    FOR EACH ROW EXECUTE FUNCTION messenger_event_is_fixed();
"""

BACKWARD = """
DROP TRIGGER messenger_event_is_fixed ON messenger_conversationevent;
DROP FUNCTION messenger_event_is_fixed();
DROP TRIGGER messenger_message_is_fixed ON messenger_message;
DROP FUNCTION messenger_message_is_fixed();
DROP TRIGGER messenger_contact_inbox_is_fixed ON messenger_contact;
DROP FUNCTION messenger_contact_inbox_is_fixed();
DROP TRIGGER messenger_conversation_place ON messenger_conversation;
DROP TRIGGER messenger_conversation_is_placed ON messenger_conversation;
DROP FUNCTION messenger_conversation_place();
DROP TRIGGER messenger_inbox_branch_is_fixed ON messenger_inbox;
DROP FUNCTION messenger_inbox_branch_is_fixed();
ALTER TABLE messenger_conversation RESET (fillfactor);
"""


class Migration(migrations.Migration):
    dependencies: ClassVar = [("messenger", "0001_initial")]
    operations: ClassVar = [migrations.RunSQL(FORWARD, BACKWARD)]
