// What the pages look like with a style of one's own, in the classic way, and when something is wrong.

import assert from "node:assert/strict";
import { test } from "node:test";

import {
  SetUICustomizationCommand,
  UpdateManagedLoginBrandingCommand,
} from "@aws-sdk/client-cognito-identity-provider";

import { DYNAMIC, PASSWORD, World } from "../pages.mjs";

const world = new World();
const look = (name, more) => world.look(name, more);

const picture = (colour, [width, height] = [240, 60], inner = "") =>
  Buffer.from(
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">` +
      `<rect width="100%" height="100%" rx="8" fill="${colour}"/>${inner}</svg>`,
  );

/** The smallest PNG, of one pixel. */
const PNG = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M/wHwAEBgIApD5fRAAAAABJRU5ErkJggg==",
  "base64",
);

/** Everything that a style can say, for one of the two colour modes. */
function colours({ page, form, text, accent, onAccent, border, error, success, warning }) {
  const status = ([backgroundColor, borderColor]) => ({
    backgroundColor,
    borderColor,
    indicatorColor: borderColor,
  });
  const bar = { background: { color: accent }, borderColor: border };
  const button = (backgroundColor, textColor) => ({ backgroundColor, textColor });
  return {
    components: {
      alert: { error: { backgroundColor: error[0], borderColor: error[1] } },
      form: { backgroundColor: form, borderColor: border },
      pageBackground: { color: page },
      pageHeader: bar,
      pageFooter: bar,
      pageText: { bodyColor: text, descriptionColor: text, headingColor: text },
      primaryButton: {
        defaults: button(accent, onAccent),
        hover: button(text, form),
        active: button(text, form),
      },
    },
    componentClasses: {
      divider: { borderColor: border },
      focusState: { borderColor: accent },
      input: {
        defaults: { backgroundColor: form, borderColor: border },
        placeholderColor: text,
      },
      inputDescription: { textColor: text },
      inputLabel: { textColor: text },
      link: { defaults: { textColor: accent }, hover: { textColor: text } },
      statusIndicator: {
        error: status(error),
        success: status(success),
        warning: status(warning),
        pending: status([form, text]),
      },
    },
  };
}

const LIGHT = colours({
  page: "fdf6e3ff",
  form: "ffffffff",
  text: "3b2f2fff",
  accent: "7a1f5cff",
  onAccent: "ffffffff",
  border: "8f6f5fff",
  error: ["fff0f0ff", "a40000ff"],
  success: ["f0fff0ff", "1f6b1fff"],
  warning: ["fff8e0ff", "7a5200ff"],
});
const DARK = colours({
  page: "1b1020ff",
  form: "2a1a30ff",
  text: "f3e8f7ff",
  accent: "f0a0d8ff",
  onAccent: "2a1a30ff",
  border: "b090b8ff",
  error: ["3a0f14ff", "ff8a80ff"],
  success: ["10301aff", "7ddc8aff"],
  warning: ["33270aff", "f0cf6aff"],
});

/** Both modes in one document, as settings have them. */
function settings() {
  const both = (part) =>
    Object.fromEntries(
      Object.keys(LIGHT[part]).map((name) => [
        name,
        { lightMode: LIGHT[part][name], darkMode: DARK[part][name] },
      ]),
    );
  const components = both("components");
  const componentClasses = both("componentClasses");
  Object.assign(components.form, {
    borderRadius: 20,
    backgroundImage: { enabled: true },
    logo: { enabled: true, formInclusion: "IN", location: "CENTER", position: "TOP" },
  });
  for (const name of ["pageHeader", "pageFooter"]) {
    components[name].logo = { enabled: true, location: "CENTER" };
    components[name].backgroundImage = { enabled: false };
  }
  components.pageBackground.image = { enabled: true };
  components.alert.borderRadius = 2;
  components.favicon = { enabledTypes: ["SVG"] };
  componentClasses.buttons = { borderRadius: 22 };
  componentClasses.input.borderRadius = 4;
  return {
    categories: {
      global: {
        colorSchemeMode: "DYNAMIC",
        pageHeader: { enabled: true },
        pageFooter: { enabled: true },
        spacingDensity: "COMPACT",
      },
      form: {
        displayGraphics: true,
        location: { horizontal: "START", vertical: "CENTER" },
      },
    },
    components,
    componentClasses,
  };
}

function assets() {
  const asset = (Category, ColorMode, Bytes) => ({ Category, ColorMode, Extension: "SVG", Bytes });
  const circle = (fill) => `<circle cx="60" cy="60" r="40" fill="${fill}"/>`;
  return [
    asset("FORM_LOGO", "LIGHT", picture("#7a1f5c")),
    asset("FORM_LOGO", "DARK", picture("#f0a0d8")),
    asset("PAGE_HEADER_LOGO", "DYNAMIC", picture("#ffffff", [160, 32])),
    asset("PAGE_FOOTER_LOGO", "DYNAMIC", picture("#ffffff", [80, 24])),
    asset("PAGE_BACKGROUND", "LIGHT", picture("#fdf6e3", [800, 600], circle("#f5e0c0"))),
    asset("PAGE_BACKGROUND", "DARK", picture("#1b1020", [800, 600], circle("#402a50"))),
    asset("FORM_BACKGROUND", "LIGHT", picture("#ffffff", [400, 400])),
    asset("FORM_BACKGROUND", "DARK", picture("#2a1a30", [400, 400])),
    asset("EMAIL_GRAPHIC", "DYNAMIC", picture("#8f6f5f", [160, 90])),
    asset("PASSWORD_GRAPHIC", "DYNAMIC", picture("#8f6f5f", [160, 90])),
    asset("FAVICON_SVG", "DYNAMIC", picture("#7a1f5c", [32, 32])),
  ];
}

