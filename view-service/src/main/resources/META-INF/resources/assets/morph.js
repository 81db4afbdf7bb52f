/** Brings the section on the page to what the server sent, changing only what differs: focus, selection and scrolling stay. */

import { makeTimesRelative } from "./time.js";

const GLOW_MS = 4000;

/** @type {?(current: Element, next: Element) => void} */
let morphElements = null;

/** Ids of posts that still glow, so that the next morph does not cut their glow short. @type {Set<string>} */
const glowing = new Set();

/**
 * Loads the morphing of Turbo (it holds idiomorph), and nothing else of it: this page's links and forms are its own.
 * Resolves in any case; without Turbo a section is replaced as a whole.
 */
export async function loadMorphing() {
  const url = document.querySelector('meta[name="bits-turbo"]')?.content;
  if (!url) return;
  // While it loads, Turbo puts a <style> for its progress bar into the head. Our Content-Security-Policy would refuse it, loudly, in
  // every page's console. The bar is never shown, so the style isn't let in.
  const { head } = document;
  head.insertBefore = (node, before) =>
    node instanceof HTMLStyleElement ? node : Node.prototype.insertBefore.call(head, node, before);
  try {
    const turbo = await import(url);
    turbo.config.drive.enabled = false;
    turbo.config.forms.mode = "off";
    turbo.session.stop(); // takes all its listeners for clicks, submits and history away
    morphElements = turbo.morphElements;
  } catch (error) {
    console.warn("Bits goes on without morphing, sections are replaced:", error);
  } finally {
    delete head.insertBefore;
  }
}

/**
 * @param {string} html the section as the server renders it; user text in it is escaped there
 * @param {boolean} highlight whether posts that are new to the page shall glow
 * @returns {number} how many posts are new to the page
 */
export function applySection(html, highlight) {
  const template = document.createElement("template");
  template.innerHTML = html;
  const next = template.content.firstElementChild;
  const current = next && document.getElementById(next.id);
  if (!current) throw new Error(`The page has no element to put this into: ${html.slice(0, 80)}`);

  makeTimesRelative(next);
  const known = new Set(postIds(current));
  const added = postIds(next).filter((id) => !known.has(id));
  if (highlight) added.forEach(startGlow);
  for (const id of glowing) next.querySelector(`#${CSS.escape(id)}`)?.classList.add("arrived");

  if (morphElements) morphElements(current, next);
  else current.replaceWith(next);
  return added.length;
}

/** @param {Element} section */
function postIds(section) {
  return Array.from(section.querySelectorAll("article[id]"), (post) => post.id);
}

/** @param {string} id */
function startGlow(id) {
  glowing.add(id);
  setTimeout(() => {
    glowing.delete(id);
    document.getElementById(id)?.classList.remove("arrived");
  }, GLOW_MS);
}
