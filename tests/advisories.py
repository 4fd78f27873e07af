"""The services that know of vulnerabilities, as they answer: with facts of the Python Packaging Advisory Database."""

import datetime
import json
import ssl
from http.server import BaseHTTPRequestHandler
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from packaging.version import Version


def of_osv(name, package, alias, fixed):
    """An advisory as OSV has it."""
    events = [{"introduced": "0"}, {"fixed": fixed}]
    return {
        "id": name,
        "schema_version": "1.6.0",
        "modified": "2021-06-16T00:03:24.800813Z",
        "published": "2018-10-09T17:29:00Z",
        "aliases": [alias],
        "details": f"Versions before {fixed}.",
        "affected": [
            {
                "package": {"name": package, "ecosystem": "PyPI", "purl": f"pkg:pypi/{package}"},
                "ranges": [{"type": "ECOSYSTEM", "events": events}],
            }
        ],
    }


def of_pypi(name, alias, fixed):
    """One as PyPI has it."""
    return {
        "id": name,
        "aliases": [alias],
        "details": "As the advisory says.",
        "summary": None,
        "fixed_in": [fixed],
        "link": f"https://osv.dev/vulnerability/{name}",
        "source": "osv",
        "withdrawn": None,
    }


ADVISORIES = [
    of_osv("PYSEC-2019-217", "jinja2", "CVE-2019-10906", "2.10.1"),
    of_osv("PYSEC-2018-28", "requests", "CVE-2018-18074", "2.20.0"),
]


class Osv(BaseHTTPRequestHandler):
    """POST /v1/query, as api.osv.dev answers it."""

    advisories = ADVISORIES
    answer = None  # in place of one: status and body

    def do_POST(self):
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        found = [each for each in self.advisories if self._is_of(each["affected"][0], asked)]
        status, body = self.answer or (200, json.dumps({"vulns": found} if found else {}))
        self.send_response(status)
        self.end_headers()
        self.wfile.write(body.encode())

    def _is_of(self, affected, asked):
        fixed = affected["ranges"][0]["events"][1]["fixed"]
        return affected["package"]["name"] == asked["package"]["name"] and Version(asked["version"]) < Version(fixed)

    def log_message(self, *words):
        pass


class PyPI(BaseHTTPRequestHandler):
    """A proxy behind which pypi.org is, as it answers GET /pypi/<name>/<version>/json."""

    protocol_version = "HTTP/1.1"

    def do_CONNECT(self):
        assert self.path == "pypi.org:443"
        self.send_response(200)
        self.end_headers()
        self.close_connection = False  # urllib3 asks in HTTP/1.0
        self.connection = self.tls.wrap_socket(self.connection, server_side=True)
        self.rfile, self.wfile = self.connection.makefile("rb"), self.connection.makefile("wb", 0)

    def do_GET(self):
        _, _, name, version, _ = self.path.split("/")
        known = self.releases.get((name, version))
        body = json.dumps({"info": {"name": name, "version": version}, "vulnerabilities": known}).encode()
        self.send_response(404 if known is None else 200)
        self.send_header("Cache-Control", "no-store")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *words):
        pass


def tls(host: str, path: Path) -> ssl.SSLContext:
    """For a server that is taken for that host by those who trust the certificate in a new file."""
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.datetime.now(datetime.timezone.utc)
    made = x509.CertificateBuilder(subject, subject, key.public_key(), x509.random_serial_number())
    made = made.not_valid_before(now - datetime.timedelta(1)).not_valid_after(now + datetime.timedelta(1))
    made = made.add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
    certificate = made.sign(key, hashes.SHA256()).public_bytes(Encoding.PEM)
    path.write_bytes(certificate + key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    return context
