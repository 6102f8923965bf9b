// The classic pages, with everything styled that can be: second steps, new passwords, and coming back.

import assert from "node:assert/strict";
import { test } from "node:test";

import {
  AdminResetUserPasswordCommand,
  AdminSetUserMFAPreferenceCommand,
  SetUICustomizationCommand,
  SetUserPoolMfaConfigCommand,
} from "@aws-sdk/client-cognito-identity-provider";

import { World, totp } from "../pages.mjs";

const world = new World();
const look = (name) => world.look(name);

const NEW = "Other-Horse-10";

/** What can be styled, each in a way that can be recognised. */
const SHEET = {
  ".background-customizable": ["backgroundColor", "rgb(240, 244, 240)", "background-color:#f0f4f0"],
  ".label-customizable": ["fontWeight", "300", "font-weight:300"],
  ".inputField-customizable": ["borderTopColor", "rgb(60, 90, 60)", "border:1px solid #3c5a3c"],
  ".submitButton-customizable": ["backgroundColor", "rgb(34, 68, 34)", "background-color:#224422"],
  ".errorMessage-customizable": ["borderTopColor", "rgb(120, 0, 60)", "border-color:#78003c"],
  ".textDescription-customizable": ["color", "rgb(50, 60, 50)", "color:#323c32"],
  ".redirect-customizable": ["color", "rgb(20, 80, 20)", "color:#145014"],
};

/** A classic pool with these second steps. */
async function scene(mfa, pool = {}) {
  const at = await world.scene({ version: 1, pool });
  const { UserPoolId, ClientId } = at;
  if (mfa) await at.sdk.send(new SetUserPoolMfaConfigCommand({ UserPoolId, ...mfa }));
  const rules = Object.entries(SHEET).map(([selector, [, , rule]]) => `${selector}{${rule}}`);
  const CSS = rules.join("\n");
  await at.sdk.send(new SetUICustomizationCommand({ UserPoolId, ClientId, CSS }));
  return at;
}

/** Takes pictures of a page, all of which obeys the sheet. */
async function styled(name) {
  const parts = Object.entries(SHEET).map(([selector, [property, value]]) => [selector, property, value]);
  const others = await world.page.evaluate(
    (parts) =>
      parts.flatMap(([selector, property, value]) =>
        [...document.querySelectorAll(`${selector}:not([aria-invalid=true])`)]
          .filter((one) => getComputedStyle(one)[property] !== value)
          .map((one) => `${property} of ${one.outerHTML}: ${getComputedStyle(one)[property]}`),
      ),
    parts,
  );
  assert.deepEqual(others, [], name);
  await look(name);
}

const signIn = async (at, password) => {
  await world.page.goto(at.at("/login"));
  await world.signIn("ann", password);
};

async function newPassword() {
  await world.page.getByLabel("New password", { exact: true }).fill(NEW);
  await world.page.getByLabel("Confirm new password").fill(NEW);
  await world.submit();
}

test("a temporary password is replaced, an app set up and asked for", async () => {
  const at = await scene({
    MfaConfiguration: "ON",
    SoftwareTokenMfaConfiguration: { Enabled: true },
  });
  const { page } = world;
  await world.user(at, "ann", { permanent: false });
  await signIn(at);
  await page.getByText("Your password was temporary.").waitFor();
  await styled("classic-new-password");
  await page.getByLabel("New password", { exact: true }).fill("short");
  await page.getByLabel("Confirm new password").fill("short");
  await world.submit();
  await page.getByRole("alert").getByText("The password does not meet the requirements.").waitFor();
  await styled("classic-new-password-error");
  await newPassword();
  await page.getByRole("img", { name: "QR code" }).waitFor();
  await styled("classic-set-up-app");
  const shown = totp((await page.locator("#totp-key").textContent()).replaceAll(" ", ""));
  await page.getByRole("textbox", { name: "Code" }).fill(shown);
  await world.submit();
  await world.signedIn();

  await world.context.clearCookies();
  await signIn(at, NEW);
  await page.getByText("Enter the code from your authenticator app.").waitFor();
  await styled("classic-code-app");
  await page.getByLabel("Code").fill(shown);
  await world.submit();
  await page.getByText("This code has been used already.").waitFor();
  await styled("classic-code-app-error");
});

test("somebody with two second steps chooses one", async () => {
  const SMS = { SnsCallerArn: "arn:aws:iam::000000000000:role/sms" };
  const at = await scene(
    {
      MfaConfiguration: "OPTIONAL",
      SmsMfaConfiguration: { SmsConfiguration: SMS },
      EmailMfaConfiguration: {},
    },
    {
      EmailConfiguration: {
        EmailSendingAccount: "DEVELOPER",
        SourceArn: "arn:aws:ses:us-east-1:000000000000:identity/a@b.example",
      },
      AccountRecoverySetting: { RecoveryMechanisms: [{ Name: "admin_only", Priority: 1 }] },
      SmsConfiguration: SMS,
    },
  );
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
  await signIn(at);
  await page.getByText("Choose how you want to receive or make a code.").waitFor();
  await styled("classic-mfa-choice");
  await page.getByRole("button", { name: "Code by text message" }).click();
  await page.getByText("We have sent a code by text message to +*******1212.").waitFor();
  await styled("classic-code-sms");
  await page.getByLabel("Code").fill(await world.code("ann"));
  await world.submit();
  await world.signedIn();
});

test("a password is reset, and who has signed in is asked whether to continue", async () => {
  const at = await scene();
  const { page } = world;
  await world.user(at, "ann");
  await signIn(at, "wrong");
  await page.getByRole("alert").getByText("Incorrect username or password.").waitFor();
  await styled("classic-sign-in-error");
  await page.getByRole("link", { name: "Forgot your password?" }).click();
  await page.getByLabel("Username").fill("ann");
  await world.submit();
  await page.getByText("If this account exists").waitFor();
  await styled("classic-reset");
  await page.getByLabel("Code").fill(await world.code("ann"));
  await newPassword();
  await page.getByText("Your password has been changed.").waitFor();
  await styled("classic-reset-done");
  await page.getByLabel("Password").fill(NEW);
  await world.submit();
  await world.signedIn();
  await page.goto(at.at("/login"));
  await page.getByRole("button", { name: "Continue as ann" }).waitFor();
  await styled("classic-continue");
  await page.getByRole("button", { name: "Sign in as someone else" }).click();
  await page.getByLabel("Password").waitFor();
});

test("a password that has to be reset leads to that page", async () => {
  const at = await scene();
  const { page } = world;
  await world.user(at, "ann");
  const { UserPoolId } = at;
  await at.sdk.send(new AdminResetUserPasswordCommand({ UserPoolId, Username: "ann" }));
  await signIn(at);
  await page.getByRole("status").getByText("Your password has to be reset").waitFor();
  await styled("classic-reset-required");
  await page.getByLabel("Code").fill(await world.code("ann"));
  await newPassword();
  await page.getByText("Your password has been changed.").waitFor();
});
