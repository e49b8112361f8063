"""From the wire to the outbox, and the Flask extension.

One door in, one function between, one door out::

    push, press, pulled order, rung window  ->  receive  ->  inbox
    inbox      ->  advance (facts, replay)  ->  orders, outbox
    outbox     ->  deliver                  ->  ERP, platform, inbox again
"""
