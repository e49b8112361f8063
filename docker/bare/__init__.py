"""The whole stack on a bare machine, without containers and without installing anything over the system.

Standard library only: this runs before anything is installed. Everything lands under `.cache/` of the checkout, but for
PostgreSQL's files when root starts it (see `postgres`). `python3 docker/bare --help` lists the commands.

Layers, each knowing only those above it:

    report places                what is said, where things lie
    fetch processes              verified downloads; programs in the background
    apt venvs                    Debian packages unpacked privately; Python environments from locks
    postgres redis odoo chromium one service each
    templates                    Odoo databases ready to be copied
    product                      the processes of the product itself
    stack commands               bring it up, take it down
"""
