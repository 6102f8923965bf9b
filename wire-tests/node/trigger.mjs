// The three functions of CUSTOM_AUTH, as a local command: the event on stdin, the answer on stdout.

import { readFileSync } from "node:fs";

const event = JSON.parse(readFileSync(0, "utf8"));
const { request, response } = event;
const rounds = request.session ?? [];

switch (event.triggerSource) {
  case "DefineAuthChallenge_Authentication": {
    const last = rounds.at(-1);
    if (last?.challengeName === "SRP_A") {
      response.challengeName = "PASSWORD_VERIFIER";
    } else if (last?.challengeName === "CUSTOM_CHALLENGE" && last.challengeResult) {
      response.issueTokens = true;
    } else {
      response.challengeName = "CUSTOM_CHALLENGE";
    }
    response.failAuthentication = rounds.length >= 5;
    break;
  }
  case "CreateAuthChallenge_Authentication":
    response.publicChallengeParameters = { hint: "six times nine" };
    response.privateChallengeParameters = { answer: "42" };
    break;
  case "VerifyAuthChallengeResponse_Authentication":
    response.answerCorrect = request.challengeAnswer === request.privateChallengeParameters.answer;
    break;
}
process.stdout.write(JSON.stringify(event));
