/** Who is on a creator's page now. Whoever has its stream open is there themselves. */

import { announce } from "./announce.js";
import { Arrivals } from "./arrivals.js";
import { HereNow } from "./here-now.js";
import { after } from "./presence-state.js";
import { onSession, refreshSoon, session } from "./session.js";
import { SharedStream } from "./stream.js";
import { onNameless, viewer } from "./viewer.js";

/** So long a stream that was just opened may not have counted whoever opened it. */
const COUNTED_MS = 1500;
/** So long it is waited for that where they may be one of those without a name who are counted. */
const MAYBE_COUNTED_MS = 500;

export class Presence {
  events = ["snapshot", "delta"];
  #view = new HereNow();
  #arrivals = new Arrivals();
  #switch = document.getElementById("name-switch");
  /** @type {?import("./presence-state.js").Presence} */ #known = null;
  #lost = false;
  /** It was asked for, and is not open yet. */ #opening = true;
  #openedAt = Date.now();
  /** How many events have come since then. */ #events = 0;
  #showTimer = 0;
  /** Who the stream was opened as. @type {string|undefined} */ #me;
  #stream;

  /** @param {string} handle of the creator */
  constructor(handle) {
    this.#stream = new SharedStream(
      `/presence/${handle}`,
      { id: "", content: this },
      { state: (state) => this.#hear(state), left: () => this.#view.trust("connecting") },
      () => this.#ask(),
    );
  }

  /** To be called when it is known who is signed in: the stream is opened as them. */
  begin() {
    this.#me = session.id;
    this.#stream.start();
    onSession(() => this.#signedInOrOut());
    onNameless(() => {
      this.#stream.reconnect();
      this.#showSwitch();
    });
    this.#switch.addEventListener("click", () => {
      viewer.nameless = !viewer.nameless;
      announce(viewer.nameless ? "Your name will not be shown any more." : "Your name is shown.");
    });
  }

  get stale() {
    return this.#known.stale;
  }

  apply(type, data) {
    this.#known = after(this.#known, type, JSON.parse(data));
    this.#events++;
    this.#show();
  }

  whole() {
    return { type: "snapshot", data: JSON.stringify(this.#known) };
  }

  /** Called for each connection of this tab's. */
  #ask() {
    this.#opening = true;
    return { viewer: viewer.id, ...(viewer.nameless && { anonymous: "true" }) };
  }

  /** @param {import("./connection.js").State} state */
  #hear(state) {
    this.#view.trust(state);
    if (state === "reconnecting" || state === "offline") this.#lost = true;
    if (state !== "live") return;
    if (this.#lost || this.#opening) {
      this.#openedAt = Date.now();
      this.#events = 0;
    }
    // The server ends the stream with the session, and may be another one, which does not know us any more.
    if (this.#lost) refreshSoon();
    this.#lost = false;
    this.#opening = false;
  }

  #signedInOrOut() {
    this.#showSwitch();
    if (this.#me === session.id) return;
    this.#me = session.id;
    this.#stream.reconnect();
    this.#show();
  }

  #show() {
    clearTimeout(this.#showTimer);
    if (!this.#known) return;
    const wait = this.#openedAt + this.#untilCounted() - Date.now();
    if (wait > 0) {
      this.#showTimer = setTimeout(() => this.#show(), wait);
      return;
    }
    this.#view.show(this.#known, this.#me);
    this.#arrivals.heard(this.#known, this.#me);
  }

  /** @returns {number} ms after the stream was opened until which what is known may be without whoever opened it */
  #untilCounted() {
    const { viewers, anonymous } = this.#known;
    if (this.#me && !viewer.nameless) return viewers.some(({ id }) => id === this.#me) ? 0 : COUNTED_MS;
    if (anonymous === 0) return COUNTED_MS;
    // The first event tells what was before; that they came is another.
    return this.#events > 1 ? 0 : MAYBE_COUNTED_MS;
  }

  #showSwitch() {
    this.#switch.hidden = !session.signedIn;
    this.#switch.textContent = viewer.nameless ? "Show my name" : "Hide my name";
  }
}
