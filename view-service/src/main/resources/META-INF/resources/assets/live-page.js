/** What a creator's page and a post's have in common: they are live from the t they were rendered at, and somebody looks at them. */

import { announce } from "./announce.js";
import { Fragments } from "./fragments.js";
import { LiveIndicator } from "./live.js";
import { applyFragment, loadMorphing } from "./morph.js";
import { Presence } from "./presence.js";
import { onSession, refresh, refreshSoon, signInAsDemo } from "./session.js";
import { SharedStream } from "./stream.js";
import { keepTimesRelative, makeTimesRelative } from "./time.js";
import { showWho } from "./who.js";

/** Longer, and the page begins without morphing. */
const MORPHING_MS = 3000;

/**
 * Something that the page makes of what the server sent, which is the same for every reader.
 *
 * @typedef {object} Personal
 * @property {(root: ParentNode) => void} apply to the page itself or to a fragment that is about to be morphed into it; doing
 *     it twice changes nothing
 * @property {() => void} [forget] what it knows of a history that is over
 */

export class LivePage {
  #element = document.getElementById("page");
  #ids;
  /** The fragments as the server rendered them, taken before anything here changes them. */
  #rendered;
  /** @type {Personal[]} */ #personal = [];
  /** @type {?SharedStream} */ #stream = null;
  /** @type {?LiveIndicator} */ #indicator = null;

  /** @param {string[]} ids of the page's fragments */
  constructor(ids) {
    this.#ids = ids;
    this.#rendered = new Map(ids.map((id) => [id, document.getElementById(id)?.outerHTML]).filter(([, html]) => html));
    document.documentElement.classList.add("scripted");
    keepTimesRelative();
    showWho();
    this.#showRole();
    const presence = new Presence(this.handle);
    refresh().then(() => presence.begin());
  }

  get handle() {
    return this.#element.dataset.handle;
  }

  /** The creator's name as it is now. */
  get name() {
    return document.querySelector(`#creator-${CSS.escape(this.handle)} h1`)?.textContent ?? this.handle;
  }

  /** The basis t of what the page shows. */
  get t() {
    return this.#stream?.t ?? Number(this.#element.dataset.eventId.split(".")[1]);
  }

  /** Whoever looks owns the page. */
  get owned() {
    return this.#element.dataset.role === "owner";
  }

  /** @param {Personal} personal */
  add(personal) {
    this.#personal.push(personal);
    personal.apply(document);
  }

  /**
   * An action was answered: the stream should come to its t.
   *
   * @param {number} t
   * @param {boolean} changes whether it surely changed something on this page
   */
  expect(t, changes) {
    this.#indicator?.expect(t, changes);
  }

  /**
   * Goes live, where the page is not one of older things.
   *
   * @param {{morphed: (id: string, added: Element[], sameHistory: boolean) => void, before?: () => void, gone: (id: string) => void}}
   *     listener told `before` all fragments of one event and after each, and of one whose thing is not there any more
   */
  async goLive(listener) {
    const { stream: url, eventId } = this.#element.dataset;
    if (!url) return;
    const indicator = new LiveIndicator();
    this.#indicator = indicator;
    let lost = false;
    await Promise.race([loadMorphing(), new Promise((resolve) => setTimeout(resolve, MORPHING_MS))]);
    const content = new Fragments(this.#rendered, (fragments, sameHistory) => {
      if (!sameHistory) {
        indicator.forget();
        for (const personal of this.#personal) personal.forget?.();
      }
      listener.before?.();
      for (const next of fragments) this.#show(next, sameHistory, listener);
    });
    this.#stream = new SharedStream(url, { id: eventId, content }, {
      state(state) {
        indicator.show(state);
        // A server that was away may be another one, which does not know us any more.
        if (state === "live" && lost) refreshSoon();
        lost = state === "reconnecting" || state === "offline";
      },
      reached: (t) => indicator.reached(t),
    });
    this.#stream.start();
  }

  #show(next, sameHistory, listener) {
    if (!this.#ids.includes(next.id)) return;
    if (next.hasAttribute("data-gone")) return listener.gone(next.id);
    makeTimesRelative(next);
    for (const personal of this.#personal) personal.apply(next);
    listener.morphed(next.id, applyFragment(next, sameHistory), sameHistory);
  }

  #showRole() {
    const signIn = document.getElementById("demo-sign-in");
    const signInError = document.getElementById("sign-in-error");
    onSession((session) => {
      const owner = session.creators.includes(this.handle);
      this.#element.dataset.role = owner ? "owner" : "visitor";
      signIn.hidden = owner || !session.demo.includes(this.handle);
    });
    signIn.addEventListener("click", async () => {
      signIn.disabled = true;
      signInError.hidden = true;
      try {
        await signInAsDemo(this.handle);
        announce(`You are signed in as ${this.name}.`);
        document.querySelector(".composer:not([hidden]) textarea")?.focus();
      } catch (problem) {
        signInError.textContent = problem.message;
        signInError.hidden = false;
      } finally {
        signIn.disabled = false;
      }
    });
  }
}
