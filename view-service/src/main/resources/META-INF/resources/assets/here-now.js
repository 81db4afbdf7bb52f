/** Where a page shows who is on it now. */

import { counted, inWords, restInWords } from "./presence-words.js";

const FACES = 8;
/** What is lost for less than this is not worth a word. */
const WORTH_SHOWING_MS = 3000;
/** As long as the stylesheet's animation. */
const LEAVING_MS = 240;

/** @type {Record<import("./connection.js").State, [word: string, explanation: string]>} */
const DOUBTS = {
  connecting: ["Connecting", "This was so when the page was last connected"],
  behind: ["Maybe behind", "The server may not know the newest"],
  reconnecting: ["Reconnecting", "The connection was lost: this is how it was then"],
  offline: ["Offline", "No connection: this is how it was then"],
};

export class HereNow {
  #section = document.getElementById("presence");
  #count = this.#section.querySelector("[data-count]");
  #when = this.#section.querySelector("[data-when]");
  #doubt = this.#section.querySelector("[data-doubt]");
  #faces = this.#section.querySelector(".faces");
  #words = this.#section.querySelector("p[data-words]");
  #details = this.#section.querySelector("details");
  #summary = this.#section.querySelector("summary");
  #names = this.#section.querySelector(".names");
  /** @type {?import("./presence-state.js").Presence} */ #presence = null;
  /** @type {string|undefined} */ #me;
  #doubtedSince = 0;
  #doubtTimer = 0;

  constructor() {
    this.#details.addEventListener("toggle", () => this.#showNames());
  }

  /**
   * @param {import("./presence-state.js").Presence} presence
   * @param {string} [me] id of whoever looks, where they are signed in
   */
  show(presence, me) {
    this.#presence = presence;
    this.#me = me;
    this.#section.classList.add("known");
    setText(this.#count, counted(presence.count));
    this.#showFaces();
    this.#showWords();
    this.#showNames();
  }

  /**
   * What is shown stays, whatever happens to the connection, and says how far it is to be trusted.
   *
   * @param {import("./connection.js").State} state
   */
  trust(state) {
    clearTimeout(this.#doubtTimer);
    if (state === "live") {
      this.#doubtedSince = 0;
      return this.#say(state);
    }
    this.#doubtedSince ||= Date.now(); // each try that fails tells so anew
    this.#doubtTimer = setTimeout(() => this.#say(state), this.#doubtedSince + WORTH_SHOWING_MS - Date.now());
  }

  #say(state) {
    const [word, explanation] = DOUBTS[state] ?? ["", ""];
    this.#section.classList.toggle("doubtful", word !== "");
    setText(this.#when, word ? "here a moment ago" : "here now");
    setText(this.#doubt, word);
    this.#doubt.title = explanation;
  }

  #showFaces() {
    const { count, viewers } = this.#presence;
    const faces = viewers.slice(0, FACES).map((viewer) => ({ key: keyOf(viewer), make: () => faceOf(viewer) }));
    for (let i = faces.length; i < Math.min(count, FACES); i++) faces.push({ key: `nameless-${i}`, make: nameless });
    if (count > faces.length) faces.push({ key: "more", make: () => itemOf("more") });
    keep(this.#faces, faces);
    const more = this.#faces.querySelector(".more:not(.leaving)");
    if (more) setText(more, `+${counted(count - faces.length + 1)}`);
  }

  #showWords() {
    const parts = inWords(this.#presence, this.#me);
    const shown = JSON.stringify(parts);
    if (this.#words.dataset.words !== shown) {
      this.#words.dataset.words = shown;
      for (const place of [this.#words, this.#summary]) {
        place.replaceChildren(...parts.map((part) => (part.name ? bdi(part.name) : part)));
      }
    }
    const nobodyToName = this.#presence.viewers.every(({ id }) => id === this.#me);
    this.#words.hidden = !nobodyToName;
    this.#details.hidden = nobodyToName;
  }

  /** All names there are, while somebody wants to see them. */
  #showNames() {
    if (!this.#details.open || !this.#presence) return;
    const names = this.#presence.viewers.map((viewer) => ({ key: keyOf(viewer), make: () => this.#nameOf(viewer) }));
    const rest = restInWords(this.#presence, this.#me);
    if (rest) names.push({ key: `rest ${rest}`, make: () => itemOf("rest", rest) });
    keep(this.#names, names);
  }

  #nameOf(viewer) {
    const name = document.createElement("span");
    name.append(bdi(viewer.name), viewer.id === this.#me ? " (you)" : "");
    return itemOf("named", bubbleOf(viewer), name);
  }
}

/** Another name is another item. @param {import("./presence-state.js").Viewer} viewer */
function keyOf({ id, name }) {
  return `${id} ${name}`;
}

/**
 * Makes a list hold these items. Those that it holds already stay what they are, so nothing moves but what is new or gone.
 *
 * @param {HTMLUListElement} list
 * @param {{key: string, make: () => HTMLLIElement}[]} items
 */
function keep(list, items) {
  const there = new Map(Array.from(list.querySelectorAll("li:not(.leaving)"), (item) => [item.dataset.key, item]));
  let place = list.firstElementChild;
  for (const { key, make } of items) {
    while (place?.classList.contains("leaving")) place = place.nextElementSibling;
    const item = there.get(key) ?? make();
    there.delete(key);
    item.dataset.key = key;
    if (item === place) place = place.nextElementSibling;
    else list.insertBefore(item, place);
  }
  for (const gone of there.values()) {
    gone.classList.add("leaving");
    gone.setAttribute("aria-hidden", "true");
    setTimeout(() => gone.remove(), LEAVING_MS);
  }
}

/** @param {import("./presence-state.js").Viewer} viewer */
function faceOf(viewer) {
  const name = document.createElement("span");
  name.className = "visually-hidden";
  name.textContent = viewer.name;
  const face = itemOf("face", bubbleOf(viewer), name);
  face.title = viewer.name;
  return face;
}

function nameless() {
  const face = itemOf("face", bubbleOf());
  face.setAttribute("aria-hidden", "true"); // the words count them
  return face;
}

/** @param {import("./presence-state.js").Viewer} [viewer] nobody by name, if it is left out */
function bubbleOf(viewer) {
  const bubble = document.createElement("span");
  bubble.className = viewer ? "bubble" : "bubble nameless";
  bubble.setAttribute("aria-hidden", "true");
  if (viewer) {
    bubble.dataset.tint = viewer.id;
    bubble.textContent = initials(viewer.name);
  }
  return bubble;
}

/** As the server writes them: of the first two words. @param {string} name */
function initials(name) {
  return name
    .split(/\s+/)
    .filter((word) => word)
    .slice(0, 2)
    .map((word) => String.fromCodePoint(word.codePointAt(0)).toUpperCase())
    .join("");
}

/** @param {string} className @param {...(Node|string)} content */
function itemOf(className, ...content) {
  const item = document.createElement("li");
  item.className = className;
  item.append(...content);
  return item;
}

/** A name, whichever way it runs. @param {string} name */
function bdi(name) {
  const element = document.createElement("bdi");
  element.textContent = name;
  return element;
}

/** @param {Element} element @param {string} text */
function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}
