"""From the wire to the outbox, and the Flask extension.

One door in, one function between, one door out::

    push, press         ->  receive  ->  inbox
    inbox, window over  ->  advance (facts, replay)  ->  orders, outbox
    outbox              ->  deliver  ->  ERP, platform; what is read back there  ->  inbox

Where what is::

    web                 the doors as a Flask extension (plugin, hooks), health, metrics
    receive             verify, store, answer
    advance, settling   a visit of a lane; what its facts change: documents, answers to presses, fetches, alerts
    deliver, calls      a visit of an outbox, to the ERP; to the platform
    sweep, pulling      ring what is due; ask the platforms for what has not reached us
    audit, counts       a day at the platform, here and in the ERP
    domain              the rules, pure; begin with table and replay
    database            every SQL statement, the tables, their migrations
    ports               what the core asks of a platform and of the ERP (which is the package erp_bridge)
    platforms           Ele.me, Meituan, and Odoo's signed presses
    services, settings  the only wiring; the only reader of the environment (with values)
    bell, gates         rings over Redis; who outside has just not answered
    routing, vault      the lane of an order whose shop was not told; how raw rows are kept
    logs, faults        one JSON object a line; points at which tests kill a process
    simulator           the platforms, played
    cli, commands       the command line
"""
