/** Where the owner of a page writes. A post that is published appears through the stream, as it does for everyone. */

import { announce } from "./announce.js";
import { TextForm } from "./text-form.js";

const LONGEST = 5000;

export class Composer {
  #element = document.getElementById("composer");
  #imageUrl = this.#element.elements.namedItem("imageUrl");
  #form;

  /**
   * @param {{onPublished: (t: number) => void, onRefused: () => void}} listener told when the server does not know the writer any
   *     more (401, 403)
   */
  constructor({ onPublished, onRefused }) {
    this.#form = new TextForm(this.#element, {
      action: "publish-post",
      what: "a post",
      longest: LONGEST,
      busy: "Publishing…",
      body: (text) => this.#post(text),
      done: ({ t }) => {
        this.#form.clear();
        this.#imageUrl.value = "";
        this.#element.querySelector("details").open = false;
        announce("Published.");
        this.#form.focus();
        onPublished(t);
      },
      refused: ({ status }) => {
        if (status === 401 || status === 403) onRefused();
      },
    });
  }

  /** @param {boolean} visible */
  show(visible) {
    this.#element.hidden = !visible;
  }

  hasText() {
    return this.#form.hasText();
  }

  focus() {
    this.#form.focus();
  }

  /** @param {string} text */
  #post(text) {
    const post = { creator: this.#element.elements.namedItem("creator").value, text };
    const imageUrl = this.#imageUrl.value.trim();
    if (imageUrl) post.imageUrl = imageUrl;
    return post;
  }
}
