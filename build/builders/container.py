"""Installs with pip inside a Lambda build image, so that packages without wheels are compiled for Lambda."""

from __future__ import annotations

import json
import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from build.errors import UserError
from build.host import commands, indexes
from build.host.engines import Engine
from build.layer.libraries import Origin
from build.requirements import lockfile, requirement_files
from build.requirements.lockfile import Lock
from build.runtimes import Architecture, Runtime

# The image needs what the build images of lambci and AWS SAM have: /bin/sh, /var/task, and pip on PATH.
INSTALL = """
set -eu
case "$(pip --version)" in
  *"(python $PYTHON)"*) ;;
  *) echo "the image has $(pip --version), not Python $PYTHON" >&2; exit 1 ;;
esac
if pip install --help | grep -q -e --report; then  # since pip 22.2
  set -- --report /var/task/report.json
fi
cd "$FROM"
# exec: a shell that is the first process of a container would not pass on Ctrl-C
exec pip install --target /var/task/tree --requirement "$REQUIREMENTS" --no-compile --prefer-binary "$@"
"""

COPY = """
set -eu
for folder in /lib64 /usr/lib64 /usr/local/lib64 /usr/local/lib /var/lang/lib /lib/*-linux-gnu /usr/lib/*-linux-gnu; do
  if [ -f "$folder/$LIBRARY" ]; then
    cp -L "$folder/$LIBRARY" "/var/task/$LIBRARY"
    exec readlink -f "$folder/$LIBRARY"
  fi
done
exit 1
"""


IN_EVERY_IMAGE = {Path("/"), Path("/tmp")}  # folders that must not hide those of the image


class LockInContainer(UserError):
    template = (
        "pip in a container cannot install from the lock file {path}, because some of its packages have no digest.\n"
        "Build from it with uv: --builder uv"
    )


class InstallFailed(UserError):
    template = "pip in {image} could not install {requirements}:\n{tail}"


@dataclass(frozen=True)
class ContainerBuilder:
    """Installs with pip in a container."""

    runtime: Runtime
    architecture: Architecture
    engine: Engine
    image: str

    def install(self, requirements: Path, site_packages: Path, lock: Lock | None = None) -> Lock | None:
        """Install a requirements file or a lock file into a folder.

        Raises:
            InstallFailed: pip in the container failed, or its Python has another version.
            LockInContainer, UnreadableRequirements
        """
        if not lock:
            return self._install(requirements, site_packages)
        pinned = lock.as_requirements()
        if pinned is None:
            raise LockInContainer(path=requirements)
        with TemporaryDirectory(prefix="requirements-") as name:
            path = Path(name, "requirements.txt")
            path.write_text(pinned, encoding="utf-8")
            self._install(path, site_packages)
        return lock

    def _install(self, requirements: Path, site_packages: Path) -> Lock | None:
        """Install a requirements file. Return what was installed, if pip is new enough to report it."""
        named, here = requirement_files.places(requirements), Path.cwd()
        settings = indexes.pip_settings()
        # It is a folder of its own, because the container can write to all of it
        with TemporaryDirectory(dir=site_packages.parent, prefix=".container-") as name:
            work = Path(name)
            path = requirements.resolve()
            try:
                self.engine.run(
                    self.image,
                    self.architecture.image,
                    ["/bin/sh", "-c", INSTALL],
                    work=work,
                    env=self._variables(work) | {"REQUIREMENTS": str(path), "FROM": str(here)},
                    private=_host_settings(settings),
                    # the requirements may name paths, which for pip start at the folder in which it runs
                    read_only=sorted({*indexes.local_folders(settings), *named} | ({here} - IN_EVERY_IMAGE)),
                )
            except commands.CommandFailed as error:
                raise InstallFailed(image=self.image, requirements=requirements, tail=error) from error
            shutil.rmtree(site_packages, ignore_errors=True)
            (work / "tree").rename(site_packages)
            report = work / "report.json"
            return lockfile.of_pip(json.loads(report.read_text(encoding="utf-8"))) if report.exists() else None

    def resolve(self, requirements: Path) -> Lock | None:
        """Return the lock if the file is a lock file. Otherwise, it is not known in advance what pip will install."""
        return lockfile.read(requirements) if lockfile.is_lock(requirements) else None

    def identity(self) -> str:
        return f"container {self.engine.image_id(self.image)}"

    def library(self, name: str, folder: Path) -> Origin | None:
        """Copy the library of the build image, because everything that was compiled in the image is linked to it."""
        folder.mkdir(parents=True, exist_ok=True)
        words = ["/bin/sh", "-c", COPY]
        try:
            path = self.engine.run(self.image, self.architecture.image, words, work=folder, env={"LIBRARY": name})
        except commands.CommandFailed:
            return None
        return Origin("image", self.image, self.engine.image_id(self.image), path.strip())

    def build_wheel(self, project: Path, folder: Path) -> None:
        with TemporaryDirectory(prefix="project-") as name:
            work = Path(name)
            shutil.copytree(project, work / "project", symlinks=True)
            words = ["pip", "wheel", "--no-deps", "--wheel-dir", "/var/task/wheels", "/var/task/project"]
            settings = indexes.pip_settings()
            self.engine.run(
                self.image,
                self.architecture.image,
                words,
                work=work,
                env=self._variables(work),
                private=_host_settings(settings),
                read_only=indexes.local_folders(settings),
            )
            for wheel in (work / "wheels").glob("*.whl"):
                shutil.copyfile(wheel, folder / wheel.name)

    compiles_for_lambda = True

    def python(self, script: Path, arguments: list[str], folder: Path, stdin: str) -> str | None:
        words = ["env", "PYTHONHASHSEED=0", "python3", "-S", "-s", "-B", str(script), *arguments]
        read_only = [script.parent]
        return self.engine.run(
            self.image, self.architecture.image, words, work=folder, env={}, read_only=read_only, stdin=stdin
        )

    def _variables(self, work: Path) -> dict[str, str]:
        """Return the environment variables of a container that uses pip."""
        env = {"HOME": "/tmp", "PYTHON": self.runtime.python}
        env |= {"PIP_DISABLE_PIP_VERSION_CHECK": "1", "PIP_ROOT_USER_ACTION": "ignore", "PIP_NO_CACHE_DIR": "1"}
        bundle = indexes.ca_bundle()
        if bundle:
            shutil.copyfile(bundle, work / "ca-bundle.crt")
            env |= dict.fromkeys(indexes.CA_VARIABLES, "/var/task/ca-bundle.crt")
        return env


def _host_settings(settings: dict[str, str]) -> dict[str, str]:
    """Return environment variables with the settings for indexes and proxies of this machine."""
    env = {indexes.variable(option): value for option, value in settings.items() if option != "cert"}
    return env | {name: value for name in indexes.PROXIES if (value := os.environ.get(name))}
