/** Who is on a creator's page now. Whoever has its stream open is there themselves. */

import { announce } from "./announce.js";
import { Arrivals } from "./arrivals.js";
import { HereNow } from "./here-now.js";
import { after } from "./presence-state.js";
import { onSession, session } from "./session.js";
import { SharedStream } from "./stream.js";
import { onNameless, viewer } from "./viewer.js";

/** So long a stream that has just begun may say that nobody is here: it has not been counted yet. */
const COUNTED_MS = 1500;

export class Presence {
  events = ["snapshot", "delta"];
  #view = new HereNow();
  #arrivals = new Arrivals();
  #switch = document.getElementById("name-switch");
  /** @type {?import("./presence-state.js").Presence} */ #known = null;
  #openedAt = Date.now();
  /** Who the stream was opened as. @type {string|undefined} */ #me;
  #stream;

  /** @param {string} handle of the creator */
  constructor(handle) {
    this.#stream = new SharedStream(
      `/presence/${handle}`,
      { id: "", content: this },
      { state: (state) => this.#view.trust(state) },
      () => ({ viewer: viewer.id, ...(viewer.nameless && { anonymous: "true" }) }),
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
      announce(viewer.nameless ? "Your name is not shown any more." : "Your name is shown.");
    });
  }

  get stale() {
    return this.#known.stale;
  }

  apply(type, data) {
    this.#known = after(this.#known, type, JSON.parse(data));
    this.#show();
  }

  whole() {
    return { type: "snapshot", data: JSON.stringify(this.#known) };
  }

  #signedInOrOut() {
    this.#showSwitch();
    if (this.#me === session.id) return;
    this.#me = session.id;
    this.#stream.reconnect();
    this.#show();
  }

  #show() {
    const wait = this.#openedAt + COUNTED_MS - Date.now();
    if (this.#known?.count === 0 && wait > 0) setTimeout(() => this.#show(), wait);
    else if (this.#known) {
      this.#view.show(this.#known, this.#me);
      this.#arrivals.heard(this.#known, this.#me);
    }
  }

  #showSwitch() {
    this.#switch.hidden = !session.signedIn;
    this.#switch.textContent = viewer.nameless ? "Show my name" : "Hide my name";
  }
}
