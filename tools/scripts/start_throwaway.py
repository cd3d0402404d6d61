"""Start Odoo as start_odoo.py does, for a database that is thrown away.

The passwords of its people are their logins. Odoo hashes a password in 600,000 rounds,
a third of a second, at a program's first call after its caches were emptied; that was
a quarter of the server's time in the tests from outside. A key of the API is hashed at
every call that brings it. A request that met another's work is tried again after a
pause, a second on average at first: people who race in tests need less.
"""

import random
from types import SimpleNamespace

import start_odoo

#: Rounds of the hash of a password; those of Odoo are its ``MIN_ROUNDS``.
ROUNDS = 1_000
#: Rounds of the hash of a new key of the API.
KEY_ROUNDS = 100
#: Part of Odoo's pause before a request is tried again.
PAUSE = 0.2


def hash_quickly():
    from odoo.addons.base.models import res_users

    res_users.MIN_ROUNDS = ROUNDS
    res_users.KEY_CRYPT_CONTEXT.update(pbkdf2_sha512__rounds=KEY_ROUNDS)


def retry_soon():
    from odoo.service import model

    # All it takes from there is how long it waits.
    model.random = SimpleNamespace(
        uniform=lambda low, high: random.uniform(low, PAUSE * high)
    )


def prepare():
    hash_quickly()
    retry_soon()


if __name__ == "__main__":
    start_odoo.start(prepare)
