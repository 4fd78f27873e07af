"""pip's settings of the host reach uv and containers."""

import venv

import pytest

from build.errors import UserError
from build.host import indexes

CONF = """\
[global]
index-url = https://from.file/simple
extra_index_url = https://a/simple
   https://b/simple
find-links = {folder}
colour = blue
[install]
trusted-host = from.file
"""


@pytest.fixture
def environ(tmp_path):
    """An environment with a configuration file of pip's, which pip itself reads."""
    (tmp_path / "pip.conf").write_text(CONF.format(folder=tmp_path))
    return {
        "PIP_INDEX_URL": "https://from.env/simple",
        "PIP_CONFIG_FILE": str(tmp_path / "pip.conf"),
        "PATH": "/bin",
        "HOME": str(tmp_path),
    }


def test_the_environment_beats_the_file(environ):
    assert indexes.pip_settings(environ)["index-url"] == "https://from.env/simple"


def test_files_give_the_rest_and_only_what_says_where_packages_come_from(environ, tmp_path):
    settings = indexes.pip_settings(environ)
    assert settings["extra-index-url"] == "https://a/simple https://b/simple"  # underscores are dashes to pip
    assert settings["find-links"] == str(tmp_path)
    assert settings["trusted-host"] == "from.file"
    assert "colour" not in settings


@pytest.mark.parametrize("place", [".config/pip/pip.conf", ".pip/pip.conf", "xdg/pip/pip.conf"])
def test_all_places_count_where_pip_looks(tmp_path, place):
    (tmp_path / place).parent.mkdir(parents=True)
    (tmp_path / place).write_text("[global]\ntimeout = 77\n[install]\ntrusted-host = own.host\n")
    environ = {"HOME": str(tmp_path), "XDG_CONFIG_DIRS": str(tmp_path / "xdg")}
    settings = indexes.pip_settings(environ)
    assert (settings["trusted-host"], settings["default-timeout"]) == ("own.host", "77")


def test_the_virtual_environments_own_file_counts(tmp_path, monkeypatch):
    venv.create(tmp_path / "venv", symlinks=True, with_pip=True)
    (tmp_path / "venv" / "pip.conf").write_text("[global]\nindex-url = https://of.venv/simple\n")
    monkeypatch.setattr(indexes.sys, "executable", str(tmp_path / "venv" / "bin" / "python"))
    assert indexes.pip_settings({"HOME": str(tmp_path), "VENV": "this"})["index-url"] == "https://of.venv/simple"


def test_a_file_that_pip_cannot_read_is_told_in_pips_words(tmp_path):
    (tmp_path / "pip.conf").write_text("index-url = https://x\n")
    with pytest.raises(UserError, match=r"pip\.conf"):
        indexes.pip_settings({"PIP_CONFIG_FILE": str(tmp_path / "pip.conf"), "HOME": str(tmp_path)})


def test_constraints_of_the_machine_reach_uv(tmp_path, environ):
    (tmp_path / "most.txt").write_text("numpy<2\n")
    environ["PIP_CONSTRAINT"] = str(tmp_path / "most.txt")
    assert indexes.uv_variables(environ)["UV_CONSTRAINT"] == str(tmp_path / "most.txt")
    assert tmp_path in indexes.local_folders(indexes.pip_settings(environ))


def test_an_index_that_only_a_requirements_file_names_is_one_of_all_as_for_pip():
    assert indexes.uv_variables({"PIP_CONFIG_FILE": "/dev/null"})["UV_INDEX_STRATEGY"] == "unsafe-best-match"


def test_uv_is_told_the_same_in_its_own_words(environ, tmp_path):
    env = indexes.uv_variables(environ)
    assert env["UV_DEFAULT_INDEX"] == "https://from.env/simple"
    assert env["UV_INDEX"] == "https://a/simple https://b/simple"
    assert env["UV_INDEX_STRATEGY"] == "unsafe-best-match"
    assert env["UV_FIND_LINKS"] == str(tmp_path)
    assert env["UV_INSECURE_HOST"] == "from.file"
    assert env["PATH"] == "/bin"


def test_what_is_set_for_uv_stays(environ):
    assert indexes.uv_variables(environ | {"UV_DEFAULT_INDEX": "https://mine"})["UV_DEFAULT_INDEX"] == "https://mine"


def test_folders_of_this_machine_are_found_so_that_a_container_can_see_them(environ, tmp_path):
    assert tmp_path in indexes.local_folders(indexes.pip_settings(environ))
    assert indexes.local_folders({"find-links": "https://x", "index-url": "https://y"}) == []


def test_of_a_local_index_the_folder_above_since_its_pages_point_to_files_beside_it(tmp_path):
    (tmp_path / "simple").mkdir()
    assert indexes.local_folders({"index-url": f"file://{tmp_path}/simple"}) == [tmp_path]


def test_the_ca_bundle_that_pip_is_told_of_comes_first(tmp_path, environ):
    bundle = tmp_path / "company.pem"
    bundle.write_text("certificates")
    assert indexes.ca_bundle(environ | {"PIP_CERT": str(bundle), "SSL_CERT_FILE": "/nowhere"}) == bundle
