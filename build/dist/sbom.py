"""Writes and reads a layer's software bill of materials in CycloneDX's format: all packages that run in production."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from datetime import datetime, timezone
from pathlib import Path
from typing import TYPE_CHECKING

from build.errors import UserError
from build.host.distributions import Distribution
from build.layer import libraries
from build.layer.libraries import Supplied

if TYPE_CHECKING:
    from cyclonedx.model.component import Component

EPOCH = datetime(1980, 1, 1, tzinfo=timezone.utc)  # as in the zip files: the same layer gives the same bytes


class NotItsBill(UserError):
    template = (
        "{path} is not the bill of materials of the layer beside it ({why}).\nBuild both again: invoke build-layer"
    )


def text(
    layer_name: str, layer_sha256: str, installed: list[Distribution], supplied: Mapping[str, Supplied] | None = None
) -> str:
    """Return the bill of materials of a layer as JSON. It names the layer by its digest, and contains no time.

    Args:
        installed: the packages in the layer.
        supplied: the libraries that the layer also has, by name.
    """
    # These imports take a second, which other commands need not spend
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
    for distribution in installed:
        purl = PackageURL("pypi", name=distribution.name, version=distribution.version)
        bom.components.add(
            Component(
                name=distribution.name,
                version=distribution.version,
                purl=purl,
                bom_ref=purl.to_string(),
                description=distribution.summary,
                licenses=[licences.make_from_string(distribution.license)] if distribution.license else (),
            )
        )
    bom.components.update(_library(name, library) for name, library in (supplied or {}).items())
    bom.register_dependency(bom.metadata.component, bom.components)
    return JsonV1Dot6(bom).output_as_string(indent=1) + "\n"


def _library(name: str, supplied: Supplied) -> Component:
    """Describe a library that the layer has below /opt/lib, and where it was copied from."""
    from cyclonedx.model import HashAlgorithm, HashType
    from cyclonedx.model.component import Component, ComponentType, Pedigree
    from cyclonedx.model.component_evidence import ComponentEvidence, Occurrence
    from packageurl import PackageURL

    origin, place = supplied.origin, f"{libraries.FOLDER}/{name}"
    wheel = origin.kind == "wheel"
    copied = Component(
        name=origin.name,
        version=origin.version or None,
        type=ComponentType.LIBRARY if wheel else ComponentType.CONTAINER,
        purl=PackageURL("pypi", name=origin.name, version=origin.version or None) if wheel else None,
    )
    return Component(
        name=name,
        type=ComponentType.LIBRARY,
        bom_ref=place,
        hashes=[HashType(alg=HashAlgorithm.SHA_256, content=supplied.sha256)],
        evidence=ComponentEvidence(occurrences=[Occurrence(location=f"/opt/{place}")]),
        pedigree=Pedigree(ancestors=[copied], notes=f"A copy of {origin.path} in the {origin.kind}."),
    )


def path_of(layer_zip: Path) -> Path:
    """Return the path of the bill of materials of a layer's zip file."""
    return layer_zip.with_suffix(".cdx.json")


def packages(layer_zip: Path, sha256: str) -> dict[str, str]:
    """Return the versions of the packages in the bill of materials of a layer's zip file.

    Args:
        sha256: the layer's digest.

    Raises:
        NotItsBill: it is missing, damaged, or the bill of another layer.
    """
    path = path_of(layer_zip)
    try:
        bill = json.loads(path.read_text(encoding="utf-8"))
        if bill["metadata"]["component"]["version"] != sha256:
            raise NotItsBill(path=path, why="it names another layer")
        held = [component for component in bill["components"] if component.get("purl", "").startswith("pkg:pypi/")]
        return {component["name"]: component["version"] for component in held}
    except (OSError, ValueError, LookupError, TypeError) as error:
        raise NotItsBill(path=path, why="it is missing" if isinstance(error, OSError) else "it is damaged") from error
