"""pip's settings of the host reach uv and containers."""

import pytest

from build import indexes


@pytest.fixture
def environ(tmp_path, monkeypatch):
    monkeypatch.setattr(indexes, "_pip_files", lambda environ: [tmp_path / "pip.conf"])
    (tmp_path / "pip.conf").write_text(
        "[global]\nindex-url = https://from.file/simple\nextra-index-url = https://a/simple\n   https://b/simple\n"
        f"find-links = {tmp_path}\ncolour = blue\n[install]\ntrusted-host = from.file\n"
    )
    return {"PIP_INDEX_URL": "https://from.env/simple", "PATH": "/bin"}


def test_the_environment_beats_the_file(environ):
    assert indexes.pip_settings(environ)["index-url"] == "https://from.env/simple"


def test_files_give_the_rest_and_only_what_says_where_packages_come_from(environ, tmp_path):
    assert indexes.pip_settings(environ) == {
        "index-url": "https://from.env/simple",
        "extra-index-url": "https://a/simple https://b/simple",
        "find-links": str(tmp_path),
        "trusted-host": "from.file",
    }


def test_uv_is_told_the_same_in_its_own_words(environ, tmp_path):
    env = indexes.uv_environment(environ)
    assert env["UV_DEFAULT_INDEX"] == "https://from.env/simple"
    assert env["UV_INDEX"] == "https://a/simple https://b/simple"
    assert env["UV_INDEX_STRATEGY"] == "unsafe-best-match"
    assert env["UV_FIND_LINKS"] == str(tmp_path)
    assert env["UV_INSECURE_HOST"] == "from.file"
    assert env["PATH"] == "/bin"


def test_what_is_set_for_uv_stays(environ):
    assert indexes.uv_environment(environ | {"UV_DEFAULT_INDEX": "https://mine"})["UV_DEFAULT_INDEX"] == "https://mine"


def test_folders_of_this_machine_are_found_so_that_a_container_can_see_them(environ, tmp_path):
    assert indexes.local_folders(indexes.pip_settings(environ)) == [tmp_path]
    assert indexes.local_folders({"find-links": "https://x", "index-url": "https://y"}) == []


def test_of_a_local_index_the_folder_above_since_its_pages_point_to_files_beside_it(tmp_path):
    (tmp_path / "simple").mkdir()
    assert indexes.local_folders({"index-url": f"file://{tmp_path}/simple"}) == [tmp_path]


def test_the_ca_bundle_that_pip_is_told_of_comes_first(tmp_path, environ):
    bundle = tmp_path / "company.pem"
    bundle.write_text("certificates")
    assert indexes.ca_bundle(environ | {"PIP_CERT": str(bundle), "SSL_CERT_FILE": "/nowhere"}) == bundle
