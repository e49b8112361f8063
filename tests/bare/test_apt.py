"""Which mirror, which packages, and whether they are Debian's: read from what apt prints, without a network."""

import shutil
import subprocess
from pathlib import Path

import pytest
from bare import apt
from bare.fetch import File
from bare.report import Trouble

OWN = "http://mirror.example/debian/\tDebian\tDebian\tmain\tbookworm"
BACKPORTS = "http://backports.example/debian/\tDebian\tDebian\tmain\tbookworm-backports"
SECURITY = "http://security.example/\tDebian\tDebian-Security\tmain\tbookworm-security"
CONTRIB = "http://contrib.example/debian\tDebian\tDebian\tcontrib\tbookworm"
OTHERS = "https://node.example/\t. nodistro\t. nodistro\tmain\tnodistro"
APT_LISTS = Path("/var/lib/apt/lists")
SHA256 = "a4117c23c5c8acf6c9678a6cb086f000b79476369da7efe8a78a70826956ad3d"

RELEASE = f"""Origin: Debian
Suite: unstable
MD5Sum:
 604c9a67fab34300d4d1618fc6705360 5091588 main/binary-all/Packages.xz
SHA256:
 {SHA256} 5091588 main/binary-all/Packages.xz
 {"b" * 64} 10824484 main/binary-amd64/Packages.xz
"""
PACKAGES = f"""Package: odoo-18
Filename: pool/main/o/odoo/odoo-18.deb
Size: 1
SHA256: {"c" * 64}

Package: odoo-19
Version: 19.0.0+dfsg-1
Description: Open Source Apps
 Package: not-this-one
Filename: pool/main/o/odoo/odoo-19_19.0.0+dfsg-1_all.deb
Size: 122533504
SHA256: {SHA256}
"""


@pytest.mark.parametrize("others", [[], [SECURITY], [OTHERS, CONTRIB, BACKPORTS]])
def test_the_mirror_is_debians_own_archive(others):
    assert apt.mirror("\n".join([*others, OWN])) == "http://mirror.example/debian/"


def test_an_address_without_a_slash_gets_one():
    assert apt.mirror(OWN.replace("debian/", "debian")) == "http://mirror.example/debian/"


@pytest.mark.parametrize("ask", [apt.mirror, lambda: apt.of_this_machine("redis", ["redis-server"], Path("unused"))])
def test_empty_lists_say_what_to_run(ask, tmp_path, monkeypatch):
    (tmp_path / "apt.conf").write_text(f'Dir::State::lists "{tmp_path}/lists";')
    (tmp_path / "lists" / "partial").mkdir(parents=True)
    monkeypatch.setenv("APT_CONFIG", str(tmp_path / "apt.conf"))
    with pytest.raises(Trouble, match="run `apt-get update` once as root"):
        ask()


def test_this_machine_has_a_mirror():
    assert apt.mirror().endswith("/")


def test_a_machine_without_debians_archive_hears_what_it_has():
    with pytest.raises(Trouble, match=r"security\.example.*node\.example"):
        apt.mirror(f"{SECURITY}\n{OTHERS}")


def test_an_address_that_apt_prints_becomes_a_download():
    line = f"'http://mirror.example/pool/j/libjemalloc2_5.3.0%2b1.deb' libjemalloc2_5.3.0+1.deb 275000 SHA256:{SHA256}"
    assert apt.parse_uris(line + "\n") == [
        File(
            url="http://mirror.example/pool/j/libjemalloc2_5.3.0%2b1.deb",
            name="libjemalloc2_5.3.0+1.deb",
            sha256=SHA256,
            size=275000,
        )
    ]


@pytest.mark.parametrize("digest", ["", "MD5Sum:0f56f755b01c8f7e7cdda69a9c5cb482"])
def test_a_package_that_cannot_be_verified_is_refused(digest):
    with pytest.raises(Trouble, match="without SHA-256"):
        apt.parse_uris(f"'http://mirror.example/a.deb' a.deb 1 {digest}")


def test_the_digest_of_an_index_is_its_sha256():
    assert apt.digest_in_release(RELEASE, "main/binary-all/Packages.xz") == (SHA256, 5091588)


def test_an_index_that_the_release_does_not_name_is_refused():
    with pytest.raises(Trouble, match="binary-riscv64"):
        apt.digest_in_release(RELEASE, "main/binary-riscv64/Packages.xz")


def test_a_package_is_found_by_its_whole_name():
    (paragraph,) = apt.paragraphs(PACKAGES, ["odoo-19"])
    assert apt.file_of(paragraph, "http://mirror.example/debian/") == File(
        url="http://mirror.example/debian/pool/main/o/odoo/odoo-19_19.0.0+dfsg-1_all.deb",
        name="odoo-19_19.0.0+dfsg-1_all.deb",
        sha256=SHA256,
        size=122533504,
    )


@pytest.mark.parametrize("name", ["odoo", "odoo-1", "not-this-one"])
def test_a_package_that_is_not_there_is_named(name):
    with pytest.raises(Trouble, match=name):
        apt.paragraphs(PACKAGES, [name])


def test_an_index_that_nobody_signed_is_not_used():
    with pytest.raises(Trouble, match="signature"):
        apt.signed_release(RELEASE.encode())


@pytest.fixture(scope="module")
def inrelease() -> bytes:
    """A release file that Debian signed: apt keeps those of the machine's own sources."""
    found = [path for path in APT_LISTS.glob("*_InRelease") if b"\nOrigin: Debian\n" in path.read_bytes()]
    return found[0].read_bytes()


def test_an_index_signed_by_debian_is_used_without_its_signature(inrelease):
    text = apt.signed_release(inrelease)
    assert "\nOrigin: Debian\n" in f"\n{text}"
    assert "BEGIN PGP" not in text


def test_a_signed_index_that_was_changed_is_not_used(inrelease):
    with pytest.raises(Trouble, match="signature"):
        apt.signed_release(inrelease.replace(b"Origin: Debian", b"Origin: debian", 1))


def test_without_gpgv_the_missing_check_is_told(monkeypatch, capsys):
    monkeypatch.setattr(shutil, "which", lambda _: None)
    assert apt.signed_release(RELEASE.encode()) == RELEASE
    assert "signature of the package index was not checked" in capsys.readouterr().out


def test_a_package_is_unpacked_without_what_is_not_wanted(tmp_path):
    tree = tmp_path / "tree"
    for name in ("DEBIAN/control", "usr/a/i18n/zh_CN.po", "usr/a/i18n/de.po", "usr/a/i18n/a.pot", "usr/a/a.py"):
        (tree / name).parent.mkdir(parents=True, exist_ok=True)
        (tree / name).write_text("Package: a\nVersion: 1\nArchitecture: all\nMaintainer: nobody\nDescription: a\n")
    subprocess.run(["dpkg-deb", "--build", str(tree), str(tmp_path / "a.deb")], check=True, capture_output=True)
    apt.unpack("a", [tmp_path / "a.deb"], tmp_path / "root", ["*/i18n/[!z]*.po", "*/i18n/*.pot"])
    files = sorted(path.name for path in (tmp_path / "root").rglob("*") if path.is_file())
    assert files == ["a.py", "zh_CN.po"]


def test_a_package_that_is_broken_is_named(tmp_path):
    (tmp_path / "a.deb").write_bytes(b"not a package")
    with pytest.raises(Trouble, match=r"a\.deb|tar"):
        apt.unpack("a", [tmp_path / "a.deb"], tmp_path / "root")
