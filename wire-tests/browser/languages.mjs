// Whether a page speaks a language: what it says, and what it says in English too.

import assert from "node:assert/strict";

import { SIZES } from "./pages.mjs";

/** The languages of the pages, and the words that are the same in English. */
export const LANGUAGES = {
  de: ["Code", "Passkey"],
  es: [],
  fr: ["Code"],
  id: [],
  it: ["Password", "Passkey"],
  ja: [],
  ko: [],
  nl: ["Code"],
  "pt-BR": [],
  "zh-CN": [],
  "zh-TW": [],
};

/** The narrowest window in which nothing may be cut off (WCAG 1.4.10). */
const NARROW = { width: 320, height: 568 };

/** All that a page says, to eyes and to screen readers, but for keys and numbers. */
function said(page) {
  return page.evaluate(() => {
    const texts = [document.title];
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
      const { parentElement, data } = walker.currentNode;
      if (!parentElement.closest("script, style, code, noscript")) texts.push(data);
    }
    for (const one of document.querySelectorAll("[aria-label]")) texts.push(one.ariaLabel);
    return texts.map((text) => text.trim()).filter((text) => /\p{L}/u.test(text));
  });
}

/** Opens a page in every language with `open(lang)`, on a phone; nothing of it is in English but `names`. */
export async function speaksAll(world, open, names = []) {
  const { page } = world;
  await page.setViewportSize(SIZES.phone);
  await open("en");
  assert.equal(await page.locator("html").getAttribute("lang"), "en");
  const english = await said(page);
  assert.ok(english.length > 4, english);
  for (const [lang, same] of Object.entries(LANGUAGES)) {
    await open(lang);
    assert.equal(await page.locator("html").getAttribute("lang"), lang);
    const texts = await said(page);
    assert.equal(texts.length > 4, true, `${lang}: ${texts}`);
    const left = texts.filter((text) => english.includes(text) && ![...same, ...names].includes(text));
    assert.deepEqual(left, [], lang);
    for (const size of [SIZES.phone, NARROW]) {
      await page.setViewportSize(size);
      await world.fits(`${lang} at ${size.width} pixels`);
    }
    await page.setViewportSize(SIZES.phone);
  }
}
