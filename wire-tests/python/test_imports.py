"""User import jobs: a file is put to the signed address, and its users appear."""

import os
import time
import urllib.error
import urllib.request

import pytest

from cenote.scene import NEW_PASSWORD

ROLE = "arn:aws:iam::000000000000:role/import"
KMS = {"x-amz-server-side-encryption": "aws:kms"}


def put(url, body, headers):
    request = urllib.request.Request(url, data=body, headers=headers, method="PUT")
    with urllib.request.urlopen(request) as answer:
        return answer.status


def finished(pool, job, seconds=20):
    for _ in range(10 * seconds):
        shown = pool.idp.describe_user_import_job(UserPoolId=pool.id, JobId=job)["UserImportJob"]
        if "CompletionDate" in shown:
            return shown
        time.sleep(0.1)
    raise AssertionError(shown)


def test_the_users_of_a_file_appear(pool):
    names = pool.idp.get_csv_header(UserPoolId=pool.id)["CSVHeader"]
    given = {
        "cognito:username": "imported", "cognito:mfa_enabled": "FALSE",
        "email": "imported@example.com", "email_verified": "TRUE", "name": r"Doe\, Jane",
    }
    lines = [",".join(names), ",".join(given.get(name, "") for name in names), "broken"]
    made = pool.idp.create_user_import_job(
        UserPoolId=pool.id, JobName="wire", CloudWatchLogsRoleArn=ROLE
    )["UserImportJob"]
    body = "\n".join(lines).encode()
    with pytest.raises(urllib.error.HTTPError) as refused:
        put(made["PreSignedUrl"], body, {})
    with refused.value as answer:
        assert answer.code == 403
    assert put(made["PreSignedUrl"], body, KMS) == 200
    pool.idp.start_user_import_job(UserPoolId=pool.id, JobId=made["JobId"])
    done = finished(pool, made["JobId"])
    assert (done["Status"], done["CompletionMessage"]) == (
        "Succeeded", "Import Job Completed Successfully.",
    )
    assert (done["ImportedUsers"], done["SkippedUsers"], done["FailedUsers"]) == (1, 0, 1)
    assert pool.status("imported") == "RESET_REQUIRED"
    assert pool.attributes("imported")["name"] == "Doe, Jane"
    pool.idp.admin_set_user_password(
        UserPoolId=pool.id, Username="imported", Password=NEW_PASSWORD, Permanent=True
    )
    assert pool.status("imported") == "CONFIRMED"


# By hand, 100000.
ROWS = int(os.environ.get("CENOTE_IMPORT_ROWS", "2000"))


def test_a_long_file_takes_no_more_memory_than_a_short_one(server, pool):
    """What it takes of the processor is printed, for runs by hand."""
    names = pool.idp.get_csv_header(UserPoolId=pool.id)["CSVHeader"]

    def row(n):
        given = {
            "cognito:username": f"row{n}", "cognito:mfa_enabled": "FALSE",
            "email": f"row{n}@example.com", "email_verified": "TRUE",
        }
        return ",".join(given.get(name, "") for name in names)

    made = pool.idp.create_user_import_job(
        UserPoolId=pool.id, JobName="long", CloudWatchLogsRoleArn=ROLE
    )["UserImportJob"]
    lines = [",".join(names), *(row(n) for n in range(ROWS))]
    assert put(made["PreSignedUrl"], "\n".join(lines).encode(), KMS) == 200
    memory, spent = server.resident_bytes(), server.cpu_seconds()
    pool.idp.start_user_import_job(UserPoolId=pool.id, JobId=made["JobId"])
    done = finished(pool, made["JobId"], seconds=600)
    assert (done["ImportedUsers"], done["SkippedUsers"], done["FailedUsers"]) == (ROWS, 0, 0)
    print(f"{ROWS / (server.cpu_seconds() - spent):.0f} rows a CPU second")
    assert server.resident_bytes() - memory < 64 << 20
    assert pool.status(f"row{ROWS - 1}") == "RESET_REQUIRED"
