"""Requests to S3 that are signed without botocore: as botocore signs them, and only where it would ask the same."""

import dataclasses
import sys

import pytest
from botocore.auth import S3SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from serving.loading import aws, ranges, signing, transfer
from serving_parts import digest

ENVIRON = {
    "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE",
    "AWS_SECRET_ACCESS_KEY": "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
    "AWS_REGION": "eu-central-1",
}
JOB = {"bucket": "models", "key": "k", "version_id": None}
TO_MEMORY = {**JOB, "began": 0.0, "sha256": None, "fits_memory": None, "silence": 5.0}


def url(environ=None, **changes):
    return signing._url({**JOB, **changes}, {**ENVIRON, **(environ or {})})


class TestSignature:
    @pytest.mark.parametrize("token", [None, "a+token/=="])
    @pytest.mark.parametrize("version", [None, "3/L4kqtJlcpXroDTDmJ+rmSpXd3dIbrHY"])
    @pytest.mark.parametrize("key", ["model.pkl", "a b/ü~(1)+x=%.pkl", "//dots/../m"])
    def test_it_is_the_one_that_botocore_makes(self, key, version, token):
        environ = {**ENVIRON, **({"AWS_SESSION_TOKEN": token} if token else {})}
        headers = {"Range": "bytes=0-9", "If-Match": '"abc"'}
        address = url(key=key, version_id=version)
        request = AWSRequest("GET", address, headers=dict(headers))
        request.context["payload_signing_enabled"] = True
        keys = Credentials(environ["AWS_ACCESS_KEY_ID"], environ["AWS_SECRET_ACCESS_KEY"], token)
        S3SigV4Auth(keys, "s3", environ["AWS_REGION"]).add_auth(request)
        _, host, path, query, _ = signing.urlsplit(address)
        signed = signing.sign(host, path, query, headers, environ, request.headers["X-Amz-Date"])
        assert signed["authorization"] == request.headers["Authorization"]
        assert signed["x-amz-content-sha256"] == request.headers["X-Amz-Content-SHA256"]


class TestAddress:
    def test_a_bucket_is_a_host_unless_it_has_dots(self):
        assert url() == "https://models.s3.eu-central-1.amazonaws.com/k"
        assert url(bucket="my.models") == "https://s3.eu-central-1.amazonaws.com/my.models/k"

    def test_an_endpoint_of_the_environment_is_taken_that_of_s3_first(self):
        environ = {"AWS_ENDPOINT_URL": "http://127.0.0.1:1"}
        assert url(environ) == "http://127.0.0.1:1/models/k"
        assert url({**environ, "AWS_ENDPOINT_URL_S3": "http://127.0.0.1:2/"}) == "http://127.0.0.1:2/models/k"

    @pytest.mark.parametrize(
        "environ",
        [
            {"AWS_ACCESS_KEY_ID": ""},  # SnapStart: they come from an endpoint
            {"AWS_REGION": ""},
            {"AWS_REGION": "cn-north-1"},
            {"AWS_USE_FIPS_ENDPOINT": "true"},
            {"HTTPS_PROXY": "http://proxy"},
        ],
    )
    def test_what_is_not_ordinary_is_left_to_botocore(self, environ):
        assert url(environ) is None
        assert url(bucket="arn:aws:s3:eu-central-1:123456789012:accesspoint/models") is None
        assert url(bucket="models--euc1-az1--x-s3") is None


class TestDownload:
    def test_both_ways_bring_the_same(self, bucket, tmp_path):
        data = bytes(range(256)) * 200_000
        bucket.put(data, Metadata={"sha256": "abc"})
        job = {**TO_MEMORY, "bucket": bucket.name}
        with (tmp_path / "target").open("w+b") as target:
            said = transfer.download(job, target.fileno(), transfer.Progress())
            assert target.read() == data
        head = bucket.s3.head_object(Bucket=bucket.name, Key="k")
        assert said.pop("seconds") > 0
        assert said == {
            "path": None,
            "kept": False,
            "sha256": digest(data),
            "etag": head["ETag"],
            "version_id": head["VersionId"],
            "metadata": {"sha256": "abc"},
        }

    def test_the_ordinary_way_needs_no_botocore(self, bucket, monkeypatch, request):
        bucket.put(b"data")
        job = {**TO_MEMORY, "bucket": bucket.name}
        monkeypatch.setitem(sys.modules, "botocore.session", None)
        aws.drop_connections()
        if "signed here" in request.node.name:
            assert ranges.get(job, 0, 10).read() == b"data"
        else:
            with pytest.raises(ImportError):
                ranges.get(job, 0, 10)

    @pytest.mark.parametrize(
        "size", [1, transfer.SMALLEST_RANGE, transfer.SMALLEST_RANGE + 1, 10 * transfer.SMALLEST_RANGE, 300_000_001]
    )
    def test_ranges_cover_an_object_without_gap_or_overlap(self, size):
        pieces = transfer.split(size)
        assert [pieces[0][0], *(end for _, end in pieces)] == [*(start for start, _ in pieces), size]
        assert len(pieces) <= 1 + transfer.MOST_RANGES
        assert all(end > start for start, end in pieces)

    def test_a_range_that_breaks_off_is_asked_for_again(self, bucket, tmp_path, monkeypatch):
        data = bytes(2 * transfer.SMALLEST_RANGE)
        bucket.put(data)
        broken, ask = [], ranges.get

        def get(job, start, end):
            answer = ask(job, start, end)
            if start in broken:
                return answer
            broken.append(start)
            return dataclasses.replace(answer, read=lambda size: b"")

        monkeypatch.setattr(ranges, "get", get)
        job = {**TO_MEMORY, "bucket": bucket.name}
        with (tmp_path / "target").open("w+b") as target:
            assert transfer.download(job, target.fileno(), transfer.Progress())["sha256"] == digest(data)
        assert sorted(broken) == [0, transfer.SMALLEST_RANGE]
