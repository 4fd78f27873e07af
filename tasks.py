"""The commands of `invoke --list`. Each is in the module of cli/ that says what it is about."""

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
