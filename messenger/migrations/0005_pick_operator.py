"""Chooses an operator in one trip to the database, under a lock per branch."""

from typing import ClassVar

from django.db import migrations

FORWARD = """
-- Candidates are active operators of the branch who are online (without a profile they count so), whose browser was
-- seen since `present_since` or never yet, and who have room. The least loaded one wins, among equals the one whose
-- last assignment is longest ago.
CREATE FUNCTION messenger_pick_operator(
    of_branch bigint, at timestamptz, present_since timestamptz, excluded bigint[], default_capacity integer,
    most_unopened integer
) RETURNS bigint LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    chosen bigint;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('messenger.pick_operator', of_branch));
    -- A statement of its own: it sees what those who held the lock before have committed.
    SELECT person.id INTO chosen
    FROM crm_user person
    LEFT JOIN messenger_agentprofile profile ON profile.user_id = person.id
    CROSS JOIN LATERAL (
        SELECT count(*) AS unfinished, count(*) FILTER (WHERE k.assignee_opened_at IS NULL) AS unopened
        FROM messenger_conversation k
        WHERE k.assignee_id = person.id AND k.status IN ('open', 'pending')
    ) load
    WHERE person.branch_id = of_branch AND person.is_active AND person.role = 'operator'
        AND COALESCE(profile.status, 'online') = 'online'
        AND (profile.last_seen_at IS NULL OR profile.last_seen_at >= present_since)
        AND person.id <> ALL (excluded)
        AND load.unfinished < COALESCE(profile.capacity, default_capacity)
        AND (most_unopened IS NULL OR load.unopened < most_unopened)
    ORDER BY load.unfinished, profile.last_assigned_at NULLS FIRST, person.id
    LIMIT 1;
    IF chosen IS NOT NULL THEN
        INSERT INTO messenger_agentprofile (user_id, last_assigned_at) VALUES (chosen, at)
        ON CONFLICT (user_id) DO UPDATE SET last_assigned_at = EXCLUDED.last_assigned_at;
    END IF;
    RETURN chosen;
END $$;
"""

BACKWARD = """
DROP FUNCTION messenger_pick_operator(bigint, timestamptz, timestamptz, bigint[], integer, integer);
"""


class Migration(migrations.Migration):
    dependencies: ClassVar = [("messenger", "0004_who_gets_the_conversation")]
    operations: ClassVar = [migrations.RunSQL(FORWARD, BACKWARD)]
