/** Comments under a post: whoever is signed in writes them; their authors and the page's owner may take them away. */

import { act } from "./actions.js";
import { announce } from "./announce.js";
import { comeIn, confirmed } from "./dialogs.js";
import { onSession, refresh, session } from "./session.js";
import { TextForm } from "./text-form.js";
import { complain } from "./toast.js";

const LONGEST = 1000;

export class Comments {
  #page;
  #element = document.getElementById("commenter");
  #form;

  /** @param {import("./live-page.js").LivePage} page */
  constructor(page) {
    this.#page = page;
    if (this.#element) this.#form = this.#commentForm();
    document.addEventListener("click", (event) => {
      const button = event.target.closest('[data-do="delete-comment"]');
      if (button) this.#delete(button);
    });
    page.add(this);
    onSession(() => this.apply(document));
  }

  /** Marks those that are of whoever looks. @param {ParentNode} root */
  apply(root) {
    for (const comment of root.querySelectorAll(".comment")) {
      comment.classList.toggle("mine", session.signedIn && comment.dataset.author === session.id);
    }
  }

  /** Nothing can be said here any more; what was being written stays in sight. */
  close() {
    if (!this.#element) return;
    this.#element.hidden = !this.#form.hasText();
    this.#element.querySelector("[type=submit]").hidden = true;
  }

  #commentForm() {
    const form = new TextForm(this.#element, {
      action: "comment-on-post",
      what: "a comment",
      longest: LONGEST,
      busy: "Sending…",
      before: comeIn,
      body: (text) => ({ postId: this.#element.elements.namedItem("postId").value, text }),
      done: ({ t }) => {
        form.clear();
        form.focus();
        announce("Sent.");
        this.#page.expect(t, true);
      },
      refused: ({ status }) => {
        if (status === 401) refresh();
      },
    });
    return form;
  }

  /** @param {HTMLButtonElement} button */
  async #delete(button) {
    const comment = button.closest(".comment");
    if (!(await confirmed("Delete this comment?", "It goes for everyone, and nothing brings it back."))) return;
    button.disabled = true;
    try {
      const { t } = await act("delete-comment", { commentId: comment.id.replace("comment-", "") });
      announce("The comment is deleted.");
      this.#page.expect(t, true);
      // Where a stream shows the page it is gone in a moment; a page of older comments is told by nobody else.
      comment.remove();
      this.#form?.focus();
    } catch (problem) {
      complain(problem.message);
      button.disabled = false;
    }
  }
}
