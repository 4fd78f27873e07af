"""The embedded AWS answers requests that come at the same time as AWS does."""

import io
import json
import zipfile
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from threading import Event

FUNCTIONS = 40
GROUPS = 1200  # to copy them takes so long that another one is created meanwhile


def test_functions_are_created_while_log_groups_are(aws):
    """moto's CreateFunction copies the log groups, and failed if one was created meanwhile."""
    trust = {"Version": "2012-10-17", "Statement": []}
    role = aws.client("iam").create_role(RoleName="role", AssumeRolePolicyDocument=json.dumps(trust))["Role"]["Arn"]
    api, logs, done = aws.client("lambda"), aws.client("logs"), Event()
    for number in range(GROUPS):
        logs.create_log_group(logGroupName=f"before-{number}")
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as written:
        written.writestr("handler.py", "")

    def create_log_groups(name):
        for number in count():
            if done.is_set():
                return number
            logs.create_log_group(logGroupName=f"{name}-{number}")

    with ThreadPoolExecutor() as pool:
        groups = [pool.submit(create_log_groups, name) for name in ("one", "two", "three", "four")]
        try:
            for number in range(FUNCTIONS):
                api.create_function(
                    FunctionName=f"function-{number}",
                    Runtime="python3.13",
                    Role=role,
                    Handler="handler.handler",
                    Code={"ZipFile": archive.getvalue()},
                    Publish=True,
                )
        finally:
            done.set()
        assert sum(each.result() for each in groups) > FUNCTIONS
    assert len(api.list_functions(MaxItems=10 * FUNCTIONS)["Functions"]) == FUNCTIONS
