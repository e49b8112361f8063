import json
import os
import re
import subprocess
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

from connector import settings
from connector.settings import (
    ELEME_PRODUCTION,
    MEITUAN_PRODUCTION,
    ElemeApp,
    SettingsError,
    load,
    load_database_url,
    load_eleme_apps,
    load_meituan_apps,
    load_odoo_url,
)

EXAMPLE = Path(__file__).resolve().parents[2] / "docker" / "env.example"
HOOK_KEY = b"an invented key of 32 bytes ....."
APPS = [{"app_id": 10000001, "key": "invented-key", "secret": "invented-secret"}]
COMPLETE = {
    "DATABASE_URL": "postgresql://waimai:db-word@127.0.0.1:5432/waimai",
    "REDIS_URL": "redis://:redis-word@127.0.0.1:6379/0",
    "ODOO_URL": "http://127.0.0.1:8069/",
    "ODOO_DB": "waimai",
    "ODOO_LOGIN": "bot",
    "ODOO_PASSWORD": "odoo-word",
    "ODOO_HOOK_SECRET": "whsec_YW4gaW52ZW50ZWQga2V5IG9mIDMyIGJ5dGVzIC4uLi4u",
    "ELEME_APPS": json.dumps(APPS),
}
OPTIONAL = [
    "BROKER_URL",
    "ELEME_API_URL",
    "MEITUAN_APPS",
    "MEITUAN_API_URL",
    "PUBLIC_URL",
    "CANCEL_WINDOW_SECONDS",
    "QUEUES",
]


@pytest.fixture
def environment(monkeypatch):
    """The complete environment and nothing else of ours; the fixture changes single settings."""
    for name in (*COMPLETE, *OPTIONAL):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(f"{name}_FILE", raising=False)
    for name, value in COMPLETE.items():
        monkeypatch.setenv(name, value)
    return monkeypatch


def failure() -> SettingsError:
    with pytest.raises(SettingsError) as caught:
        load()
    return caught.value


def test_a_complete_environment_is_read_with_the_defaults_of_the_contract(environment):
    settings = load()
    assert settings.database_url == "postgresql+psycopg://waimai:db-word@127.0.0.1:5432/waimai"
    assert (settings.broker_name, settings.broker_url) == ("REDIS_URL", COMPLETE["REDIS_URL"])
    assert settings.odoo_url == "http://127.0.0.1:8069"
    assert settings.odoo_hook_key == HOOK_KEY
    assert settings.eleme_apps == (ElemeApp(app_id="10000001", key="invented-key", secrets=("invented-secret",)),)
    assert settings.eleme_api_url == ELEME_PRODUCTION == "https://open-api.shop.ele.me"
    assert (settings.cancel_window, settings.queues) == (60, 4)
    assert (settings.meituan_apps, settings.public_urls) == ((), ())
    assert settings.meituan_api_url == MEITUAN_PRODUCTION == "https://waimaiopen.meituan.com"


def test_the_optional_settings_are_read(environment):
    environment.setenv("BROKER_URL", "rediss://127.0.0.1:6380/1")
    environment.setenv("ELEME_API_URL", "http://127.0.0.1:8010/eleme/")
    environment.setenv("PUBLIC_URL", "https://a.invalid, https://b.invalid/x/")
    environment.setenv("CANCEL_WINDOW_SECONDS", "0")
    environment.setenv("QUEUES", "8")
    meituan = [{"app_id": 5, "secret": ["new", "old"], "callback_urls": ["https://a.invalid/hooks/meituan"]}]
    environment.setenv("MEITUAN_APPS", json.dumps(meituan))
    settings = load()
    assert settings.broker_url == "rediss://127.0.0.1:6380/1"
    assert settings.eleme_api_url == "http://127.0.0.1:8010/eleme"
    assert settings.public_urls == ("https://a.invalid", "https://b.invalid/x")
    assert (settings.cancel_window, settings.queues) == (0, 8)
    assert settings.meituan_apps[0].secrets == ("new", "old")
    assert settings.meituan_apps[0].callback_urls == ("https://a.invalid/hooks/meituan",)


def test_everything_that_is_missing_or_empty_is_named_at_once(environment):
    for name in COMPLETE:
        environment.delenv(name)
    environment.setenv("ODOO_PASSWORD", "  ")
    error = failure()
    assert set(error.missing) == set(COMPLETE)
    assert all(name in str(error) for name in COMPLETE)


