"""Everything that reads or writes somebody else's JSON, as marshmallow schemas; raw dicts end here."""
