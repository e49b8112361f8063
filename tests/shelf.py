"""A shelf for access tokens in memory, and a clock that stands where it is put."""

from connector.domain.order import Millis


class Shelf:
    def __init__(self, apps=None):
        self.tokens = {}
        self.apps = apps or {}

    def token(self, app):
        return self.tokens.get(app)

    def keep_token(self, app, token, ends):
        self.tokens[app] = (token, ends)

    def drop_token(self, app, token):
        if self.tokens.get(app, ("",))[0] == token:
            del self.tokens[app]

    def app_of(self, store):
        return self.apps.get(store, "")


class StandingClock:
    def __init__(self, now=1_700_000_000_123):
        self.at = now

    def now(self):
        return Millis(self.at)
