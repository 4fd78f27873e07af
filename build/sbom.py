"""A software bill of materials of a layer, in CycloneDX's format, for whoever must know what runs in production."""

from __future__ import annotations

import json
import uuid
from datetime import datetime, timezone
from pathlib import Path

from build.distributions import Distribution
from build.errors import UserError

EPOCH = datetime(1980, 1, 1, tzinfo=timezone.utc)  # as in the zips: the same layer, the same bytes


class NotItsBill(UserError):
    template = (
        "{path} is not the bill of materials of the layer beside it ({why}).\nBuild both anew: invoke build-layer"
    )


def text(layer_name: str, layer_sha256: str, installed: list[Distribution]) -> str:
    """The bill of one layer, as JSON; it names the layer by its digest, and says no time.

    Args:
        installed: what the layer holds.
    """
    # a second of imports that commands which write no bill need not spend
    from cyclonedx.contrib.license.factories import LicenseFactory
    from cyclonedx.model.bom import Bom
    from cyclonedx.model.component import Component, ComponentType
    from cyclonedx.output.json import JsonV1Dot6
    from packageurl import PackageURL

    licences = LicenseFactory()
    bom = Bom(serial_number=uuid.uuid5(uuid.NAMESPACE_URL, f"sha256:{layer_sha256}"))
    bom.metadata.timestamp = EPOCH
    bom.metadata.component = Component(
        name=layer_name, version=layer_sha256, type=ComponentType.PLATFORM, bom_ref=layer_name
    )
    for each in installed:
        purl = PackageURL("pypi", name=each.name, version=each.version)
        bom.components.add(
            Component(
                name=each.name,
                version=each.version,
                purl=purl,
                bom_ref=purl.to_string(),
                description=each.summary,
                licenses=[licences.make_from_string(each.license)] if each.license else (),
            )
        )
    bom.register_dependency(bom.metadata.component, bom.components)
    return JsonV1Dot6(bom).output_as_string(indent=1) + "\n"


def path_of(layer_zip: Path) -> Path:
    """Where the bill of a layer's zip is written."""
    return layer_zip.with_suffix(".cdx.json")


def packages(layer_zip: Path, sha256: str) -> dict[str, str]:
    """The packages in the bill of a layer's zip, and their versions.

    Args:
        sha256: the layer's digest.

    Raises:
        NotItsBill
    """
    path = path_of(layer_zip)
    try:
        bill = json.loads(path.read_text(encoding="utf-8"))
        if bill["metadata"]["component"]["version"] != sha256:
            raise NotItsBill(path=path, why="it names another one")
        return {each["name"]: each["version"] for each in bill["components"] if each["purl"].startswith("pkg:pypi/")}
    except (OSError, ValueError, LookupError, TypeError) as error:
        raise NotItsBill(path=path, why="it is not there" if isinstance(error, OSError) else "it is damaged") from error
