"""What is known of the layer's packages, by pip-audit itself: from a service on this machine, or from none."""

import subprocess
import sys
import threading
from http.server import ThreadingHTTPServer

import advisories
import pytest
import wheels

from build.dist import audit, sbom
from build.layer import layer
from build.runtimes import host_architecture, runtime


@pytest.fixture
def serve(monkeypatch):
    """Starts a service, and gives its URL."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    started = []

    def serve(**facts):
        server = ThreadingHTTPServer(("127.0.0.1", 0), type("Service", (advisories.Osv,), facts))
        started.append(server)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        return f"http://127.0.0.1:{server.server_port}/v1/query"

    yield serve
    for server in started:
        server.shutdown()
        server.server_close()


@pytest.fixture
def pypi(tmp_path, monkeypatch):
    """Has a server on this machine taken for pypi.org, with these releases and what is known of them."""
    tls = advisories.tls("pypi.org", tmp_path / "both.pem")
    for name in ("NO_PROXY", "no_proxy", "https_proxy"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / "both.pem"))
    monkeypatch.setenv("PIP_CACHE_DIR", str(tmp_path / "cache"))  # no other command is to take these answers for real
    started = []

    def pypi(**releases):
        known = {tuple(each.split("==")): vulnerabilities for each, vulnerabilities in releases.items()}
        server = ThreadingHTTPServer(
            ("127.0.0.1", 0), type("Proxy", (advisories.PyPI,), {"tls": tls, "releases": known})
        )
        started.append(server)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{server.server_port}")

    yield pypi
    for server in started:
        server.shutdown()
        server.server_close()


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Builds a layer of small wheels that have the names and versions of others."""

    def made(**versions):
        folder = tmp_path_factory.mktemp("audited")
        files = [wheels.write(folder, name, "", version) for name, version in versions.items()]
        (folder / "own.txt").write_text("".join(f"{path}\n" for path in files))
        order = layer.Order(
            runtime("3.13"), host_architecture(), requirements=folder / "own.txt", builder="uv", use_cache=False
        )
        layer.build(folder / "dist", order, lambda message: None)
        return folder / "dist"

    return made


@pytest.fixture(scope="module")
def out(made):
    return made(requests="2.19.0", numpy="2.0.0+cpu")


@pytest.fixture
def invoke(root, out):
    def invoke(*words):
        argv = [sys.executable, "-m", "invoke", "--search-root", str(root), "audit", "--out", str(out), *words]
        done = subprocess.run(argv, cwd=out, capture_output=True, text=True, check=False)
        assert "Traceback" not in done.stderr
        return done

    return invoke


def test_what_is_known_is_shown_with_what_fixes_it_and_ends_with_1(invoke, serve):
    done = invoke("--service", serve())
    assert done.returncode == 1
    row = next(line for line in done.stdout.splitlines() if "requests" in line)
    for word in ("2.19.0", "PYSEC-2018-28", "CVE-2018-18074", "2.20.0"):
        assert word in row
    assert "numpy" not in done.stdout


@pytest.mark.parametrize("name", ["PYSEC-2018-28", "CVE-2018-18074"])
def test_what_is_accepted_is_named_and_ends_with_0(invoke, serve, name):
    done = invoke("--service", serve(), "--ignore", name)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Ignored, as asked: PYSEC-2018-28, of requests 2.19.0" in done.stdout
    assert "knows no other vulnerability of the layer's packages (2 looked up)" in done.stdout


def test_a_build_of_its_own_is_looked_up_by_the_version_that_the_indexes_know(out, serve):
    numpy = [*advisories.ADVISORIES, advisories.of_osv("PYSEC-2099-1", "numpy", "CVE-2099-1", "2.0.1")]
    found = audit.audit(out, ["PYSEC-2018-28"], serve(advisories=numpy)).found
    assert [(each.package, each.version, each.fixed_in) for each in found] == [("numpy", "2.0.0+cpu", ("2.0.1",))]