test("a style of one's own is on every page, light and dark", async () => {
  const at = await world.scene({ branding: { Settings: settings(), Assets: assets() } });
  const { page } = world;
  await world.user(at, "ann");
  await page.goto(at.at("/login"));
  for (const [colorScheme, [body, button]] of Object.entries({
    light: ["rgb(253, 246, 227)", "rgb(122, 31, 92)"],
    dark: ["rgb(27, 16, 32)", "rgb(240, 160, 216)"],
  })) {
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    const shown = await page.evaluate(() => {
      const of = (selector) => getComputedStyle(document.querySelector(selector));
      const images = [...document.images].filter((image) => image.checkVisibility());
      return {
        body: of("body").backgroundColor,
        button: of("button.primary").backgroundColor,
        radius: of(".card").borderRadius,
        images: images.map(({ complete, naturalWidth }) => complete && naturalWidth > 0),
      };
    });
    assert.deepEqual(shown, { body, button, radius: "20px", images: [true, true, true] });
  }
  await look("branded-sign-in");
  await world.signIn("ann", "wrong");
  await page.getByRole("alert").waitFor();
  await look("branded-sign-in-error");
  await page.goto(at.at("/signup"));
  await look("branded-sign-up");
  await world.signUp("bea", PASSWORD);
  await page.getByText("We have sent a code").waitFor();
  await look("branded-confirm");
  await page.getByRole("button", { name: "Send a new code" }).click();
  await page.getByText("We have sent a new code.").waitFor();
  await look("branded-confirm-again");
  await at.sdk.send(
    new UpdateManagedLoginBrandingCommand({
      UserPoolId: at.UserPoolId,
      ManagedLoginBrandingId: at.style,
      Settings: { categories: { global: { colorSchemeMode: "DARK" } } },
    }),
  );
  await page.emulateMedia({ colorScheme: "light" });
  await page.goto(at.at("/login"));
  const body = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  assert.equal(body, "rgb(27, 16, 32)");
});

test("classic pages have sheet and logo of their own", async () => {
  const at = await world.scene({ version: 1 });
  const { page } = world;
  await world.user(at, "ann");
  await at.sdk.send(
    new SetUICustomizationCommand({
      UserPoolId: at.UserPoolId,
      ClientId: at.ClientId,
      CSS:
        ".submitButton-customizable{background-color:#224422;color:#fff}" +
        ".logo-customizable{width:60px;max-width:50%}",
      ImageFile: PNG,
    }),
  );
  await page.goto(at.at("/login"));
  const button = await page.evaluate(
    () => getComputedStyle(document.querySelector("button.primary")).backgroundColor,
  );
  assert.equal(button, "rgb(34, 68, 34)");
  const logo = page.locator(".logo-customizable");
  assert.equal(await logo.evaluate((one) => getComputedStyle(one).maxWidth), "50%");
  await look("classic-sign-in");
  await page.goto(at.at("/forgotPassword"));
  await look("classic-forgot");
  await page.goto(at.at("/signup"));
  await look("classic-sign-up");
  await world.signUp("bea", PASSWORD);
  await page.getByText("We have sent a code").waitFor();
  await look("classic-confirm");
  await page.goto(at.at("/login"));
  await world.signIn("ann");
  await world.signedIn();
});

test("what goes wrong has a page that says so", async () => {
  const at = await world.scene();
  const { page } = world;
  const goto = async (address, status, text, name) => {
    const reply = await page.goto(address);
    assert.equal(reply.status(), status, address);
    await page.getByText(text).first().waitFor();
    await look(name);
  };
  const unknown = at.at("/login").replace("client_id=", "client_id=x");
  await goto(unknown, 400, "Something went wrong", "error-client");
  await goto(at.at("/confirm"), 400, "This took too long", "error-expired");
  await goto(`${at.base}/logout?logout_uri=x`, 400, "Something went wrong", "error-sign-out");
  await goto(`${at.base}/logout`, 200, "You are signed out.", "signed-out");
  await goto(`${at.base}/error?error=invalid_request`, 400, "Something went wrong", "error");
  await goto(`${at.base}/confirmUser?client_id=x`, 400, "Something went wrong", "error-link");
  const bare = await world.scene({ branding: null });
  await goto(bare.at("/login"), 400, "Login pages unavailable.", "error-unavailable");
  await page.goto(at.at("/login"));
  await world.context.clearCookies();
  await world.signIn("ann");
  await page.getByText("The form could not be checked.").waitFor();
  await look("error-form");
});

test("the link of an e-mail confirms a sign-up", async () => {
  const at = await world.scene({
    branding: DYNAMIC,
    pool: { VerificationMessageTemplate: { DefaultEmailOption: "CONFIRM_WITH_LINK" } },
  });
  const { page } = world;
  await page.goto(at.at("/signup"));
  await world.signUp("bea", PASSWORD);
  await page.getByText("We have sent a link by email to b***@e***.").waitFor();
  await look("confirm-by-link");
  await page.getByRole("button", { name: "Send a new link" }).click();
  await page.getByText("We have sent a new link.").waitFor();
  assert.equal(await page.getByLabel("Code").count(), 0);
  const { messages } = await world.server.get("/_cenote/inbox?user=bea");
  await page.goto(messages[0].link);
  await page.getByText("Your registration has been confirmed!").waitFor();
  await look("confirmed-by-link");
});
