// The pages of second steps: choices, codes by e-mail and by text message, and their set-up.

import { test } from "node:test";

import {
  AdminSetUserMFAPreferenceCommand,
  SetUserPoolMfaConfigCommand,
} from "@aws-sdk/client-cognito-identity-provider";

import { World } from "../pages.mjs";

const world = new World();
const look = (name) => world.look(name);

const SMS = { SnsCallerArn: "arn:aws:iam::000000000000:role/sms" };

/** A pool whose users need a second step, of every kind that there is. */
async function scene() {
  const at = await world.scene({
    pool: {
      EmailConfiguration: {
        EmailSendingAccount: "DEVELOPER",
        SourceArn: "arn:aws:ses:us-east-1:000000000000:identity/a@b.example",
      },
      AccountRecoverySetting: { RecoveryMechanisms: [{ Name: "admin_only", Priority: 1 }] },
      SmsConfiguration: SMS,
    },
  });
  await at.sdk.send(
    new SetUserPoolMfaConfigCommand({
      UserPoolId: at.UserPoolId,
      MfaConfiguration: "ON",
      SoftwareTokenMfaConfiguration: { Enabled: true },
      SmsMfaConfiguration: { SmsConfiguration: SMS },
      EmailMfaConfiguration: {},
    }),
  );
  return at;
}

test("somebody with two second steps chooses, and gets a code each way", async () => {
  const at = await scene();
  const { page } = world;
  const attributes = {
    email: "ann@example.com",
    email_verified: "true",
    phone_number: "+14325551212",
    phone_number_verified: "true",
  };
  await world.user(at, "ann", { attributes });
  const on = { Enabled: true, PreferredMfa: false };
  await at.sdk.send(
    new AdminSetUserMFAPreferenceCommand({
      UserPoolId: at.UserPoolId,
      Username: "ann",
      EmailMfaSettings: on,
      SMSMfaSettings: on,
    }),
  );
  for (const [choice, sent, name] of [
    ["Code by email", "We have sent a code by email to a***@e***.", "code-email"],
    ["Code by text message", "We have sent a code by text message to +*******1212.", "code-sms"],
  ]) {
    await world.context.clearCookies();
    await page.goto(at.at("/login"));
    await world.signIn("ann");
    await page.getByText("Choose how you want to receive or make a code.").waitFor();
    await look("mfa-choice");
    await page.getByRole("button", { name: choice }).click();
    await page.getByText(sent).waitFor();
    await look(name);
    await page.getByLabel("Code").fill("000000");
    await world.submit();
    await page.getByText("The code is not right.").waitFor();
    await look(`${name}-error`);
    await page.getByLabel("Code").fill(await world.code("ann"));
    await world.submit();
    await world.signedIn();
  }
});

test("somebody without a second step chooses which to set up", async () => {
  const at = await scene();
  const { page } = world;
  await world.user(at, "bea", { attributes: {} });
  await page.goto(at.at("/login"));
  await world.signIn("bea");
  await page.getByText("Choose the one that you want to set up.").waitFor();
  await look("mfa-setup-choice");
  await page.getByRole("button", { name: "Code by email" }).click();
  await page.getByText("Enter the address that your codes should go to.").waitFor();
  await look("email-setup");
  await page.getByLabel("Email address").fill("bea@example.com");
  await world.submit();
  await page.getByText("We have sent a code by email to b***@e***.").waitFor();
  await look("email-setup-code");
  await page.getByLabel("Code").fill(await world.code("bea"));
  await world.submit();
  await world.signedIn();
});
