"""Webhooks: an outbox that is written with what it tells, and a pump in the worker that sends it.

`outbox` writes, `payload` makes body and signatures, `claims` says what is next, `pump` sends, `results` keeps what
came of it, `stopping` turns off what nobody receives, `repeating` starts one anew and sends tests.
"""
