/**
 * As whom this browser is present on a page: by a random id, which is shown to nobody, where its person is not signed in; and by name
 * or not where they are. Both are kept in the browser, or, where it keeps nothing, as long as the page is open.
 */

import { newKey } from "./actions.js";

const ID = "bits:viewer";
const NAMELESS = "bits:nameless";
const ID_FORM = /^[A-Za-z0-9_-]{16,64}$/;

/** @type {Map<string, string>} */
const unkept = new Map();
/** @type {(() => void)[]} */
const listeners = [];

export const viewer = {
  /** @returns {string} */
  get id() {
    if (!ID_FORM.test(read(ID) ?? "")) write(ID, newKey());
    return read(ID);
  },

  /** Whether their name is not to be shown. */
  get nameless() {
    return read(NAMELESS) === "true";
  },

  set nameless(nameless) {
    write(NAMELESS, String(nameless));
    for (const listener of listeners) listener();
  },
};

/** @param {() => void} listener called when it is chosen, in any tab, whether the name is shown */
export function onNameless(listener) {
  listeners.push(listener);
}

addEventListener("storage", (event) => {
  if (event.key === NAMELESS) for (const listener of listeners) listener();
});

function read(key) {
  try {
    return localStorage.getItem(key) ?? unkept.get(key);
  } catch {
    return unkept.get(key);
  }
}

function write(key, value) {
  unkept.set(key, value);
  try {
    localStorage.setItem(key, value);
  } catch {
    // Not allowed, or full: it is known as long as this page is open.
  }
}