JINJA2 = {"jinja2==2.4.1": [advisories.of_pypi("PYSEC-2019-217", "CVE-2019-10906", "2.10.1")]}


def test_pypi_is_asked_where_no_service_is_named_and_what_it_does_not_know_is_told(invoke, pypi):
    pypi(**JINJA2, **{"requests==2.19.0": [advisories.of_pypi("PYSEC-2018-28", "CVE-2018-18074", "2.20.0")]})
    done = invoke()
    assert done.returncode == 1
    assert "Known vulnerabilities, by PyPI" in done.stdout and "PYSEC-2018-28" in done.stdout
    assert "PyPI does not know, so nothing is said of: numpy 2.0.0+cpu" in done.stdout


def test_where_pypi_knows_of_none_it_says_so_and_ends_with_0(invoke, pypi):
    pypi(**JINJA2, **{"requests==2.19.0": [], "numpy==2.0.0": []})
    done = invoke()
    assert done.returncode == 0, done.stderr
    assert "PyPI knows no vulnerability of the layer's packages (2 looked up)" in done.stdout


def test_a_mirror_of_pypi_without_advisories_is_not_taken_for_pypi(out, pypi):
    pypi(**{"jinja2==2.4.1": [], "requests==2.19.0": [], "numpy==2.0.0": []})
    with pytest.raises(audit.CouldNotLook, match="at PyPI: it has no advisories, not even for jinja2"):
        audit.audit(out)


def test_where_pypi_knows_none_of_the_packages_nothing_is_said_of_them(out, pypi):
    pypi(**JINJA2)
    with pytest.raises(audit.CouldNotLook, match=r"it does not know any of them \(numpy, requests\)"):
        audit.audit(out)


@pytest.mark.parametrize("service", ["pypi", "osv", "http://127.0.0.1:9/v1/query"])
def test_without_the_service_it_says_that_it_could_not_look(invoke, monkeypatch, service):
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    done = invoke("--service", service)
    assert done.returncode == 1
    assert "could not be looked up at" in done.stderr and "Connection refused" in done.stderr
    assert "no vulnerabilit" not in (done.stdout + done.stderr).lower()


@pytest.mark.parametrize(
    ("facts", "why"),
    [
        ({"advisories": []}, "it has no advisories, not even for jinja2 2.4.1"),
        ({"answer": (503, "busy")}, "503 Server Error"),
        ({"answer": (200, "<html>Sign in to the network</html>")}, "Expecting value"),
        ({"answer": (200, '{"code": 3, "message": "Invalid query."}')}, "'vulns'"),
    ],
    ids=["a mirror without advisories", "an error", "a page of another", "a refusal"],
)
def test_what_is_no_answer_is_not_taken_for_one(out, serve, facts, why):
    with pytest.raises(audit.CouldNotLook, match=why):
        audit.audit(out, service=serve(**facts))


def test_an_unknown_service_is_refused_with_those_that_there_are(out):
    with pytest.raises(audit.UnknownService, match=r"'snyk'\. Use one of: pypi, osv, or the URL"):
        audit.audit(out, service="snyk")


def test_without_a_layer_it_says_what_to_run(tmp_path):
    with pytest.raises(audit.NothingToAudit, match="Build it first: invoke build-layer"):
        audit.audit(tmp_path)


@pytest.mark.parametrize(
    ("text", "why"), [(None, "is missing"), ("{", "is damaged"), ("{}", "is damaged"), ("of another", "another layer")]
)
def test_a_bill_that_is_not_the_layers_is_not_looked_at(made, text, why):
    out = made(requests="2.19.0")
    path = next(out.glob("*.cdx.json"))
    said = path.read_text()
    path.unlink()
    if text is not None:
        path.write_text(sbom.text("layer", "0" * 64, []) if text == "of another" else text)
    with pytest.raises(sbom.NotItsBill, match=why):
        audit.audit(out)
    assert "pkg:pypi/requests@2.19.0" in said
