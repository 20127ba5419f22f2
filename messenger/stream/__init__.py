"""Event streams of visitors and operators: one small ASGI application beside Django.

An event on Redis says "look"; what is sent comes from the database, by id > last sent. So a lost event, a
reconnection or a restart of Redis delays a message at most, and loses and doubles none.

app             routes, starts and stops            visitor_door, operator_door   who may open a stream
hub             what all streams of a process share  visitors, feed, loader        conversations to visitors
stream          one open answer: writing, cutting    operators, badges, losses     events to operators
pubsub          the one Redis subscription           heartbeat, limits, shutdown   as they are called

No stream has a thread, a task that runs or a database connection of its own: its coroutine waits for the client
to go, a drain exists only while there is something to write, and the ORM runs in four threads.
"""
