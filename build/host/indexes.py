"""Reads this machine's settings for package indexes from pip, and passes them on to uv and to containers."""

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

# pip's options, with the environment variables that mean the same to uv
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
SAME = {"timeout": "default-timeout"}  # other names of pip's options
LOCATIONS = ("index-url", "extra-index-url", "find-links")  # the values of these may be folders of this machine
SECTIONS = ("global", "install", ":env:")  # the sections of pip's settings; a later one overrides those before it
PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "all_proxy", "no_proxy")
CA_VARIABLES = ("PIP_CERT", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")


def pip_settings(environ: Mapping[str, str] = os.environ) -> dict[str, str]:
    """Return pip's options that say where packages come from. Environment variables override pip's files.

    Raises:
        CommandFailed: pip cannot read one of its files.
    """
    settings: dict[str, str] = {}
    lines = [line.partition("=") for line in _pip_config(tuple(sorted(environ.items()))).splitlines()]
    for section in SECTIONS:
        for key, _, value in lines:
            if key.startswith(section + "."):
                option = key.removeprefix(section + ".").replace("_", "-")
                settings[SAME.get(option, option)] = " ".join(str(ast.literal_eval(value)).split())
    return {option: value for option, value in settings.items() if value and (option in OPTIONS or option == "cert")}


@functools.cache
def _pip_config(environ: tuple[tuple[str, str], ...]) -> str:
    """Return pip's settings: those of this machine, its user, the virtual environment and the given variables."""
    argv = [sys.executable, "-m", "pip", "--disable-pip-version-check", "config", "list"]
    return commands.run(argv, env=dict(environ))


def variable(option: str) -> str:
    """Return the environment variable that sets an option of pip."""
    return "PIP_" + option.upper().replace("-", "_")


def uv_variables(environ: Mapping[str, str] = os.environ, *, without: tuple[str, ...] = ()) -> dict[str, str]:
    """Return environment variables with which uv takes packages from the same places as pip.

    Variables that are set for uv itself stay as they are.

    Args:
        without: the options of pip to leave out.
    """
    env = dict(environ)
    settings = {option: value for option, value in pip_settings(environ).items() if option not in without}
    for option, name in OPTIONS.items():
        if option in settings:
            env.setdefault(name, settings[option].replace(" ", "," if option == "find-links" else " "))
    # pip, too, takes the best version that any index has
    env.setdefault("UV_INDEX_STRATEGY", "unsafe-best-match")
    bundle = ca_bundle(environ)
    if bundle:
        env.setdefault("SSL_CERT_FILE", str(bundle))
    return env


def local_folders(settings: Mapping[str, str]) -> list[Path]:
    """Return the folders of this machine that the settings name. For an index, it is the folder that contains it."""
    folders = []
    for option in LOCATIONS:
        for word in settings.get(option, "").split():
            url = urlsplit(word)
            if url.scheme in ("", "file") and Path(url.path).is_dir():
                path = Path(url.path).resolve()
                folders.append(path if option == "find-links" else path.parent)
    constraints = settings.get("constraint", "").split()
    folders += [Path(word).resolve().parent for word in constraints if Path(word).is_file()]
    return sorted(set(folders))


def ca_bundle(environ: Mapping[str, str] = os.environ) -> Path | None:
    """Return the file with the certificate authorities that this machine trusts."""
    named = [environ.get(name) for name in CA_VARIABLES]
    defaults = ssl.get_default_verify_paths()
    for name in (*named, pip_settings(environ).get("cert"), defaults.cafile, defaults.openssl_cafile):
        if name and Path(name).is_file():
            return Path(name)
    return None
