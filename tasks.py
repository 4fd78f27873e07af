"""Lists the commands of `invoke --list`. Each one is in a module of cli/ that is named after its subject."""

from __future__ import annotations

from invoke.collection import Collection

from cli import artifacts, deployment, measuring, pipes, project

pipes.end_in_silence()

namespace = Collection(
    artifacts.train_example,
    artifacts.build_layer,
    artifacts.package,
    artifacts.describe,
    artifacts.report,
    artifacts.audit,
    deployment.deploy,
    deployment.predict,
    deployment.serve,
    deployment.rollback,
    deployment.prune,
    deployment.batch_results,
    deployment.logs,
    measuring.profile_cold_start,
    measuring.tune,
    measuring.demo,
    measuring.bench,
    project.doctor,
    project.test,
    project.lock,
    project.docs,
    project.provider_mirror,
)
