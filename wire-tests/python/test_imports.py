"""User import jobs: a file is put to the signed address, and its users appear."""

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


def finished(pool, job):
    for _ in range(200):
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
