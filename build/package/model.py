"""Checks a model before it is shipped: it is loaded, and its answers are proved, in the layer that it will run in."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from build.dist import archive
from build.dist.entries import ModelEntry, ModelFacts
from build.errors import UserError
from build.package import explanations, handler_variables, model_formats, pickles, proof, recording
from build.package.model_source import ModelSource
from build.package.process import Process, Refused
from build.runtimes import Runtime


class ModelRefused(UserError):
    template = "{path} cannot be served: {why}"


@dataclass(frozen=True)
class CheckedModel:
    """A model that was checked, with what is known about it."""

    file: Path  # the file that the handler can read
    sha256: str
    format: str
    proof: proof.Proof

    @property
    def facts(self) -> ModelFacts:
        """Return the estimator, n_features_in, feature_names_in, classes and signature, as in the manifest."""
        return self.proof.facts

    @property
    def file_name(self) -> str:
        """Return the name of the model's copy in the folder of the artifacts.

        It contains the digest. So no file of the user has this name, and another model is another file.
        """
        return f"model-{self.sha256[:12]}.{model_formats.SUFFIXES[self.format]}"

    @property
    def variables(self) -> dict[str, str]:
        """Return the environment variables that make the handler load the model's file on this machine."""
        return handler_variables.of_file(self.file, self.sha256, self.format, self.facts.get("trusted", ()))

    @property
    def probes(self) -> list[Any]:
        """Return the events that show what the model's answers use."""
        return recording.probes(self.proof.events, self.facts)

    def entry(self, sklearn_version: str | None) -> ModelEntry:
        """Return the model's part of the manifest.

        Args:
            sklearn_version: the version in the layer with which the model was checked.
        """
        return {
            "path": self.file_name,
            "sha256": self.sha256,
            "sha256_base64": base64.b64encode(bytes.fromhex(self.sha256)).decode(),
            "bytes": self.file.stat().st_size,
            "format": self.format,
            "sklearn_version": sklearn_version,
            **self.facts,
        }


def check(source: ModelSource, runtime: Runtime, function: Path, site_packages: Path, scratch: Path) -> CheckedModel:
    """Find a model's signature and prove its answers, in clean processes that see the function and the packages.

    Args:
        function: the staged function, with the handler and the user's own code. The model's signature is written there.
        scratch: a folder for what the processes exchange, and for the file of a model that has to be converted.

    Raises:
        NotConverted, UnknownFormat
        ModelRefused: the model does not load there, was fitted with another scikit-learn, or would have other answers
            than the estimator itself.
    """
    file = source.estimator_file(runtime, [function, site_packages], scratch)
    format_, sha256 = model_formats.sniff(file), archive.file_sha256(file)
    variables = handler_variables.of_file(file, sha256, format_)
    process = Process(runtime, function, site_packages, variables, scratch)
    try:
        return CheckedModel(file, sha256, format_, proof.find(process, file, format_, sha256, source.declared))
    except Refused as error:
        writer = _other_writer(file, site_packages)
        why = explanations.explain(error.kind, error.message, source.declared, writer)
        raise ModelRefused(path=file, why=why) from error


def _other_writer(file: Path, site_packages: Path) -> pickles.Writer | None:
    """Return the scikit-learn that wrote a pickle, if it is another version than the layer's."""
    writer = pickles.writer(file)
    return writer if writer and writer.sklearn != pickles.installed(site_packages) else None