def test_what_is_missing_and_what_is_wrong_come_together_and_no_value_is_shown(environment):
    environment.delenv("ODOO_DB")
    environment.setenv("ELEME_APPS", '[{"app_id": 1, "key": "k", "secret": "do-not-show"')
    environment.setenv("DATABASE_URL", "mysql://do-not-show")
    environment.setenv("QUEUES", "do-not-show")
    text = str(failure())
    assert "ODOO_DB" in text
    assert "ELEME_APPS is not JSON" in text
    assert "DATABASE_URL must begin with postgresql://" in text
    assert "QUEUES must be a whole number from 1 to 64" in text
    assert "do-not-show" not in text


@pytest.mark.parametrize("name", sorted(COMPLETE))
def test_each_required_setting_can_stand_in_a_file(environment, tmp_path, name):
    path = tmp_path / "value"
    path.write_text(COMPLETE[name] + "\n")
    expected = load()
    environment.delenv(name)
    environment.setenv(f"{name}_FILE", str(path))
    assert load() == expected


def test_a_file_that_is_not_there_is_named_by_its_setting(environment):
    environment.delenv("ODOO_PASSWORD")
    environment.setenv("ODOO_PASSWORD_FILE", "/nowhere/at/all")
    error = failure()
    assert error.wrong == ("ODOO_PASSWORD_FILE cannot be read 文件无法读取",)
    assert error.missing == ()


def test_a_file_that_is_empty_is_a_missing_setting(environment, tmp_path):
    (tmp_path / "empty").write_text("\n")
    environment.delenv("ODOO_PASSWORD")
    environment.setenv("ODOO_PASSWORD_FILE", str(tmp_path / "empty"))
    assert failure().missing == ("ODOO_PASSWORD",)


def test_a_file_that_is_not_text_is_named_by_its_setting(environment, tmp_path):
    (tmp_path / "binary").write_bytes(b"\xff\xfe\x00")
    environment.delenv("ODOO_PASSWORD")
    environment.setenv("ODOO_PASSWORD_FILE", str(tmp_path / "binary"))
    assert failure().wrong == ("ODOO_PASSWORD_FILE cannot be read 文件无法读取",)


def test_repr_shows_no_secret(environment):
    shown = repr(load())
    for secret in ("db-word", "redis-word", "odoo-word", "invented-secret", repr(HOOK_KEY)):
        assert secret not in shown
    assert "invented-key" in shown


@pytest.mark.parametrize(
    "given",
    ["postgres://u@h/d", "postgresql://u@h/d", "postgresql+psycopg://u@h/d"],
)
def test_every_spelling_of_postgresql_becomes_psycopg_3(environment, given):
    environment.setenv("DATABASE_URL", given)
    assert load().database_url == "postgresql+psycopg://u@h/d"


@pytest.mark.parametrize(
    ("apps", "problem"),
    [
        ("{}", "ELEME_APPS must be a list of objects"),
        ("[1]", "ELEME_APPS must be a list of objects"),
        ("[]", "ELEME_APPS is an empty list"),
        ("[" * 100_000, "ELEME_APPS is not JSON"),
        ([{"key": "k", "secret": "s"}], "ELEME_APPS[0].app_id is missing or empty"),
        ([{"app_id": True, "key": "k", "secret": "s"}], "ELEME_APPS[0].app_id is missing or empty"),
        ([{"app_id": 1, "secret": "s"}], "ELEME_APPS[0].key is missing or empty"),
        ([{"app_id": "shop-app", "key": "k", "secret": "s"}], "ELEME_APPS[0].app_id must be digits only"),
        ([{"app_id": -1, "key": "k", "secret": "s"}], "ELEME_APPS[0].app_id must be digits only"),
        ([*APPS, {"app_id": 1, "key": "k"}], "ELEME_APPS[1].secret is missing or empty"),
        ([{"app_id": 1, "key": "k", "secret": []}], "ELEME_APPS[0].secret is missing or empty"),
        ([{"app_id": 1, "key": "k", "secret": ["s", ""]}], "ELEME_APPS[0].secret is missing or empty"),
        ([*APPS, *APPS], "ELEME_APPS names the same app_id twice"),
    ],
)
def test_wrong_apps_are_named_with_their_place(environment, apps, problem):
    environment.setenv("ELEME_APPS", apps if isinstance(apps, str) else json.dumps(apps))
    (wrong,) = failure().wrong
    assert wrong.startswith(problem)


def test_a_secret_may_be_a_list_while_a_key_is_rotated(environment):
    environment.setenv("ELEME_APPS", json.dumps([{"app_id": "7", "key": "k", "secret": ["new", "old"]}]))
    assert load().eleme_apps[0].secrets == ("new", "old")


