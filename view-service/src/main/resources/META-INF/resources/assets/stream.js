/**
 * One live stream per browser and URL, however many tabs show it: a browser has six HTTP/1.1 connections for a host, and a
 * POST must never wait for one.
 *
 * Every tab asks for the Web Lock named after the stream; the one that gets it leads. The leader alone holds a connection and
 * passes on what arrives over a BroadcastChannel. Every tab keeps the newest of each fragment, with one id for all of them, so
 * each can answer a newcomer or go on where a leader stopped: when its tab is closed, goes into the back/forward cache or
 * crashes, the lock is free and the next in line has it.
 *
 * A page shows several fragments, all of one state of the database. What arrives holds those that changed since the id before.
 *
 * Messages on the channel:
 *   hello {id}                     from a tab that joined, or looks again: what do you have?
 *   nudge {}                       from a tab that looks again: reconnect now if you are waiting
 *   state {state, t}               from the leader, on every change and sign of life; t is how far the server is
 *   morph {id, html, base, truth}  from the leader: what changed since the id `base`; all there is if there is no `base`
 */

import { Connection } from "./connection.js";

/** A leader that is silent for so long gets a question… */
const LEADER_SILENCE_MS = 50_000;
/** …and one that does not answer is suspended, as phones do with tabs in the background: its lock is taken away. */
const LEADER_ANSWER_MS = 5000;

/**
 * Whether a section with this id is to be shown in place of the other. Another epoch is another history, in which t starts
 * anew: there is no order between the two, and what arrives is what the server has now.
 *
 * @param {string} id `<epoch>.<t>`
 * @param {string} shown `<epoch>.<t>`
 */
export function supersedes(id, shown) {
  return !sameEpoch(id, shown) || basis(id) > basis(shown);
}

/** @param {string} a @param {string} b */
export function sameEpoch(a, b) {
  return a.split(".")[0] === b.split(".")[0];
}

/** @param {string} id */
function basis(id) {
  return Number(id.split(".")[1]);
}

/**
 * The fragments in what a server sent, by their ids.
 *
 * @param {string} html user text in it is escaped there
 * @returns {Map<string, Element>} in nobody's document yet
 */
export function fragmentsOf(html) {
  const template = document.createElement("template");
  template.innerHTML = html;
  return new Map(Array.from(template.content.children, (root) => [root.id, root]));
}

export class SharedStream {
  /** The id of what this tab shows. @type {string} */ #id;
  /** What this tab shows, as the server sent it: fragments by their ids. @type {Map<string, string>} */ #fragments;
  /** How far the server is, by what arrived. */ #t;
  /** @type {?BroadcastChannel} */ #channel = null;
  /** @type {?AbortController} */ #queueing = null;
  /** @type {?() => void} */ #releaseLock = null;
  #leading = false;
  #leaderTimer = 0;
  #name;
  #listener;
  #connection;

