"""The functions of the trigger tests as a Lambda handler, which an unmodified runtime calls."""

import os

from .trigger import answer


def handle(event, context):
    result = answer(event)
    if event["triggerSource"].startswith("TokenGeneration"):
        claims = result["response"]["claimsOverrideDetails"]["claimsToAddOrOverride"]
        claims.update(
            arn=context.invoked_function_arn,
            name=f"{context.function_name}:{context.function_version}",
            in_time=str(0 < context.get_remaining_time_in_millis() <= 15_000),
            process=str(os.getpid()),
        )
    return result