@pytest.mark.parametrize(
    ("secret", "problem"),
    [
        ("YW55", "must begin with whsec_"),
        ("whsec_", "has an empty key"),
        ("whsec_not base64", "must be whsec_ + base64"),
        ("whsec_密钥", "must be whsec_ + base64"),
    ],
)
def test_the_hook_secret_is_checked(environment, secret, problem):
    environment.setenv("ODOO_HOOK_SECRET", secret)
    (wrong,) = failure().wrong
    assert wrong.startswith(f"ODOO_HOOK_SECRET {problem}")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("REDIS_URL", "127.0.0.1:6379"),
        ("REDIS_URL", "redis://:s3cr/et99@127.0.0.1:6379/0"),
        ("REDIS_URL", "redis://:12/34@127.0.0.1:6379/0"),
        ("REDIS_URL", "redis://127.0.0.1:6379/0?db=s3cret"),
        ("REDIS_URL", "unix://:s3cr/et99@/run/redis.sock"),
        ("REDIS_URL", "redis://127.0.0.1/0?socket_timeout=s3cret"),
        ("BROKER_URL", "amqp://127.0.0.1"),
        ("BROKER_URL", "redis://:s3cr#et99@127.0.0.1"),
        ("DATABASE_URL", "postgresql://waimai:notaport/waimai"),
        ("DATABASE_URL", "postgresql://u:s3cret@127.0.0.1:99999/waimai"),
        ("ODOO_URL", "http://127.0.0.1:abc"),
        ("ELEME_API_URL", "http://:80"),
        ("ODOO_URL", "127.0.0.1:8069"),
        ("ODOO_URL", "http://[broken"),
        ("ELEME_API_URL", "ftp://somewhere"),
        ("PUBLIC_URL", "https://good.invalid,bad"),
        ("CANCEL_WINDOW_SECONDS", "-1"),
        ("CANCEL_WINDOW_SECONDS", "1.5"),
        ("CANCEL_WINDOW_SECONDS", "９"),
        ("QUEUES", "0"),
        ("QUEUES", "1" * 5000),
        ("MEITUAN_API_URL", "somewhere"),
        ("MEITUAN_APPS", '[{"app_id": 1, "secret": "s", "callback_urls": "x"}]'),
        ("MEITUAN_APPS", '[{"app_id": 1, "secret": "s", "callback_urls": ["x.invalid/y"]}]'),
        ("MEITUAN_APPS", '[{"app_id": 1, "secret": "", "callback_urls": ["https://x.invalid"]}]'),
    ],
)
def test_a_wrong_value_is_named_and_not_shown(environment, name, value):
    environment.setenv(name, value)
    (wrong,) = failure().wrong
    assert wrong.startswith(name)
    assert not any(part in wrong for part in (value, "s3cr", "et99", "notaport"))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DATABASE_URL", "postgresql:///waimai?host=/run/postgresql"),
        ("DATABASE_URL", "postgresql://u:12/3@h:5432/waimai"),
        ("BROKER_URL", "unix:///run/redis.sock?db=1"),
        ("BROKER_URL", "redis://:a%2Fb@127.0.0.1"),
        ("BROKER_URL", "rediss://h:6380/1?socket_timeout=0.5&ssl_cert_reqs=none"),
        ("BROKER_URL", "redis://[::1]:6379/0"),
    ],
)
def test_an_address_as_its_client_takes_it_is_taken(environment, name, value):
    environment.setenv(name, value)
    assert value.partition("://")[2] in getattr(load(), name.lower())


def test_the_example_names_every_setting():
    example = EXAMPLE.read_text(encoding="utf-8")
    named = {
        line.lstrip("#").partition("=")[0] for line in example.splitlines() if "=" in line and " " not in line[:20]
    }
    assert named >= {*COMPLETE, *OPTIONAL}


def test_a_shell_reads_the_example_as_it_is_meant(environment, tmp_path):
    example = EXAMPLE.read_text(encoding="utf-8")
    filled = re.sub(r"^#(?=[A-Z_]+=)", "", example, flags=re.MULTILINE)
    filled = filled.replace('"key": "", "secret": ""', '"key": "k", "secret": "a $b & c"')
    filled = filled.replace('0, "secret": ""', '2, "secret": "d e"')
    for name in ("ODOO_LOGIN", "ODOO_PASSWORD", "ODOO_HOOK_SECRET", "PUBLIC_URL", "BROKER_URL"):
        filled = filled.replace(f"{name}=\n", f"{name}={COMPLETE.get(name, 'redis://h')}\n")
    (tmp_path / "env").write_text(filled.replace("PUBLIC_URL=redis://h", "PUBLIC_URL=https://a.invalid"))
    read = ["sh", "-euc", "set -a; . ./env; set +a; exec env -0"]
    done = subprocess.run(read, cwd=tmp_path, env={"PATH": os.environ["PATH"]}, capture_output=True, check=True)
    assert done.stderr == b""
    for name, _, value in (line.partition("=") for line in done.stdout.decode().split("\0")):
        if name in {*COMPLETE, *OPTIONAL}:
            environment.setenv(name, value)
    settings = load()
    assert settings.eleme_apps == (ElemeApp(app_id="0", key="k", secrets=("a $b & c",)),)
    assert [app.secrets for app in settings.meituan_apps] == [("d e",)]
    assert (settings.broker_url, settings.public_urls) == ("redis://h", ("https://a.invalid",))


