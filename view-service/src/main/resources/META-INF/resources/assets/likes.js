/**
 * Likes. How many there are comes from the server, the same for every reader; which of them are mine is kept in this browser, for
 * each actor, as the answers to its actions told it. A press shows at once, and what the server says then stands.
 */

import { act } from "./actions.js";
import { comeIn } from "./dialogs.js";
import { onSession, refresh, session } from "./session.js";
import { complain } from "./toast.js";

/** How many are remembered, the newest: one takes 39 bytes of the 5 MiB that a browser gives. */
const REMEMBERED = 5000;

const number = new Intl.NumberFormat("en");

export class Likes {
  #page;
  /** Ids of the posts that I like, by what this browser knows. @type {Set<string>} */ #mine = new Set();
  /** What was pressed and not yet answered. @type {Map<string, {wanted: boolean, likes: number}>} */ #pending = new Map();
  /** Counts that are newer than what the page shows. @type {Map<string, {likes: number, t: number}>} */ #told = new Map();

  /** @param {import("./live-page.js").LivePage} page */
  constructor(page) {
    this.#page = page;
    onSession(() => this.#load());
    addEventListener("storage", (event) => {
      if (event.key === this.#key) this.#load();
    });
    document.addEventListener("submit", (event) => {
      if (!event.target.matches("form.reactions")) return;
      event.preventDefault();
      this.#toggle(event.target.elements.namedItem("postId").value);
    });
    page.add(this);
  }

  /** @param {ParentNode} root */
  apply(root) {
    for (const form of root.querySelectorAll("form.reactions")) {
      const postId = form.elements.namedItem("postId").value;
      const count = form.querySelector("[data-likes]");
      const { liked, likes } = this.#seen(postId, Number(count.dataset.likes));
      form.querySelector(".like").setAttribute("aria-pressed", String(liked));
      const text = likes > 0 ? number.format(likes) : "";
      if (count.textContent !== text) count.textContent = text;
    }
  }

  forget() {
    this.#told.clear();
  }

  /**
   * What is shown of a post's likes.
   *
   * @param {number} likes as the server counted them for what the page shows
   */
  #seen(postId, likes) {
    const mine = this.#mine.has(postId);
    const pending = this.#pending.get(postId);
    if (pending) {
      // When the count has moved, nobody knows yet whether it holds mine: it is shown as it came.
      const mineIsMissing = pending.likes === likes && pending.wanted !== mine;
      return { liked: pending.wanted, likes: mineIsMissing ? likes + (pending.wanted ? 1 : -1) : likes };
    }
    const told = this.#told.get(postId);
    return { liked: mine, likes: told && told.t > this.#page.t ? told.likes : likes };
  }

  /** @param {string} postId */
  async #toggle(postId) {
    const pending = this.#pending.get(postId);
    if (pending) {
      // The press that is on its way comes first, and then this one.
      pending.wanted = !pending.wanted;
      return this.apply(document);
    }
    const wanted = !this.#mine.has(postId);
    if (!(await comeIn())) return;
    // Whoever came in just now may have liked it already, as somebody this browser knows.
    this.#pending.set(postId, { wanted, likes: this.#counted(postId) });
    this.apply(document);
    if (wanted) beat(postId);
    try {
      await this.#send(postId);
    } catch (problem) {
      complain(problem.status === 401 ? "You are not signed in any more." : problem.message);
      if (problem.status === 401) refresh();
    } finally {
      this.#pending.delete(postId);
      this.apply(document);
    }
  }

  /** Until the server was told what is wanted by then. */
  async #send(postId) {
    const pending = this.#pending.get(postId);
    for (let told = null; told !== pending.wanted; ) {
      told = pending.wanted;
      const { t, result } = await act(told ? "like-post" : "unlike-post", { postId });
      this.#told.set(postId, { likes: result.likes, t });
      this.#remember(postId, told);
      this.#page.expect(t, false);
    }
  }

  /** @param {string} postId */
  #counted(postId) {
    return Number(formOf(postId)?.querySelector("[data-likes]").dataset.likes);
  }

  get #key() {
    return `bits:likes:${session.id}`;
  }

  #load() {
    let ids = [];
    try {
      if (session.signedIn) ids = JSON.parse(localStorage.getItem(this.#key) ?? "[]");
    } catch {
      // No storage, or not ours: the likes of this browser begin anew.
    }
    this.#mine = new Set(ids);
    this.apply(document);
  }

  /** @param {string} postId @param {boolean} liked */
  #remember(postId, liked) {
    this.#mine.delete(postId);
    if (liked) this.#mine.add(postId);
    try {
      localStorage.setItem(this.#key, JSON.stringify(Array.from(this.#mine).slice(-REMEMBERED)));
    } catch {
      // Full, or not allowed: it is known as long as this page is open.
    }
  }
}

/** @param {string} postId @returns {?HTMLFormElement} */
function formOf(postId) {
  return document.querySelector(`form.reactions input[value="${CSS.escape(postId)}"]`)?.form ?? null;
}

/** The heart of a post that was just liked beats once. @param {string} postId */
function beat(postId) {
  if (matchMedia("(prefers-reduced-motion: reduce)").matches) return;
  formOf(postId)
    ?.querySelector(".like")
    .animate({ transform: ["scale(1)", "scale(1.4)", "scale(1)"] }, { pseudoElement: "::before", duration: 320, easing: "ease-out" });
}
