/** Brings fragments on the page to what the server sent, changing only what differs: focus, selection and scrolling stay. */

const GLOW_MS = 4000;

/** @type {?(current: Element, next: Element) => void} */
let morphElements = null;

/** Ids of posts and comments that still glow, so that the next morph does not cut their glow short. @type {Set<string>} */
const glowing = new Set();

/**
 * Loads the morphing of Turbo (it holds idiomorph), and nothing else of it: this page's links and forms are its own.
 * Resolves in any case; without Turbo a fragment is replaced as a whole.
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
    console.warn("Bits goes on without morphing, fragments are replaced:", error);
  } finally {
    delete head.insertBefore;
  }
}

/**
 * @param {Element} next a fragment as the server renders it, with what this page makes of it
 * @param {boolean} highlight whether what is new to the page shall glow
 * @returns {Element[]} the posts and comments that are new to the page
 */
export function applyFragment(next, highlight) {
  const current = document.getElementById(next.id);
  if (!current) throw new Error(`The page has no element to put this into: ${next.id}`);

  const known = new Set(itemsOf(current).map((item) => item.id));
  const added = itemsOf(next).map(({ id }) => id).filter((id) => !known.has(id));
  if (highlight) added.forEach(startGlow);
  for (const id of glowing) next.querySelector(`#${CSS.escape(id)}`)?.classList.add("arrived");

  if (morphElements) morphElements(current, next);
  else replace(current, next);
  return added.map((id) => document.getElementById(id));
}

/**
 * In the place of morphing: what this page has put into the old one and marked as its own moves over to its place in the new one,
 * and the focus goes to what stands where it was.
 */
function replace(current, next) {
  const focused = current.contains(document.activeElement) ? document.activeElement : null;
  const place = focused?.parentElement.closest("[id]");
  const nth = place ? controlsOf(place).indexOf(focused) : -1;
  for (const own of current.querySelectorAll("[data-turbo-permanent]")) {
    next.querySelector(`#${CSS.escape(own.id)}`)?.replaceWith(own);
  }
  current.replaceWith(next);
  const successor = focused?.isConnected ? focused : controlsOf(document.getElementById(place?.id))[nth];
  successor?.focus({ preventScroll: true });
}

/** @param {?Element} element */
function controlsOf(element) {
  return Array.from(element?.querySelectorAll("a, button, input, textarea") ?? []);
}

/** @param {Element} fragment @returns {Element[]} */
function itemsOf(fragment) {
  return Array.from(fragment.querySelectorAll("article[id]"));
}

/** @param {string} id */
function startGlow(id) {
  glowing.add(id);
  setTimeout(() => {
    glowing.delete(id);
    document.getElementById(id)?.classList.remove("arrived");
  }, GLOW_MS);
}
