"""The host's settings for package indexes: read as pip reads them, and handed on to uv and into containers."""

from __future__ import annotations

import configparser
import os
import ssl
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

# pip's option -> uv's variable for the same thing, or None where uv has none
OPTIONS = {
    "index-url": "UV_DEFAULT_INDEX",
    "extra-index-url": "UV_INDEX",
    "find-links": "UV_FIND_LINKS",
    "no-index": "UV_NO_INDEX",
    "trusted-host": "UV_INSECURE_HOST",
    "default-timeout": "UV_HTTP_TIMEOUT",
    "retries": "UV_HTTP_RETRIES",
    "proxy": "ALL_PROXY",
}
LOCATIONS = ("index-url", "extra-index-url", "find-links")  # their values may be folders of this machine
PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "all_proxy", "no_proxy")
CA_VARIABLES = ("PIP_CERT", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")


def pip_settings(environ: Mapping[str, str] = os.environ) -> dict[str, str]:
    """pip's options that say where packages come from, by option name; the environment beats pip's files."""
    settings: dict[str, str] = {}
    for path in _pip_files(environ):
        parser = configparser.ConfigParser(interpolation=None)
        try:
            parser.read(path)
        except configparser.Error:
            continue  # pip itself will complain of it, better than we could
        for section in ("global", "install"):
            if parser.has_section(section):
                settings.update({name: " ".join(value.split()) for name, value in parser.items(section)})
    for option in (*OPTIONS, "cert"):
        value = environ.get(variable(option))
        if value:
            settings[option] = value
    return {option: value for option, value in settings.items() if option in OPTIONS or option == "cert"}


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
    if "extra-index-url" in settings:
        env.setdefault("UV_INDEX_STRATEGY", "unsafe-best-match")  # as pip does: the best version of all indexes
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
                found.append(Path(url.path) if option == "find-links" else Path(url.path).parent)
    return sorted(set(found))


def ca_bundle(environ: Mapping[str, str] = os.environ) -> Path | None:
    """The file of certificate authorities that this machine trusts."""
    named = [environ.get(name) for name in CA_VARIABLES]
    defaults = ssl.get_default_verify_paths()
    for name in (*named, pip_settings(environ).get("cert"), defaults.cafile, defaults.openssl_cafile):
        if name and Path(name).is_file():
            return Path(name)
    return None


def _pip_files(environ: Mapping[str, str]) -> list[Path]:
    """pip's configuration files, the weakest first."""
    named = environ.get("PIP_CONFIG_FILE")
    if named == os.devnull:
        return []
    home = Path(environ.get("HOME", Path.home()))
    config = Path(environ.get("XDG_CONFIG_HOME", home / ".config"))
    files = [Path("/etc/pip.conf"), home / ".pip/pip.conf", config / "pip/pip.conf"]
    return [path for path in (*files, *([Path(named)] if named else [])) if path.is_file()]