def test_migrating_needs_the_database_alone(environment):
    for name in COMPLETE:
        if name != "DATABASE_URL":
            environment.delenv(name)
    assert load_database_url() == "postgresql+psycopg://waimai:db-word@127.0.0.1:5432/waimai"


def test_simulating_needs_the_applications_alone(environment):
    for name in COMPLETE:
        if name != "ELEME_APPS":
            environment.delenv(name)
    assert [app.app_id for app in load_eleme_apps()] == ["10000001"]


def meituan(*urls):
    return json.dumps([{"app_id": n, "secret": "s", "callback_urls": one} for n, one in enumerate(urls, start=1)])


def test_an_address_is_kept_as_it_is_registered_but_for_blanks(environment):
    environment.setenv("MEITUAN_APPS", meituan([" https://a.invalid/hook/ ", "http://b.invalid:8080/x"]))
    assert load().meituan_apps[0].callback_urls == ("https://a.invalid/hook/", "http://b.invalid:8080/x")


def test_applications_whose_pushes_could_not_be_verified_are_all_named(environment):
    environment.setenv("MEITUAN_APPS", meituan([], ["https://a.invalid/x"], []))
    (wrong,) = failure().wrong
    assert wrong.startswith("MEITUAN_APPS[0], [2] without callback_urls, and no PUBLIC_URL")
    environment.setenv("PUBLIC_URL", "https://a.invalid")
    assert [app.app_id for app in load().meituan_apps] == ["1", "2", "3"]


def test_a_wrong_public_url_is_told_once(environment):
    environment.setenv("MEITUAN_APPS", meituan([]))
    environment.setenv("PUBLIC_URL", "a.invalid")
    (wrong,) = failure().wrong
    assert wrong.startswith("PUBLIC_URL must be")


def test_one_of_the_two_platforms_is_enough(environment):
    environment.delenv("ELEME_APPS")
    assert failure().missing == ("ELEME_APPS",)
    environment.setenv("MEITUAN_APPS", meituan(["https://a.invalid/x"]))
    assert (load().eleme_apps, len(load().meituan_apps)) == ((), 1)


def test_a_platform_that_a_package_has_added_is_enough(environment):
    environment.delenv("ELEME_APPS")
    found = [EntryPoint(name=name, value="x:Y", group=settings.PLATFORMS) for name in ("eleme", "meituan")]
    environment.setattr(settings, "entry_points", lambda group: [one for one in found if one.group == group])
    assert failure().missing == ("ELEME_APPS",)
    found.append(EntryPoint(name="jingle", value="x:Y", group=settings.PLATFORMS))
    assert (load().eleme_apps, load().meituan_apps) == ((), ())


def test_simulating_meituan_is_optional(environment):
    assert load_meituan_apps() == ()
    environment.setenv("MEITUAN_APPS", meituan([]))
    assert [app.secrets for app in load_meituan_apps()] == [("s",)]


def test_a_broker_of_its_own_needs_no_other_redis(environment):
    environment.setenv("BROKER_URL", "redis://127.0.0.1:6380/1")
    environment.delenv("REDIS_URL")
    assert (load().broker_name, load().broker_url) == ("BROKER_URL", "redis://127.0.0.1:6380/1")
    environment.setenv("BROKER_URL", "")
    assert failure().missing == ("REDIS_URL",)


@pytest.mark.parametrize("name", ["BROKER_URL", "REDIS_URL"])
@pytest.mark.parametrize("url", ["amqp://127.0.0.1", "sentinel://127.0.0.1:26379/main"])
def test_a_broker_that_is_not_supported_yet_is_refused_in_these_words(environment, name, url):
    environment.setenv(name, url)
    (wrong,) = failure().wrong
    assert wrong.startswith(f"{name} must begin with redis://, rediss:// or unix://")
    assert "neither RabbitMQ (amqp://) nor Sentinel" in wrong


def test_simulating_links_to_odoo_if_its_address_is_known(environment):
    environment.setenv("ODOO_URL", "http://127.0.0.1:8069/")
    assert load_odoo_url() == "http://127.0.0.1:8069"
    environment.delenv("ODOO_URL")
    assert load_odoo_url() == ""
    environment.setenv("ODOO_URL", "odoo")
    with pytest.raises(SettingsError, match="ODOO_URL"):
        load_odoo_url()
