"""The functions of the trigger tests: one command for all of them, told apart by the event."""

import json
import sys
import time


def pre_sign_up(event):
    name = event["userName"]
    if name.startswith("denied"):
        raise RuntimeError("Boom.")
    if name.startswith("slow"):
        time.sleep(30)
    if name.startswith("nothing"):
        return None
    event["response"].update(autoConfirmUser=True, autoVerifyEmail=True)
    return event


def define(event):
    session = event["request"]["session"]
    done = bool(session) and session[-1]["challengeResult"]
    event["response"].update(
        issueTokens=done,
        failAuthentication=not done and len(session) >= 3,
        challengeName="CUSTOM_CHALLENGE",
    )
    return event


def create(event):
    event["response"].update(
        publicChallengeParameters={"hint": "six times nine"},
        privateChallengeParameters={"answer": "42"},
    )
    return event


def verify(event):
    request = event["request"]
    right = request["challengeAnswer"] == request["privateChallengeParameters"]["answer"]
    event["response"]["answerCorrect"] = right
    return event


def generate(event):
    event["response"]["claimsOverrideDetails"] = {
        "claimsToAddOrOverride": {"source": event["triggerSource"]},
        "groupOverrideDetails": {"groupsToOverride": ["from-a-trigger"]},
    }
    return event


def migrate(event):
    if event["request"].get("password") != "old-password":
        raise RuntimeError("Bad password")
    event["response"].update(
        userAttributes={"email": "old@example.com", "email_verified": "true"},
        finalUserStatus="CONFIRMED",
        messageAction="SUPPRESS",
    )
    return event


def compose(event):
    code = event["request"]["codeParameter"]
    event["response"].update(emailSubject="From a trigger", emailMessage=f"Take {code}")
    return event


FUNCTIONS = {
    "PreSignUp": pre_sign_up,
    "DefineAuthChallenge": define,
    "CreateAuthChallenge": create,
    "VerifyAuthChallengeResponse": verify,
    "TokenGeneration": generate,
    "UserMigration": migrate,
    "CustomMessage": compose,
}


def answer(event):
    """What the function of an event makes of it."""
    return FUNCTIONS[event["triggerSource"].split("_")[0]](event)


def main():
    event = json.load(sys.stdin)
    try:
        result = answer(event)
    except RuntimeError as error:
        print(error, file=sys.stderr)
        return 1
    json.dump(result, sys.stdout)
    return 0


if __name__ == "__main__":
    sys.exit(main())