  /**
   * @param {string} url of the stream, which is also its name among the tabs
   * @param {{id: string, fragments: Map<string, string>}} shown what the page was rendered with
   * @param {{
   *   state: (state: import("./connection.js").State) => void,
   *   morph: (fragments: Map<string, Element>, sameHistory: boolean) => void,
   *   reached: (t: number) => void,
   * }} listener
   */
  constructor(url, shown, listener) {
    this.#name = `bits:${url}`;
    this.#id = shown.id;
    this.#fragments = shown.fragments;
    this.#t = basis(shown.id);
    this.#listener = listener;
    this.#connection = new Connection(url, () => this.#id, {
      state: (state) => this.#tell(state),
      morph: (id, html, from) => {
        // Going back is allowed in one case: the server's history ends before the id that we resumed from.
        const truth = sameEpoch(id, from) && basis(id) < basis(from);
        const message = { type: "morph", id, html, base: this.#id, truth };
        this.#send(message);
        this.#apply(message);
      },
      reached: (t) => this.#reach(t),
    });
  }

  /** The basis t of what is shown. */
  get t() {
    return basis(this.#id);
  }

  start() {
    addEventListener("pagehide", () => this.#leave());
    addEventListener("pageshow", (event) => {
      if (event.persisted) this.#join();
    });
    document.addEventListener("visibilitychange", () => {
      if (!document.hidden) this.#lookAgain();
      else if (!navigator.locks) this.#connection.close();
    });
    addEventListener("online", () => {
      if (this.#leading) this.#connection.nudge();
    });
    addEventListener("offline", () => {
      if (this.#leading) this.#connection.verify();
    });
    this.#join();
  }

  #join() {
    if (!navigator.locks) {
      // Without a secure context (plain HTTP by another name than localhost) there are no locks: the tab that is looked at streams.
      this.#leading = true;
      if (!document.hidden) this.#connection.open();
      return;
    }
    this.#channel = new BroadcastChannel(this.#name);
    this.#channel.onmessage = (event) => this.#receive(event.data);
    this.#queue({});
    this.#ask();
  }

  #leave() {
    clearTimeout(this.#leaderTimer);
    this.#connection.close();
    this.#leading = false;
    this.#queueing?.abort();
    this.#queueing = null;
    this.#releaseLock?.();
    this.#releaseLock = null;
    this.#channel?.close();
    this.#channel = null;
  }

  #lookAgain() {
    if (this.#leading) {
      this.#connection.nudge();
    } else {
      this.#send({ type: "nudge" });
      this.#ask();
    }
  }

  /**
   * Waits in line for the lock, and leads while it holds it.
   *
   * @param {{steal?: boolean}} options
   */
  async #queue(options) {
    this.#queueing?.abort();
    const queueing = new AbortController();
    this.#queueing = queueing;
    const lead = () =>
      new Promise((release) => {
        if (queueing.signal.aborted) return release();
        this.#releaseLock = release;
        this.#leading = true;
        clearTimeout(this.#leaderTimer);
        this.#connection.open();
      });
    try {
      await navigator.locks.request(this.#name, options.steal ? options : { signal: queueing.signal }, lead);
    } catch (error) {
      if (error.name !== "AbortError") throw error;
      if (queueing.signal.aborted) return; // we left, or asked anew
      // Another tab took the lock while this one was suspended: follow it.
      this.#leading = false;
      this.#releaseLock = null;
      this.#connection.close();
      this.#queue({});
      this.#ask();
    }
  }

  /** Asks the leader for what it has; if none answers and somebody is looking, this tab takes over. */
  #ask() {
    this.#send({ type: "hello", id: this.#id });
    clearTimeout(this.#leaderTimer);
    this.#leaderTimer = setTimeout(() => {
      if (!this.#leading && !document.hidden) this.#queue({ steal: true });
    }, LEADER_ANSWER_MS);
  }

  #receive(message) {
    if (this.#leading) {
      if (message.type === "hello") this.#welcome(message.id);
      if (message.type === "nudge") this.#connection.nudge();
      return;
    }
    if (message.type !== "state" && message.type !== "morph") return;
    clearTimeout(this.#leaderTimer);
    this.#leaderTimer = setTimeout(() => this.#ask(), LEADER_SILENCE_MS);
    if (message.type === "morph") return this.#apply(message);
    this.#reach(message.t);
    this.#tell(message.state);
  }

  /** @param {string} id what the newcomer shows */
  #welcome(id) {
    const { state } = this.#connection;
    const connected = state === "live" || state === "behind";
    if (connected) {
      if (supersedes(this.#id, id)) {
        this.#send({ type: "morph", id: this.#id, html: Array.from(this.#fragments.values()).join(""), truth: false });
      }
    } else if (!sameEpoch(this.#id, id)) {
      // The newcomer has been to the server since we lost it, and found another history: keep ours for ourselves.
      this.#connection.nudge();
    }
    this.#send({ type: "state", state, t: this.#t });
  }

  #apply({ id, html, base, truth }) {
    if (!truth && !supersedes(id, this.#id)) return;
    // Somebody who was suspended has missed a part, and what is not in this one may have changed in that.
    if (base && base !== this.#id && supersedes(base, this.#id)) return this.#ask();
    const sameHistory = sameEpoch(id, this.#id);
    const fragments = fragmentsOf(html);
    fragments.forEach((root, name) => this.#fragments.set(name, root.outerHTML));
    this.#id = id;
    this.#t = sameHistory && !truth ? Math.max(this.#t, basis(id)) : basis(id);
    this.#listener.morph(fragments, sameHistory);
    this.#listener.reached(this.#t);
  }

  /** @param {number} t */
  #reach(t) {
    this.#t = Math.max(this.#t, t);
    this.#listener.reached(this.#t);
  }

  /** @param {import("./connection.js").State} state */
  #tell(state) {
    if (this.#leading) this.#send({ type: "state", state, t: this.#t });
    this.#listener.state(state);
  }

  #send(message) {
    this.#channel?.postMessage(message);
  }
}
