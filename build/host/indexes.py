"""The host's settings for package indexes: as pip itself tells them, handed on to uv and into containers."""

from __future__ import annotations

import ast
import functools
import os
import ssl
import sys
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

from build.host import commands

# pip's option -> uv's variable for the same thing
OPTIONS = {
    "index-url": "UV_DEFAULT_INDEX",
    "extra-index-url": "UV_INDEX",
    "find-links": "UV_FIND_LINKS",
    "no-index": "UV_NO_INDEX",
    "trusted-host": "UV_INSECURE_HOST",
    "constraint": "UV_CONSTRAINT",
    "default-timeout": "UV_HTTP_TIMEOUT",
    "retries": "UV_HTTP_RETRIES",
    "proxy": "ALL_PROXY",
}
SAME = {"timeout": "default-timeout"}  # pip's other names for its options
LOCATIONS = ("index-url", "extra-index-url", "find-links")  # their values may be folders of this machine
SECTIONS = ("global", "install", ":env:")  # of pip's settings, the strongest last
PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "all_proxy", "no_proxy")
CA_VARIABLES = ("PIP_CERT", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")


def pip_settings(environ: Mapping[str, str] = os.environ) -> dict[str, str]:
    """pip's options that say where packages come from, by option name; the environment beats pip's files.

    Raises:
        CommandFailed: pip cannot read one of its files.
    """
    settings: dict[str, str] = {}
    said = [line.partition("=") for line in _pip_says(tuple(sorted(environ.items()))).splitlines()]
    for section in SECTIONS:
        for key, _, value in said:
            if key.startswith(section + "."):
                option = key.removeprefix(section + ".").replace("_", "-")
                settings[SAME.get(option, option)] = " ".join(str(ast.literal_eval(value)).split())
    return {option: value for option, value in settings.items() if value and (option in OPTIONS or option == "cert")}


@functools.cache
def _pip_says(environ: tuple[tuple[str, str], ...]) -> str:
    """The settings that pip works with in an environment: of this machine, its user, the virtual environment."""
    argv = [sys.executable, "-m", "pip", "--disable-pip-version-check", "config", "list"]
    return commands.run(argv, env=dict(environ))


def variable(option: str) -> str:
    """The environment variable that sets a pip option."""
    return "PIP_" + option.upper().replace("-", "_")


def uv_environment(environ: Mapping[str, str] = os.environ, *, without: tuple[str, ...] = ()) -> dict[str, str]:
    """An environment in which uv takes packages from where pip would; what is set for uv itself stays.

    Args:
        without: pip options to leave out.
    """
    env = dict(environ)
    settings = {option: value for option, value in pip_settings(environ).items() if option not in without}
    for option, name in OPTIONS.items():
        if option in settings:
            env.setdefault(name, settings[option].replace(" ", "," if option == "find-links" else " "))
    # as pip does: the best version of all indexes, wherever these are named
    env.setdefault("UV_INDEX_STRATEGY", "unsafe-best-match")
    bundle = ca_bundle(environ)
    if bundle:
        env.setdefault("SSL_CERT_FILE", str(bundle))
    return env


def local_folders(settings: Mapping[str, str]) -> list[Path]:
    """Folders of this machine that those settings name; of an index the one above, for the files beside it."""
    found = []
    for option in LOCATIONS:
        for word in settings.get(option, "").split():
            url = urlsplit(word)
            if url.scheme in ("", "file") and Path(url.path).is_dir():
                path = Path(url.path).resolve()
                found.append(path if option == "find-links" else path.parent)
    found += [Path(word).resolve().parent for word in settings.get("constraint", "").split() if Path(word).is_file()]
    return sorted(set(found))


def ca_bundle(environ: Mapping[str, str] = os.environ) -> Path | None:
    """The file of certificate authorities that this machine trusts."""
    named = [environ.get(name) for name in CA_VARIABLES]
    defaults = ssl.get_default_verify_paths()
    for name in (*named, pip_settings(environ).get("cert"), defaults.cafile, defaults.openssl_cafile):
        if name and Path(name).is_file():
            return Path(name)
    return None
